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

TEST(ResistiveNetwork, CoordinateDescentStallsAndSaysSo) {
  const auto net = parse("V1 s 0 2\nR1 s a 1\nR2 b 0 1\nD1 a b ideal");
  const auto state = solve(net, {.method = Method::coordinate_descent});
  EXPECT_EQ(state.outcome, Outcome::not_converged);
  EXPECT_GT(state.kkt_residual, 0.1);
}

// A grid with a resistor from every node to a source, diodes from some nodes to rails: what relaxation is
// for.
ResistiveNetwork pinned_grid(int side, std::uint64_t seed) {
  Rng rng(seed);
  ResistiveNetwork net;
  net.node_count = side * side + 1;
  const int rails[] = {net.add_node(), net.add_node()};
  net.add_voltage_source(rails[0], 0, -0.2);
  net.add_voltage_source(rails[1], 0, 0.2);
  const int supply = net.add_node();
  net.add_voltage_source(supply, 0, 1);
  for (int k = 0; k < side * side; ++k) {
    if (k % side != 0) net.add_resistor(k, k + 1, std::exp(rng.uniform(-1, 1)));
    if (k >= side) net.add_resistor(k - side + 1, k + 1, std::exp(rng.uniform(-1, 1)));
    net.add_resistor(k + 1, rng.uniform() < 0.5 ? supply : 0, std::exp(rng.uniform(-1, 1)));
    if (k % 3 == 0) net.add_diode(k + 1, rails[1]);
    if (k % 3 == 1) net.add_diode(rails[0], k + 1, {.forward_drop = 0.01, .on_resistance = k % 2 ? 0.1 : 0});
  }
  return net;
}

TEST(ResistiveNetwork, RelaxationAgreesWithFactorsAndCoordinateDescent) {
  const auto net = pinned_grid(70, 3);
  const auto expected = solve(net, {.method = Method::active_set});
  EXPECT_LT(expected.kkt_residual, 1e-13);
  for (const Method method : {Method::automatic, Method::relaxation, Method::coordinate_descent}) {
    const auto state = solve(net, {.method = method});
    ASSERT_EQ(state.outcome, Outcome::solved) << name_of(method);
    for (std::size_t k = 0; k < state.node_voltages.size(); ++k) {
      ASSERT_NEAR(state.node_voltages[k], expected.node_voltages[k], 2e-9) << name_of(method);
    }
  }
  EXPECT_EQ(solve(net).method, Method::relaxation);
}

TEST(ResistiveNetwork, AnswersTheSameOnAnyNumberOfThreads) {
  const auto net = pinned_grid(300, 4);  // several shares of work for each thread
  for (const Method method : {Method::relaxation, Method::conjugate_gradients}) {
    const auto one = solve(net, {.method = method, .jobs = 1}),
               three = solve(net, {.method = method, .jobs = 3});
    EXPECT_EQ(one.node_voltages, three.node_voltages) << name_of(method);
    EXPECT_EQ(one.diode_currents, three.diode_currents) << name_of(method);
  }
}

TEST(ResistiveNetwork, NamesALoopOfSources) {
  const auto state = solve(parse("V1 a 0 1\nV2 b a 1\nV3 b 0 3\nR1 b 0 1"));
  EXPECT_EQ(state.outcome, Outcome::infeasible);
  for (const char* name : {"'v1'", "'v2'", "'v3'", "edges:3:1", "1V"}) {
    EXPECT_NE(state.message.find(name), std::string::npos) << name << " in " << state.message;
  }
  EXPECT_EQ(solve(parse("V1 a 0 1\nV2 b a 1\nV3 b 0 2\nR1 b 0 1")).outcome, Outcome::solved);
}

