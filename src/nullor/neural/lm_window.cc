#include "nullor/neural/lm_window.h"

#include <algorithm>
#include <cmath>

#include "nullor/neural/feature_basis.h"

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

std::vector<int> widths_of(const std::vector<int>& hidden, int n) {
  std::vector<int> out = {1};
  out.insert(out.end(), hidden.begin(), hidden.end());
  out.push_back(n);
  return out;
}

}  // namespace

LmWindow::LmWindow(Dae& dae, double gmin, const EquationScale& scale, const LevenbergMarquardtOptions& how,
                   std::uint64_t seed)
    : dae_(dae),
      gmin_(gmin),
      scale_(scale),
      how_(how),
      residual_(dae, gmin, scale.unknown),
      n_(dae.size()),
      nodes_(radau_points(how.points)),
      network_(widths_of(how.hidden, dae.size())),
      fresh_(network_),
      tape_(network_),
      check_lu_(SparseLu<double>::create(dae.pattern())) {
  constexpr double kSteepness = 4;
  Rng rng(seed);
  fresh_.draw(rng, kSteepness, 0);
  for (std::size_t k = 0; k < nodes_.size(); k += 2)
    check_.push_back(((k == 0 ? 0 : nodes_[k - 1]) + nodes_[k]) / 2);
  for (auto* v : {&at_zero_, &x_, &x_t_, &y_bar_, &y_s_bar_, &check_f_, &check_q_}) v->assign(u(n_) + 1, 0.0);
  b_.assign(nodes_.size() * (u(n_) + 1), 0.0);
  by_x_.assign(u(n_) * u(n_), 0.0);
  by_slope_ = by_x_;
  check_b_.assign(u(n_) + 1, 0.0);
  check_jacobian_.assign(u(dae.pattern().nonzeros()) + 1, 0.0);
  zero_gradient_.resize(n_, static_cast<Eigen::Index>(network_.parameters().size()));
}

void LmWindow::begin(double start, double length, const std::vector<double>& x0) {
  start_ = start;
  length_ = length;
  x0_ = x0;
  scale_.focus(dae_, gmin_, x0, length);
  network_.parameters() = fresh_.parameters();
  for (std::size_t j = 0; j < nodes_.size(); ++j)
    dae_.excitation(start + length * nodes_[j], false, b_.data() + j * (u(n_) + 1));
}

void LmWindow::start_values() {
  tape_.record(0);
  for (int i = 0; i < n_; ++i) at_zero_[u(i)] = pinned(i) ? tape_.value()[i] : 0.0;
}

// Least squares with a little damping; the last hidden layer is fixed.
void LmWindow::fit(const std::vector<double>& states) {
  constexpr double kDamping = 1e-10;
  const Perceptron::Layer last = network_.layer(network_.layers() - 1);
  const auto rows = static_cast<Eigen::Index>(nodes_.size());
  // A network whose outputs are the last hidden layer.
  std::vector<int> widths = network_.widths();
  widths.pop_back();
  widths.push_back(last.inputs);
  Perceptron features(widths);
  std::copy_n(network_.parameters().begin(), features.offset(features.layers() - 1),
              features.parameters().begin());
  for (int k = 0; k < last.inputs; ++k)
    features.parameters()[features.offset(features.layers() - 1) + u(k * last.inputs + k)] = 1;
  std::vector<double> at_start(u(last.inputs)), here(u(last.inputs));
  features.evaluate(0, at_start.data());
  Eigen::MatrixXd a(rows, last.inputs), target(rows, n_);
  for (Eigen::Index j = 0; j < rows; ++j) {
    features.evaluate(nodes_[static_cast<std::size_t>(j)], here.data());
    for (int k = 0; k < last.inputs; ++k) a(j, k) = here[u(k)] - at_start[u(k)];
    for (int i = 0; i < n_; ++i)
      target(j, i) =
          (states[static_cast<std::size_t>(j) * (u(n_) + 1) + u(i)] - x0_[u(i)]) / scale_.unknown[u(i)];
  }
  Eigen::MatrixXd normal = a.transpose() * a;
  normal.diagonal().array() += kDamping * normal.trace();
  const Eigen::MatrixXd w = normal.ldlt().solve(a.transpose() * target);
  double* weight = network_.parameters().data() + network_.offset(network_.layers() - 1);
  double* bias = weight + last.weight.size();
  for (int i = 0; i < n_; ++i) {
    bias[i] = 0;
    for (int k = 0; k < last.inputs; ++k) {
      weight[i * last.inputs + k] = w(k, i);
      bias[i] -= w(k, i) * at_start[u(k)];
    }
  }
}

