#pragma once
/// The dc operating point: f(x) + b = 0, by the mildest method that converges.

#include <string>
#include <vector>

#include "nullor/simulate/newton.h"

namespace nullor {

/// Largest contributions to a failed solve, for messages.
struct Failure {
  std::string reason;                 ///< one sentence
  std::vector<std::string> suspects;  ///< "node 'out': 3.2 mA left over", "device 'm1' (mosfet1)"
  bool singular = false;
};

struct OperatingPoint {
  bool converged = false;
  std::vector<double> x;  ///< (n + 1)
  std::string method;     ///< "newton", "gmin stepping", "source stepping", "pseudo-transient"
  int iterations = 0;
  std::vector<std::string> floating_nodes;  ///< nodes with no dc path, held by 1e-12 S
  Failure failure;
};

struct OperatingPointOptions {
  double time = 0;
  bool dc = true;  ///< sources at their dc value; false: at their time function (start of a transient)
  int max_iterations = 100;
  bool polish = false;  ///< converge to rounding: a transient keeps charges that do not fit as ringing
  const std::vector<double>* start = nullptr;     ///< a nearby solution to start from
  std::vector<std::pair<int, double>> clamps;     ///< .ic: (unknown, voltage) held
  std::vector<std::pair<int, double>> node_sets;  ///< .nodeset: held at first, then released
};

/// Ladder: Newton with junction limiting; conductances from every node to ground, lowered in steps; sources
/// raised in steps; pseudo-transient (a decaying pull to the last iterate). Source: K. Kundert, The
/// Designer's Guide to SPICE and Spectre (1995), chapter 2.
OperatingPoint solve_operating_point(Dae& dae, NewtonSolver& newton, const SimulationOptions& options,
                                     const OperatingPointOptions& how);

/// Up to four names of devices with a terminal or unknown there, " (r1, m1)", or nothing.
std::string devices_at(const Dae& dae, int unknown);

/// What is wrong at x: the nodes with the largest residual current and the devices on them.
Failure explain(Dae& dae, NewtonSolver& newton, const std::vector<double>& x,
                const NewtonSolver::Problem& problem, const NewtonSolver::Result& result);

}  // namespace nullor
