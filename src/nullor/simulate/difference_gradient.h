#pragma once
/// Gradients by differences: the route that shares nothing with adjoints but the devices' values, for checks.

#include "nullor/simulate/gradient.h"

namespace nullor {

struct DifferenceRow {
  std::string name;
  double derivative = 0;  ///< extrapolated
  double doubt = 0;       ///< how far the last two estimates lie apart
  bool ok = false;        ///< false: the circuit has no result at a neighbouring value
};

struct DifferenceOptions {
  double largest_step = 1e-2;  ///< of the parameter, and of the change of the objective
  double points = 100000;      ///< of the transient, at least (tmax may ask for more): steps from corners of
  ///< sources are of first order
  int jobs = 0;
};

/// d(of)/d(parameter) of `.meas` `of` on the numerical engine at tolerances near rounding. With central
/// differences D(h) of step h and
///
///     E(h) = (4 D(h) - D(2h)) / 3                                                              (1)
///
/// the result is the E of the neighbouring two, among steps each half of the one before, that agree best.
/// `expected` chooses the first steps and the parameters; nothing else is taken from it.
/// Source: L. F. Richardson, Phil. Trans. R. Soc. A 226, 299 (1927).
std::vector<DifferenceRow> difference_gradient(const Circuit& circuit, const GradientResult& expected,
                                               const DifferenceOptions& how);

}  // namespace nullor
