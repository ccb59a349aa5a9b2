#pragma once
/// Deep resistive networks by plain loops in double precision, one picture at a time: what the fast kernels
/// are tested against. Shares nothing with them but the parameters.
///
/// Kirchhoff's current law of node k in layer l, v_j below and v_m above it, a the amplifier's gain (1 in
/// front of the first layer; it multiplies voltages forwards and divides currents backwards):
///
///   F_k = sum_j g_jk (v_k - a v_j) + sum_m g_km (v_k - v_m / a) - b_k - i_k + beta (v_k - y_k) = 0     (1)
///
/// with beta in the output layer only, and i_k the current that the diode of a hidden node feeds into it.
/// With s = 1 for an excitatory node, s = -1 for an inhibitory one, and u = -s v_k the diode's forward
/// voltage,
///
///   s i_k = leakage u + max(0, u - forward_drop) (1 / on_resistance - leakage)   or Is (exp(u / n_vt) - 1)
///   (2)
///
/// and without on-resistance u <= forward_drop, where the diode carries whatever (1) asks for, if positive.
///
/// (1) of layer l times c_l = a^(-2 (l - 1)) is the gradient of
///
///   E = sum_l c_l (1/2 sum_jk g_jk (a v_j - v_k)^2 - b . v + diodes) + c_L beta 1/2 |v_L - y|^2         (3)
///
/// Source of the amplifiers: J. Kendall et al., Training end-to-end analog neural networks with equilibrium
/// propagation (2020).

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "nullor/resistive/deep_network.h"

namespace nullor::test {

using Vector = std::vector<double>;
using Layers = std::vector<Vector>;  ///< [0] the voltages of the sources, [l] those of layer l

/// A DeepNetwork in double precision, so that it can be perturbed.
struct OracleNetwork {
  std::vector<std::size_t> rows, columns;  ///< of each layer of conductances
  double input_gain = 1, amplifier_gain = 1;
  UnitDiode diode;
  Layers g, b;

  explicit OracleNetwork(const DeepNetwork& network)
      : input_gain(network.input_gain), amplifier_gain(network.amplifier_gain), diode(network.diode) {
    for (int l = 0; l < network.layers(); ++l) {
      const auto k = static_cast<std::size_t>(l);
      rows.push_back(static_cast<std::size_t>(network.rows(l)));
      columns.push_back(static_cast<std::size_t>(network.widths[k + 1]));
      g.emplace_back(network.conductances[k].begin(), network.conductances[k].end());
      b.emplace_back(network.biases[k].begin(), network.biases[k].end());
    }
  }

  std::size_t layers() const { return g.size(); }
  /// Of the conductances between layers l and l + 1.
  double gain(std::size_t l) const { return l == 0 ? 1 : amplifier_gain; }
  double& conductance(std::size_t l, std::size_t j, std::size_t k) { return g[l][j * columns[l] + k]; }
  double conductance(std::size_t l, std::size_t j, std::size_t k) const { return g[l][j * columns[l] + k]; }
  /// s of node k in layer l >= 1; 0 for an output.
  double side(std::size_t l, std::size_t k) const {
    if (l == layers()) return 0;
    return k < columns[l - 1] / 2 ? 1 : -1;
  }

