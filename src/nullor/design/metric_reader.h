#pragma once
/// Result tables of the set-ups into metrics and a class.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "nullor/design/sample_outcome.h"
#include "nullor/io/table.h"

namespace nullor {

/// Where a transistor stands at an operating point.
struct DeviceRegion {
  std::string name;
  double margin = 0;  ///< |vds| - |vdsat| [V]
};

/// What a set-up gave.
struct SetupResult {
  bool ran = false;
  std::string failure;  ///< why it did not
  std::vector<Table> tables;
  std::optional<std::vector<DeviceRegion>> regions;  ///< where the engine knows them
};

/// Why set-up `setup` is not to be simulated, by its `when` and the results so far (of all set-ups, those to
/// come not run); nothing where it is.
std::optional<std::string> left_out(const Testbench& bench, std::size_t setup,
                                    const std::vector<SetupResult>& results,
                                    const std::function<std::optional<double>(std::string_view)>& parameter);

/// Whether the transient of set-up `setup` may end: one of the metrics of its `stop` has a value on `table`,
/// which is its beginning.
bool has_ended(const Testbench& bench, std::size_t setup, const Table& table,
               const std::function<std::optional<double>(std::string_view)>& parameter);

/// Reads every metric of the testbench, in order, and applies its rules. `results` are those of its set-ups.
/// `parameter` gives conditions and parameters of the circuit by name. A class that `outcome` has already is
/// kept.
void read_metrics(const Testbench& bench, const std::vector<SetupResult>& results,
                  const std::function<std::optional<double>(std::string_view)>& parameter,
                  SampleOutcome& outcome);

}  // namespace nullor
