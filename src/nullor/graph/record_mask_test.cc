#include "nullor/graph/record_mask.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "nullor/base/error.h"
#include "nullor/graph/electrical_rules.h"

namespace nullor::graph {
namespace {

using T = RecordTokens;

/// Writes with random preferences: each token has a weight that stays, so that runs are as lopsided as a
/// model's.
std::optional<Topology> write(const Conditions& conditions, Rng& rng, double sharpness) {
  std::vector<double> weight(T::kCount);
  for (double& w : weight) w = std::exp(sharpness * rng.normal());
  RecordMask mask(conditions);
  std::vector<int> tokens = prompt(conditions);
  while (!mask.finished()) {
    const std::span<const std::uint8_t> allowed = mask.allowed();
    double total = 0;
    for (std::size_t t = 0; t < allowed.size(); ++t) total += allowed[t] ? weight[t] : 0;
    if (total == 0) return std::nullopt;
    double draw = rng.uniform() * total;
    int token = -1;
    for (std::size_t t = 0; t < allowed.size(); ++t) {
      if (!allowed[t]) continue;
      token = static_cast<int>(t);
      if ((draw -= weight[t]) < 0) break;
    }
    tokens.push_back(token);
    mask.push(token);
  }
  return RecordLanguage().decode(tokens);
}

void expect_valid(const Conditions& conditions, const std::optional<Topology>& circuit, std::uint64_t seed) {
  ASSERT_TRUE(circuit) << "no token is left, seed " << seed;
  const auto breaks = check_rules(*circuit);
  EXPECT_TRUE(breaks.empty()) << breaks[0].text << ", seed " << seed << "\n" << netlist_text(*circuit);
  EXPECT_EQ(unmet(conditions, *circuit), "") << "seed " << seed << "\n" << netlist_text(*circuit);
}

Conditions random_conditions(Rng& rng) {
  Conditions out;
  out.max_devices = 1 + static_cast<int>(rng.below(12));
  out.min_devices = rng.below(2) == 0
                        ? out.max_devices
                        : 1 + static_cast<int>(rng.below(static_cast<std::uint64_t>(out.max_devices)));
  for (int k = 0; k < kDeviceKinds; ++k) {
    const double draw = rng.uniform();
    out.forbidden[static_cast<std::size_t>(k)] = draw < 0.35;
    out.required[static_cast<std::size_t>(k)] = draw > 0.93;
  }
  for (int role = 1; role < kPortRoles; ++role) {
    if (rng.uniform() < 0.15)
      out.ports[static_cast<std::size_t>(role)] = role < 3 ? 1 : 1 + static_cast<int>(rng.below(3));
  }
  out.only_ports = rng.below(3) == 0;
  return out;
}

TEST(RecordMask, WritesValidCircuitsWhateverTheModelPrefers) {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    Rng rng(seed);
    Conditions conditions;
    conditions.max_devices = 1 + static_cast<int>(seed % 40);
    expect_valid(conditions, write(conditions, rng, 3), seed);
  }
}

TEST(RecordMask, MeetsConditionsOrRefusesThemAtOnce) {
  int written = 0;
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    Rng rng(seed);
    const Conditions conditions = random_conditions(rng);
    try {
      RecordMask mask(conditions);
    } catch (const InputError&) {
      continue;
    }
    expect_valid(conditions, write(conditions, rng, 2), seed);
    if (HasFatalFailure()) return;
    ++written;
  }
  EXPECT_GT(written, 1000);
}

TEST(RecordMask, CompletesACircuitThatWasBegun) {
  const std::vector<std::string> ports = {"VDD", "VSS", "VIN1", "VIN2"};
  Conditions conditions{.max_devices = 9};
  conditions.partial =
      parse_netlist("M1 (a VIN1 t b) nmos4\nM2 (c VIN2 t d) nmos4\nC1 (e f) capacitor", ports, "test");
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Rng rng(seed);
    const auto circuit = write(conditions, rng, 2);
    expect_valid(conditions, circuit, seed);
    ASSERT_GE(circuit->devices.size(), 3u);
    EXPECT_EQ(circuit->devices[0].kind, DeviceKind::nmos);
    EXPECT_EQ(circuit->devices[2].kind, DeviceKind::capacitor);
  }
}

TEST(RecordMask, ABulkIsNotWhatMendsACircuit) {
  const std::vector<std::string> ports = {"VDD"};
  Conditions conditions{.min_devices = 2, .max_devices = 2};
  conditions.partial = parse_netlist("R1 (VDD a) resistor", ports, "test");
  RecordMask mask(conditions);
  using T = RecordTokens;
  const int vdd = T::port(PortRole::vdd, 1), vss = T::port(PortRole::vss, 1), a = T::internal(1);
  for (const int token : {T::kind(DeviceKind::nmos), vdd, vdd}) mask.push(token);
  EXPECT_TRUE(mask.allowed()[static_cast<std::size_t>(a)]);
  EXPECT_FALSE(mask.allowed()[static_cast<std::size_t>(vss)]);
  mask.push(a);
  EXPECT_TRUE(mask.allowed()[static_cast<std::size_t>(vss)]);
}

TEST(RecordMask, LeavesGoodCircuitsAlone) {
  const std::vector<std::string> ports = {"VDD", "VSS", "VIN1", "VIN2", "VOUT1", "VB1"};
  const Topology pair = parse_netlist(
      "M1 (a VIN1 t VSS) nmos4\nM2 (VOUT1 VIN2 t VSS) nmos4\nM3 (t VB1 VSS VSS) nmos4\nM4 (a a VDD VDD) "
      "pmos4\n"
      "M5 (VOUT1 a VDD VDD) pmos4\nR1 (VOUT1 x) resistor\nC1 (x a) capacitor\n",
      ports, "test");
  const RecordLanguage language(0);
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Rng rng(seed);
    Conditions conditions{.min_devices = 7, .max_devices = 7};
    RecordMask mask(conditions);
    const std::vector<int> tokens = language.encode(pair, rng);
    for (std::size_t i = 1; i < tokens.size(); ++i) {
      ASSERT_TRUE(mask.allowed()[static_cast<std::size_t>(tokens[i])])
          << "seed " << seed << ", token " << i << " " << language.token_text(tokens[i]);
      mask.push(tokens[i]);
    }
    EXPECT_TRUE(mask.finished());
  }
}

TEST(RecordMask, RefusesContradictions) {
  const auto refuses = [](const Conditions& conditions, const std::string& what) {
    try {
      RecordMask mask(conditions);
      ADD_FAILURE() << what;
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find(what), std::string::npos) << error.what();
    }
  };
  refuses({.max_devices = 0}, "no devices");
  refuses({.max_devices = 1000}, "over the limit");
  refuses({.min_devices = 5, .max_devices = 4}, "contradict");
  Conditions opamp{.family = Family::opamp};
  for (int k = 0; k < 4; ++k) opamp.forbidden[static_cast<std::size_t>(k)] = true;
  refuses(opamp, "every transistor is forbidden");
  Conditions both;
  both.forbidden[0] = both.required[0] = true;
  refuses(both, "required and forbidden");
  Conditions small{.max_devices = 1};
  small.ports[static_cast<std::size_t>(PortRole::vb)] = 10;
  refuses(small, "budget is too small");
}

}  // namespace
}  // namespace nullor::graph
