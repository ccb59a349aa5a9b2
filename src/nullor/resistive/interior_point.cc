#include <algorithm>
#include <cmath>

#include "nullor/resistive/method.h"

namespace nullor::resistive {
namespace {

std::size_t at(int k) { return static_cast<std::size_t>(k); }

/// One run. With B x = x_a - x_c, w = drop, r = 1 / slope (ideal: 0), lambda the diode currents, L the edges:
///
///   L x + B^T lambda = injection                                  (1)
///   B x - r lambda + s = w,   s >= 0, lambda >= 0                 (2)
///   s lambda = mu -> 0                                            (3)
///
/// A step solves (L + B^T theta B) dx = ..., theta = 1 / (r + s / lambda).
class InteriorPoint {
 public:
  InteriorPoint(const Reduced& reduced, LinearSolver& solver, Iterate& out)
      : r_(reduced), d_(reduced.diodes), solver_(solver), out_(out), matrix_(reduced) {
    const std::size_t n = at(r_.count), m = d_.size();
    out_.x.assign(n, 0);
    resistance_.resize(m);
    for (std::size_t k = 0; k < m; ++k) resistance_[k] = d_.slope[k] > 0 ? 1 / d_.slope[k] : 0;
    double largest = 0;
    for (const double g : r_.conductance) largest = std::max(largest, g);
    current_scale_ = r_.voltage_scale * (largest > 0 ? largest : 1);
    slack_.resize(m);
    lambda_.assign(m, current_scale_);
    for (std::size_t k = 0; k < m; ++k) slack_[k] = std::max(d_.drop[k], r_.voltage_scale);
    theta_.resize(m);
    target_.resize(m);
    broken_.resize(m);
    d_lambda_.resize(m);
    d_slack_.resize(m);
    gradient_.resize(n);
    dx_.assign(n, 0);
  }

  void run(int max_iterations, const Deadline& deadline) {
    double best = HUGE_VAL;
    int waited = 0;
    std::vector<double> best_x = out_.x, best_lambda = lambda_;
    for (out_.iterations = 0; out_.iterations < max_iterations && !deadline.passed(out_.iterations);
         ++out_.iterations) {
      const double error = residuals();
      waited = error < 0.5 * best ? 0 : waited + 1;
      if (error < best) best = error, best_x = out_.x, best_lambda = lambda_;
      if (best < kGoal || waited > kPatience) break;
      if (!step()) break;
    }
    out_.x = std::move(best_x);
    out_.currents = std::move(best_lambda);
    out_.converged = best < 1e-9;
  }

 private:
  static constexpr double kGoal = 1e-15;
  static constexpr int kPatience = 12;

  /// Fills gradient_ (1) and broken_ (2); returns the largest relative residual, complementarity included.
  double residuals() {
    for (std::size_t c = 0; c < gradient_.size(); ++c) gradient_[c] = -r_.injection[c];
    const auto& e = r_.edges;
    for (std::size_t k = 0; k < e.size(); ++k) {
      const double i = e.g[k] * (out_.x[at(e.a[k])] - out_.x[at(e.b[k])]);
      gradient_[at(e.a[k])] += i;
      gradient_[at(e.b[k])] -= i;
    }
    double error = 0;
    mu_ = 0;
    for (std::size_t k = 0; k < d_.size(); ++k) {
      gradient_[at(d_.a[k])] += lambda_[k];
      gradient_[at(d_.c[k])] -= lambda_[k];
      broken_[k] =
          out_.x[at(d_.a[k])] - out_.x[at(d_.c[k])] - resistance_[k] * lambda_[k] + slack_[k] - d_.drop[k];
      mu_ += slack_[k] * lambda_[k];
      error = std::max({error, std::fabs(broken_[k]) / r_.voltage_scale,
                        std::min(slack_[k] / r_.voltage_scale, lambda_[k] / current_scale_)});
    }
    if (d_.size() > 0) mu_ /= static_cast<double>(d_.size());
    for (std::size_t c = 1; c < gradient_.size(); ++c) {
      error = std::max(error, std::fabs(gradient_[c]) / current_scale_);
    }
    return error;
  }