void LmWindow::read(double s, double* x, double* x_t) {
  tape_.record(s);
  for (int i = 0; i < n_; ++i) {
    x[i] = x0_[u(i)] + scale_.unknown[u(i)] * (tape_.value()[i] - at_zero_[u(i)]);
    if (x_t) x_t[i] = scale_.unknown[u(i)] * tape_.slope()[i] / length_;
  }
}

void LmWindow::residuals(Eigen::VectorXd& rho, Matrix* jacobian) {
  const SparsePattern& p = dae_.pattern();
  const auto count = static_cast<Eigen::Index>(network_.parameters().size());
  const auto rows = static_cast<Eigen::Index>(nodes_.size()) * n_;
  rho.resize(rows);
  start_values();
  if (jacobian) {
    jacobian->setZero(rows, count);
    pinned_part_.setZero(rows, n_);
    zero_gradient_.setZero();
    std::fill(y_s_bar_.begin(), y_s_bar_.end(), 0.0);
    for (int i = 0; i < n_; ++i) {
      if (!pinned(i)) continue;
      std::fill(y_bar_.begin(), y_bar_.end(), 0.0);
      y_bar_[u(i)] = 1;
      tape_.pull(y_bar_.data(), y_s_bar_.data(), zero_gradient_.row(i).data());
    }
  }
  for (std::size_t j = 0; j < nodes_.size(); ++j) {
    read(nodes_[j], x_.data(), x_t_.data());
    residual_.evaluate(x_.data(), x_t_.data(), start_ + length_ * nodes_[j], b_.data() + j * (u(n_) + 1),
                       jacobian != nullptr);
    const auto first = static_cast<Eigen::Index>(j) * n_;
    for (int i = 0; i < n_; ++i) rho[first + i] = residual_.residual()[i] / scale_.row[u(i)];
    if (!jacobian) continue;
    std::fill(by_x_.begin(), by_x_.end(), 0.0);
    std::fill(by_slope_.begin(), by_slope_.end(), 0.0);
    for (int k = 0; k < n_; ++k) {
      for (int e = p.column_start[u(k)]; e < p.column_start[u(k) + 1]; ++e) {
        const int i = p.row[u(e)];
        const double unit = scale_.unknown[u(k)] / scale_.row[u(i)];
        by_x_[u(i * n_ + k)] = unit * residual_.by_x()[u(e)];
        by_slope_[u(i * n_ + k)] = unit * residual_.by_slope()[u(e)] / length_;
      }
    }
    for (int i = 0; i < n_; ++i) {
      const double* by_x = by_x_.data() + u(i * n_);
      tape_.pull(by_x, by_slope_.data() + u(i * n_), jacobian->row(first + i).data());
      for (int k = 0; k < n_; ++k) pinned_part_(first + i, k) = pinned(k) ? by_x[k] : 0.0;
    }
  }
  if (jacobian) jacobian->noalias() -= pinned_part_ * zero_gradient_;
}

