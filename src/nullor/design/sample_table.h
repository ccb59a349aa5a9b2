#pragma once
/// Samples of a data set in memory, and as one HDF5 file.

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nullor/design/sample_outcome.h"

namespace nullor {

/// What the columns are; the same in every shard of a data set.
struct SampleColumns {
  std::vector<std::string> parameters;
  std::vector<std::string> conditions;
  std::vector<std::string> condition_units;  ///< (conditions)
  std::vector<std::string> metrics;          ///< those that are kept
  std::vector<std::string> metric_units;     ///< (metrics)
  std::vector<std::string> classes;
  std::vector<std::string> axes;                      ///< what is varied besides the samples
  std::vector<std::vector<std::string>> axis_values;  ///< (axes)

  bool operator==(const SampleColumns&) const = default;
};

/// Rows of p parameters, c conditions, m metrics and a axes, in structure-of-arrays order. In the HDF5 file
/// every array has the name of the member; `sample_reason` and `metric_reason` index the texts of `reasons`,
/// whose first one is empty.
struct SampleTable {
  SampleColumns columns;
  std::vector<std::int64_t> sample;         ///< (n) number of the sample; rows of one sample differ by axes
  std::vector<std::int32_t> axis;           ///< (n, a) which value of the axis
  std::vector<double> parameters;           ///< (n, p)
  std::vector<double> conditions;           ///< (n, c)
  std::vector<double> metrics;              ///< (n, m) NaN: missing
  std::vector<std::int32_t> failure;        ///< (n) index into classes
  std::vector<std::int32_t> sim_success;    ///< (n) 1: every analysis came to its end
  std::vector<std::int32_t> sample_reason;  ///< (n)
  std::vector<std::int32_t> metric_reason;  ///< (n, m)
  std::vector<std::string> reasons = {""};

  std::size_t rows() const { return sample.size(); }
  /// Adds a row; `kept` are the places of the metrics in the outcome.
  void add(std::int64_t number, std::span<const std::int32_t> at, std::span<const double> parameter_values,
           std::span<const double> condition_values, const SampleOutcome& outcome,
           std::span<const std::size_t> kept);
  /// Adds the rows of another table of the same columns.
  void add(const SampleTable& other);

  const std::string& reason(std::size_t row) const {
    return reasons[static_cast<std::size_t>(sample_reason[row])];
  }

 private:
  std::int32_t reason_index(const std::string& text);

  std::map<std::string, std::int32_t> known_;  ///< places in `reasons`
};

/// The bytes of an HDF5 file; equal tables give equal bytes.
std::string write_samples(const SampleTable& table);
/// Throws InputError(input_output), naming `path`, for a file that is not such a table.
SampleTable read_samples(std::string_view bytes, const std::string& path);

}  // namespace nullor
