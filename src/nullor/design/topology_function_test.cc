// L4: circuits of textbooks do what their testbench says, broken ones are told what they miss.

#include "nullor/design/topology_function.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "nullor/base/error.h"
#include "nullor/base/file.h"
#include "nullor/design/analoggym_test.h"
#include "nullor/design/ladder.h"
#include "nullor/design/sample_topologies.h"
#include "nullor/design/sized_testbench.h"
#include "nullor/design/topology_sizes.h"
#include "nullor/graph/topology_file.h"
#include "nullor/simulate/engine.h"

namespace nullor {
namespace {

using graph::Topology;

std::string file_of(const std::string& name) {
  return std::string(NULLOR_SOURCE_DIR) + "/share/testbenches/function/" + name + ".toml";
}

FunctionVerdict tested(const Topology& topology, const std::string& bench, int evaluations = 150) {
  BiasCheckOptions bias;
  FunctionOptions options;
  options.evaluations = evaluations;
  return test_function(topology, BiasCheck(topology, bias).bias(), read_function_bench(file_of(bench)),
                       options);
}

double metric(const FunctionVerdict& verdict, const std::string& name) {
  for (const auto& [metric, value] : verdict.metrics) {
    if (metric == name) return value;
  }
  return NAN;
}

std::string port(const FunctionVerdict& verdict, const std::string& name) {
  for (const auto& [port, net] : verdict.ports) {
    if (port == name) return net;
  }
  return "";
}

// The gain of (1): gm (ro2 || ro4) with both currents half of the tail's.
TEST(Function, OfAnOtaIsItsGain) {
  const FunctionVerdict verdict = tested(samples::ota(), "opamp");
  EXPECT_TRUE(verdict.works) << verdict.reasons.size();
  // The diode of the mirror is on the side of VIN1: the output falls with VIN2.
  EXPECT_EQ(port(verdict, "inverting"), "VIN2");
  EXPECT_EQ(port(verdict, "input"), "VIN1");
  const double current = 39e-6, beta = 2.5e-3, gm = std::sqrt(2 * beta * current),
               ro = 1 / (current * (0.08 + 0.1));
  EXPECT_NEAR(metric(verdict, "dc_gain"), 20 * std::log10(gm * ro), 1.5);
}

TEST(Function, TwoStagesHaveMoreGain) {
  const FunctionVerdict verdict = tested(samples::two_stage(), "opamp");
  EXPECT_TRUE(verdict.works);
  EXPECT_GT(metric(verdict, "dc_gain"), 50);
  EXPECT_EQ(port(verdict, "inverting"), "VIN1") << "a stage more turns the sign";
}

TEST(Function, AnAmplifierWhoseLoadIsShortedHasNone) {
  Topology broken = samples::ota();
  // Both sides of the pair on the diode: nothing is left of the difference.
  broken.devices[1].nets[0] = broken.devices[0].nets[0];
  const FunctionVerdict verdict = tested(broken, "opamp", 30);
  EXPECT_FALSE(verdict.works);
  EXPECT_EQ(verdict.evaluations, 30);
  ASSERT_FALSE(verdict.reasons.empty());
}

TEST(Function, TwoStagesWithoutCompensationCompare) {
  Topology comparator = samples::two_stage();
  comparator.devices.resize(comparator.devices.size() - 2);
  const FunctionVerdict verdict = tested(comparator, "comparator");
  EXPECT_TRUE(verdict.works) << (verdict.reasons.empty() ? "" : verdict.reasons.front());
}

TEST(Function, AnLcPairOscillates) {
  const FunctionVerdict verdict = tested(samples::lc_oscillator(), "oscillator");
  EXPECT_TRUE(verdict.works) << (verdict.reasons.empty() ? "" : verdict.reasons.front());
  EXPECT_GT(metric(verdict, "swing"), 0.18);
}

TEST(Function, AnOtaDoesNotOscillate) {
  const FunctionVerdict verdict = tested(samples::ota(), "oscillator", 20);
  EXPECT_FALSE(verdict.works);
}

Topology converter(const std::string& netlist) {
  return samples::topology(netlist, {"VSS", "VIN1", "VOUT1", "VCONT1"}, graph::Family::power_converter);
}

// Switches in turn and an inductor give half of the voltage, and more current than they take.
TEST(Function, ABuckConverterConverts) {
  const FunctionVerdict verdict =
      tested(converter("M1 (net1 VCONT1 VIN1 VIN1) pmos4\nM2 (net1 VCONT1 VSS VSS) nmos4\n"
                       "L1 (net1 VOUT1) inductor\nC1 (VOUT1 VSS) capacitor\n"),
             "power_converter");
  EXPECT_TRUE(verdict.works) << (verdict.reasons.empty() ? "" : verdict.reasons.front());
  EXPECT_GT(metric(verdict, "current_ratio"), 1.05);
  EXPECT_LT(metric(verdict, "efficiency"), 1);
  EXPECT_NEAR(metric(verdict, "efficiency"),
              metric(verdict, "current_ratio") * metric(verdict, "voltage_ratio"), 1e-6);
}

TEST(Function, ASwitchAloneConvertsNothing) {
  const FunctionVerdict verdict = tested(
      converter("M1 (VOUT1 VCONT1 VIN1 VIN1) pmos4\nC1 (VOUT1 VSS) capacitor\n"), "power_converter", 60);
  EXPECT_FALSE(verdict.works);
  EXPECT_LT(metric(verdict, "conversion"), 1.01);
}

TEST(Function, ClocksAreSearchedByTheirState) {
  const FunctionBench bench = read_function_bench(file_of("power_converter"));
  const Topology topology = converter("M1 (VOUT1 VCONT1 VIN1 VIN1) pmos4\nC1 (VOUT1 VSS) capacitor\n");
  const SizedTestbench decks(topology, port_sources(topology), bench, {}, {0, 2, 1});
  ASSERT_EQ(decks.names().back(), "VCONT1");
  const std::size_t clock = decks.names().size() - 1;
  std::vector<double> point = decks.start();
  const auto voltage = [&](double place, double time) {
    point[clock] = place;
    Engine engine(read_circuit_text(decks.text(bench.bench.setups.front(), point), "test"));
    const Table table = engine.run(engine.circuit().analyses.front()).front();
    const std::vector<double>& times = table.columns.front().real;
    const auto row = std::lower_bound(times.begin(), times.end(), time) - times.begin();
    return table.find("v(port_vcont1)")->real.at(static_cast<std::size_t>(row));
  };
  const double period = 10e-9;
  for (const double state : {0.0, 1.0, 2.0, 3.0}) {
    const double place = (state + 0.5) / 4;
    EXPECT_EQ(decks.value_at(clock, place), state);
    EXPECT_NEAR(voltage(place, 3.25 * period), state >= 2 ? 1.8 : 0, 1e-6) << state;
    EXPECT_NEAR(voltage(place, 3.75 * period), state == 1 || state == 3 ? 1.8 : 0, 1e-6) << state;
  }
  EXPECT_EQ(decks.value_at(clock, 1), 3);
}

TEST(Function, SameSeedSameSizes) {
  Topology slow = samples::two_stage();
  FunctionBench bench = read_function_bench(file_of("opamp"));
  bench.goals.front().at_least = 1e3;  // never met
  FunctionOptions options;
  options.evaluations = 25;
  const BiasVerdict bias = BiasCheck(slow, BiasCheckOptions{}).bias();
  const FunctionVerdict a = test_function(slow, bias, bench, options),
                        b = test_function(slow, bias, bench, options);
  EXPECT_EQ(a.sizes, b.sizes);
  EXPECT_EQ(a.metrics, b.metrics);
  options.seed = 2;
  EXPECT_NE(a.sizes, test_function(slow, bias, bench, options).sizes);
}

TEST(Function, LooksAtDefaultSizesAlone) {
  const Topology slow = samples::two_stage();
  const BiasVerdict bias = BiasCheck(slow, BiasCheckOptions{}).bias();
  const FunctionBench bench = read_function_bench(file_of("opamp"));
  FunctionOptions options;
  options.purpose = Purpose::look;
  const FunctionVerdict look = test_function(slow, bias, bench, options);
  EXPECT_EQ(look.evaluations, 2) << "two inputs, either of which may invert";
  EXPECT_EQ(look.decks.size(), 1);
  const std::vector<SizeVariable> variables = size_variables(slow, options.deck);
  ASSERT_GE(look.sizes.size(), variables.size());
  for (std::size_t k = 0; k < variables.size(); ++k) {
    EXPECT_EQ(look.sizes[k].first, variables[k].name);
    EXPECT_NEAR(look.sizes[k].second, variables[k].start, 1e-9 * variables[k].start);
  }
}

FunctionBench easy_opamp() {
  FunctionBench bench = read_function_bench(file_of("opamp"));
  bench.sizing.front().at_least = 30;  // dB: what one stage has
  return bench;
}

FunctionVerdict sized(const Topology& topology, const FunctionBench& bench, int evaluations) {
  FunctionOptions options;
  options.purpose = Purpose::merit;
  options.evaluations = evaluations;
  return test_function(topology, BiasCheck(topology, BiasCheckOptions{}).bias(), bench, options);
}

TEST(Sizing, RaisesTheMeritUntilTheBudgetIsSpent) {
  const FunctionVerdict start = sized(samples::ota(), easy_opamp(), 2),
                        end = sized(samples::ota(), easy_opamp(), 150);
  EXPECT_EQ(end.evaluations, 150);
  ASSERT_TRUE(end.works && start.works);
  EXPECT_GT(end.merit, 2 * start.merit);
  EXPECT_GE(metric(end, "phase_margin"), 60);
  EXPECT_GE(metric(end, "dc_gain"), 30);
  EXPECT_NEAR(end.merit, metric(end, "unity_gain_frequency") * 1e-9 / metric(end, "power"), 1e-9 * end.merit)
      << "MHz pF/mW at 1 pF";
}

TEST(Sizing, SaysWhichGoalIsMissed) {
  FunctionBench bench = easy_opamp();
  bench.sizing.front().at_least = 200;
  const FunctionVerdict verdict = sized(samples::ota(), bench, 40);
  EXPECT_TRUE(verdict.works) << "an amplifier all the same";
  EXPECT_TRUE(std::isnan(verdict.merit));
  ASSERT_EQ(verdict.reasons.size(), 1);
  EXPECT_NE(verdict.reasons.front().find("the gain is too small for sizing: dc_gain ="), std::string::npos);
}

// The deck is read anew, as ngspice reads it.
TEST(Sizing, WritesADeckOfTheSameNumbers) {
  const FunctionVerdict verdict = sized(samples::two_stage(), easy_opamp(), 60);
  ASSERT_EQ(verdict.decks.size(), 1);
  EXPECT_EQ(verdict.decks.front().first, "open_loop");
  Engine engine(read_circuit_text(verdict.decks.front().second, "sized.cir"));
  ASSERT_EQ(engine.circuit().analyses.size(), 2);
  const Table rest = engine.run(engine.circuit().analyses[0]).front();
  const Column *supply = rest.find("i(vdd)"), *ports = rest.find("v(port_power)");
  ASSERT_TRUE(supply && ports);
  EXPECT_NEAR(-1.8 * supply->real.front() + ports->real.front(), metric(verdict, "power"),
              1e-6 * metric(verdict, "power"));
}

// What a bias port gives is power as well: the current into the mirror.
TEST(Sizing, CountsWhatThePortsGive) {
  const FunctionVerdict verdict = sized(samples::two_stage(), easy_opamp(), 1);
  double into = 0;
  for (const auto& [name, value] : verdict.sizes) {
    if (name == "IB1") into = value;
  }
  ASSERT_GT(into, 1e-6);
  Engine engine(read_circuit_text(verdict.decks.front().second, "sized.cir"));
  const Table rest = engine.run(engine.circuit().analyses[0]).front();
  EXPECT_NEAR(rest.find("v(port_power)")->real.front(), 1.8 * into, 1e-9 * into);
}

class SizingOfAnalogGym : public OnAnalogGym {};

TEST_F(SizingOfAnalogGym, IsDoneOnSky130) {
  graph::TopologyFile read =
      graph::read_topology_file(data_ + "/analoggym/amplifier/spice_netlist/Leung_NMCF_Pin_3", {});
  Topology topology = std::move(read.set.entries.front().topology);
  topology.family = graph::Family::opamp;
  LadderOptions options;
  options.until = Level::function;
  options.sizes_without_bias = true;
  options.benches = {read_function_bench(file_of("opamp"))};
  options.bias.deck.technology = Technology::sky130;
  options.bias.deck.models = {data_ + "/sky130/corners/tt_flat.spice"};
  options.function.deck = options.bias.deck;
  options.function.purpose = Purpose::merit;
  options.function.evaluations = 60;
  const FunctionVerdict verdict = climb_ladder(topology, options).function;
  EXPECT_TRUE(verdict.works);
  EXPECT_GT(verdict.merit, 0) << (verdict.reasons.empty() ? "" : verdict.reasons.front());
  EXPECT_NE(verdict.decks.front().second.find("sky130_fd_pr__pfet_01v8 w={size_"), std::string::npos);
}

TEST(Function, PairsAndMirrorsMatch) {
  const Topology topology = samples::two_stage();
  const TopologyDeckOptions options;
  const auto sizes = size_variables(topology, options);
  std::vector<std::string> names;
  for (const SizeVariable& size : sizes) {
    names.push_back(size.name);
    EXPECT_NEAR(size.at(size.place(size.start)), size.start, 1e-12 * size.start);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"M1,M2:w", "M3:w", "M4:w", "M5:w", "M6:w", "M7:w", "M8:w",
                                             "M1,M2:l", "M3,M4:l", "M5,M6,M8:l", "M7:l", "R1:r", "C1:c"}));
}

