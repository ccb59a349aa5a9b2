#include "nullor/neural/feature_basis.h"

#include <Eigen/Dense>
#include <cmath>
#include <complex>
#include <numbers>
#include <utility>

#include "nullor/base/rng.h"

namespace nullor {
namespace {

using Real = long double;
using Matrix = Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic>;
using Vector = Eigen::Matrix<Real, Eigen::Dynamic, 1>;

/// Size of a basis and range of its slopes.
struct Shape {
  int nodes, features;
  double least_slope, largest_slope;
};

Shape shape_for(double tolerance) {
  if (tolerance >= 2e-6) return {8, 16, 0.3, 2};
  if (tolerance >= 2e-8) return {12, 24, 0.5, 3};
  return {16, 32, 0.7, 3};
}

/// P_m - P_(m-1) on [-1, 1]; its zeros are the right Radau points.
Real radau_polynomial(int m, Real x) {
  Real before = 1, now = x;
  for (int k = 2; k <= m; ++k) {
    const Real next =
        (static_cast<Real>(2 * k - 1) * x * now - static_cast<Real>(k - 1) * before) / static_cast<Real>(k);
    before = now;
    now = next;
  }
  return now - before;
}

Features draw(const Shape& shape, Rng& rng) {
  const int count = shape.features - 1;
  std::vector<int> order(static_cast<std::size_t>(count));
  for (int k = 0; k < count; ++k) order[static_cast<std::size_t>(k)] = k;
  for (int k = count; k-- > 1;)
    std::swap(order[static_cast<std::size_t>(k)], order[rng.below(static_cast<std::uint64_t>(k) + 1)]);
  std::vector<double> slopes, offsets, scales;
  for (int k = 0; k < count; ++k) {
    const double a =
        shape.least_slope * std::pow(shape.largest_slope / shape.least_slope,
                                     (order[static_cast<std::size_t>(k)] + rng.uniform()) / count);
    const double centre = -0.3 + 1.6 * (k + rng.uniform()) / count;
    slopes.push_back(a);
    offsets.push_back(-a * centre);
    scales.push_back(1 / (a * a));
  }
  constexpr double kSkip = 1e3;
  return Features(kSkip, std::move(slopes), std::move(offsets), std::move(scales));
}

/// psi(s) and psi'(s) at the given points, as rows.
void rows_at(const Features& f, const std::vector<double>& points, Matrix& value, Matrix& slope) {
  const auto rows = static_cast<Eigen::Index>(points.size()), count = static_cast<Eigen::Index>(f.count());
  value.resize(rows, count);
  slope.resize(rows, count);
  for (Eigen::Index i = 0; i < rows; ++i) {
    const Real s = points[static_cast<std::size_t>(i)];
    value(i, 0) = f.skip * s;
    slope(i, 0) = f.skip;
    for (Eigen::Index k = 1; k < count; ++k) {
      const auto j = static_cast<std::size_t>(k - 1);
      const Real a = f.slope[j], b = f.offset[j], t = std::tanh(a * s + b);
      value(i, k) = f.scale[j] * (t - std::tanh(b));
      slope(i, k) = f.scale[j] * a * (1 - t * t);
    }
  }
}

/// The solution of least norm of  A W = identity.
Matrix right_inverse(const Matrix& a) {
  const Eigen::Index m = a.rows();
  const Eigen::HouseholderQR<Matrix> qr(a.transpose());
  const Matrix lower = Matrix(qr.matrixQR().topRows(m).triangularView<Eigen::Upper>()).transpose();
  const Matrix q = qr.householderQ() * Matrix::Identity(a.cols(), m);
  return q * lower.triangularView<Eigen::Lower>().solve(Matrix::Identity(m, m));
}

DenseMatrix rounded(const Matrix& a) {
  DenseMatrix out(static_cast<int>(a.rows()), static_cast<int>(a.cols()));
  for (int i = 0; i < out.rows; ++i) {
    for (int j = 0; j < out.columns; ++j) out(i, j) = static_cast<double>(a(i, j));
  }
  return out;
}

/// Whether x' = z x decays over the window for every z on the imaginary axis, to within a little.
bool stable(const Matrix& d) {
  const Eigen::MatrixXd slope = d.cast<double>();
  const auto eigenvalues = slope.eigenvalues();
  for (const auto& e : eigenvalues) {
    if (e.real() < 1) return false;
  }
  using Complex = std::complex<double>;
  const Eigen::VectorXcd drive = (slope * Eigen::VectorXd::Ones(slope.rows())).cast<Complex>();
  for (double y = 0.1; y < 1000; y *= 1.3) {
    Eigen::MatrixXcd a = slope.cast<Complex>();
    a.diagonal().array() -= Complex(0, y);
    const Eigen::VectorXcd x = a.partialPivLu().solve(drive);
    if (std::abs(x[x.size() - 1]) > 1 + 1e-3) return false;
  }
  return true;
}

}  // namespace

std::vector<double> radau_points(int m) {
  std::vector<double> out;
  // The zeros lie almost evenly over the angle whose cosine they are: none of these intervals holds two.
  const int intervals = 8 * m;
  Real left = -1, at_left = radau_polynomial(m, left);
  for (int i = 1; i < intervals; ++i) {
    const Real right = -std::cos(std::numbers::pi_v<Real> * i / intervals),
               at_right = radau_polynomial(m, right);
    if (at_left * at_right < 0) {
      Real a = left, b = right;
      for (int k = 0; k < 70; ++k) {
        const Real c = (a + b) / 2;
        (at_left * radau_polynomial(m, c) <= 0 ? b : a) = c;
      }
      out.push_back(static_cast<double>((1 + (a + b) / 2) / 2));
    }
    left = right;
    at_left = at_right;
  }
  out.push_back(1);
  return out;
}

Features::Features(double skip_scale, std::vector<double> slopes, std::vector<double> offsets,
                   std::vector<double> scales)
    : skip(skip_scale), slope(std::move(slopes)), offset(std::move(offsets)), scale(std::move(scales)) {
  for (const double b : offset) tanh_offset.push_back(std::tanh(b));
}

void Features::evaluate(double s, double* psi, double* psi_s) const {
  psi[0] = skip * s;
  if (psi_s) psi_s[0] = skip;
  for (std::size_t k = 0; k < slope.size(); ++k) {
    const double t = std::tanh(slope[k] * s + offset[k]);
    psi[k + 1] = scale[k] * (t - tanh_offset[k]);
    if (psi_s) psi_s[k + 1] = scale[k] * slope[k] * (1 - t * t);
  }
}

FeatureBasis FeatureBasis::make(double tolerance, std::uint64_t seed) {
  const Shape shape = shape_for(tolerance);
  Rng rng(seed);
  FeatureBasis out;
  out.node = radau_points(shape.nodes);
  for (std::size_t k = 0; k < out.node.size(); k += 2) {
    out.check.push_back(((k == 0 ? 0 : out.node[k - 1]) + out.node[k]) / 2);
  }
  for (;;) {
    out.features = draw(shape, rng);
    Matrix value, slope;
    rows_at(out.features, out.node, value, slope);
    const Matrix p = right_inverse(value), d = slope * p;
    if (!stable(d)) continue;

    Matrix check_value, check_slope;
    rows_at(out.features, out.check, check_value, check_slope);
    out.weights = rounded(p);
    out.slope = rounded(d);
    out.check_value = rounded(check_value * p);
    out.check_slope = rounded(check_slope * p);

    Matrix with_start(value.rows(), value.cols() + 1);
    with_start << value, Matrix::Constant(value.rows(), 1, static_cast<Real>(out.features.skip));
    const Matrix free = right_inverse(with_start);
    const Matrix start = free.bottomRows(1) * static_cast<Real>(out.features.skip);
    out.free_weights = rounded(free.topRows(value.cols()));
    const DenseMatrix at_start = rounded(start);
    out.free_start = at_start.a;
    out.free_check_value =
        rounded(check_value * free.topRows(value.cols()) + Vector::Ones(check_value.rows()) * start);
    return out;
  }
}

Cardinal::Cardinal(const FeatureBasis& basis, double s, bool slope) {
  const int nodes = basis.nodes(), count = basis.features.count();
  const auto size = static_cast<std::size_t>(nodes);
  std::vector<double> psi(static_cast<std::size_t>(count)), psi_s(psi);
  basis.features.evaluate(s, psi.data(), psi_s.data());
  const std::vector<double>& along = slope ? psi_s : psi;
  fixed.assign(size, 0.0);
  free.assign(size, 0.0);
  if (!slope) free = basis.free_start;
  for (int k = 0; k < count; ++k) {
    for (int j = 0; j < nodes; ++j) {
      fixed[static_cast<std::size_t>(j)] += along[static_cast<std::size_t>(k)] * basis.weights(k, j);
      free[static_cast<std::size_t>(j)] += along[static_cast<std::size_t>(k)] * basis.free_weights(k, j);
    }
  }
  // The weights act on values relative to x(0), or to the last node.
  const double constant = slope ? 0 : 1;
  double rest = constant;
  start = constant;
  for (std::size_t j = 0; j < size; ++j) {
    start -= fixed[j];
    rest -= free[j];
  }
  free.back() += rest;
}

}  // namespace nullor
