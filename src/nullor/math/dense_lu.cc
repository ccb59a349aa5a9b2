#include "nullor/math/dense_lu.h"

#include <algorithm>
#include <cmath>

namespace nullor {

DenseLu::DenseLu(int n)
    : n_(n),
      rows_((n + kPanel - 1) / kPanel * kPanel),
      a_(at(rows_ / kPanel) * at(n), Double{}),
      swapped_(at(n), 0),
      largest_(at(n), 0.0),
      x_(at(rows_ / kPanel), Double{}) {}

double* DenseLu::clear() {
  std::fill(a_.begin(), a_.end(), Double{});
  return data();
}

int DenseLu::factor() {
  for (int j = 0; j < n_; ++j) {
    const Double* a = reinterpret_cast<const Double*>(column(j));
    Double largest{};
    for (int r = 0; r < rows_ / kPanel; ++r) {
      const Double size = a[r] < 0 ? -a[r] : a[r];
      largest = size > largest ? size : largest;
    }
    largest_[at(j)] = std::max(std::max(largest[0], largest[1]), std::max(largest[2], largest[3]));
  }
  for (int first = 0; first < n_; first += kPanel) {
    const int width = std::min(kPanel, n_ - first), behind = first + width;
    if (const int singular = factor_panel(first, width); singular >= 0) return singular;
    for (int k = first; k < behind; ++k) {
      const int other = swapped_[at(k)];
      if (other == k) continue;
      for (int j = 0; j < first; ++j) std::swap(column(j)[k], column(j)[other]);
      for (int j = behind; j < n_; ++j) std::swap(column(j)[k], column(j)[other]);
    }
    int j = behind;
    for (; j + 1 < n_; j += 2) eliminate(first, j, 2);
    if (j < n_) eliminate(first, j, 1);
  }
  return -1;
}

// Gauss's elimination within `width` columns; rows are exchanged in these alone.
int DenseLu::factor_panel(int first, int width) {
  for (int k = first; k < first + width; ++k) {
    double* a = column(k);
    int pivot = k;
    for (int i = k + 1; i < n_; ++i) {
      if (std::fabs(a[i]) > std::fabs(a[pivot])) pivot = i;
    }
    if (!(std::fabs(a[pivot]) > 1e-15 * largest_[at(k)])) return k;
    swapped_[at(k)] = pivot;
    for (int j = first; j < first + width; ++j) std::swap(column(j)[k], column(j)[pivot]);
    const double inverse = 1 / a[k];
    for (int i = k + 1; i < n_; ++i) a[i] *= inverse;
    for (int j = k + 1; j < first + width; ++j) {
      double* b = column(j);
      for (int i = k + 1; i < n_; ++i) b[i] -= a[i] * b[k];
    }
  }
  return -1;
}

// The panel of four columns from `first` on, from one or two columns behind it.
void DenseLu::eliminate(int first, int j, int columns) {
  const double* l[kPanel];
  for (int k = 0; k < kPanel; ++k) l[k] = column(first + k);
  double u[2][kPanel] = {};
  for (int c = 0; c < columns; ++c) {
    double* a = column(j + c) + first;
    for (int k = 0; k < kPanel; ++k) {
      for (int m = 0; m < k; ++m) a[k] -= l[m][first + k] * a[m];
      u[c][k] = a[k];
    }
  }
  const auto registers = [&](const double* p) { return reinterpret_cast<const Double*>(p); };
  Double* a = reinterpret_cast<Double*>(column(j));
  Double* b = reinterpret_cast<Double*>(column(j + columns - 1));
  const Double *l0 = registers(l[0]), *l1 = registers(l[1]), *l2 = registers(l[2]), *l3 = registers(l[3]);
  for (int r = first / kPanel + 1; r < rows_ / kPanel; ++r) {
    a[r] -= l0[r] * u[0][0] + l1[r] * u[0][1] + (l2[r] * u[0][2] + l3[r] * u[0][3]);
    if (columns == 2) b[r] -= l0[r] * u[1][0] + l1[r] * u[1][1] + (l2[r] * u[1][2] + l3[r] * u[1][3]);
  }
}

void DenseLu::solve(double* b) const {
  double* x = reinterpret_cast<double*>(x_.data());
  std::copy(b, b + n_, x);
  for (int k = 0; k < n_; ++k) std::swap(x[k], x[swapped_[at(k)]]);
  for (int k = 0; k < n_; ++k) {
    const double* a = column(k);
    const double here = x[k];
    for (int i = k + 1; i < n_; ++i) x[i] -= a[i] * here;
  }
  for (int k = n_; k-- > 0;) {
    const double* a = column(k);
    const double here = x[k] /= a[k];
    for (int i = 0; i < k; ++i) x[i] -= a[i] * here;
  }
  std::copy(x, x + n_, b);
}

void DenseLu::solve_transposed(double* b) const {
  for (int k = 0; k < n_; ++k) {
    const double* a = column(k);
    double sum = b[k];
    for (int i = 0; i < k; ++i) sum -= a[i] * b[i];
    b[k] = sum / a[k];
  }
  for (int k = n_; k-- > 0;) {
    const double* a = column(k);
    for (int i = k + 1; i < n_; ++i) b[k] -= a[i] * b[i];
  }
  for (int k = n_; k-- > 0;) std::swap(b[k], b[swapped_[at(k)]]);
}

}  // namespace nullor