TEST(Function, IsTheTopOfTheLadder) {
  LadderOptions options;
  options.until = Level::function;
  options.benches = {read_function_bench(file_of("comparator")), read_function_bench(file_of("opamp"))};
  EXPECT_EQ(climb_ladder(samples::ota(), options).reached, Level::function);
  options.benches.pop_back();
  const LadderVerdict verdict = climb_ladder(samples::ota(), options);
  EXPECT_EQ(verdict.reached, Level::bias);
  EXPECT_EQ(verdict.levels.back().reasons.front(), "no testbench is of the family opamp");
}

TEST(FunctionBench, EveryFileOfTheShareIsRead) {
  for (const char* name : {"opamp", "comparator", "oscillator", "oscillator_slow", "bandgap", "ldo",
                           "power_converter", "mixer"}) {
    EXPECT_NO_THROW(read_function_bench(file_of(name))) << name;
  }
}

TEST(FunctionBench, RefusesWhatItDoesNotKnow) {
  const std::string good = read_file(file_of("opamp"));
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    return text;
  };
  EXPECT_THROW(parse_function_bench(changed("\"VOUT\"", "\"VOT\""), "x"), InputError);
  EXPECT_THROW(parse_function_bench(changed("family = \"opamp\"", "family = \"opam\""), "x"), InputError);
  EXPECT_THROW(parse_function_bench(changed("metric = \"dc_gain\"", "metric = \"dcgain\""), "x"), InputError);
  EXPECT_THROW(parse_function_bench(changed("at_least = 20", "at_last = 20"), "x"), InputError);
  EXPECT_THROW(parse_function_bench(changed("merit = \"figure_of_merit\"", "merit = \"figure\""), "x"),
               InputError);
  EXPECT_THROW(parse_function_bench(changed("at_least = 60", "above = 60"), "x"), InputError);
  EXPECT_THROW(parse_function_bench(changed("inverting = \"fb\"", "inverted = \"fb\""), "x"), InputError);
}

}  // namespace
}  // namespace nullor
