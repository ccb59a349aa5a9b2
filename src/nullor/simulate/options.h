#pragma once
/// Tolerances and limits of the numerical analyses, named and defaulted as in SPICE.

namespace nullor {

struct Circuit;

enum class Integration { trapezoidal, gear, tr_bdf2 };

struct SimulationOptions {
  double reltol = 1e-3;   ///< relative tolerance of every unknown
  double abstol = 1e-12;  ///< [A] absolute tolerance of currents
  double vntol = 1e-6;    ///< [V] absolute tolerance of voltages
  double chgtol = 1e-14;  ///< [C] smallest charge that truncation error heeds
  double trtol = 7;       ///< factor on the truncation error estimate, which is pessimistic
  double gmin = 1e-12;    ///< [S] across junctions
  int itl1 = 100;         ///< Newton iterations of an operating point
  int itl2 = 50;          ///< of a dc sweep point
  int itl4 = 10;          ///< of a time point
  Integration method = Integration::trapezoidal;
  int max_order = 2;
  double xmu = 0.5;         ///< trapezoidal weight; 0.5 is the trapezoidal rule, 0 backward Euler
  bool fixed_step = false;  ///< every step is tmax long: no truncation control

  /// From values that `check_option` has seen.
  static SimulationOptions of(const Circuit& circuit);
};

}  // namespace nullor
