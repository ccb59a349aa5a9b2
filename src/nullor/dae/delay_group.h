#pragma once
/// Transmission lines: devices whose equations read the past.

#include "nullor/dae/group_of.h"

namespace nullor {

/// Adds the delayed right sides of the characteristics
///
///   v1 - z0 i1 = e1(t) = v2(t - td) + z0 i2(t - td)     (1)
///   v2 - z0 i2 = e2(t) = v1(t - td) + z0 i1(t - td)     (2)
///
/// At an operating point the past is the present; in small-signal analysis it is the present times exp(-j
/// omega td); in a transient it is interpolated between accepted points (the state at t <= 0 holds for all
/// earlier times).
template <template <class> class D>
class DelayGroup final : public GroupOf<D> {
  using Base = GroupOf<D>;
  using Base::at;
  static constexpr int kPort[2][3] = {{D<double>::p1, D<double>::n1, D<double>::i1},
                                      {D<double>::p2, D<double>::n2, D<double>::i2}};

 public:
  bool linear() const override { return false; }  // the terms change with the analysis

  double largest_step() const override {
    double out = 1e300;
    for (const auto& d : this->devices_) out = std::min(out, d.delay());
    return out;
  }
  std::vector<double> delays() const override {
    std::vector<double> out;
    for (const auto& d : this->devices_) out.push_back(d.delay());
    return out;
  }

  void entries(std::vector<std::pair<int, int>>& out, bool conductive) const override {
    Base::entries(out, conductive);
    for_each_coupling([&](int, int, int row, int column, double) { out.emplace_back(row, column); });
  }
  void locate(const SparsePattern& pattern, int ground) override {
    Base::locate(pattern, ground);
    coupling_slots_.clear();
    for_each_coupling([&](int, int, int row, int column, double) {
      coupling_slots_.push_back(row == ground || column == ground ? pattern.nonzeros()
                                                                  : pattern.find(row, column));
    });
  }

  void evaluate(Assembly& a) override {
    Base::evaluate(a);
    if (a.small_signal) return;  // evaluate_ac() adds what depends on frequency
    if (a.steady || times_.empty()) {
      std::size_t s = 0;
      for_each_coupling([&](int, int, int row, int column, double g) {
        a.f[row] -= g * a.x[column];
        a.jacobian[coupling_slots_[s++]] -= g;
      });
      return;
    }
    for (int k = 0; k < this->count(); ++k) {
      const auto& d = this->devices_[at(k)];
      const int* u = &this->unknowns_[at(k * Base::kRows)];
      for (int port = 0; port < 2; ++port) a.f[u[kPort[port][2]]] -= past(k, 1 - port, a.time - d.delay());
    }
  }

  void evaluate_values(const Points& points) const override {
    Base::evaluate_values(points);
    for (int j = 0; j < points.count; ++j) {
      const double* const x = points.x + at(j) * points.stride;
      double* const f = points.f + at(j) * points.stride;
      if (times_.empty()) {
        for_each_coupling([&](int, int, int row, int column, double g) { f[row] -= g * x[column]; });
        continue;
      }
      for (int k = 0; k < this->count(); ++k) {
        const int* u = &this->unknowns_[at(k * Base::kRows)];
        const double delay = this->devices_[at(k)].delay();
        for (int port = 0; port < 2; ++port)
          f[u[kPort[port][2]]] -= past(k, 1 - port, points.time[j] - delay);
      }
    }
  }

  void evaluate_ac(double omega, std::complex<double>* matrix) const override {
    std::size_t s = 0;
    for_each_coupling([&](int device, int, int, int, double g) {
      matrix[coupling_slots_[s++]] -= g * std::polar(1.0, -omega * this->devices_[at(device)].delay());
    });
  }

  void begin_transient(const double* x, double time) override {
    times_.assign(1, time);
    waves_.clear();
    remember(x);
  }
  bool accept(const double* x, double time) override {
    if (times_.empty()) return false;
    times_.push_back(time);
    remember(x);
    return false;
  }

  void gradient(const Assembly& point, const double* lambda_f, const double* lambda_q,
                double* gradient) const override {
    Base::gradient(point, lambda_f, lambda_q, gradient);
    for (const auto& d : this->differentiated_) {
      const int* u = &this->unknowns_[at(d.device * Base::kRows)];
      const auto& line = this->devices_[at(d.device)];
      for (int port = 0; port < 2; ++port) {
        const int other = 1 - port;
        const double lambda = lambda_f[u[kPort[port][2]]];
        const auto delay = d.with.delay();
        double current = point.x[u[kPort[other][2]]], slope = 0;
        if (!point.steady && !times_.empty()) {
          const double t = point.time - line.delay();
          current = interpolate(t, [&](std::size_t n) { return sample(n, d.device)[2 * other + 1]; });
          slope = past_slope(d.device, other, t);
        }
        for (int s = 0; s < Base::kChunk; ++s) {
          // e = v + z0 i at t - td
          const double de = d.with.z0.d[s] * current - slope * delay.d[s];
          for (const auto& [target, weight] : d.targets[at(s)]) gradient[target] -= weight * lambda * de;
        }
      }
    }
  }
  void gradient_ac(const double* x, double gmin, double omega, const std::complex<double>* solution,
                   const std::complex<double>* lambda, double* gradient, double* by_x) const override {
    Base::gradient_ac(x, gmin, omega, solution, lambda, gradient, by_x);
    for (const auto& d : this->differentiated_) {
      const int* u = &this->unknowns_[at(d.device * Base::kRows)];
      const auto& line = this->devices_[at(d.device)];
      const std::complex<double> shift = std::polar(1.0, -omega * line.delay());
      for (int port = 0; port < 2; ++port) {
        const int* far = kPort[1 - port];
        const std::complex<double> i = solution[u[far[2]]],
                                   e = solution[u[far[0]]] - solution[u[far[1]]] + line.z0 * i;
        const auto delay = d.with.delay();
        for (int s = 0; s < Base::kChunk; ++s) {
          const std::complex<double> de =
              shift * (d.with.z0.d[s] * i - std::complex<double>(0, omega) * e * delay.d[s]);
          const double sum = (lambda[u[kPort[port][2]]] * de).real();
          for (const auto& [target, weight] : d.targets[at(s)]) gradient[target] -= weight * sum;
        }
      }
    }
  }

