#pragma once
/// The frozen hidden layer of a waveform network on one time window, s in [0, 1]:
///
///     x(s) = x(0) + sum_k W_k psi_k(s),   psi_0 = skip s,   psi_k = scale_k (tanh(slope_k s + offset_k) -
///     tanh(offset_k))   (1)
///
/// Slopes and offsets are drawn once from a seed and never trained. Slopes are spread evenly over their
/// logarithm, gentle features count more (scale = 1 / slope^2) and the straight line is free: then the
/// weights of least norm reproduce smooth functions nearly as well as polynomials do, at any seed.
///
/// Trained are the output weights W, through the values X at the right Radau points s_m: W = P (X - x(0)).
/// All matrices below are computed in extended precision, because P is ill-conditioned while the products are
/// not. Source: G. Fabiani, E. Galaris, L. Russo, C. Siettos, Chaos 33, 043128 (2023), arXiv:2203.05337.

#include <cstdint>
#include <vector>

namespace nullor {

/// Row-major.
struct DenseMatrix {
  int rows = 0, columns = 0;
  std::vector<double> a;

  DenseMatrix() = default;
  DenseMatrix(int r, int c)
      : rows(r), columns(c), a(static_cast<std::size_t>(r) * static_cast<std::size_t>(c)) {}
  double* row(int i) { return a.data() + static_cast<std::size_t>(i) * static_cast<std::size_t>(columns); }
  const double* row(int i) const {
    return a.data() + static_cast<std::size_t>(i) * static_cast<std::size_t>(columns);
  }
  double& operator()(int i, int j) { return row(i)[j]; }
  double operator()(int i, int j) const { return row(i)[j]; }
};

/// The features of (1).
struct Features {
  double skip = 0;
  std::vector<double> slope, offset, scale;  ///< (K - 1)
  std::vector<double> tanh_offset;           ///< (K - 1), follows from offset

  Features() = default;
  Features(double skip_scale, std::vector<double> slopes, std::vector<double> offsets,
           std::vector<double> scales);
  int count() const { return static_cast<int>(slope.size()) + 1; }
  /// psi_k(s) and, when asked, its derivative by s; (K) each.
  void evaluate(double s, double* psi, double* psi_s = nullptr) const;
};

/// The m right Radau points of (0, 1], ascending; the last is 1.
std::vector<double> radau_points(int m);

struct FeatureBasis {
  Features features;
  std::vector<double> node;   ///< (M) right Radau points in (0, 1], the last is 1
  std::vector<double> check;  ///< (M / 2) points between the nodes, where the defect is looked at
  DenseMatrix weights;        ///< P (K x M)
  DenseMatrix slope;          ///< D (M x M): dx/ds at the nodes = D (X - x(0))
  DenseMatrix check_value;    ///< (M / 2 x M): x at the check points = x(0) + check_value (X - x(0))
  DenseMatrix check_slope;    ///< (M / 2 x M): dx/ds at the check points
  // For quantities that may jump where a window begins: the network then passes through the nodes alone, X
  // relative to its last value.
  DenseMatrix free_weights;        ///< (K x M): W = free_weights (X - X_M)
  std::vector<double> free_start;  ///< (M): x(0) = X_M + free_start . (X - X_M)
  DenseMatrix free_check_value;    ///< (M / 2 x M)

  int nodes() const { return static_cast<int>(node.size()); }

  /// A basis for errors down to `tolerance` of a signal. Draws again, in a fixed order, until the eigenvalues
  /// of D lie in the right half plane with room (then a decaying mode decays, whatever the window).
  static FeatureBasis make(double tolerance, std::uint64_t seed);
};

/// How the network at s follows from the nodal values: x(s) = sum_m fixed_m X_m + start x(0), or for an
/// unknown that may jump at the start of the window x(s) = sum_m free_m X_m.
struct Cardinal {
  std::vector<double> fixed, free;  ///< (M)
  double start = 0;

  Cardinal(const FeatureBasis& basis, double s) : Cardinal(basis, s, false) {}
  /// The same of dx/ds.
  static Cardinal slope(const FeatureBasis& basis, double s) { return Cardinal(basis, s, true); }

 private:
  Cardinal(const FeatureBasis& basis, double s, bool slope);
};

}  // namespace nullor
