#include "nullor/neural/parameter_network.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace nullor {
namespace {

using Matrix = Eigen::MatrixXd;
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Eigen::Index;

std::size_t u(int k) { return static_cast<std::size_t>(k); }
std::size_t u(Index k) { return static_cast<std::size_t>(k); }

/// The equations of least squares of one choice of features: for each run its value, then its derivatives.
class Fit {
 public:
  Fit(const ParameterSamples& samples, const std::vector<int>& exponents)
      : samples_(samples), rows_(samples.values_u.empty() ? 1 : 1 + samples.inputs) {
    const Index runs = static_cast<Index>(samples.count()), inputs = samples.inputs;
    const Index features = static_cast<Index>(exponents.size()) / inputs;
    a_.resize(runs * rows_, features);
    y_.resize(runs * rows_, samples.outputs);
    constexpr double share = 0.5;  // of a derivative's equation beside a value's
    std::vector<double> phi(u(features)), phi_u(u(features * inputs));
    for (Index r = 0; r < runs; ++r) {
      ParameterNetwork::features_at(exponents, samples.inputs, samples.u.data() + r * inputs, phi.data(),
                                    phi_u.data());
      for (Index f = 0; f < features; ++f) {
        a_(r * rows_, f) = phi[u(f)];
        for (Index j = 1; j < rows_; ++j) a_(r * rows_ + j, f) = share * phi_u[u(f * inputs + j - 1)];
      }
      for (Index o = 0; o < samples.outputs; ++o) {
        y_(r * rows_, o) = samples.values[u(r * samples.outputs + o)];
        for (Index j = 1; j < rows_; ++j)
          y_(r * rows_ + j, o) = share * samples.values_u[u((r * inputs + j - 1) * samples.outputs + o)];
      }
    }
    if (a_.rows() >= a_.cols()) qr_.compute(a_);
  }

  /// With A = Q R, H = Q Q^T and e the residual, the residual at run i of a fit without it is (I - H_ii)^-1
  /// e_i.
  double left_out_error() const {
    if (a_.rows() < a_.cols()) return std::numeric_limits<double>::infinity();
    const Matrix q = qr_.householderQ() * Matrix::Identity(a_.rows(), a_.cols());
    const Matrix e = y_ - q * (q.transpose() * y_);
    double sum = 0;
    for (Index i = 0; i < a_.rows(); i += rows_) {
      const auto qi = q.middleRows(i, rows_);
      const Matrix rest = Matrix::Identity(rows_, rows_) - qi * qi.transpose();
      const Eigen::FullPivLU<Matrix> lu(rest);
      if (lu.rcond() < 1e-10) return std::numeric_limits<double>::infinity();
      sum += lu.solve(e.middleRows(i, rows_)).row(0).squaredNorm();
    }
    return std::sqrt(sum * static_cast<double>(rows_) / static_cast<double>(a_.rows()));
  }

  std::vector<double> weights() const {
    const RowMajor w = qr_.solve(y_);
    return {w.data(), w.data() + w.size()};
  }

 private:
  const ParameterSamples& samples_;
  Index rows_;
  Matrix a_, y_;
  Eigen::HouseholderQR<Matrix> qr_;
};

}  // namespace

ParameterNetwork::ParameterNetwork(int inputs, int outputs, std::vector<int> exponents,
                                   std::vector<double> weights)
    : inputs_(inputs),
      outputs_(outputs),
      features_(static_cast<int>(exponents.size()) / std::max(inputs, 1)),
      exponents_(std::move(exponents)),
      weights_(std::move(weights)) {}

std::vector<int> ParameterNetwork::exponents_within(const std::vector<double>& order, double degree) {
  std::vector<int> out, e(order.size(), 0);
  for (;;) {
    out.insert(out.end(), e.begin(), e.end());
    std::size_t j = 0;
    for (; j < e.size(); ++j) {
      ++e[j];
      double sum = 0;
      for (std::size_t k = 0; k < e.size(); ++k) sum += order[k] * e[k];
      if (sum <= degree + 1e-9 && e[j] <= kLargestDegree) break;
      e[j] = 0;
    }
    if (j == e.size()) return out;
  }
}