LmWindow::Result LmWindow::solve(double goal) {
  constexpr double kFirstDamping = 1e-6, kLeastDamping = 1e-15, kGain = 0.99;
  constexpr double kHidden = 1e-4;  // the metric of (1): only the output layer enters linearly and may go far
  constexpr int kStalls = 6;
  const auto hidden = static_cast<Eigen::Index>(network_.offset(network_.layers() - 1));
  Result result;
  Matrix jacobian, normal;
  Eigen::VectorXd rho, trial;
  residuals(rho, &jacobian);
  const auto rows = rho.size();
  double mu = -1, growth = 2, norm = rho.squaredNorm(), reference = norm;
  const double wanted = goal * goal * static_cast<double>(rows);
  int stalled = 0;
  while (norm > wanted && result.iterations < how_.epochs && stalled < kStalls && std::isfinite(norm)) {
    jacobian.leftCols(hidden) *= kHidden;
    normal.setZero(rows, rows);
    normal.selfadjointView<Eigen::Lower>().rankUpdate(jacobian);
    const double largest = normal.diagonal().maxCoeff();
    if (mu < 0) mu = kFirstDamping;
    bool accepted = false;
    while (!accepted && result.iterations < how_.epochs && mu < 1e6) {
      ++result.iterations;
      Matrix damped = normal;
      damped.diagonal().array() += mu * largest;
      const Eigen::LLT<Matrix, Eigen::Lower> llt(damped);
      const Eigen::VectorXd z = llt.solve(rho);  // (1): delta = -J^T z
      Eigen::VectorXd delta = jacobian.transpose() * z;
      delta.head(hidden) *= kHidden;
      const std::vector<double> before = network_.parameters();
      for (Eigen::Index k = 0; k < delta.size(); ++k)
        network_.parameters()[static_cast<std::size_t>(k)] -= delta[k];
      residuals(trial, nullptr);
      const double now = trial.squaredNorm();
      // The linear model leaves mu z of rho.
      const double promised = norm - (mu * largest) * (mu * largest) * z.squaredNorm();
      const double ratio = promised > 0 ? (norm - now) / promised : -1;
      if (std::isfinite(now) && llt.info() == Eigen::Success && ratio > 0) {
        accepted = true;
        const double cut = 1 - std::pow(2 * ratio - 1, 3);
        mu = std::max(kLeastDamping, mu * std::clamp(cut, ratio > 0.75 ? 0.05 : 1.0 / 3, 2.0));
        growth = 2;
        norm = now;
      } else {
        network_.parameters() = before;
        mu *= growth;
        growth *= 2;
      }
    }
    if (!accepted) break;
    if (norm > kGain * kGain * reference) {
      ++stalled;
    } else {
      stalled = 0;
      reference = norm;
    }
    if (norm > wanted) residuals(rho, &jacobian);
  }
  start_values();
  result.damping = mu;
  result.residual = std::sqrt(norm / static_cast<double>(rows));
  return result;
}

double LmWindow::defect(const std::vector<double>& sizes) {
  // The error swings from node to node, with about this many radians over the window.
  const double kappa = 3.0 * static_cast<double>(nodes_.size());
  double worst = 0;
  for (const double s : check_) {
    const double time = start_ + length_ * s;
    read(s, x_.data(), x_t_.data());
    dae_.excitation(time, false, check_b_.data());
    residual_.evaluate(x_.data(), x_t_.data(), time, check_b_.data(), false);
    for (std::size_t e = 0; e + 1 < check_jacobian_.size(); ++e)
      check_jacobian_[e] = residual_.by_x()[e] + kappa / length_ * residual_.by_slope()[e];
    if (!check_lu_->factor(check_jacobian_.data())) continue;
    std::copy_n(residual_.residual(), n_, check_f_.begin());
    check_lu_->solve(check_f_.data());
    for (int i = 0; i < n_; ++i) {
      if (!pinned(i) && dae_.unknowns()[u(i)].nature == Nature::current) continue;
      const double error = std::fabs(check_f_[u(i)]) / sizes[u(i)];
      if (!(error <= worst)) worst = error;
    }
  }
  return worst;
}

Perceptron LmWindow::waveform() const { return network_.transformed(x0_, scale_.unknown, at_zero_, 1, 0); }

}  // namespace nullor
