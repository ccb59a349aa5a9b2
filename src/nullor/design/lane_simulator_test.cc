// Set-ups in lanes against the scalar engine, sample by sample.

#include "nullor/design/lane_simulator.h"

#include <gtest/gtest.h>

#include "nullor/base/rng.h"
#include "nullor/simulate/engine.h"

namespace nullor {
namespace {

const char* const kStage = R"(one stage
.param w=20u l=1u vdd=3 bias=1.1 r=10k
.model n nmos vto=0.6 kp=1e-4 lambda=0.05 gamma=0.4 tox=1e-8 kf=1e-25 af=1.2 cgso=2e-10 cgdo=2e-10
.model d d is=1e-14 rs=10 kf=1e-16
vdd vdd 0 {vdd}
vin in 0 dc {bias} ac 1
rin in g 1k
rl vdd out {r}
m1 out g s 0 n w={w} l={l}
rs s 0 200
cl out 0 1p
d1 0 out d
i1 out 0 1u
.options reltol=1e-9 abstol=1e-18 vntol=1e-12
)";

struct Stage {
  explicit Stage(const std::string& cards) : circuit(read_circuit_text(kStage + cards + ".end\n")) {}

  Pinned sample(int k) const {
    Rng rng = Rng(5).split(static_cast<std::uint64_t>(k));
    Pinned out;
    for (const char* name : {"w", "l", "vdd", "bias", "r"}) {
      const ParameterId id = circuit.parameters.find(name);
      out.emplace_back(
          id, circuit.parameters.evaluate()[static_cast<std::size_t>(id)] * (0.7 + 0.6 * rng.uniform()));
    }
    return out;
  }
  std::vector<Table> alone(int k) const {
    Circuit own = circuit;
    for (const auto& [id, value] : sample(k)) own.parameters.override_value(id, value);
    Engine engine(std::move(own));
    std::vector<Table> out;
    for (const AnalysisCard& card : circuit.analyses) {
      for (Table& table : engine.run(card)) out.push_back(std::move(table));
    }
    return out;
  }

  Circuit circuit;
};

/// All tables of more samples than there are lanes.
void expect_the_same(const std::string& cards, double relative) {
  SCOPED_TRACE(cards);
  const Stage setup(cards);
  ASSERT_TRUE(LaneSimulator::supports(setup.circuit));
  LaneSimulator lanes(setup.circuit, false);
  constexpr int kSamples = 2 * kLanes + 3;
  std::vector<Pinned> samples;
  for (int k = 0; k < kSamples; ++k) samples.push_back(setup.sample(k));
  const auto found = lanes.run(samples, [](std::size_t, const Table&) { return false; }, {});
  for (int k = 0; k < kSamples; ++k) {
    const auto& one = found[static_cast<std::size_t>(k)];
    ASSERT_TRUE(one) << k;
    const std::vector<Table> expected = setup.alone(k);
    ASSERT_EQ(one->tables.size(), expected.size());
    for (std::size_t t = 0; t < expected.size(); ++t) {
      const Table &a = one->tables[t], &b = expected[t];
      EXPECT_EQ(a.kind, b.kind);
      ASSERT_EQ(a.columns.size(), b.columns.size());
      ASSERT_EQ(a.rows(), b.rows());
      for (std::size_t c = 0; c < b.columns.size(); ++c) {
        EXPECT_EQ(a.columns[c].name, b.columns[c].name);
        for (std::size_t r = 0; r < b.columns[c].real.size(); ++r)
          ASSERT_NEAR(a.columns[c].real[r], b.columns[c].real[r],
                      relative * std::abs(b.columns[c].real[r]) + 1e-18)
              << b.columns[c].name << " of sample " << k;
      }
    }
  }
}

TEST(LaneSimulator, HasTheNoiseOfTheScalarEngine) {
  expect_the_same(".noise v(out) vin dec 5 1 1e9\n", 1e-7);
  expect_the_same(".noise v(out, s) i1 dec 5 1 1e9 1\n", 1e-7);
}

TEST(LaneSimulator, SweepsSourcesAsTheScalarEngine) {
  expect_the_same(".save v(out) i(vdd)\n.dc vin 0 3 0.1\n", 1e-7);
  expect_the_same(".save v(out) v(s)\n.dc vin 0 2 0.25 i1 0 20u 5u\n.op\n", 1e-7);
  // Behind the sweep the sources stand where the samples have them.
  expect_the_same(".dc vdd 0 3 1\n.noise v(out) vin dec 2 10 1e6\n.dc temp 0 50 25\n", 1e-6);
}

TEST(LaneSimulator, LeavesSweepsOfOtherThingsToTheScalarEngine) {
  EXPECT_FALSE(LaneSimulator::supports(Stage(".dc rl 1k 2k 100\n").circuit));
  EXPECT_FALSE(LaneSimulator::supports(Stage(".dc vin 0 1 0.1 temp 0 50 25\n").circuit));
}

// A line's delay, a channel's lag (acnqsmod): lanes know G + j omega C alone.
TEST(LaneSimulator, LeavesResponsesWithDelaysAlone) {
  const auto simulated = [](const std::string& lines) {
    const Circuit circuit =
        read_circuit_text("t\n.param r=50\nr1 a b {r}\n" + lines + ".ac lin 1 1g 1g\n.end\n");
    const Pinned sample = {{circuit.parameters.find("r"), 51.0}};
    const auto never = [](std::size_t, const Table&) { return false; };
    return LaneSimulator(circuit, false).run({&sample, 1}, never, {})[0].has_value();
  };
  EXPECT_FALSE(simulated("v1 a 0 dc 1 ac 1\nt1 b 0 c 0 z0=50 td=1n\nr2 c 0 50\n"));
  const std::string transistor =
      "v1 a 0 dc 1 ac 1\nm1 b a 0 0 n w=1u l=1u\nr2 b 0 50\n.model n nmos level=14 ";
  EXPECT_FALSE(simulated(transistor + "acnqsmod=1\n"));
  EXPECT_TRUE(simulated(transistor + "acnqsmod=0\n"));
}

}  // namespace
}  // namespace nullor
