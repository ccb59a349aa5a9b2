// Decks of circuits without sizes: ngspice runs them as they are and finds the same operating points.

#include "nullor/design/topology_deck.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>

#include "nullor/base/error.h"
#include "nullor/base/file.h"
#include "nullor/base/process.h"
#include "nullor/base/test_folder.h"
#include "nullor/design/sample_topologies.h"
#include "nullor/graph/electrical_rules.h"
#include "nullor/io/raw_file.h"
#include "nullor/simulate/engine.h"

namespace nullor {
namespace {

namespace fs = std::filesystem;
using graph::Topology;

constexpr const char* kTight = ".options reltol=1e-9 abstol=1e-15 vntol=1e-12";

/// The operating point that ngspice finds.
Table by_ngspice(const std::string& deck) {
  const TestFolder folder;
  write_file(folder.path("deck.cir"), deck);
  run_program({"ngspice", "-b", "-r", folder.path("out.raw"), folder.path("deck.cir")}, folder.path("log"));
  if (!fs::exists(folder.path("out.raw"))) {
    ADD_FAILURE() << read_file(folder.path("log"));
    return {};
  }
  auto tables = read_raw(read_file(folder.path("out.raw")));
  return tables.empty() ? Table{} : std::move(tables.front());
}

/// Largest difference of a node voltage [V]; infinite when a net of the circuit is not among ngspice's nodes.
double difference(const Topology& topology, TopologyDeckOptions options) {
  options.cards = {kTight, ".op"};
  const std::string deck = make_deck(topology, options).text;
  const Table theirs = by_ngspice(deck);
  Engine engine(read_circuit_text(deck, "deck"));
  const OperatingPoint ours = engine.operating_point({});
  double worst = 0;
  std::size_t compared = 0;
  for (const Column& column : theirs.columns) {
    if (column.quantity != Quantity::voltage || !column.name.starts_with("v(")) continue;
    const int node = engine.circuit().find_node(column.name.substr(2, column.name.size() - 3));
    if (node < 0) continue;
    const auto unknown = static_cast<std::size_t>(engine.dae().unknown_of_node(node));
    worst = std::max(worst, std::fabs(column.real.front() - ours.x[unknown]));
    ++compared;
  }
  return compared + 1 < topology.nets.size() ? INFINITY : worst;  // all but VSS
}

class Deck : public testing::Test {
 protected:
  void SetUp() override {
    if (std::system("ngspice --version > /dev/null 2>&1") != 0) GTEST_SKIP() << "no ngspice";
  }
};

TEST_F(Deck, OfAnOtaRunsInNgspice) { EXPECT_LT(difference(samples::ota(), {}), 1e-6); }
TEST_F(Deck, OfTwoStagesRunsInNgspice) { EXPECT_LT(difference(samples::two_stage(), {}), 1e-6); }
TEST_F(Deck, OfBipolarTransistorsRunsInNgspice) { EXPECT_LT(difference(samples::bipolar_pair(), {}), 1e-6); }
TEST_F(Deck, OfAnOscillatorRunsInNgspice) { EXPECT_LT(difference(samples::lc_oscillator(), {}), 1e-6); }
TEST_F(Deck, OfLogicCellsRunsInNgspice) { EXPECT_LT(difference(samples::logic(), {}), 1e-6); }

TEST_F(Deck, OfSky130RunsInNgspice) {
  const char* given = std::getenv("NULLOR_DATA");
  const std::string data = given ? given : std::string(NULLOR_SOURCE_DIR) + "/../shared/data";
  const std::string models = data + "/sky130/corners/tt_flat.spice";
  if (!fs::exists(models)) GTEST_SKIP() << "no " << models << ": set NULLOR_DATA";
  TopologyDeckOptions options;
  options.technology = Technology::sky130;
  options.models = {models};
  EXPECT_LT(difference(samples::two_stage(), options), 1e-6);
}

// The rules know which ports hold a voltage; the sources here must hold the same ones.
TEST(PortSources, HoldTheVoltagesThatTheRulesCountOn) {
  for (int r = 1; r < graph::kPortRoles; ++r) {
    const auto role = static_cast<graph::PortRole>(r);
    if (role == graph::PortRole::vss) continue;
    Topology circuit = samples::ota();
    circuit.nets[static_cast<std::size_t>(circuit.find_net("VB1"))].role = role;
    for (const PortSource& source : port_sources(circuit)) {
      if (circuit.nets[static_cast<std::size_t>(source.net)].name != "VB1") continue;
      const bool held = source.drive == PortDrive::voltage || source.drive == PortDrive::clock;
      EXPECT_EQ(held, graph::fixes_voltage(role)) << graph::role_name(role);
    }
  }
}

TEST(TopologyDeck, Sky130NeedsItsModels) {
  EXPECT_THROW(make_deck(samples::ota(), {.technology = Technology::sky130}), InputError);
}

/// Both levels of both inputs, through the transistors of the cell.
TEST(TopologyDeck, ExclusiveOrIsOne) {
  const Topology gate = samples::topology("X1 (LOGICA1 LOGICB1 VDD VSS VOUT1) XOR\n",
                                          {"VDD", "VSS", "LOGICA1", "LOGICB1", "VOUT1"}, graph::Family::pll);
  for (const int a : {0, 1}) {
    for (const int b : {0, 1}) {
      std::vector<PortSource> sources = port_sources(gate);
      for (PortSource& source : sources) {
        if (gate.nets[static_cast<std::size_t>(source.net)].name == "LOGICA1") source.value = 1.8 * a;
        if (gate.nets[static_cast<std::size_t>(source.net)].name == "LOGICB1") source.value = 1.8 * b;
      }
      Engine engine(read_circuit_text(make_deck(gate, sources).text, "deck"));
      const OperatingPoint point = engine.operating_point({});
      const int node = engine.circuit().find_node("vout1");
      EXPECT_NEAR(point.x[static_cast<std::size_t>(engine.dae().unknown_of_node(node))], a != b ? 1.8 : 0,
                  1e-3)
          << a << b;
    }
  }
}

/// Its pulses last from an edge of one input to the edge of the other.
TEST(TopologyDeck, ThePhaseDetectorTellsWhichInputLeads) {
  const Topology detector =
      samples::topology("X1 (LOGICA1 LOGICB1 LOGICQA1 LOGICQB1 VDD VSS) PFD\n",
                        {"VDD", "VSS", "LOGICA1", "LOGICB1", "LOGICQA1", "LOGICQB1"}, graph::Family::pll);
  for (const bool a_leads : {true, false}) {
    std::string text = make_deck(detector, {.cards = {".tran 1n 5u"}}).text;
    const std::string later = a_leads ? "vlogicb1 logicb1 0" : "vlogica1 logica1 0",
                      first = a_leads ? "vlogica1 logica1 0" : "vlogicb1 logicb1 0";
    for (const auto& [source, delay] : {std::pair(first, "0.1u"), std::pair(later, "0.3u")}) {
      const auto begin = text.find(source), end = text.find('\n', begin);
      text.replace(begin, end - begin, source + " pulse(0 1.8 " + delay + " 1n 1n 0.4u 1u)");
    }
    Engine engine(read_circuit_text(text, "deck"));
    const Table table = engine.run(engine.circuit().analyses.front()).front();
    const auto share_high = [&](const std::string& name) {
      double high = 0;
      for (const Column& column : table.columns) {
        if (column.name != name) continue;
        for (std::size_t k = 1; k < table.rows(); ++k) {
          const double time = table.columns[0].real[k];
          if (time > 2e-6 && column.real[k] > 0.9) high += time - table.columns[0].real[k - 1];
        }
      }
      return high / 3e-6;
    };
    EXPECT_NEAR(share_high(a_leads ? "v(logicqa1)" : "v(logicqb1)"), 0.2, 0.01);
    EXPECT_LT(share_high(a_leads ? "v(logicqb1)" : "v(logicqa1)"), 0.01);
  }
}

TEST(TopologyDeck, NamesThatSpiceCannotReadAreReplaced) {
  Topology odd = samples::ota();
  odd.nets[0].name = "a b;c";
  odd.devices[0].name = "tail pair/1";
  odd.devices[1].name = "TAIL PAIR/1";
  const TopologyDeck deck = make_deck(odd);
  EXPECT_EQ(deck.nets[0], "a_b_c");
  EXPECT_EQ(deck.devices[0], "mtail_pair_1");
  EXPECT_EQ(deck.devices[1], "mtail_pair_1_2");
  EXPECT_NO_THROW(read_circuit_text(deck.text, "deck"));
}

TEST(TopologyDeck, ASubcircuitHasItsPortsInOrder) {
  const TopologyDeck deck = make_subcircuit(samples::ota(), "amp");
  EXPECT_NE(deck.text.find(".subckt amp vdd vss vin1 vin2 vout1 vb1\n"), std::string::npos) << deck.text;
}

PortSource source_of(const Topology& topology, const std::string& port) {
  for (const PortSource& source : port_sources(topology)) {
    if (topology.nets[static_cast<std::size_t>(source.net)].name == port) return source;
  }
  return {};
}

TEST(PortSources, CurrentsFlowTheWayTransistorsConduct) {
  EXPECT_GT(source_of(samples::two_stage(), "IB1").value, 0) << "into a diode of n-channel";
  const Topology mirror = samples::topology("M1 (IB1 IB1 VDD VDD) pmos4\nM2 (IOUT1 IB1 VDD VDD) pmos4\n",
                                            {"VDD", "VSS", "IB1", "IOUT1"}, graph::Family::mirror_bias);
  EXPECT_LT(source_of(mirror, "IB1").value, 0) << "out of a diode of p-channel";
  const Topology pair = samples::topology("M1 (VOUT1 VIN1 IB1 VSS) nmos4\nR1 (VDD VOUT1) resistor\n",
                                          {"VDD", "VSS", "IB1", "VIN1", "VOUT1"}, graph::Family::opamp);
  EXPECT_LT(source_of(pair, "IB1").value, 0) << "out of sources of n-channel";
}

TEST(PortSources, VoltagesTurnOnWhatTheyControl) {
  EXPECT_NEAR(source_of(samples::ota(), "VB1").value, 0.65, 1e-12) << "a tail";
  EXPECT_NEAR(source_of(samples::ota(), "VIN1").value, 0.9, 1e-12) << "one transistor above the tail";
  EXPECT_EQ(source_of(samples::ota(), "VOUT1").drive, PortDrive::open);
  EXPECT_EQ(source_of(samples::logic(), "VCLK1").drive, PortDrive::clock);
}

TEST(PortSources, AConverterIsFedByItsInput) {
  const Topology buck = samples::topology(
      "M1 (net1 VCONT1 VIN1 VIN1) pmos4\nM2 (net1 VCONT1 VSS VSS) nmos4\nL1 (net1 VOUT1) inductor\n",
      {"VSS", "VIN1", "VCONT1", "VOUT1"}, graph::Family::power_converter);
  EXPECT_EQ(source_of(buck, "VIN1").value, 1.8);
  EXPECT_FALSE(source_of(buck, "VIN1").searched());
  EXPECT_EQ(source_of(buck, "VCONT1").drive, PortDrive::clock);
}

}  // namespace
}  // namespace nullor
