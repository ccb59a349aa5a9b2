#pragma once
/// A data set: the samples of a circuit at all combinations of its axes, measured by a testbench, in shards
/// that are made independently of each other.
///
/// In the folder of a data set lie
///
///     manifest.json          all it is made from, with the SHA-256 of every file
///     shard-00000.h5 ...     its rows, sample_table.h
///
/// Row r is sample r / combinations at combination r % combinations; the last axis varies fastest. Shard k
/// has the rows from k shard_size on. A shard appears whole under its name or not at all, and what is in it
/// depends on the manifest alone: a run that is killed goes on with the shards that are missing, and several
/// runs may share the work.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "nullor/design/bounds.h"
#include "nullor/design/circuit_files.h"
#include "nullor/design/sample_evaluator.h"
#include "nullor/design/sample_table.h"
#include "nullor/design/sampler.h"
#include "nullor/design/testbench.h"

namespace nullor {

/// The axis of model corners.
inline constexpr const char* kCornerAxis = "corner";

/// One thing that every sample is repeated for: "corner" (a text for "{corner}" in the model files), "draw"
/// (a seed of the netlist's random functions), or a condition of the testbench (numbers).
struct Axis {
  std::string name;
  std::vector<std::string> values;
};

/// "corner=tt,ss,ff", "supply_voltage=1.62,1.8,1.98", "draw=1:100". Throws InputError(usage).
Axis parse_axis(const std::string& text);

/// All a data set is made from.
struct DatasetOptions {
  CircuitFiles files;
  std::string testbench, bounds;  ///< paths
  Sampling sampling = Sampling::uniform;
  std::uint64_t seed = 1;
  std::uint64_t samples = 1000;
  std::uint64_t shard_size = 1000;  ///< rows
  std::vector<Axis> axes;
  std::vector<std::pair<std::string, double>> set;  ///< conditions other than the testbench's own
  double time_limit = 0;                            ///< [s] a row; 0: none
  std::uint64_t point_limit = 0;                    ///< time points of a transient; 0: none
  std::string engine = "lanes";                     ///< as make_evaluator() has them
};

/// How the rows of a data set lie in its folder.
struct DatasetLayout {
  std::uint64_t samples = 0, combinations = 1, shard_size = 1;

  std::uint64_t rows() const { return samples * combinations; }
  std::uint64_t shards() const { return (rows() + shard_size - 1) / shard_size; }
  std::uint64_t rows_of(std::uint64_t shard) const {
    return std::min(shard_size, rows() - shard * shard_size);
  }
};

/// Options with all their files read.
class Dataset {
 public:
  /// Throws InputError for files and values that do not fit together.
  explicit Dataset(DatasetOptions options);
  /// As the manifest in `folder` describes it; throws InputError(input_output) where a file has changed
  /// since.
  static Dataset open(const std::string& folder);

  const DatasetOptions& options() const { return options_; }
  const Testbench& bench() const { return bench_; }
  const Sampler& sampler() const { return sampler_; }
  const SampleColumns& columns() const { return columns_; }
  const DatasetLayout& layout() const { return layout_; }
  /// The JSON text of manifest.json.
  std::string manifest() const;

  /// Which value of each axis row `row` has.
  std::vector<std::int32_t> axis_of(std::uint64_t row) const;
  /// The conditions that all samples have at a place on the axes, in the order of the testbench.
  std::vector<double> conditions(std::span<const std::int32_t> at) const;
  /// Parameters and conditions of a row; conditions that have bounds are drawn as parameters are.
  Sample sample(std::uint64_t row) const;
  /// The circuit of a row, for an evaluator.
  CircuitSetting setting(std::span<const std::int32_t> at) const;

 private:
  DatasetOptions options_;
  Testbench bench_;
  Sampler sampler_;
  std::vector<std::optional<std::size_t>> condition_of_bound_;
  std::vector<FileDigest> files_;  ///< read by the circuit, at every corner
  std::string bounds_digest_;
  SampleColumns columns_;
  DatasetLayout layout_;
};

std::string manifest_path(const std::string& folder);
std::string shard_path(const std::string& folder, std::uint64_t shard);

struct MakeOptions {
  std::string folder;
  int jobs = 0;         ///< threads; 0: all cores
  bool resume = false;  ///< go on in a folder that has a manifest; it must be the same
  /// Only these shards, [first, last); by default all.
  std::optional<std::pair<std::uint64_t, std::uint64_t>> shards;
  /// Called now and then from any thread, one at a time: rows done and to do, in this run.
  std::function<void(std::uint64_t, std::uint64_t)> progress;
  std::function<bool()> stop;  ///< true: leave at the next row
};

struct MakeSummary {
  std::uint64_t shards = 0;  ///< of the data set
  std::uint64_t found = 0;   ///< there already
  std::uint64_t made = 0;
  std::uint64_t rows = 0;              ///< made
  std::vector<std::uint64_t> classes;  ///< (classes) of the rows made
  double seconds = 0;
  bool stopped = false;
};

/// Checks that the circuit, its parameters and the testbench fit together, and writes the manifest. Throws
/// InputError(usage) for a folder that holds another data set, or the same one without `resume`.
void begin_dataset(const Dataset& dataset, const std::string& folder, bool resume);

/// Makes the shards that are not there. Throws InputError(input_output) when they cannot be written,
/// InputError(usage) for a folder that holds another data set.
MakeSummary make_dataset(const Dataset& dataset, const MakeOptions& options);

/// What is there of a data set.
struct DatasetStatus {
  std::uint64_t shards = 0, finished = 0, rows = 0, rows_finished = 0;
  std::vector<std::uint64_t> missing;  ///< shards
};
DatasetStatus dataset_status(const DatasetLayout& layout, const std::string& folder);

/// From the manifest alone: what the data set was made from need not be there.
DatasetLayout read_layout(const std::string& folder);

/// All shards in order. Throws InputError(input_output) for shards that are missing (unless `partial`, and
/// then when all are) or do not belong together.
SampleTable merge_dataset(const std::string& folder, bool partial);

}  // namespace nullor