  /// Solves for dx, d_lambda, d_slack with s lambda + ds lambda + s dlambda = target_.
  bool direction() {
    right_.resize(gradient_.size() - 1);
    for (std::size_t c = 0; c < right_.size(); ++c) right_[c] = -gradient_[c + 1];
    for (std::size_t k = 0; k < d_.size(); ++k) {
      const double pull = theta_[k] * (broken_[k] + target_[k] / lambda_[k] - slack_[k]);
      if (d_.a[k] != 0) right_[at(d_.a[k]) - 1] -= pull;
      if (d_.c[k] != 0) right_[at(d_.c[k]) - 1] += pull;
    }
    if (!solver_.solve(right_, solved_, 1e-10)) return false;
    std::copy(solved_.begin(), solved_.end(), dx_.begin() + 1);
    for (std::size_t k = 0; k < d_.size(); ++k) {
      const double bx = dx_[at(d_.a[k])] - dx_[at(d_.c[k])];
      d_lambda_[k] = theta_[k] * (bx + broken_[k] + target_[k] / lambda_[k] - slack_[k]);
      d_slack_[k] = target_[k] / lambda_[k] - slack_[k] - slack_[k] / lambda_[k] * d_lambda_[k];
    }
    return true;
  }

  /// The longest step up to 1 that keeps `values` positive.
  static double longest(const std::vector<double>& values, const std::vector<double>& steps) {
    double length = 1;
    for (std::size_t k = 0; k < values.size(); ++k) {
      if (steps[k] < 0) length = std::min(length, -values[k] / steps[k]);
    }
    return length;
  }

  bool step() {
    for (std::size_t k = 0; k < d_.size(); ++k) theta_[k] = 1 / (resistance_[k] + slack_[k] / lambda_[k]);
    matrix_.set_diodes(theta_);
    if (!solver_.factor(matrix_.matrix())) return false;
    ++out_.factorizations;
    for (std::size_t k = 0; k < d_.size(); ++k) target_[k] = 0;  // predictor
    if (!direction()) return false;
    if (d_.size() > 0) {
      const double primal = longest(slack_, d_slack_), dual = longest(lambda_, d_lambda_);
      double ahead = 0;
      for (std::size_t k = 0; k < d_.size(); ++k) {
        ahead += (slack_[k] + primal * d_slack_[k]) * (lambda_[k] + dual * d_lambda_[k]);
      }
      const double ratio = ahead / static_cast<double>(d_.size()) / mu_;
      for (std::size_t k = 0; k < d_.size(); ++k) {
        target_[k] = ratio * ratio * ratio * mu_ - d_slack_[k] * d_lambda_[k];
      }
      if (!direction()) return false;
    }
    const double length = 0.9995 * std::min(longest(slack_, d_slack_), longest(lambda_, d_lambda_));
    const double taken = d_.size() > 0 ? length : 1;
    for (std::size_t c = 1; c < dx_.size(); ++c) out_.x[c] += taken * dx_[c];
    for (std::size_t k = 0; k < d_.size(); ++k) {
      slack_[k] += taken * d_slack_[k];
      lambda_[k] += taken * d_lambda_[k];
    }
    return true;
  }

  const Reduced& r_;
  const Reduced::Diodes& d_;
  LinearSolver& solver_;
  Iterate& out_;
  Laplacian matrix_;
  std::vector<double> resistance_, slack_, lambda_, theta_, target_, broken_, d_lambda_, d_slack_;
  std::vector<double> gradient_, dx_, right_, solved_;
  double current_scale_ = 1, mu_ = 0;
};

}  // namespace

void interior_point(const Reduced& reduced, LinearSolver& solver, const SolverOptions& options,
                    const Deadline& deadline, Iterate& out) {
  InteriorPoint(reduced, solver, out)
      .run(options.max_iterations > 0 ? options.max_iterations : 200, deadline);
}

}  // namespace nullor::resistive
