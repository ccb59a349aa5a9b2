// The oracle itself: its states satisfy the circuit's laws, its gradients agree with finite differences, and
// every learning rule tends to the gradient it is known to tend to.
#include "nullor/resistive/deep_oracle_test.h"

#include <gtest/gtest.h>

#include "nullor/resistive/deep_oracle_rules_test.h"

namespace nullor::test {
namespace {

constexpr int kSettled = 400;

struct Case {
  const char* name;
  std::vector<int> widths;
  UnitDiode diode;
  double amplifier_gain = 1;
};

std::vector<Case> cases() {
  UnitDiode piecewise, exponential, dropping;
  dropping.forward_drop = 0.05;
  piecewise.forward_drop = 0.1;
  piecewise.on_resistance = 0.5;
  piecewise.leakage = 0.2;
  exponential.saturation_current = 1e-6;
  return {{"ideal", {3, 6, 3}, {}, 1},
          {"deep", {3, 6, 4, 6, 3}, {}, 1},
          {"dropping", {3, 6, 6, 2}, dropping},
          {"piecewise", {3, 6, 6, 2}, piecewise, 1},
          {"exponential", {3, 6, 2}, exponential},
          {"amplified", {3, 6, 4, 2}, {}, 3},
          {"amplified piecewise", {3, 6, 4, 2}, piecewise, 2}};
}

/// A small network with a picture, its target and its settled state.
struct Problem {
  OracleNetwork net;
  Vector target;
  Layers start, free;

  explicit Problem(const Case& c) : net(random(c)) {
    const std::uint8_t pixels[] = {51, 204, 128};
    start = net.rest(pixels);
    free = start;
    EXPECT_TRUE(settle(net, free)) << c.name;
    target = one_hot(1, net.columns.back());
  }

