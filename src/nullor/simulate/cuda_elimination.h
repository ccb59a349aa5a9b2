#pragma once
/// Elimination (math/elimination.h) on a graphics device: of one matrix by many threads, or of one matrix a
/// thread.

namespace nullor {

struct CudaOperation {
  int target, factor, source;  ///< a[target] -= a[factor] a[source]
};
struct CudaPlace {
  int index, place;
};

/// Arrays lie in the device's memory; places as in Elimination. Step k of n: the pivot, the multipliers below
/// it, the operations, no two of which have the same target.
struct CudaElimination {
  int n = 0, nonzeros = 0, places = 0;
  const int *row_of = nullptr, *column_of = nullptr, *diagonal = nullptr;                ///< (n)
  const int* scatter = nullptr;                                                          ///< (nonzeros)
  const int *lower_start = nullptr, *upper_start = nullptr, *operation_start = nullptr;  ///< (n + 1)
  const CudaPlace* lower = nullptr;  ///< of column k of L, by row
  const CudaPlace* upper = nullptr;  ///< of column k of U, by row
  const CudaOperation* operations = nullptr;
};

/// As LaneLu: a pivot this much smaller than its column is refused.
inline constexpr double kCudaGrowth = 1e-10;

/// Factors the matrix of `values` (nonzeros) into a (places) and inverse (n); false where a pivot does not
/// fit. All threads call it; they need the values to be there, and leave the factors there.
template <class Team>
bool factor_together(const Team& team, const CudaElimination& e, const double* values, double* a,
                     double* inverse) {
  team.each(e.places, [&](int k) { a[k] = 0; });
  team.sync();
  team.each(e.nonzeros, [&](int k) { a[e.scatter[k]] = values[k]; });
  team.sync();
  bool grown = false;
  for (int k = 0; k < e.n; ++k) {
    const double pivot = a[e.diagonal[k]], size = abs(pivot), over = 1 / pivot;
    if (!(size > 0) || !(size < 1e300)) return false;
    if (team.thread() == 0) inverse[k] = over;
    team.each(e.lower_start[k + 1] - e.lower_start[k], [&](int j) {
      double& l = a[e.lower[e.lower_start[k] + j].place];
      grown = grown || !(size >= kCudaGrowth * abs(l));
      l *= over;
    });
    team.sync();
    team.each(e.operation_start[k + 1] - e.operation_start[k], [&](int j) {
      const CudaOperation& op = e.operations[e.operation_start[k] + j];
      a[op.target] -= a[op.factor] * a[op.source];
    });
    team.sync();
  }
  return !team.any(grown);
}

/// A x = b; y (n) is scratch. The threads leave x there.
template <class Team>
void solve_together(const Team& team, const CudaElimination& e, const double* a, const double* inverse,
                    const double* b, double* y, double* x) {
  team.each(e.n, [&](int k) { y[k] = b[e.row_of[k]]; });
  team.sync();
  const auto subtract = [&](const int* start, const CudaPlace* list, int k, double yk) {
    team.each(start[k + 1] - start[k], [&](int j) {
      const CudaPlace& at = list[start[k] + j];
      y[at.index] -= a[at.place] * yk;
    });
  };
  for (int k = 0; k < e.n; ++k) {
    subtract(e.lower_start, e.lower, k, y[k]);
    team.sync();
  }
  for (int k = e.n - 1; k >= 0; --k) {
    const double xk = y[k] * inverse[k];
    subtract(e.upper_start, e.upper, k, xk);
    if (team.thread() == 0) x[e.column_of[k]] = xk;
    team.sync();
  }
}

/// Complex numbers of one thread among `stride` others: neighbours in memory belong to neighbouring threads.
struct CudaComplexArray {
  double* first;
  int stride;

  double& re(int k) const { return first[2 * k * stride]; }
  double& im(int k) const { return first[(2 * k + 1) * stride]; }
  void set(int k, double real, double imaginary) const {
    re(k) = real;
    im(k) = imaginary;
  }
  /// this[k] -= p this-or-other products: (pr + i pi) (qr + i qi).
  void subtract(int k, double pr, double pi, double qr, double qi) const {
    re(k) -= pr * qr - pi * qi;
    im(k) -= pr * qi + pi * qr;
  }
};

/// (G + i omega C) X = -b by one thread alone: X (n) into x, by matrix column. False where a pivot does not
/// fit.
inline bool respond_alone(const CudaElimination& e, const double* g, const double* c, double omega,
                          const double* b_re, const double* b_im, const CudaComplexArray& a,
                          const CudaComplexArray& inverse, const CudaComplexArray& y,
                          const CudaComplexArray& x) {
  for (int k = 0; k < e.places; ++k) a.set(k, 0, 0);
  for (int k = 0; k < e.nonzeros; ++k) a.set(e.scatter[k], g[k], omega * c[k]);
  for (int k = 0; k < e.n; ++k) {
    const double re = a.re(e.diagonal[k]), im = a.im(e.diagonal[k]), size = abs(re) + abs(im);
    if (!(size > 0) || !(size < 1e300)) return false;
    const double square = re * re + im * im, over_re = re / square, over_im = -im / square;
    inverse.set(k, over_re, over_im);
    for (int j = e.lower_start[k]; j < e.lower_start[k + 1]; ++j) {
      const int at = e.lower[j].place;
      const double lr = a.re(at), li = a.im(at);
      if (!(size >= kCudaGrowth * (abs(lr) + abs(li)))) return false;
      a.set(at, lr * over_re - li * over_im, lr * over_im + li * over_re);
    }
    for (int j = e.operation_start[k]; j < e.operation_start[k + 1]; ++j) {
      const CudaOperation& op = e.operations[j];
      a.subtract(op.target, a.re(op.factor), a.im(op.factor), a.re(op.source), a.im(op.source));
    }
  }
  for (int k = 0; k < e.n; ++k) y.set(k, -b_re[e.row_of[k]], -b_im[e.row_of[k]]);
  for (int k = 0; k < e.n; ++k) {
    for (int j = e.lower_start[k]; j < e.lower_start[k + 1]; ++j)
      y.subtract(e.lower[j].index, a.re(e.lower[j].place), a.im(e.lower[j].place), y.re(k), y.im(k));
  }
  for (int k = e.n - 1; k >= 0; --k) {
    const double re = y.re(k) * inverse.re(k) - y.im(k) * inverse.im(k);
    const double im = y.re(k) * inverse.im(k) + y.im(k) * inverse.re(k);
    for (int j = e.upper_start[k]; j < e.upper_start[k + 1]; ++j)
      y.subtract(e.upper[j].index, a.re(e.upper[j].place), a.im(e.upper[j].place), re, im);
    x.set(e.column_of[k], re, im);
  }
  return true;
}

}  // namespace nullor