void ParameterNetwork::features_at(const std::vector<int>& exponents, int inputs, const double* at,
                                   double* phi, double* phi_u) {
  constexpr std::size_t kRow = kLargestDegree + 1;
  std::vector<double> p(u(inputs) * kRow), slope(u(inputs) * kRow);
  const std::size_t features = exponents.size() / u(inputs);
  int highest = 1;
  for (const int e : exponents) highest = std::max(highest, e);
  for (int j = 0; j < inputs; ++j) {
    double* value = p.data() + u(j) * kRow;
    double* d = slope.data() + u(j) * kRow;
    value[0] = 1;
    value[1] = at[j];
    d[0] = 0;
    d[1] = 1;
    for (int k = 2; k <= highest; ++k) {
      value[k] = ((2 * k - 1) * at[j] * value[k - 1] - (k - 1) * value[k - 2]) / k;
      d[k] = d[k - 2] + (2 * k - 1) * value[k - 1];
    }
    for (int k = 1; k <= highest; ++k) {
      const double norm = std::sqrt(2.0 * k + 1);
      value[k] *= norm;
      d[k] *= norm;
    }
  }
  for (std::size_t f = 0; f < features; ++f) {
    const int* e = exponents.data() + f * u(inputs);
    double product = 1;
    for (int j = 0; j < inputs; ++j) product *= p[u(j) * kRow + u(e[j])];
    phi[f] = product;
    for (int j = 0; phi_u && j < inputs; ++j) {
      double other = slope[u(j) * kRow + u(e[j])];
      for (int k = 0; k < inputs; ++k) {
        if (k != j) other *= p[u(k) * kRow + u(e[k])];
      }
      phi_u[f * u(inputs) + u(j)] = other;
    }
  }
}

void ParameterNetwork::evaluate(const double* at, double* out, double* out_u) const {
  std::vector<double> phi(u(features_)), phi_u(out_u ? u(features_) * u(inputs_) : 0);
  features_at(exponents_, inputs_, at, phi.data(), out_u ? phi_u.data() : nullptr);
  const Eigen::Map<const RowMajor> w(weights_.data(), features_, outputs_);
  Eigen::Map<Eigen::RowVectorXd>(out, outputs_).noalias() =
      Eigen::Map<const Eigen::RowVectorXd>(phi.data(), features_) * w;
  if (!out_u) return;
  Eigen::Map<RowMajor>(out_u, inputs_, outputs_).noalias() =
      Eigen::Map<const RowMajor>(phi_u.data(), features_, inputs_).transpose() * w;
}

ParameterNetwork fit_parameter_network(const ParameterSamples& samples, ParameterFit& fit) {
  constexpr std::size_t kMostFeatures = 1000;
  const std::size_t inputs = u(samples.inputs);
  const std::size_t equations = samples.count() * (samples.values_u.empty() ? 1 : 1 + inputs);
  const auto error_of = [&](const std::vector<double>& order, double degree) {
    const std::vector<int> exponents = ParameterNetwork::exponents_within(order, degree);
    const std::size_t features = exponents.size() / inputs;
    if (features > kMostFeatures || features * 10 > equations * 9)
      return std::numeric_limits<double>::infinity();
    return Fit(samples, exponents).left_out_error();
  };
  ParameterFit best = fit;
  if (best.order.empty()) best = {std::vector<double>(inputs, 1.0), 1, 0};
  best.left_out_error = error_of(best.order, best.degree);
  if (!std::isfinite(best.left_out_error)) {
    best.degree = 0;
    best.left_out_error = error_of(best.order, 0);
  }
  const auto consider = [&](const std::vector<double>& order, double degree) {
    const double error = error_of(order, degree);
    if (!(error < best.left_out_error)) return false;
    best = {order, degree, error};
    return true;
  };
  const auto by_degree = [&] {
    const double from = best.degree;
    const std::vector<double> order = best.order;
    for (double d = from + 1; consider(order, d) || consider(order, d + 1); d = best.degree + 1) {
    }
    for (double d = best.degree - 1; best.degree <= from && d >= 1 && consider(order, d); d -= 1) {
    }
  };
  by_degree();
  // One parameter after another: are its powers worth less, or more?
  for (std::size_t j = 0; inputs > 1 && j < inputs; ++j) {
    for (const double factor : {1.25, 0.8}) {
      std::vector<double> order = best.order;
      order[j] *= factor;
      const double least = *std::min_element(order.begin(), order.end());
      for (double& o : order) o /= least;
      const double degree = best.degree / least;
      if (consider(order, degree) || consider(order, degree + 1)) {
        by_degree();
        break;
      }
    }
  }
  fit = best;
  const std::vector<int> exponents = ParameterNetwork::exponents_within(best.order, best.degree);
  return ParameterNetwork(samples.inputs, samples.outputs, exponents, Fit(samples, exponents).weights());
}

}  // namespace nullor
