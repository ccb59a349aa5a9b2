#include "nullor/resistive/solve.h"

#include <gtest/gtest.h>

#include <cmath>

#include "nullor/base/rng.h"
#include "nullor/resistive/dense_oracle.h"
#include "nullor/resistive/kkt.h"
#include "nullor/resistive/read_edge_list.h"

namespace nullor::resistive {
namespace {

ResistiveNetwork parse(const std::string& text) { return read_edge_list_text(text); }

constexpr Method kConvergent[] = {Method::automatic, Method::active_set, Method::conjugate_gradients,
                                  Method::interior_point};

// The stall of plain coordinate descent: a diode between two free nodes. The answer is (1 V, 1 V).
TEST(ResistiveNetwork, JoinsNodesAcrossAConductingDiode) {
  const auto net = parse("V1 s 0 2\nR1 s a 1\nR2 b 0 1\nD1 a b ideal");
  for (const Method method : kConvergent) {
    const auto state = solve(net, {.method = method});
    EXPECT_EQ(state.outcome, Outcome::solved) << name_of(method);
    EXPECT_NEAR(state.voltage("a"), 1.0, 1e-12) << name_of(method);
    EXPECT_NEAR(state.voltage("b"), 1.0, 1e-12) << name_of(method);
    EXPECT_LT(state.kkt_residual, 1e-12) << name_of(method);
  }
}

struct RandomShape {
  int nodes = 0;
  bool ideal_only = false;
  bool drops = true;
};

ResistiveNetwork random_network(Rng& rng, const RandomShape& shape) {
  ResistiveNetwork net;
  net.node_count = shape.nodes;
  const auto node = [&] { return static_cast<int>(rng.below(static_cast<std::uint64_t>(shape.nodes))); };
  for (int k = 1; k < shape.nodes; ++k) {  // a random tree holds all nodes
    const int to = static_cast<int>(rng.below(static_cast<std::uint64_t>(k)));
    net.add_resistor(k, to, std::exp(rng.uniform(-2, 2)));
  }
  for (int k = 0; k < 2 * shape.nodes; ++k) net.add_resistor(node(), node(), std::exp(rng.uniform(-2, 2)));
  for (int k = 0; k < 1 + shape.nodes / 10; ++k) {
    const int source = net.add_node();
    net.add_voltage_source(source, 0, rng.uniform(-1, 1));
    net.add_resistor(source, node(), std::exp(rng.uniform(-2, 2)));
  }
  for (int k = 0; k < shape.nodes / 10; ++k) net.add_current_source(node(), node(), rng.uniform(-0.3, 0.3));
  // Rails at odd voltages for diodes: a network clamped to ground by ideal diodes is all zero, and every
  // diode in it both at its drop and without current.
  const int rails[] = {net.add_node(), net.add_node()};
  net.add_voltage_source(rails[0], 0, rng.uniform(-0.3, -0.05));
  net.add_voltage_source(rails[1], 0, rng.uniform(0.05, 0.3));
  for (int k = 0; k < 1 + shape.nodes / 2; ++k) {
    DiodeModel model;
    // Some drop, so that a loop of diodes leaves room inside, which the barrier method needs.
    if (shape.drops) model.forward_drop = rng.uniform(0.001, rng.uniform() < 0.5 ? 0.01 : 0.3);
    if (!shape.ideal_only && rng.uniform() < 0.3) model.on_resistance = std::exp(rng.uniform(-4, 1));
    if (!shape.ideal_only && rng.uniform() < 0.3) model.leakage = std::exp(rng.uniform(-9, -2));
    int a = 1 + node() % (shape.nodes - 1), c = 1 + node() % (shape.nodes - 1);
    if (rng.uniform() < 0.3 || c == a) (rng.uniform() < 0.5 ? a = rails[0] : c = rails[1]);
    net.add_diode(a, c, model);
  }
  return net;
}

TEST(ResistiveNetwork, AgreesWithADenseBarrierMethod) {
  const Rng seed(7);
  for (int k = 0; k < 100; ++k) {
    Rng rng = seed.split(static_cast<std::uint64_t>(k));
    const auto net =
        random_network(rng, {.nodes = 3 + static_cast<int>(rng.below(40)), .ideal_only = k % 3 == 0});
    const auto expected = oracle::node_voltages(net);
    for (const Method method : kConvergent) {
      const auto state = solve(net, {.method = method});
      ASSERT_EQ(state.outcome, Outcome::solved) << k << ' ' << name_of(method) << ' ' << state.kkt_residual;
      EXPECT_LT(state.kkt_residual, 1e-10);
      EXPECT_NEAR(state.delivered_power, state.dissipated_power, 1e-9 * (1 + state.dissipated_power));
      for (std::size_t node = 0; node < expected.size(); ++node) {
        ASSERT_NEAR(state.node_voltages[node], expected[node], 1e-9)
            << k << ' ' << name_of(method) << ' ' << node;
      }
    }
  }
}

// Without drops many diodes are at their drop and carry nothing, and loops of them share their currents in
// any way.
TEST(ResistiveNetwork, ProvesDegenerateNetworks) {
  const Rng seed(8);
  for (int k = 0; k < 150; ++k) {
    Rng rng = seed.split(static_cast<std::uint64_t>(k));
    const auto net = random_network(
        rng, {.nodes = 3 + static_cast<int>(rng.below(300)), .ideal_only = k % 2 == 0, .drops = false});
    const auto state = solve(net);
    ASSERT_EQ(state.outcome, Outcome::solved) << k << ' ' << state.message;
    EXPECT_LT(state.kkt_residual, 1e-12) << k;
    EXPECT_EQ(state.method, Method::active_set);
  }
}

}  // namespace
}  // namespace nullor::resistive