  /// All zero, driven by the pixels: +A x / 255, then -A x / 255.
  Layers rest(const std::uint8_t* pixels) const {
    Layers v(1, Vector(rows[0]));
    for (std::size_t j = 0; j < rows[0] / 2; ++j) {
      v[0][j] = input_gain * pixels[j] / 255.0;
      v[0][rows[0] / 2 + j] = -v[0][j];
    }
    for (const std::size_t width : columns) v.emplace_back(width, 0.0);
    return v;
  }
};

/// What acts on the outputs.
struct Nudge {
  double conductance = 0;  ///< beta [S], to `target`; may be negative
  Vector target;           ///< [V]
  Vector current;          ///< [A], empty: none
  bool clamped = false;    ///< the outputs are held where they are
};

/// The terms of (1) without the diode, as slope v - pull.
struct NodeLaw {
  double slope = 0;  ///< [S]
  double pull = 0;   ///< [A]
};

inline NodeLaw node_law(const OracleNetwork& net, const Layers& v, std::size_t l, std::size_t k,
                        const Nudge& nudge = {}) {
  NodeLaw law;
  law.pull = net.b[l - 1][k];
  for (std::size_t j = 0; j < net.rows[l - 1]; ++j) {
    law.slope += net.conductance(l - 1, j, k);
    law.pull += net.conductance(l - 1, j, k) * net.gain(l - 1) * v[l - 1][j];
  }
  if (l < net.layers()) {
    for (std::size_t m = 0; m < net.columns[l]; ++m) {
      law.slope += net.conductance(l, k, m);
      law.pull += net.conductance(l, k, m) * v[l + 1][m] / net.gain(l);
    }
    return law;
  }
  if (nudge.conductance != 0) {
    law.slope += nudge.conductance;
    law.pull += nudge.conductance * nudge.target[k];
  }
  if (!nudge.current.empty()) law.pull += nudge.current[k];
  return law;
}

/// i_k of (2) [A] at node voltage v; not of a diode that clamps, where (1) says it.
inline double diode_current(const UnitDiode& d, double s, double v) {
  const double u = -s * v;
  if (d.saturation_current > 0) return s * d.saturation_current * std::expm1(u / d.emission_voltage);
  const double steeper = d.on_resistance > 0 ? 1 / d.on_resistance - d.leakage : 0;
  return s * (d.leakage * u + std::max(0.0, u - d.forward_drop) * steeper);
}

/// -d i_k / dv of (2) [S].
inline double diode_slope(const UnitDiode& d, double s, double v) {
  const double u = -s * v;
  if (d.saturation_current > 0)
    return d.saturation_current / d.emission_voltage * std::exp(u / d.emission_voltage);
  const bool conducts = d.on_resistance > 0 && u > d.forward_drop;
  return conducts ? 1 / d.on_resistance : d.leakage;
}

/// Whether a node is held by a diode without on-resistance.
inline bool is_clamped(const UnitDiode& d, double s, double v) {
  return s != 0 && d.saturation_current == 0 && d.on_resistance == 0 && -s * v >= d.forward_drop;
}

/// The voltage at which slope v - pull - i(v) = 0 (inside the bound, for a diode that clamps); 0 for a node
/// that nothing is joined to.
inline double node_voltage(const UnitDiode& d, double s, NodeLaw law) {
  if (s == 0) return law.slope == 0 ? 0 : law.pull / law.slope;
  if (d.saturation_current == 0) {
    const double slope = law.slope + d.leakage;
    const double blocked = slope == 0 ? 0 : law.pull / slope;
    if (-s * blocked <= d.forward_drop) return blocked;
    if (d.on_resistance == 0) return -s * d.forward_drop;
    const double on = 1 / d.on_resistance;
    return (law.pull - s * d.forward_drop * (on - d.leakage)) / (law.slope + on);
  }
  if (law.slope == 0) return 0;
  // The diode pulls towards ground, never past it: the answer is between the voltage without it and 0.
  double low = std::min(0.0, law.pull / law.slope), high = std::max(0.0, law.pull / law.slope);
  for (double middle = 0.5 * (low + high); low < middle && middle < high; middle = 0.5 * (low + high)) {
    const bool above = law.slope * middle - law.pull - diode_current(d, s, middle) > 0;
    (above ? high : low) = middle;
  }
  return 0.5 * (low + high);
}

/// Sets layer l where its neighbours ask for it.
inline void relax_layer(const OracleNetwork& net, Layers& v, std::size_t l, const Nudge& nudge) {
  if (l == net.layers() && nudge.clamped) return;
  for (std::size_t k = 0; k < v[l].size(); ++k)
    v[l][k] = node_voltage(net.diode, net.side(l, k), node_law(net, v, l, k, nudge));
}

/// Block coordinate descent: the odd layers, then the even ones, `iterations` times.
inline void relax(const OracleNetwork& net, Layers& v, int iterations, const Nudge& nudge = {}) {
  for (int t = 0; t < iterations; ++t) {
    for (std::size_t l = 1; l <= net.layers(); l += 2) relax_layer(net, v, l, nudge);
    for (std::size_t l = 2; l <= net.layers(); l += 2) relax_layer(net, v, l, nudge);
  }
}

/// Sweeps until nothing moves any more but in the last digits. Returns whether that happened within 100,000.
inline bool settle(const OracleNetwork& net, Layers& v, const Nudge& nudge = {}) {
  for (int t = 0; t < 100000; ++t) {
    const Layers before = v;
    relax(net, v, 1, nudge);
    double moved = 0;
    for (std::size_t l = 1; l < v.size(); ++l) {
      for (std::size_t k = 0; k < v[l].size(); ++k)
        moved = std::max(moved, std::abs(v[l][k] - before[l][k]) / (1 + std::abs(v[l][k])));
    }
    if (moved < 1e-15) return true;
  }
  return false;
}

/// The largest violation of (1) and of the bounds, in amperes: a voltage past its bound counts through the
/// node's slope.
inline double kkt_residual(const OracleNetwork& net, const Layers& v, const Nudge& nudge = {}) {
  double worst = 0;
  for (std::size_t l = 1; l <= net.layers(); ++l) {
    if (l == net.layers() && nudge.clamped) continue;
    for (std::size_t k = 0; k < v[l].size(); ++k) {
      const double s = net.side(l, k);
      const NodeLaw law = node_law(net, v, l, k, nudge);
      double wanted = law.slope * v[l][k] - law.pull;  // the current that the diode must feed in
      if (s != 0) wanted -= diode_current(net.diode, s, v[l][k]);
      double violation = std::abs(wanted);
      if (is_clamped(net.diode, s, v[l][k])) {
        violation = std::max(0.0, -s * wanted) + law.slope * (-s * v[l][k] - net.diode.forward_drop);
      }
      worst = std::max(worst, violation);
    }
  }
  return worst;
}

/// 1/2 |output - target|^2 [V2].
inline double squared_error(const Layers& v, const Vector& target) {
  double sum = 0;
  for (std::size_t k = 0; k < target.size(); ++k) sum += 0.5 * std::pow(v.back()[k] - target[k], 2);
  return sum;
}

/// What resistors and diodes turn into heat [W].
inline double dissipation(const OracleNetwork& net, const Layers& v) {
  double power = 0;
  for (std::size_t l = 0; l < net.layers(); ++l) {
    for (std::size_t j = 0; j < net.rows[l]; ++j) {
      for (std::size_t k = 0; k < net.columns[l]; ++k)
        power += net.conductance(l, j, k) * std::pow(net.gain(l) * v[l][j] - v[l + 1][k], 2);
    }
  }
  for (std::size_t l = 1; l < net.layers(); ++l) {
    for (std::size_t k = 0; k < v[l].size(); ++k) {
      const NodeLaw law = node_law(net, v, l, k);
      const double s = net.side(l, k);
      const double current = is_clamped(net.diode, s, v[l][k]) ? law.slope * v[l][k] - law.pull
                                                               : diode_current(net.diode, s, v[l][k]);
      power -= current * v[l][k];
    }
  }
  return power;
}

/// 1 V at the label, 0 V elsewhere.
inline Vector one_hot(std::size_t label, std::size_t classes) {
  Vector out(classes, 0.0);
  out[label] = 1;
  return out;
}

}  // namespace nullor::test
