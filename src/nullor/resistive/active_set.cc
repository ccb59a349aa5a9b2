#include <algorithm>
#include <cmath>

#include "nullor/resistive/method.h"

namespace nullor::resistive {
namespace {

std::size_t at(int k) { return static_cast<std::size_t>(k); }

constexpr double kGoal = 2e-15;      // relative residual at which rounding has taken over
constexpr int kFreeSteps = 20;       // full steps in a round before the line search comes in
constexpr int kPatience = 3;         // steps without a better residual before giving up
constexpr double kMaxExponent = 80;  // exponentials go on as their tangents

class ActiveSet {
 public:
  ActiveSet(const Reduced& reduced, LinearSolver& solver, const Deadline& deadline, Iterate& out)
      : r_(reduced), d_(reduced.diodes), solver_(solver), deadline_(deadline), out_(out), matrix_(reduced) {
    const std::size_t n = at(r_.count), m = d_.size();
    if (out.x.size() != n) out.x.assign(n, 0);
    multiplier_.assign(m, 0);
    stiffness_.assign(m, 0);
    point_.assign(m, 0);
    current_.assign(m, 0);
    slope_.assign(m, -1);
    residual_.assign(n, 0);
    step_.assign(n, 0);
    set_stiffness();
    set_points(false);
  }

  void run(int max_iterations, double goal) {
    int waited = 0, free_steps = 0;
    best_ = HUGE_VAL;
    linearize();
    for (out_.iterations = 0; out_.iterations < max_iterations && !deadline_.passed(out_.iterations);
         ++out_.iterations) {
      const double error = measure();
      waited = error < 0.5 * best_ ? 0 : waited + 1;
      if (error < best_) keep(error);
      if (error < goal || (waited > kPatience && !changed_ && best_ < 1e-8) || waited > 20 * kPatience) break;
      if (!step(free_steps > kFreeSteps)) break;
      ++free_steps;
      // The round is solved, or as well as its multipliers deserve: diodes on the edge may switch for long.
      if (!limited_ && (!changed_ || (measure(), kirchhoff_ < std::min(1e-3, 0.1 * violated_)))) {
        const bool changed = changed_;
        multiplier_ = current_;
        linearize();
        changed_ = changed_ || changed;
        free_steps = 0;
      }
    }
    out_.x = best_x_;
    out_.currents = best_currents_;
    out_.converged = best_ < 1e-9;
  }

 private:
  double across(std::size_t k) const { return out_.x[at(d_.a[k])] - out_.x[at(d_.c[k])]; }

  void set_stiffness() {
    double largest = 0;
    for (const double g : r_.conductance) largest = std::max(largest, g);
    if (largest == 0) largest = 1;
    const auto of = [&](int c) {
      const double g = c == 0 ? HUGE_VAL : r_.conductance[at(c)];
      return g > 0 ? g : largest;
    };
    for (std::size_t k = 0; k < d_.size(); ++k)
      stiffness_[k] = solver_.stiffness() * std::min(of(d_.a[k]), of(d_.c[k]));
  }

  /// Where exponential diodes are linearized: at the voltage across them, with `limit` no further from the
  /// last point than an exponential bears.
  void set_points(bool limit) {
    limited_ = false;
    if (d_.is.empty()) return;
    for (std::size_t k = 0; k < d_.size(); ++k) {
      if (!d_.exponential(k)) continue;
      const double u = across(k) - d_.drop[k], ve = d_.ve[k], last = point_[k];
      const double knee = ve * std::log(ve / (std::sqrt(2.0) * d_.is[k]));
      double next = u;
      if (limit && u > knee && std::fabs(u - last) > 2 * ve) {
        const double ratio = 1 + (u - last) / ve;
        next = last > 0 ? (ratio > 0 ? last + ve * std::log(ratio) : knee)
                        : ve * std::log(std::max(u / ve, 1.0));
      }
      limited_ = limited_ || std::fabs(next - u) > 1e-3 * ve;
      point_[k] = next;
    }
  }

  /// Currents and slopes of the diodes, and whether the slopes have changed since the last call.
  void linearize() {
    changed_ = false;
    for (std::size_t k = 0; k < d_.size(); ++k) {
      const double over = across(k) - d_.drop[k];
      double slope = 0;
      if (d_.exponential(k)) {
        const double w = point_[k] / d_.ve[k], e = std::exp(std::min(w, kMaxExponent));
        slope = d_.is[k] / d_.ve[k] * e;
        current_[k] = d_.is[k] * (e * (1 + std::max(w - kMaxExponent, 0.0)) - 1) + slope * (over - point_[k]);
        changed_ = changed_ || std::fabs(slope - slope_[k]) > 1e-3 * (slope + slope_[k]);
      } else {
        const bool ideal = d_.slope[k] == 0;
        const double stiff = ideal ? stiffness_[k] : d_.slope[k];
        const double pull = (ideal ? multiplier_[k] : 0) + stiff * over;
        slope = pull > 0 ? stiff : 0;
        current_[k] = std::max(pull, 0.0);
        changed_ = changed_ || slope != slope_[k];
      }
      slope_[k] = slope;
    }
  }

