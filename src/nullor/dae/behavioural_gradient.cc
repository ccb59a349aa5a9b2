// Derivatives of behavioural sources by parameters.

#include <complex>

#include "nullor/dae/behavioural_group.h"

namespace nullor {

void BehaviouralGroup::prepare_gradient(std::span<const ParameterSeed> seeds, const Environment<double>&) {
  seeds_.clear();
  for (const ParameterSeed& s : seeds) seeds_.push_back({s.device, s.parameter, s.target, s.weight});
}

void BehaviouralGroup::gradient(const Assembly& point, const double* lambda_f, const double* lambda_q,
                                double* gradient) const {
  using Real = Dual<1>;
  std::vector<Real> in, registers;
  for (const Seed& seed : seeds_) {
    const Device& d = devices_[at(seed.device)];
    inputs(d, point.x, point.time, in);
    Real factor(d.factor);
    const double drift = 1 + d.tc1 * d.rise + d.tc2 * d.rise * d.rise;
    if (seed.parameter == kMultiplier) factor.d.set(0, drift);
    if (seed.parameter == kTc1) factor.d.set(0, d.m * d.rise);
    if (seed.parameter == kTc2) factor.d.set(0, d.m * d.rise * d.rise);
    if (seed.parameter == ParameterSeed::kTemperature) factor.d.set(0, d.m * (d.tc1 + 2 * d.tc2 * d.rise));
    if (seed.parameter >= kFixedParameters) in[at(seed.parameter - kFixedParameters)].d.set(0, 1.0);
    const std::size_t first_y = d.unknowns.size() - d.source->derivatives.size();
    double sum = 0;
    for (const Formula& f : d.formulas) {
      if (!f.source && point.steady && d.source->derivatives[at(f.row) - first_y].integral) continue;
      Real y = f.program->template run<Real>(in, registers);
      if (f.source) y = y * factor;
      sum += f.sign * weight_of(d, f, f.charge ? lambda_q : lambda_f) * y.d[0];
    }
    gradient[seed.target] += seed.weight * sum;
  }
}

void BehaviouralGroup::initial_adjoint(const double* x, const double* weight_q, double* weight_x) const {
  using Real = Dual<1>;
  std::vector<Real> in, registers;
  for (const Device& d : devices_) {
    inputs(d, x, 0, in);
    for (const Formula& f : d.formulas) {
      if (!f.charge) continue;
      for (const int input : f.inputs) {
        in[at(input)].d.set(0, 1.0);
        const double by_input = f.sign * (f.source ? d.factor : 1) * weight_of(d, f, weight_q) *
                                f.program->template run<Real>(in, registers).d[0];
        in[at(input)].d.set(0, 0.0);
        const auto [plus, minus] = d.input_unknowns[at(input)];
        weight_x[plus] += by_input;
        weight_x[minus] -= by_input;
      }
    }
  }
}

void BehaviouralGroup::initial_gradient(const double* x, const double*, const double* weight_q,
                                        double* gradient) const {
  Assembly start;
  start.x = x;
  const std::vector<double> zero(at(ground_) + 1, 0.0);
  this->gradient(start, zero.data(), weight_q, gradient);
}

void BehaviouralGroup::gradient_ac(const double* x, double, double omega,
                                   const std::complex<double>* solution, const std::complex<double>* lambda,
                                   double* gradient, double* by_x) const {
  using Inner = Dual<1>;
  using Outer = Dual<2, Inner>;
  std::vector<Outer> in, registers;
  // The small-signal power of a device with the inner derivative along input `seeded` or the factor.
  const auto power = [&](const Device& d, int seeded, double factor_slope) {
    in.clear();
    for (int k = 0; k < static_cast<int>(d.values.size()); ++k) {
      Inner value(input_value(d, k, x, 0));
      if (k == seeded) value.d.set(0, 1.0);
      Outer outer(value);
      const auto [plus, minus] = d.input_unknowns[at(k)];
      if (plus >= 0) {
        const std::complex<double> direction = solution[plus] - solution[minus];
        outer.d.set(0, Inner(direction.real()));
        outer.d.set(1, Inner(direction.imag()));
      }
      in.push_back(outer);
    }
    Inner factor(d.factor);
    factor.d.set(0, factor_slope);
    double sum = 0;
    for (const Formula& f : d.formulas) {
      Outer y = f.program->template run<Outer>(in, registers);
      if (f.source) y = y * factor;
      const std::complex<double> weight = f.sign * weight_of(d, f, lambda);
      const double re = y.d[0].d[0], im = y.d[1].d[0];
      sum += f.charge ? -omega * (weight.real() * im + weight.imag() * re)
                      : weight.real() * re - weight.imag() * im;
    }
    return sum;
  };
  for (const Seed& seed : seeds_) {
    const Device& d = devices_[at(seed.device)];
    const double drift = 1 + d.tc1 * d.rise + d.tc2 * d.rise * d.rise;
    double slope = 0;
    if (seed.parameter == kMultiplier) slope = drift;
    if (seed.parameter == kTc1) slope = d.m * d.rise;
    if (seed.parameter == kTc2) slope = d.m * d.rise * d.rise;
    if (seed.parameter == ParameterSeed::kTemperature) slope = d.m * (d.tc1 + 2 * d.tc2 * d.rise);
    const int input = seed.parameter >= kFixedParameters ? seed.parameter - kFixedParameters : -1;
    gradient[seed.target] += seed.weight * power(d, input, slope);
  }
  for (const Device& d : devices_) {
    for (int k = 0; k < static_cast<int>(d.values.size()); ++k) {
      if (!differentiable(d, k)) continue;
      const double sum = power(d, k, 0);
      by_x[d.input_unknowns[at(k)].first] += sum;
      by_x[d.input_unknowns[at(k)].second] -= sum;
    }
  }
}

}  // namespace nullor