  /// Backward sweep: what the residual at `time`, weighted by lambda_f, reads of earlier points n: adds to
  /// rows[n].
  void delayed_adjoint(double time, const double* lambda_f,
                       const std::function<double*(std::size_t)>& adjoint_at) const override {
    for (int k = 0; k < this->count(); ++k) {
      const auto& d = this->devices_[at(k)];
      const int* u = &this->unknowns_[at(k * Base::kRows)];
      for (int port = 0; port < 2; ++port) {
        const double lambda = lambda_f[u[kPort[port][2]]];
        const int* far = kPort[1 - port];
        const auto points = weights(time - d.delay());
        for (const auto& [n, w] : points) {
          if (w == 0) continue;
          double* out = adjoint_at(n);
          out[u[far[0]]] -= lambda * w;
          out[u[far[1]]] += lambda * w;
          out[u[far[2]]] -= lambda * w * d.z0;
        }
      }
    }
  }

 private:
  // Calls f(device, port, row, column, g) for each term g x[column] of e in `row`.
  template <class F>
  void for_each_coupling(F&& f) const {
    for (int k = 0; k < this->count(); ++k) {
      const auto& d = this->devices_[at(k)];
      const int* u = &this->unknowns_[at(k * Base::kRows)];
      for (int port = 0; port < 2; ++port) {
        const int row = u[kPort[port][2]];
        const int* far = kPort[1 - port];
        f(k, port, row, u[far[0]], 1.0);
        f(k, port, row, u[far[1]], -1.0);
        f(k, port, row, u[far[2]], d.z0);
      }
    }
  }

  void remember(const double* x) {
    for (int k = 0; k < this->count(); ++k) {
      const int* u = &this->unknowns_[at(k * Base::kRows)];
      for (const auto& port : kPort) {
        waves_.push_back(x[u[port[0]]] - x[u[port[1]]]);
        waves_.push_back(x[u[port[2]]]);
      }
    }
  }
  // v1, i1, v2, i2 of a device at accepted point n.
  const double* sample(std::size_t n, int device) const {
    return &waves_[(n * this->devices_.size() + at(device)) * 4];
  }

  // Interpolation weights at time t: (point, weight). Linear between accepted points, quadratic where the
  // neighbour before is of similar spacing.
  std::array<std::pair<std::size_t, double>, 3> weights(double t) const {
    if (t <= times_.front()) return {{{0, 1.0}, {0, 0.0}, {0, 0.0}}};
    const auto found = std::upper_bound(times_.begin(), times_.end(), t);
    if (found == times_.end()) return {{{times_.size() - 1, 1.0}, {0, 0.0}, {0, 0.0}}};
    const auto n = static_cast<std::size_t>(found - times_.begin());
    const double h = times_[n] - times_[n - 1], s = (t - times_[n - 1]) / h;
    if (n < 2) return {{{n - 1, 1 - s}, {n, s}, {0, 0.0}}};
    const double before = times_[n - 1] - times_[n - 2];
    if (before > 3 * h || h > 3 * before) return {{{n - 1, 1 - s}, {n, s}, {0, 0.0}}};
    const double r = before / h;  // Lagrange on -r, 0, 1
    return {
        {{n - 2, s * (s - 1) / (r * (r + 1))}, {n - 1, -(s + r) * (s - 1) / r}, {n, s * (s + r) / (1 + r)}}};
  }
  template <class F>
  double interpolate(double t, F&& value) const {
    double sum = 0;
    for (const auto& [n, w] : weights(t)) sum += w == 0 ? 0 : w * value(n);
    return sum;
  }
  double past(int device, int port, double t) const {
    const double z0 = this->devices_[at(device)].z0;
    return interpolate(
        t, [&](std::size_t n) { return sample(n, device)[2 * port] + z0 * sample(n, device)[2 * port + 1]; });
  }
  double past_slope(int device, int port, double t) const {
    if (times_.size() < 2) return 0;
    const auto found = std::upper_bound(times_.begin() + 1, times_.end() - 1, t);
    const auto n = static_cast<std::size_t>(found - times_.begin());
    // Across a point the interpolant has a kink; its slope there is the mean of both sides.
    const double aside = 1e-6 * (times_[n] - times_[n - 1]);
    return (past(device, port, t + aside) - past(device, port, t - aside)) / (2 * aside);
  }

  std::vector<int> coupling_slots_;
  std::vector<double> times_;
  std::vector<double> waves_;  ///< 4 values a device and accepted point
};

}  // namespace nullor