  static DeepNetwork random(const Case& c) {
    DeepNetwork out = DeepNetwork::random(c.widths, 4, Rng(7));
    Rng rng(8);
    for (auto& layer : out.biases) {
      for (float& b : layer) b = static_cast<float>(0.3 * rng.normal());
    }
    out.diode = c.diode;
    out.amplifier_gain = c.amplifier_gain;
    return out;
  }
};

/// |a - b| relative to |b|, over all parameters.
double distance(const OracleGradient& a, const OracleGradient& b) {
  double difference = 0, size = 0;
  const auto take = [&](const Layers& x, const Layers& y) {
    for (std::size_t l = 0; l < x.size(); ++l) {
      for (std::size_t k = 0; k < x[l].size(); ++k) {
        difference += std::pow(x[l][k] - y[l][k], 2);
        size += std::pow(y[l][k], 2);
      }
    }
  };
  take(a.g, b.g);
  take(a.b, b.b);
  return std::sqrt(difference / size);
}

TEST(DeepOracle, SettlesWhereTheCircuitsLawsHold) {
  for (const Case& c : cases()) {
    const Problem p(c);
    EXPECT_LT(kkt_residual(p.net, p.free), 1e-12) << c.name;
    const Nudge nudge{0.3, p.target, {}, false};
    EXPECT_LT(kkt_residual(p.net, nudged(p.net, p.free, kSettled, nudge), nudge), 1e-12) << c.name;
    EXPECT_GT(kkt_residual(p.net, p.start), 1e-3) << c.name;
  }
}

// A resistor from 2 V, a current of -0.3 A, an inhibitory or excitatory node: by hand.
TEST(DeepOracle, SolvesOneNodeByHand) {
  UnitDiode d;
  EXPECT_DOUBLE_EQ(node_voltage(d, 1, {0.5, -0.3}), 0);
  EXPECT_DOUBLE_EQ(node_voltage(d, -1, {0.5, -0.3}), -0.6);
  d.forward_drop = 0.1;
  EXPECT_DOUBLE_EQ(node_voltage(d, 1, {0.5, -0.3}), -0.1);
  d.on_resistance = 2;  // 0.5 v + 0.3 = (-0.1 - v) / 2
  EXPECT_DOUBLE_EQ(node_voltage(d, 1, {0.5, -0.3}), -0.35);
  EXPECT_DOUBLE_EQ(node_voltage(d, -1, {0.5, 0.3}), 0.35);
  d.leakage = 0.25;  // 0.5 v + 0.3 = 0.025 + (-0.1 - v) / 2
  EXPECT_DOUBLE_EQ(node_voltage(d, 1, {0.5, -0.3}), -0.325);
  EXPECT_DOUBLE_EQ(node_voltage(d, 1, {0.5, 0.3}), 0.4);
  d = {};
  d.saturation_current = 1e-9;
  const double v = node_voltage(d, 1, {0.5, -0.3});
  EXPECT_NEAR(0.5 * v + 0.3, 1e-9 * std::expm1(-v / 0.02585), 1e-15);
}

// Tellegen: what resistors and diodes take is what the sources give.
TEST(DeepOracle, DissipatesWhatTheSourcesGive) {
  for (const Case& c : cases()) {
    if (c.amplifier_gain != 1) continue;  // amplifiers give power too
    const Problem p(c);
    double given = 0;
    for (std::size_t j = 0; j < p.net.rows[0]; ++j) {
      for (std::size_t k = 0; k < p.net.columns[0]; ++k)
        given += p.free[0][j] * p.net.conductance(0, j, k) * (p.free[0][j] - p.free[1][k]);
    }
    for (std::size_t l = 1; l <= p.net.layers(); ++l) {
      for (std::size_t k = 0; k < p.free[l].size(); ++k) given += p.net.b[l - 1][k] * p.free[l][k];
    }
    EXPECT_NEAR(dissipation(p.net, p.free), given, 1e-12 * given) << c.name;
  }
}

TEST(DeepOracle, ExactGradientIsThatOfFiniteDifferences) {
  for (const Case& c : cases()) {
    const Problem p(c);
    const auto loss = [&](const OracleNetwork& near) {
      Layers v = p.free;
      settle(near, v);
      return squared_error(v, p.target);
    };
    EXPECT_LT(distance(exact_gradient(p.net, p.free, p.target), finite_differences(p.net, 1e-6, loss)), 1e-7)
        << c.name;
  }
}

TEST(DeepOracle, EquilibriumPropagationTendsToTheExactGradient) {
  for (const Case& c : cases()) {
    const Problem p(c);
    const OracleGradient exact = exact_gradient(p.net, p.free, p.target);
    const auto error = [&](double low, double high) {
      return distance(equilibrium_propagation(p.net, p.free, p.target, kSettled, low, high), exact);
    };
    EXPECT_LT(error(-1e-4, 1e-4), 1e-6) << c.name;
    // Centered: second order in beta. One-sided: first order.
    EXPECT_NEAR(error(-2e-2, 2e-2) / error(-1e-2, 1e-2), 4, 0.5) << c.name;
    EXPECT_NEAR(error(0, 2e-3) / error(0, 1e-3), 2, 0.1) << c.name;
    EXPECT_NEAR(error(-2e-3, 0) / error(-1e-3, 0), 2, 0.1) << c.name;
  }
}

TEST(DeepOracle, BackpropagationIsTheDerivativeOfItsSweeps) {
  for (const Case& c : cases()) {
    const Problem p(c);
    constexpr int kSweeps = 3;
    Layers begin = p.start;
    relax(p.net, begin, 2);
    const auto loss = [&](const OracleNetwork& near) {
      return squared_error(nudged(near, begin, kSweeps, {}), p.target);
    };
    EXPECT_LT(distance(truncated_backpropagation(p.net, begin, p.target, kSweeps),
                       finite_differences(p.net, 1e-6, loss)),
              1e-7)
        << c.name;
    EXPECT_LT(distance(truncated_backpropagation(p.net, p.free, p.target, kSettled),
                       exact_gradient(p.net, p.free, p.target)),
              1e-9)
        << c.name;
  }
}

TEST(DeepOracle, FrequencyPropagationTendsToTheExactGradient) {
  for (const Case& c : cases()) {
    const Problem p(c);
    const OracleGradient exact = exact_gradient(p.net, p.free, p.target);
    for (const int points : {4, 7, 16}) {
      const auto gradient = frequency_propagation(p.net, p.free, p.target, kSettled, 1e-5, points);
      EXPECT_LT(distance(gradient, exact), 1e-6) << c.name << ", " << points << " points";
    }
  }
}

TEST(DeepOracle, CoupledLearningTendsToTheGradientInTheMetricOfTheOutputs) {
  for (const Case& c : cases()) {
    const Problem p(c);
    // S: currents that hold the outputs, by output voltage; the Schur complement of the Jacobian.
    const Eigen::MatrixXd j = jacobian(p.net, p.free);
    const auto outputs = static_cast<Eigen::Index>(p.target.size()), hidden = j.rows() - outputs;
    const Eigen::MatrixXd s =
        j.bottomRightCorner(outputs, outputs) -
        j.bottomLeftCorner(outputs, hidden) *
            j.topLeftCorner(hidden, hidden).partialPivLu().solve(j.topRightCorner(hidden, outputs));
    Eigen::VectorXd error(outputs);
    for (Eigen::Index k = 0; k < outputs; ++k)
      error(k) = p.free.back()[static_cast<std::size_t>(k)] - p.target[static_cast<std::size_t>(k)];
    const Eigen::VectorXd slope = s * error;
    const OracleGradient limit =
        adjoint_gradient(p.net, p.free, Vector(slope.data(), slope.data() + outputs));
    EXPECT_LT(distance(coupled_learning(p.net, p.free, p.target, kSettled, 1e-5), limit), 1e-4) << c.name;
  }
}

// With stiff springs the parameters hardly move while the states relax.
TEST(DeepOracle, AgnosticStepTendsToEquilibriumPropagation) {
  for (const Case& c : cases()) {
    const Problem p(c);
    constexpr double kRate = 2e-11, kBeta = 1e-3;  // their ratio is the softness
    const Vector rates(p.net.layers(), kRate);
    const OracleNetwork after =
        agnostic_step(p.net, {p.free, p.free}, {p.target, p.target}, kSettled, kBeta, rates, rates);
    OracleGradient change(p.net);
    OracleGradient expected = equilibrium_propagation(p.net, p.free, p.target, kSettled, 0, kBeta);
    for (std::size_t l = 0; l < p.net.layers(); ++l) {
      for (std::size_t k = 0; k < p.net.g[l].size(); ++k) {
        change.g[l][k] = (p.net.g[l][k] - after.g[l][k]) / kRate;
        // A conductance at its limit does not go on.
        expected.g[l][k] = std::min(expected.g[l][k], p.net.g[l][k] / kRate);
      }
      for (std::size_t k = 0; k < p.net.b[l].size(); ++k)
        change.b[l][k] = (p.net.b[l][k] - after.b[l][k]) / kRate;
    }
    EXPECT_LT(distance(change, expected), 1e-4) << c.name;
  }
}

// Amplifiers of gain a that pass currents back divided by a are a network without any, whose layer l has
// a^(l - 1) times less voltage and current.
TEST(DeepOracle, AmplifiersAreAScaleOfTheVoltages) {
  const Case c = cases()[5];
  const Problem amplified(c);
  OracleNetwork plain = amplified.net;
  plain.amplifier_gain = 1;
  for (std::size_t l = 0; l < plain.layers(); ++l) {
    for (double& b : plain.b[l]) b /= std::pow(c.amplifier_gain, static_cast<double>(l));
  }
  const Layers v = nudged(plain, amplified.start, kSettled, {});
  for (std::size_t l = 1; l <= plain.layers(); ++l) {
    for (std::size_t k = 0; k < v[l].size(); ++k) {
      const double scaled = v[l][k] * std::pow(c.amplifier_gain, static_cast<double>(l - 1));
      EXPECT_NEAR(amplified.free[l][k], scaled, 1e-9);
    }
  }
}

}  // namespace
}  // namespace nullor::test
