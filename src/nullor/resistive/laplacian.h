#pragma once
/// The matrix of Newton steps: conductances between clusters, ground left out.

#include <cstddef>
#include <vector>

#include "nullor/resistive/reduce.h"

namespace nullor::resistive {

/// The lower triangle of a symmetric matrix by columns, the diagonal entry first in each.
struct SymmetricMatrix {
  std::vector<int> starts, rows;
  std::vector<double> values;
  int size() const { return static_cast<int>(starts.size()) - 1; }
};

/// Diagonally dominant; row and column k belong to cluster k + 1. The pattern holds edges and diodes, so that
/// it stays when diodes switch.
class Laplacian {
 public:
  explicit Laplacian(const Reduced& reduced);

  /// Edges and ties, and diode k with the conductance diodes[k] [S].
  void set_diodes(const std::vector<double>& diodes);

  const SymmetricMatrix& matrix() const { return matrix_; }

 private:
  void add(int a, int b, int slot, double g, std::vector<double>& values) const;

  const Reduced& reduced_;
  SymmetricMatrix matrix_;
  std::vector<int> slots_;  ///< of each edge, then each diode: the entry below the diagonal, -1 beside ground
  std::vector<double> fixed_;  ///< values without diodes
};

/// Solves with such matrices, exactly or to a given accuracy.
class LinearSolver {
 public:
  virtual ~LinearSolver() = default;
  /// False when it cannot (memory).
  virtual bool factor(const SymmetricMatrix& matrix) = 0;
  /// Solves A x = b; iterative ones until the residual has shrunk by `reduction`, direct ones exactly. False
  /// when they fail to.
  virtual bool solve(const std::vector<double>& b, std::vector<double>& x, double reduction) = 0;

  /// How stiff the spring in an ideal diode's place may be beside the network: exact factors bear much,
  /// conjugate gradients pay for it with steps.
  virtual double stiffness() const { return 1e4; }
  /// By how much one solution should shrink a Newton step's residual.
  virtual double reduction() const { return 1e-12; }
};

}  // namespace nullor::resistive