  /// Residual currents of all clusters; returns the largest relative one, the violation of ideal diodes
  /// included.
  double measure() {
    std::fill(residual_.begin(), residual_.end(), 0);
    std::vector<double>& weight = weight_;
    weight.assign(residual_.size(), 0);
    const auto& e = r_.edges;
    for (std::size_t k = 0; k < e.size(); ++k) {
      const double i = e.g[k] * (out_.x[at(e.a[k])] - out_.x[at(e.b[k])]);
      residual_[at(e.a[k])] += i;
      residual_[at(e.b[k])] -= i;
    }
    violated_ = kirchhoff_ = 0;
    for (std::size_t k = 0; k < d_.size(); ++k) {
      residual_[at(d_.a[k])] += current_[k];
      residual_[at(d_.c[k])] -= current_[k];
      weight[at(d_.a[k])] += std::fabs(current_[k]);
      weight[at(d_.c[k])] += std::fabs(current_[k]);
      if (d_.ideal(k) && slope_[k] > 0)
        violated_ = std::max(violated_, std::fabs(across(k) - d_.drop[k]) / r_.voltage_scale);
    }
    for (int c = 1; c < r_.count; ++c) {
      residual_[at(c)] -= r_.injection[at(c)];
      const double scale =
          r_.voltage_scale * r_.conductance[at(c)] + weight[at(c)] + std::fabs(r_.injection[at(c)]);
      if (scale > 0) kirchhoff_ = std::max(kirchhoff_, std::fabs(residual_[at(c)]) / scale);
    }
    return limited_ ? HUGE_VAL : std::max(kirchhoff_, violated_);
  }

  void keep(double error) {
    best_ = error;
    best_x_ = out_.x;
    best_currents_ = current_;
  }

  /// A Newton step, with `search` only as far as the energy falls.
  bool step(bool search) {
    if (search && !d_.is.empty()) {
      set_points(false);
      linearize();
      measure();
      changed_ = true;
    }
    if (changed_ || out_.factorizations == 0) {
      matrix_.set_diodes(slope_);
      if (!solver_.factor(matrix_.matrix())) return false;
      ++out_.factorizations;
    }
    right_.resize(residual_.size() - 1);
    for (std::size_t k = 0; k < right_.size(); ++k) right_[k] = -residual_[k + 1];
    if (!solver_.solve(right_, solved_, solver_.reduction())) return false;
    std::copy(solved_.begin(), solved_.end(), step_.begin() + 1);
    const double length = search ? line_search() : 1;
    for (std::size_t k = 1; k < step_.size(); ++k) out_.x[k] += length * step_[k];
    set_points(!search);
    linearize();
    if (length != 1) changed_ = true;
    return true;
  }

  /// Slope of the energy along the step at length s. It never falls with s.
  double slope_along(double s, double constant, double linear) const {
    double sum = constant + s * linear;
    for (std::size_t k = 0; k < d_.size(); ++k) {
      const double du = step_[at(d_.a[k])] - step_[at(d_.c[k])];
      if (du == 0) continue;
      const double over = across(k) + s * du - d_.drop[k];
      if (d_.exponential(k)) {
        const double w = over / d_.ve[k], e = std::exp(std::min(w, kMaxExponent));
        sum += du * d_.is[k] * (e * (1 + std::max(w - kMaxExponent, 0.0)) - 1);
      } else if (d_.slope[k] > 0) {
        sum += du * d_.slope[k] * std::max(over, 0.0);
      } else {
        sum += du * std::max(multiplier_[k] + stiffness_[k] * over, 0.0);
      }
    }
    return sum;
  }

  /// The length in (0, 1] at which the energy along the step is least.
  double line_search() const {
    double constant = 0, linear = 0;
    const auto& e = r_.edges;
    for (std::size_t k = 0; k < e.size(); ++k) {
      const double dx = step_[at(e.a[k])] - step_[at(e.b[k])];
      constant += e.g[k] * dx * (out_.x[at(e.a[k])] - out_.x[at(e.b[k])]);
      linear += e.g[k] * dx * dx;
    }
    for (std::size_t c = 1; c < step_.size(); ++c) constant -= r_.injection[c] * step_[c];
    if (slope_along(1, constant, linear) <= 0) return 1;
    double low = 0, high = 1;
    for (int k = 0; k < 50 && high - low > 1e-12 * high; ++k) {
      const double middle = 0.5 * (low + high);
      (slope_along(middle, constant, linear) > 0 ? high : low) = middle;
    }
    return high;
  }

  const Reduced& r_;
  const Reduced::Diodes& d_;
  LinearSolver& solver_;
  const Deadline& deadline_;
  Iterate& out_;
  Laplacian matrix_;
  std::vector<double> multiplier_, stiffness_;  ///< lambda and rho of (method.h, 1)
  std::vector<double> point_;                   ///< of exponential diodes: where they are linearized [V]
  std::vector<double> current_, slope_;         ///< of each diode
  std::vector<double> residual_, weight_, step_, right_, solved_;
  std::vector<double> best_x_, best_currents_;
  double best_ = 0;
  double kirchhoff_ = 0, violated_ = 0;  ///< the two parts of measure()
  bool changed_ = true;                  ///< the slopes are not those of the factors
  bool limited_ = false;                 ///< some exponential is linearized away from its voltage
};

}  // namespace

void active_set(const Reduced& reduced, LinearSolver& solver, const SolverOptions& options,
                const Deadline& deadline, Iterate& out) {
  // Exact factors reach rounding for the price of a substitution.
  const double goal = solver.reduction() < 1e-10 ? kGoal : 0.1 * options.tolerance;
  const int most = options.max_iterations > 0 ? options.max_iterations : 500;
  ActiveSet(reduced, solver, deadline, out).run(most, goal);
}

}  // namespace nullor::resistive
