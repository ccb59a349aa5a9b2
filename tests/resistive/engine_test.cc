// Piecewise-linear and exponential diodes: the resistive solver and the numerical engine read the same deck
// and agree.

#include "nullor/simulate/engine.h"

#include <gtest/gtest.h>

#include <cmath>

#include "nullor/base/rng.h"
#include "nullor/resistive/circuit_network.h"
#include "nullor/resistive/solve.h"

namespace nullor {
namespace {

/// A ladder of resistors with rungs, sources and diodes at random places, in one of two kinds.
std::string random_deck(Rng& rng, int nodes, bool exponential) {
  std::string deck = "random\n.options reltol=1e-10 abstol=1e-15 vntol=1e-12 gmin=1e-15\n.op\n";
  const auto node = [&] { return std::to_string(rng.below(static_cast<std::uint64_t>(nodes + 1))); };
  const auto add = [&](const std::string& line) { deck += line + "\n"; };
  for (int k = 1; k <= nodes; ++k) {
    add("ra" + std::to_string(k) + " " + std::to_string(k) + " " +
        std::to_string(rng.below(static_cast<std::uint64_t>(k))) + " " +
        std::to_string(rng.uniform(100, 5000)));
    add("rb" + std::to_string(k) + " " + std::to_string(k) + " " + node() + " " +
        std::to_string(rng.uniform(100, 5000)));
  }
  for (int k = 0; k < 3; ++k) {
    const std::string name = std::to_string(k);
    add("v" + name + " s" + name + " 0 " + std::to_string(rng.uniform(-10, 10)));
    add("rs" + name + " s" + name + " " + node() + " 50");
    add("i" + name + " " + node() + " " + node() + " " + std::to_string(rng.uniform(-1e-3, 1e-3)));
  }
  for (int k = 0; k < nodes; ++k) {
    add("d" + std::to_string(k) + " " + node() + " " + node() + (k % 2 ? " m1" : " m2"));
  }
  add(exponential ? ".model m1 d(is=1e-14)\n.model m2 d(is=1e-9 n=1.8 rs=5)"
                  : ".model m1 d(ron=2 roff=10meg vfwd=0.6)\n.model m2 d(ron=50 vfwd=0)");
  return deck;
}

void expect_agreement(bool exponential) {
  const Rng seed(exponential ? 31 : 32);
  for (int k = 0; k < 40; ++k) {
    Rng rng = seed.split(static_cast<std::uint64_t>(k));
    const Circuit circuit = read_circuit_text(random_deck(rng, 4 + k, exponential));
    const auto network = resistive::network_of(circuit);
    const auto ours = resistive::solve(network);
    ASSERT_EQ(ours.outcome, resistive::Outcome::solved)
        << k << ' ' << ours.kkt_residual << ' ' << ours.message;
    Engine engine(circuit);
    const Table op = engine.run_op({}).at(0);
    for (std::size_t node = 1; node < circuit.nodes.size(); ++node) {
      const Column* v = op.find("v(" + circuit.nodes[node] + ")");
      ASSERT_NE(v, nullptr) << circuit.nodes[node];
      EXPECT_NEAR(ours.node_voltages[node], v->real[0], 1e-6) << k << " node " << circuit.nodes[node];
    }
  }
}

TEST(ResistiveAndEngine, AgreeOnDiodesOfTwoLines) { expect_agreement(false); }
TEST(ResistiveAndEngine, AgreeOnExponentialDiodes) { expect_agreement(true); }

TEST(ResistiveAndEngine, TheEngineSendsIdealDiodesAway) {
  Circuit circuit = read_circuit_text("t\nv1 a 0 1\nr1 a b 1\nd1 b 0 ideal\n");
  EXPECT_EQ(resistive::solve(resistive::network_of(circuit)).outcome, resistive::Outcome::solved);
  try {
    Engine engine(std::move(circuit));
    FAIL() << "took an ideal diode";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("nullor resistive solve"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace nullor
