#pragma once
/// The steady state of a resistive network: several methods behind one call, each answer with its proof.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "nullor/resistive/network.h"

namespace nullor::resistive {

/// How a network is solved. Each has a file of its own.
enum class Method : std::uint8_t {
  automatic,            ///< the cheapest that fits; when its answer is not proved, the next one
  coordinate_descent,   ///< node by node, the paper's Theorem 2; can stall at diodes between free nodes
  relaxation,           ///< projected multicolour successive over-relaxation, in parallel
  active_set,           ///< method of multipliers over Newton steps, sparse Cholesky
  conjugate_gradients,  ///< the same, its systems solved by multigrid-preconditioned conjugate gradients
  interior_point,       ///< Mehrotra's predictor and corrector, sparse Cholesky
};

/// "automatic", "coordinate-descent", ...: as `--method` takes them.
std::string_view name_of(Method method);
/// The method of that name, or automatic with `found` false.
Method method_of(std::string_view name, bool& found);

struct SolverOptions {
  Method method = Method::automatic;
  double tolerance = 1e-10;   ///< largest KKT residual of an answer that counts as solved (kkt.h)
  int max_iterations = 0;     ///< sweeps, Newton steps or barrier steps; 0: what the method deems enough
  int jobs = 0;               ///< threads; 0: one a core. The answer does not depend on it.
  double time_limit = 1e300;  ///< [s]; checked between iterations
  /// Hears of every iteration: the method at work and its number.
  std::function<void(Method, int)> progress;
};

enum class Outcome : std::uint8_t {
  solved,      ///< KKT residual within the tolerance
  infeasible,  ///< no voltages satisfy the sources and diodes, or a current has nowhere to go: see `message`
  not_converged,  ///< the best found; the KKT residual tells how far it is
};

/// The steady state, or the reason why there is none.
///
/// It minimizes the energy (co-content) over the node voltages v
///
///   E(v) = sum_R g u^2 / 2 + sum_I I u + sum_D integral_0^u i_D(w) dw,   u = v_p - v_n             (1)
///
/// subject to v_p - v_n = V of voltage sources and u <= V_f of ideal diodes.
/// Source: B. Scellier, A fast algorithm to simulate nonlinear resistive networks (2024), equations (1) to
/// (3).
struct Solution {
  Outcome outcome = Outcome::not_converged;
  std::string message;                          ///< when infeasible: the loop or the part, by name
  std::vector<double> node_voltages;            ///< (node_count,) [V]
  std::vector<double> voltage_source_currents;  ///< from p through the source to n [A]
  std::vector<double> diode_currents;           ///< from anode to cathode, leakage included [A]
  std::vector<std::uint8_t> conducting;  ///< by diode: u at or above the forward drop; exponential: i > 0
  /// Groups of nodes that nothing conducting ties to ground: their common voltage is one of many that solve.
  std::vector<std::vector<int>> floating;

  double kkt_residual = 0;            ///< see kkt.h
  double energy = 0;                  ///< E of (1) [W]
  double dissipated_power = 0;        ///< in resistors and diodes [W]
  double delivered_power = 0;         ///< by the sources [W]; equal to the dissipated power
  Method method = Method::automatic;  ///< that gave the answer
  int iterations = 0;                 ///< of that method
  int factorizations = 0;             ///< of matrices, or multigrid set-ups
  double seconds = 0;                 ///< wall clock of solve()
  std::shared_ptr<const NamePool> node_names;

  /// Of the node with that name (case as in the network, "gnd" is "0"). Throws InputError (usage).
  double voltage(std::string_view node) const;
};

/// Throws InputError when the network itself is impossible (ResistiveNetwork::validate). Whatever the method,
/// the KKT residual of the answer is computed from the network alone, and an answer that fails it is never
/// called solved.
Solution solve(const ResistiveNetwork& network, const SolverOptions& options = {});

}  // namespace nullor::resistive
