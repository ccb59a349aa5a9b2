#pragma once
/// The matrix of Newton steps: conductances between clusters, ground left out.

#include <cstddef>
#include <vector>

#include "nullor/resistive/reduce.h"

namespace nullor::resistive {

/// Symmetric and diagonally dominant, lower triangle by columns, the diagonal entry first in each; row and
/// column k belong to cluster k + 1. The pattern holds edges and diodes, so that it stays when diodes switch.
class Laplacian {
 public:
  explicit Laplacian(const Reduced& reduced);

  /// Edges and ties, and diode k with the conductance diodes[k] [S].
  void set_diodes(const std::vector<double>& diodes);

  int size() const { return static_cast<int>(starts_.size()) - 1; }
  const std::vector<int>& starts() const { return starts_; }
  const std::vector<int>& rows() const { return rows_; }
  const std::vector<double>& values() const { return values_; }

 private:
  void add(int a, int b, int slot, double g, std::vector<double>& values) const;

  const Reduced& reduced_;
  std::vector<int> starts_, rows_;
  std::vector<int> slots_;  ///< of each edge, then each diode: the entry below the diagonal, -1 beside ground
  std::vector<double> fixed_, values_;
};

/// Solves with such matrices, exactly or to a given accuracy.
class LinearSolver {
 public:
  virtual ~LinearSolver() = default;
  /// False when it cannot (memory).
  virtual bool factor(const Laplacian& matrix) = 0;
  /// Solves A x = b; iterative ones until the residual has shrunk by `reduction`, direct ones exactly. False
  /// when they fail to.
  virtual bool solve(const std::vector<double>& b, std::vector<double>& x, double reduction) = 0;
};

}  // namespace nullor::resistive
