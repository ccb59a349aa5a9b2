#pragma once
/// The steady state of small networks by another route, for tests.

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <vector>

#include "nullor/resistive/network.h"

namespace nullor::resistive::oracle {

/// Node voltages of a network of resistors, sources and diodes that are ideal or have a slope. A dense
/// barrier method on the circuit's equations as they stand: unknowns are all node voltages, the currents of
/// voltage sources and those of diodes; no merging, no sparsity, no reduction, and nothing of the library but
/// the network's arrays.
///
///   G v + A_V i_V + A_D j = I,   A_V^T v = E,   A_D^T v - r j + s = V_f,   s j = mu,   s, j > 0
inline std::vector<double> node_voltages(const ResistiveNetwork& net) {
  using Matrix = Eigen::MatrixXd;
  using Vector = Eigen::VectorXd;
  const auto nodes = static_cast<Eigen::Index>(net.node_count) - 1;
  const auto sources = static_cast<Eigen::Index>(net.voltage_sources.size());
  const auto diodes = static_cast<Eigen::Index>(net.diodes.size());
  Matrix g = Matrix::Zero(nodes, nodes), a_v = Matrix::Zero(nodes, sources),
         a_d = Matrix::Zero(nodes, diodes);
  Vector current = Vector::Zero(nodes), emf(sources), drop(diodes), r(diodes);
  const auto conduct = [&](int p, int n, double value) {
    if (p > 0) g(p - 1, p - 1) += value;
    if (n > 0) g(n - 1, n - 1) += value;
    if (p > 0 && n > 0) g(p - 1, n - 1) -= value, g(n - 1, p - 1) -= value;
  };
  const auto meet = [](Matrix& a, int p, int n, Eigen::Index k) {
    if (p > 0) a(p - 1, k) += 1;
    if (n > 0) a(n - 1, k) -= 1;
  };
  for (std::size_t k = 0; k < net.resistors.size(); ++k)
    conduct(net.resistors.p[k], net.resistors.n[k], net.resistors.value[k]);
  for (std::size_t k = 0; k < net.current_sources.size(); ++k) {
    if (net.current_sources.p[k] > 0) current(net.current_sources.p[k] - 1) -= net.current_sources.value[k];
    if (net.current_sources.n[k] > 0) current(net.current_sources.n[k] - 1) += net.current_sources.value[k];
  }
  double scale = 1e-9;
  for (Eigen::Index k = 0; k < sources; ++k) {
    const auto j = static_cast<std::size_t>(k);
    meet(a_v, net.voltage_sources.p[j], net.voltage_sources.n[j], k);
    emf(k) = net.voltage_sources.value[j];
    scale = std::max(scale, std::fabs(emf(k)));
  }
  for (Eigen::Index k = 0; k < diodes; ++k) {
    const auto j = static_cast<std::size_t>(k);
    const DiodeModel& model = net.model_of(j);
    conduct(net.diodes.anode[j], net.diodes.cathode[j], model.leakage);
    meet(a_d, net.diodes.anode[j], net.diodes.cathode[j], k);
    drop(k) = model.forward_drop;
    r(k) = model.on_resistance > 0 ? 1 / (1 / model.on_resistance - model.leakage) : 0;
  }
  Vector v = Vector::Zero(nodes), i_v = Vector::Zero(sources);
  Vector s = Vector::Constant(diodes, scale);
  Vector j = Vector::Constant(diodes, scale * std::max(1e-9, nodes > 0 ? g.diagonal().maxCoeff() : 0));
  // Solved with the diode currents as unknowns: eliminating them would drown G in j / s.
  Matrix kkt = Matrix::Zero(nodes + sources + diodes, nodes + sources + diodes);
  kkt.topLeftCorner(nodes, nodes) = g;
  kkt.block(0, nodes, nodes, sources) = a_v;
  kkt.topRightCorner(nodes, diodes) = a_d;
  kkt.block(nodes, 0, sources, nodes) = a_v.transpose();
  Vector right(nodes + sources + diodes);
  for (int step = 0; step < 120; ++step) {
    const double mu = diodes > 0 ? s.dot(j) / static_cast<double>(diodes) : 0;
    const double aim = (step % 3 == 2 ? 0.5 : 0.02) * mu;
    const Vector broken = a_d.transpose() * v - r.cwiseProduct(j) + s - drop;
    right.head(nodes + sources) << current - g * v - a_v * i_v - a_d * j, emf - a_v.transpose() * v;
    for (Eigen::Index k = 0; k < diodes; ++k) {
      const double size = 1 / std::max(s(k), j(k));
      kkt.row(nodes + sources + k).head(nodes) = size * j(k) * a_d.col(k).transpose();
      kkt(nodes + sources + k, nodes + sources + k) = -size * (j(k) * r(k) + s(k));
      right(nodes + sources + k) = size * (s(k) * j(k) - aim - j(k) * broken(k));
    }
    const Vector d = kkt.partialPivLu().solve(right);
    const Vector dj = d.tail(diodes);
    const Vector ds = -broken - a_d.transpose() * d.head(nodes) + r.cwiseProduct(dj);
    double length = 1;
    for (Eigen::Index k = 0; k < diodes; ++k) {
      if (dj(k) < 0) length = std::min(length, -0.995 * j(k) / dj(k));
      if (ds(k) < 0) length = std::min(length, -0.995 * s(k) / ds(k));
    }
    v += length * d.head(nodes);
    i_v += length * d.segment(nodes, sources);
    j += length * dj;
    s += length * ds;
    const bool still = d.head(nodes).lpNorm<Eigen::Infinity>() < 1e-12 * scale;
    if (length > 0.9 && still && mu < 1e-22 * scale * scale) break;
  }
  std::vector<double> out(1, 0.0);
  out.insert(out.end(), v.data(), v.data() + nodes);
  return out;
}

}  // namespace nullor::resistive::oracle
