#pragma once
/// Buffers of a tape as Eigen sees them: row-major matrices.

#include <Eigen/Core>

#include "nullor/learn/tape.h"

namespace nullor::learn {

template <class Real>
using RowMajor = Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <class Real>
auto constant(const Real* values, int rows, int columns) {
  return Eigen::Map<const RowMajor<Real>>(values, rows, columns);
}
template <class Real>
auto mutable_map(Real* values, int rows, int columns) {
  return Eigen::Map<RowMajor<Real>>(values, rows, columns);
}
template <class Real>
auto matrix(const SimdVector<Real>& values, Var shape) {
  return constant(values.data(), shape.rows, shape.columns);
}
template <class Real>
auto matrix(SimdVector<Real>& values, Var shape) {
  return mutable_map(values.data(), shape.rows, shape.columns);
}

/// to += from
template <class Real>
void add_to(const SimdVector<Real>& from, Real* to) {
  Eigen::Map<Eigen::Array<Real, Eigen::Dynamic, 1>>(to, static_cast<Eigen::Index>(from.size())) +=
      Eigen::Map<const Eigen::Array<Real, Eigen::Dynamic, 1>>(from.data(),
                                                              static_cast<Eigen::Index>(from.size()));
}

}  // namespace nullor::learn
