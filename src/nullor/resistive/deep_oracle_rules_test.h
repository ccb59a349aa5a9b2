#pragma once
/// The gradient of 1/2 |output - target|^2 by every learning rule, each by its definition, one picture at a
/// time.

#include <Eigen/Dense>

#include "nullor/resistive/deep_oracle_test.h"

namespace nullor::test {

/// With respect to the conductances [V2/S] and current sources [V2/A], shaped as they are.
struct OracleGradient {
  Layers g, b;

  explicit OracleGradient(const OracleNetwork& net) {
    for (const Vector& layer : net.g) g.emplace_back(layer.size(), 0.0);
    for (const Vector& layer : net.b) b.emplace_back(layer.size(), 0.0);
  }
  void add(const OracleGradient& other, double factor) {
    for (std::size_t l = 0; l < g.size(); ++l) {
      for (std::size_t k = 0; k < g[l].size(); ++k) g[l][k] += factor * other.g[l][k];
      for (std::size_t k = 0; k < b[l].size(); ++k) b[l][k] += factor * other.b[l][k];
    }
  }
};

/// dE/dg = c_l / c_L 1/2 (a v_j - v_k)^2 and dE/db = -c_l / c_L v_k, E of deep_oracle_test.h (3). Over c_L,
/// so that differences of it by beta are derivatives of the squared error in volts.
inline OracleGradient energy_gradient(const OracleNetwork& net, const Layers& v) {
  OracleGradient out(net);
  for (std::size_t l = 0; l < net.layers(); ++l) {
    const double c = std::pow(net.amplifier_gain, 2.0 * static_cast<double>(net.layers() - 1 - l));
    for (std::size_t k = 0; k < net.columns[l]; ++k) {
      out.b[l][k] = -c * v[l + 1][k];
      for (std::size_t j = 0; j < net.rows[l]; ++j)
        out.g[l][j * net.columns[l] + k] = 0.5 * c * std::pow(net.gain(l) * v[l][j] - v[l + 1][k], 2);
    }
  }
  return out;
}

inline Layers nudged(const OracleNetwork& net, Layers v, int iterations, const Nudge& nudge) {
  relax(net, v, iterations, nudge);
  return v;
}

/// Equilibrium propagation between the nudges `low` and `high` [S], one of which may be 0: the free state.
/// Source: B. Scellier, Y. Bengio, Equilibrium propagation (2017).
inline OracleGradient equilibrium_propagation(const OracleNetwork& net, const Layers& free,
                                              const Vector& target, int iterations, double low, double high) {
  const auto state = [&](double beta) {
    return beta == 0 ? free : nudged(net, free, iterations, {beta, target, {}, false});
  };
  OracleGradient out(net);
  out.add(energy_gradient(net, state(high)), 1 / (high - low));
  out.add(energy_gradient(net, state(low)), -1 / (high - low));
  return out;
}

/// Coupled learning: the outputs are held at o + eta (target - o), the rest relaxes. Its limit for small eta
/// is the gradient of the squared error in another metric: (o - target)^T S do/dg, S the conductance matrix
/// seen from the outputs. Source: M. Stern, D. Hexner, J. W. Rocks, A. J. Liu, Supervised learning in
/// physical networks (2021).
inline OracleGradient coupled_learning(const OracleNetwork& net, const Layers& free, const Vector& target,
                                       int iterations, double eta) {
  Layers clamped = free;
  for (std::size_t k = 0; k < target.size(); ++k) clamped.back()[k] += eta * (target[k] - free.back()[k]);
  Nudge hold;
  hold.clamped = true;
  relax(net, clamped, iterations, hold);
  OracleGradient out(net);
  out.add(energy_gradient(net, clamped), 1 / eta);
  out.add(energy_gradient(net, free), -1 / eta);
  return out;
}

/// Frequency propagation: currents gamma sin(phase) (target - o), o the free output, slow enough for the
/// network to follow. Each conductance multiplies the mean of the voltage across it by the amplitude in phase
/// with the sine; a current source takes the amplitude. Both are read at `points` even phases of one period.
/// Source: V. R. Anisetti, A. Kandala, B. Scellier, J. M. Schwarz, Frequency propagation (2024).
inline OracleGradient frequency_propagation(const OracleNetwork& net, const Layers& free,
                                            const Vector& target, int iterations, double gamma, int points) {
  Layers mean = free, amplitude = free;
  for (Vector& layer : mean) std::fill(layer.begin(), layer.end(), 0.0);
  amplitude = mean;
  for (int m = 0; m < points; ++m) {
    const double sine = std::sin(2 * M_PI * m / points);
    Nudge nudge;
    for (std::size_t k = 0; k < target.size(); ++k)
      nudge.current.push_back(gamma * sine * (target[k] - free.back()[k]));
    const Layers v = nudged(net, free, iterations, nudge);
    for (std::size_t l = 0; l < v.size(); ++l) {
      for (std::size_t k = 0; k < v[l].size(); ++k) {
        mean[l][k] += v[l][k] / points;
        amplitude[l][k] += 2 * sine * v[l][k] / points;
      }
    }
  }
  OracleGradient out(net);
  for (std::size_t l = 0; l < net.layers(); ++l) {
    const double a = net.gain(l);
    const double c = std::pow(net.amplifier_gain, 2.0 * static_cast<double>(net.layers() - 1 - l)) / gamma;
    for (std::size_t k = 0; k < net.columns[l]; ++k) {
      out.b[l][k] = -c * amplitude[l + 1][k];
      for (std::size_t j = 0; j < net.rows[l]; ++j) {
        out.g[l][j * net.columns[l] + k] =
            c * (a * mean[l][j] - mean[l + 1][k]) * (a * amplitude[l][j] - amplitude[l + 1][k]);
      }
    }
  }
  return out;
}

/// The parameters after one step of agnostic equilibrium propagation over a batch: they are held by springs
/// to control knobs, min over parameters and states of (parameter - knob)^2 / (2 epsilon) + mean over the
/// batch of E, the knobs being where the free states leave the parameters alone. Then `beta` nudges the
/// outputs, and each iteration relaxes states and parameters in turn (conductances not below 0). With epsilon
/// = rate / beta, rates [S/V2], the change is -rate times a gradient. Source: B. Scellier, S. Mishra, Y.
/// Bengio, Y. Ollivier, Agnostic physics-driven deep learning (2022).
inline OracleNetwork agnostic_step(const OracleNetwork& net, std::vector<Layers> states,
                                   const std::vector<Vector>& targets, int iterations, double beta,
                                   const Vector& conductance_rates, const Vector& bias_rates) {
  const auto mean_gradient = [&](const OracleNetwork& now) {
    OracleGradient out(net);
    for (const Layers& v : states) out.add(energy_gradient(now, v), 1 / static_cast<double>(states.size()));
    return out;
  };
  const OracleGradient at_rest = mean_gradient(net);
  OracleNetwork now = net;
  for (int t = 0; t < iterations; ++t) {
    for (std::size_t p = 0; p < states.size(); ++p) relax(now, states[p], 1, {beta, targets[p], {}, false});
    const OracleGradient pushed = mean_gradient(now);
    for (std::size_t l = 0; l < net.layers(); ++l) {
      for (std::size_t k = 0; k < net.g[l].size(); ++k) {
        const double change = conductance_rates[l] / beta * (pushed.g[l][k] - at_rest.g[l][k]);
        now.g[l][k] = std::max(0.0, net.g[l][k] - change);
      }
      for (std::size_t k = 0; k < net.b[l].size(); ++k)
        now.b[l][k] = net.b[l][k] - bias_rates[l] / beta * (pushed.b[l][k] - at_rest.b[l][k]);
    }
  }
  return now;
}

/// Reverse mode through `iterations` further sweeps of relaxation, which start from `state` as a constant.
inline OracleGradient truncated_backpropagation(const OracleNetwork& net, const Layers& state,
                                                const Vector& target, int iterations) {
  std::vector<std::size_t> order;
  for (int t = 0; t < iterations; ++t) {
    for (std::size_t l = 1; l <= net.layers(); l += 2) order.push_back(l);
    for (std::size_t l = 2; l <= net.layers(); l += 2) order.push_back(l);
  }
  std::vector<Layers> after = {state};
  for (const std::size_t l : order) {
    after.push_back(after.back());
    relax_layer(net, after.back(), l, {});
  }
  OracleGradient out(net);
  Layers adjoint;  // dC/dv behind the step at hand
  for (const Vector& layer : state) adjoint.emplace_back(layer.size(), 0.0);
  for (std::size_t k = 0; k < target.size(); ++k) adjoint.back()[k] = after.back().back()[k] - target[k];
  for (std::size_t step = order.size(); step-- > 0;) {
    const std::size_t l = order[step];
    const Layers& v = after[step + 1];
    for (std::size_t k = 0; k < v[l].size(); ++k) {
      const double s = net.side(l, k), seed = adjoint[l][k];
      adjoint[l][k] = 0;
      const double slope = node_law(net, v, l, k).slope + (s == 0 ? 0 : diode_slope(net.diode, s, v[l][k]));
      if (seed == 0 || slope == 0 || is_clamped(net.diode, s, v[l][k])) continue;
      const double pull = seed / slope;  // dC/dpull; dC/dslope is -v pull
      out.b[l - 1][k] += pull;
      const double below = net.gain(l - 1);
      for (std::size_t j = 0; j < net.rows[l - 1]; ++j) {
        out.g[l - 1][j * net.columns[l - 1] + k] += pull * (below * v[l - 1][j] - v[l][k]);
        adjoint[l - 1][j] += pull * below * net.conductance(l - 1, j, k);
      }
      if (l == net.layers()) continue;
      const double above = net.gain(l);
      for (std::size_t m = 0; m < net.columns[l]; ++m) {
        out.g[l][k * net.columns[l] + m] += pull * (v[l + 1][m] / above - v[l][k]);
        adjoint[l + 1][m] += pull * net.conductance(l, k, m) / above;
      }
    }
  }
  return out;
}

/// dF/dv of all nodes, layer after layer, by deep_oracle_test.h (1); a clamped node has the row and column of
/// the identity.
inline Eigen::MatrixXd jacobian(const OracleNetwork& net, const Layers& v) {
  std::vector<Eigen::Index> first(net.layers() + 2, 0);
  for (std::size_t l = 1; l <= net.layers(); ++l)
    first[l + 1] = first[l] + static_cast<Eigen::Index>(v[l].size());
  const auto row = [&](std::size_t l, std::size_t k) { return first[l] + static_cast<Eigen::Index>(k); };
  const auto held = [&](std::size_t l, std::size_t k) {
    return is_clamped(net.diode, net.side(l, k), v[l][k]);
  };
  Eigen::MatrixXd out = Eigen::MatrixXd::Zero(first.back(), first.back());
  for (std::size_t l = 1; l <= net.layers(); ++l) {
    for (std::size_t k = 0; k < v[l].size(); ++k) {
      const double s = net.side(l, k);
      if (held(l, k)) {
        out(row(l, k), row(l, k)) = 1;
        continue;
      }
      out(row(l, k), row(l, k)) =
          node_law(net, v, l, k).slope + (s == 0 ? 0 : diode_slope(net.diode, s, v[l][k]));
      if (l == net.layers()) continue;
      for (std::size_t m = 0; m < net.columns[l]; ++m) {
        if (held(l + 1, m)) continue;
        out(row(l, k), row(l + 1, m)) = -net.conductance(l, k, m) / net.gain(l);
        out(row(l + 1, m), row(l, k)) = -net.conductance(l, k, m) * net.gain(l);
      }
    }
  }
  return out;
}

/// The derivative of a function of the outputs at a settled state, with frozen diodes: dC/dtheta =
/// -lambda . dF/dtheta, (dF/dv)^T lambda = dC/dv. `slope` is dC/dv of the outputs.
inline OracleGradient adjoint_gradient(const OracleNetwork& net, const Layers& v, const Vector& slope) {
  const Eigen::MatrixXd j = jacobian(net, v);
  Eigen::VectorXd seed = Eigen::VectorXd::Zero(j.rows());
  const auto outputs = static_cast<Eigen::Index>(slope.size());
  for (Eigen::Index k = 0; k < outputs; ++k)
    seed(j.rows() - outputs + k) = slope[static_cast<std::size_t>(k)];
  const Eigen::VectorXd solution = j.transpose().partialPivLu().solve(seed);
  Layers lambda = {Vector(v[0].size(), 0.0)};
  for (std::size_t l = 1, next = 0; l <= net.layers(); ++l) {
    lambda.emplace_back();
    for (std::size_t k = 0; k < v[l].size(); ++k) {
      const double value = solution(static_cast<Eigen::Index>(next++));
      lambda[l].push_back(is_clamped(net.diode, net.side(l, k), v[l][k]) ? 0 : value);
    }
  }
  OracleGradient out(net);
  for (std::size_t l = 0; l < net.layers(); ++l) {
    const double a = net.gain(l);
    for (std::size_t k = 0; k < net.columns[l]; ++k) {
      out.b[l][k] = lambda[l + 1][k];
      for (std::size_t m = 0; m < net.rows[l]; ++m) {
        out.g[l][m * net.columns[l] + k] = -lambda[l + 1][k] * (v[l + 1][k] - a * v[l][m]);
        if (l > 0) out.g[l][m * net.columns[l] + k] -= lambda[l][m] * (v[l][m] - v[l + 1][k] / a);
      }
    }
  }
  return out;
}

/// The exact gradient of the squared error at a settled state.
inline OracleGradient exact_gradient(const OracleNetwork& net, const Layers& v, const Vector& target) {
  Vector slope;
  for (std::size_t k = 0; k < target.size(); ++k) slope.push_back(v.back()[k] - target[k]);
  return adjoint_gradient(net, v, slope);
}

/// Central differences of `value(network)` by every parameter. `step` is absolute; conductances at 0 are
/// taken below it too, which the equations allow.
template <class Value>
OracleGradient finite_differences(const OracleNetwork& net, double step, const Value& value) {
  OracleGradient out(net);
  OracleNetwork near = net;
  const auto difference = [&](double& parameter) {
    const double keep = parameter;
    parameter = keep + step;
    const double up = value(near);
    parameter = keep - step;
    const double down = value(near);
    parameter = keep;
    return (up - down) / (2 * step);
  };
  for (std::size_t l = 0; l < net.layers(); ++l) {
    for (std::size_t k = 0; k < net.g[l].size(); ++k) out.g[l][k] = difference(near.g[l][k]);
    for (std::size_t k = 0; k < net.b[l].size(); ++k) out.b[l][k] = difference(near.b[l][k]);
  }
  return out;
}

}  // namespace nullor::test