TEST(ResistiveNetwork, NamesContradictoryDiodes) {
  const auto direct = solve(parse("V1 a 0 1\nD1 a 0 0.7"));
  EXPECT_EQ(direct.outcome, Outcome::infeasible);
  EXPECT_NE(direct.message.find("'d1'"), std::string::npos) << direct.message;
  // Two in series: 1 V across drops of 0.3 V each.
  const auto chain = solve(parse("V1 a 0 1\nD1 a m 0.3\nD2 m 0 0.3\nR1 m 0 1"));
  EXPECT_EQ(chain.outcome, Outcome::infeasible);
  EXPECT_NE(chain.message.find("'d1'"), std::string::npos) << chain.message;
  EXPECT_NE(chain.message.find("'d2'"), std::string::npos) << chain.message;
  EXPECT_NE(chain.message.find("400mV"), std::string::npos) << chain.message;
  EXPECT_EQ(solve(parse("V1 a 0 1\nD1 a m 0.3\nD2 m 0 0.8\nR1 m 0 1")).outcome, Outcome::solved);
}

TEST(ResistiveNetwork, NamesACurrentWithoutAWayBack) {
  const auto state = solve(parse("I1 0 a 1m\nR1 a b 1k\nD1 0 b"));
  EXPECT_EQ(state.outcome, Outcome::infeasible);
  EXPECT_NE(state.message.find("'i1'"), std::string::npos) << state.message;
  EXPECT_NE(state.message.find("'a', 'b'"), std::string::npos) << state.message;
  EXPECT_NEAR(solve(parse("I1 0 a 1m\nR1 a b 1k\nD1 b 0")).voltage("a"), 1.0, 1e-9);
}

TEST(ResistiveNetwork, NamesFloatingParts) {
  const auto state = solve(parse("V1 s 0 1\nR1 s 0 1\nR2 a b 1\nD1 s a 2"));
  EXPECT_EQ(state.outcome, Outcome::solved);
  ASSERT_EQ(state.floating.size(), 1u);
  EXPECT_EQ(state.floating[0], (std::vector<int>{2, 3}));
  EXPECT_TRUE(solve(parse("V1 s 0 1\nR1 s 0 1\nR2 a b 1\nD1 s a\nR3 b 0 1")).floating.empty());
}

// A bridge whose load has no resistor to ground: its place comes from the diodes that conduct.
TEST(ResistiveNetwork, HoldsAFloatingLoadByConductingDiodes) {
  for (const double volts : {10.0, -10.0}) {
    const auto state = solve(parse("V1 ac 0 " + std::to_string(volts) +
                                   "\nRs ac a 50\nD1 a p\nD2 n a\nD3 0 p\nD4 n 0\nRl p n 1k"));
    EXPECT_EQ(state.outcome, Outcome::solved);
    EXPECT_NEAR(state.voltage("p") - state.voltage("n"), 10.0 * 1000 / 1050, 1e-11);
    EXPECT_TRUE(state.floating.empty());
  }
}

TEST(ResistiveNetwork, SolvesDiodesOfTwoLines) {
  // 5 V over 1 kOhm and a diode of 0.6 V and 10 Ohm that leaks 1 MOhm: by hand.
  const auto state = solve(parse("V1 s 0 5\nR1 s a 1k\nD1 a 0 0.6 10 1meg"));
  const double g = 1e-3, on = 0.1, leak = 1e-6;
  const double expected = (5 * g + 0.6 * (on - leak)) / (g + on);
  EXPECT_NEAR(state.voltage("a"), expected, 1e-12);
  EXPECT_NEAR(state.diode_currents[0], (5 - expected) * g, 1e-15);
  const auto reverse = solve(parse("V1 s 0 -5\nR1 s a 1k\nD1 a 0 0.6 10 1meg"));
  EXPECT_NEAR(reverse.voltage("a"), -5 * g / (g + leak), 1e-12);
  EXPECT_EQ(reverse.conducting[0], 0);
}

