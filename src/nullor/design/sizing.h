#pragma once
/// Sizing: values of a circuit's parameters that meet a specification.
///
/// By gradients (NLopt's SLSQP, D. Kraft, DFVLR-FB 88-28, 1988): first the largest shortfall t is brought to
/// zero,
///
///     min t  over (u, t),   shortfall_k(u) <= t,   t >= 0                                       (1)
///
/// then the aim is driven to its end with all shortfalls kept at zero; from further starts while the goals
/// are not met, evaluations are left and new starts still help. By evolution (pagmo2's CMA-ES, N. Hansen, A.
/// Ostermeier, Evolutionary Computation 9, 159, 2001): the sum of the shortfalls, and below it the aim; no
/// derivatives; anew, closer to the best point, where it settles short of the goals. `both` lets evolution
/// find the region and gradients finish. Integers belong to evolution and to further starts: a descent by
/// gradients leaves them as they are.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "nullor/design/sizing_problem.h"

namespace nullor {

enum class SearchMethod { gradient, evolution, both };

struct SizingOptions {
  SearchMethod method = SearchMethod::gradient;
  int evaluations = 500;   ///< at most
  double time_limit = 0;   ///< [s], 0: none
  std::uint64_t seed = 1;  ///< of evolution and of further starts
  /// Points to try together before the search, seeing all trials so far (the netlist's own values first);
  /// asked until it has none. The search begins at the best of what was tried.
  std::function<std::vector<std::vector<double>>(std::span<const Trial>)> propose;
  std::string journal;  ///< keeps every evaluation; an interrupted search goes on from it
  bool resume = false;  ///< read the journal first
  std::function<void(int evaluations, double worst)> progress;
};

struct SizingResult {
  Trial start, best;
  Trial verified;       ///< best, once more by the numerical engine
  int evaluations = 0;  ///< of the circuit, with or without derivatives
  int with_slopes = 0;  ///< those with derivatives
  long measured = 0;    ///< runs of the circuit: of every corner, for every difference
  int until_met = 0;    ///< evaluations when all goals were first met, 0: never
  bool out_of_time = false;
  double seconds = 0;
  std::vector<double> worst, aim;  ///< best so far, by evaluation
};

/// Throws InputError when even the start has no values and no other point was found that has.
SizingResult size_circuit(SizingProblem& problem, const SizingOptions& options);

}  // namespace nullor
