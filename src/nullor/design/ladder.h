#pragma once
/// How far a circuit without sizes gets: L0 decoded, L1 electrical rules, L2 operating point, L3 bias, L4
/// function after sizing. A circuit is at a level when it passes it and all below.

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "nullor/design/bias_check.h"
#include "nullor/design/topology_function.h"
#include "nullor/graph/topology.h"

namespace nullor {

enum class Level : int { decoded, rules, operating_point, bias, function };
inline constexpr int kLevels = 5;
/// "L0" to "L4"; by name, case ignored.
std::string level_name(Level level);
std::optional<Level> level_named(std::string_view text);
/// "electrical rules"
std::string_view level_title(Level level);

struct LevelVerdict {
  Level level = Level::decoded;
  bool passed = false;
  std::vector<std::string> reasons;  ///< why not: the net or device, and what is wrong with it
};

struct LadderOptions {
  Level until = Level::bias;
  BiasCheckOptions bias;
  /// L4: a circuit works when it does by one of those of its family.
  std::vector<FunctionBench> benches;
  FunctionOptions function;
  /// L4 is tried from L1 on: sizes may bring about the bias that the default ones lack.
  bool sizes_without_bias = false;
};

struct LadderVerdict {
  Level reached = Level::decoded;
  std::vector<LevelVerdict> levels;  ///< as far as it was climbed: the last one may have failed
  OperatingPointVerdict operating_point;
  BiasVerdict bias;
  FunctionVerdict function;  ///< by the testbench that it is nearest to

  bool passed(Level level) const { return reached >= level; }
};

/// Never throws for what is wrong with a circuit: that is its verdict.
LadderVerdict climb_ladder(const graph::Topology& topology, const LadderOptions& options = {});

/// Many circuits on `jobs` threads (0: one a core), in their order whatever the number of threads. `done` is
/// called with the number finished.
std::vector<LadderVerdict> climb_ladders(std::span<const graph::Topology> topologies,
                                         const LadderOptions& options, int jobs,
                                         const std::function<void(std::size_t)>& done = {});

}  // namespace nullor