TEST(ResistiveNetwork, SolvesExponentialDiodes) {
  ResistiveNetwork net;
  const int s = net.add_node(), a = net.add_node(), b = net.add_node();
  const DiodeModel diode{.saturation_current = 1e-14, .emission_voltage = 0.025852};
  net.add_voltage_source(s, 0, 100);
  net.add_resistor(s, a, 1000);
  net.add_diode(a, b, diode);
  net.add_diode(b, 0, diode);
  for (const Method method : {Method::automatic, Method::coordinate_descent, Method::relaxation}) {
    const auto state =
        solve(net, {.method = method, .max_iterations = method == Method::automatic ? 0 : 20'000});
    ASSERT_EQ(state.outcome, Outcome::solved) << name_of(method) << ' ' << state.kkt_residual;
    const double i = (100 - state.node_voltages[2]) / 1000;
    EXPECT_NEAR(state.node_voltages[2], 2 * 0.025852 * std::log(i / 1e-14 + 1), 1e-9) << name_of(method);
    EXPECT_NEAR(state.node_voltages[3], state.node_voltages[2] / 2, 1e-6) << name_of(method);
  }
}

// Energy by definition: no other voltages that satisfy the constraints have less.
TEST(ResistiveNetwork, HasTheLeastEnergy) {
  Rng rng(11);
  const auto net = random_network(rng, {.nodes = 12, .drops = true});
  const auto state = solve(net);
  for (int k = 0; k < 2000; ++k) {
    Solution other = state;
    for (int node = 1; node < 12; ++node)
      other.node_voltages[static_cast<std::size_t>(node)] += rng.uniform(-1e-3, 1e-3);
    bool feasible = true;
    for (std::size_t d = 0; d < net.diodes.size(); ++d) {
      const double u = other.node_voltages[static_cast<std::size_t>(net.diodes.anode[d])] -
                       other.node_voltages[static_cast<std::size_t>(net.diodes.cathode[d])];
      feasible = feasible && !(net.model_of(d).ideal() && u > net.model_of(d).forward_drop);
    }
    if (!feasible) continue;
    audit(net, other);
    EXPECT_GE(other.energy, state.energy - 1e-15);
  }
}

TEST(KktResidual, SeesWhatIsPlanted) {
  const auto net = parse("V1 s 0 2\nR1 s a 1\nR2 a 0 1\nD1 a 0 1.5");
  const Solution good = solve(net);
  EXPECT_LT(kkt_residual(net, good).largest(), 1e-14);
  Solution bad = good;
  bad.node_voltages[2] += 1e-6;
  EXPECT_GT(kkt_residual(net, bad).kirchhoff, 1e-7);
  bad = good;
  bad.voltage_source_currents[0] += 1e-6;
  EXPECT_GT(kkt_residual(net, bad).kirchhoff, 1e-8);
  bad = good;
  bad.node_voltages[1] += 1e-6;
  EXPECT_GT(kkt_residual(net, bad).sources, 1e-7);
  bad = good;
  bad.diode_currents[0] = -1e-6;
  EXPECT_GT(kkt_residual(net, bad).diodes, 1e-8);
  bad.node_voltages[2] = std::nan("");
  EXPECT_FALSE(kkt_residual(net, bad).largest() < 1);
}

TEST(ResistiveNetwork, RefusesImpossibleValues) {
  ResistiveNetwork net;
  const int a = net.add_node();
  net.add_resistor(a, 0, -5);
  try {
    solve(net);
    FAIL() << "a negative conductance passed";
  } catch (const InputError& error) {
    EXPECT_EQ(error.kind(), ErrorKind::netlist);
    EXPECT_NE(std::string(error.what()).find("'r1' has the negative resistance -5"), std::string::npos)
        << error.what();
  }
  net = {};
  net.add_diode(net.add_node(), 0, {.on_resistance = 10, .leakage = 1});
  EXPECT_THROW(solve(net), InputError);
  net = {};
  net.add_resistor(0, 7, 1);
  EXPECT_THROW(solve(net), InputError);
}

}  // namespace
}  // namespace nullor::resistive
