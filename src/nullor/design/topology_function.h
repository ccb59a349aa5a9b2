#pragma once
/// L4 of the ladder: does a circuit without sizes do what its family is for, once it is sized with a fixed
/// budget? And sizing for its own sake: how well does it do it?
///
/// First default sizes with the bias of L3, at every way to give the circuit's ports to those of the
/// testbench; then differential evolution over sizes, bias and the states of clocks from the best of them,
/// which minimizes the sum of the shortfalls (function_bench.h) and ends where it is zero. With
/// Purpose::merit it goes on, with the goals of sizing besides, and where all hold it raises the figure of
/// merit until the budget is spent.
///
///   trial = best + F (a - b), coordinates taken with probability CR, else those of the parent;  F drawn in
///   [0.4, 0.9] a trial, CR = 0.8, population 12 (merit: 24), a quarter of it uniform and the others near the
///   start (1)
///
/// Source of (1): R. Storn, K. Price, J. Global Optimization 11, 341 (1997), variant best/1/bin.

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "nullor/design/bias_check.h"
#include "nullor/design/function_bench.h"

namespace nullor {

/// look: default sizes alone
enum class Purpose { look, function, merit };

struct FunctionOptions {
  TopologyDeckOptions deck;
  Purpose purpose = Purpose::function;
  int evaluations = 150;  ///< of the testbench, all assignments of ports included
  std::uint64_t seed = 1;
};

struct FunctionVerdict {
  bool works = false;
  std::vector<std::string> reasons;                        ///< why not: the goals missed, with their values
  std::vector<std::pair<std::string, std::string>> ports;  ///< (of the testbench, of the circuit)
  std::vector<std::pair<std::string, double>> metrics;     ///< that have a value
  std::vector<std::pair<std::string, double>> sizes;       ///< by SizeVariable::name, then port sources
  double shortfall = 0;                                    ///< sum over the goals
  /// Purpose::merit: what FunctionBench::merit came to, NaN short of a goal.
  double merit = NAN;
  /// (set-up, deck with the sizes found, which ngspice runs as it is)
  std::vector<std::pair<std::string, std::string>> decks;
  int evaluations = 0;
};

/// `bias`: of L3. Never throws for what is wrong with the circuit.
FunctionVerdict test_function(const graph::Topology& topology, const BiasVerdict& bias,
                              const FunctionBench& bench, const FunctionOptions& options = {});

}  // namespace nullor
