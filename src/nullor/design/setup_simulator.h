#pragma once
/// One set-up of a testbench for many samples, however they are simulated.

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "nullor/dae/lane_dae.h"
#include "nullor/design/metric_reader.h"

namespace nullor {

class SetupSimulator {
 public:
  virtual ~SetupSimulator() = default;

  /// What came of a sample; nothing where it has to be simulated alone.
  using Results = std::vector<std::optional<SetupResult>>;
  /// Asked now and then: the transient of a sample, by index, ends here.
  using Ends = std::function<bool(std::size_t, const Table&)>;
  /// Of a sample: what is known of its operating point, by unknown (n + 1); empty where nothing is.
  using Start = std::vector<double>;
  /// `starts`: of every sample, or empty.
  virtual Results run(std::span<const Pinned> samples, const Ends& ends, std::vector<Start> starts) = 0;
  /// Of the last run's samples: their operating points, as far as an analysis asked for one.
  virtual const std::vector<Start>& operating_points() const = 0;
  virtual const std::vector<UnknownInfo>& unknowns() const = 0;
};

}  // namespace nullor
