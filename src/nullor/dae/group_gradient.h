#pragma once
/// Parameter derivatives of a device group: setup() and eval() run with dual numbers seeded in the
/// parameters.

#include <map>

#include "nullor/dae/group_of.h"

namespace nullor {

template <template <class> class D>
void GroupOf<D>::prepare_gradient(std::span<const ParameterSeed> seeds,
                                  const Environment<double>& environment) {
  differentiated_.clear();
  // (device, parameter) -> the targets that move it
  std::map<std::pair<int, int>, std::vector<std::pair<int, double>>> wanted;
  for (const ParameterSeed& seed : seeds)
    wanted[{seed.device, seed.parameter}].emplace_back(seed.target, seed.weight);
  int filled = kChunk;
  for (const auto& [key, targets] : wanted) {
    const auto& [device, parameter] = key;
    if (filled == kChunk || differentiated_.back().device != device) {
      if (!differentiated_.empty()) filled = kChunk;
      Differentiated next;
      next.device = device;
      copy_parameters(devices_[at(device)], next.with);
      differentiated_.push_back(std::move(next));
      filled = 0;
    }
    Differentiated& d = differentiated_.back();
    if (parameter != ParameterSeed::kTemperature) nullor::seed_parameter(d.with, parameter, filled);
    d.targets[at(filled++)] = targets;
  }
  gradient_environment_ = {environment, Dual<kChunk>(environment.temperature)};
  for (Differentiated& d : differentiated_) {
    auto dual = gradient_environment_;
    // The temperature seed is the first of its device: its key sorts before every parameter.
    const auto first = wanted.find({d.device, ParameterSeed::kTemperature});
    if (first != wanted.end() && d.targets[0] == first->second) dual.temperature.d.set(0, 1.0);
    d.with.setup(dual);
  }
}

template <template <class> class D>
void GroupOf<D>::gradient(const Assembly& point, const double* lambda_f, const double* lambda_q,
                          double* gradient) const {
  for (const Differentiated& d : differentiated_) {
    const int* u = &unknowns_[at(d.device * kRows)];
    Dual<kChunk> local[kRows];
    for (int r = 0; r < kRows; ++r) local[r] = Dual<kChunk>(point.x[u[r]]);
    if constexpr (requires { d.with.copy_state(devices_[at(d.device)]); })
      d.with.copy_state(devices_[at(d.device)]);
    Stamp<Dual<kChunk>> out(local, kRows, point.gmin);
    d.with.eval(local, out);
    for (int s = 0; s < kChunk; ++s) {
      double sum = 0;
      for (int r = 0; r < kRows; ++r) sum += lambda_f[u[r]] * out.f(r).d[s] + lambda_q[u[r]] * out.q(r).d[s];
      for (const auto& [target, weight] : d.targets[at(s)]) gradient[target] += weight * sum;
    }
  }
}

template <template <class> class D>
void GroupOf<D>::initial_adjoint(const double* x, const double* weight_q, double* weight_x) const {
  for (int k = 0; k < count(); ++k) {
    const int* u = &unknowns_[at(k * kRows)];
    D<Dual<kChunk>> device;
    copy_parameters(devices_[at(k)], device);
    device.setup(gradient_environment_);
    for (int first = 0; first < kRows; first += kChunk) {
      const int seeds = std::min(kChunk, kRows - first);
      Dual<kChunk> local[kRows];
      for (int r = 0; r < kRows; ++r) local[r] = Dual<kChunk>(x[u[r]]);
      for (int s = 0; s < seeds; ++s) local[first + s].d.set(s, 1.0);
      const auto out = initial_stamp(device, local);
      for (int s = 0; s < seeds; ++s) {
        for (int r = 0; r < kRows; ++r) weight_x[u[first + s]] += weight_q[u[r]] * out.q(r).d[s];
      }
    }
  }
}

template <template <class> class D>
void GroupOf<D>::initial_gradient(const double* x, const double* weight_x, const double* weight_q,
                                  double* gradient) const {
  for (const Differentiated& d : differentiated_) {
    const int* u = &unknowns_[at(d.device * kRows)];
    Dual<kChunk> local[kRows];
    for (int r = 0; r < kRows; ++r) local[r] = Dual<kChunk>(x[u[r]]);
    const auto out = initial_stamp(d.with, local);
    for (int s = 0; s < kChunk; ++s) {
      double sum = 0;
      for (int r = 0; r < kRows; ++r) sum += weight_q[u[r]] * out.q(r).d[s];
      for (int r = kTerminals + kReferences; r < kRows; ++r) sum += weight_x[u[r]] * local[r].d[s];
      for (const auto& [target, weight] : d.targets[at(s)]) gradient[target] += weight * sum;
    }
  }
}

namespace detail {

/// Re(lambda^T (d/dx f . X + j omega d/dx q . X)) of one device, from derivatives along Re X (0) and Im X
/// (1).
template <class T, class StampType>
T small_signal_power(const StampType& out, const int* u, int rows, double omega,
                     const std::complex<double>* lambda) {
  T sum(0.0);
  for (int r = 0; r < rows; ++r) {
    const double a = lambda[u[r]].real(), b = lambda[u[r]].imag();
    const auto& f = out.f(r).d;
    const auto& q = out.q(r).d;
    sum += a * f[0] - b * f[1] - omega * (a * q[1] + b * q[0]);
  }
  return sum;
}

}  // namespace detail

template <template <class> class D>
void GroupOf<D>::gradient_ac(const double* x, double gmin, double omega, const std::complex<double>* solution,
                             const std::complex<double>* lambda, double* gradient, double* by_x) const {
  // Second derivatives by nesting: the inner dual carries a parameter or an unknown, the outer one the
  // direction X.
  const auto evaluate = [&]<class Inner>(const auto& device, const int* u,
                                         const std::array<Inner, kRows>& inner) {
    using Outer = Dual<2, Inner>;
    Outer local[kRows];
    for (int r = 0; r < kRows; ++r) {
      local[r] = Outer(inner[at(r)]);
      local[r].d.set(0, Inner(solution[u[r]].real()));
      local[r].d.set(1, Inner(solution[u[r]].imag()));
    }
    Stamp<Outer> out(local, kRows, gmin);
    if constexpr (kHasAc) {
      device.eval_ac(local, out);
    } else {
      device.eval(local, out);
    }
    return detail::small_signal_power<Inner>(out, u, kRows, omega, lambda);
  };
  for (const Differentiated& d : differentiated_) {
    using Inner = Dual<kChunk>;
    const int* u = &unknowns_[at(d.device * kRows)];
    std::array<Inner, kRows> inner;
    for (int r = 0; r < kRows; ++r) inner[at(r)] = Inner(x[u[r]]);
    const Inner sum = evaluate(d.with, u, inner);
    for (int s = 0; s < kChunk; ++s) {
      for (const auto& [target, weight] : d.targets[at(s)]) gradient[target] += weight * sum.d[s];
    }
  }
  if constexpr (!kLinear) {
    for (int k = 0; k < count(); ++k) {
      using Inner = Dual<kSeeds>;
      const int* u = &unknowns_[at(k * kRows)];
      std::array<Inner, kRows> inner;
      for (int r = 0; r < kRows; ++r) inner[at(r)] = Inner(x[u[r]]);
      for (int s = 0; s < kSeeds; ++s) inner[at(kSeeded[at(s)])].d.set(s, 1.0);
      const Inner sum = evaluate(devices_[at(k)], u, inner);
      for (int s = 0; s < kSeeds; ++s) by_x[u[kSeeded[at(s)]]] += sum.d[s];
    }
  }
}

}  // namespace nullor
