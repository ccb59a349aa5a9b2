#pragma once
/// The circuit linearized at an operating point:  (G + j omega C) X = -b.

#include <complex>
#include <memory>
#include <vector>

#include "nullor/simulate/newton.h"

namespace nullor {

/// The frequencies of a sweep [Hz], as SPICE chooses them.
std::vector<double> frequencies(const FrequencySweep& sweep);

class SmallSignal {
 public:
  /// Linearizes at x (n + 1).
  SmallSignal(Dae& dae, NewtonSolver& newton, const SimulationOptions& options, const std::vector<double>& x);

  /// Factors the system at `frequency` [Hz]; false when singular.
  bool factor(double frequency);
  int singular_unknown() const { return lu_->singular_column(); }
  /// X (n + 1) of a right-hand side: A X = rhs, in place. Element n stays zero.
  void solve(std::vector<std::complex<double>>& rhs) const;
  void solve_transposed(std::vector<std::complex<double>>& rhs) const;

 private:
  Dae& dae_;
  NewtonSolver& newton_;
  std::unique_ptr<SparseLu<std::complex<double>>> lu_;
  std::vector<double> g_, c_;
  std::vector<std::complex<double>> a_;
};

}  // namespace nullor
