#pragma once
/// What a predictor learns from and is asked about: rows of one circuit, as numbers of its devices,
/// conditions and, where they are known, metrics and classes.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "nullor/design/dataset.h"
#include "nullor/graph/sized_circuit.h"

namespace nullor {

/// Structure of arrays. n rows, d devices, c conditions, m metrics.
struct PredictionRows {
  std::string name;  ///< of the circuit: its subcircuit
  std::shared_ptr<const graph::SizedCircuit> circuit;
  std::vector<std::string> conditions;      ///< names: those of the testbench
  std::vector<std::string> metrics, units;  ///< names
  std::vector<std::string> classes;         ///< of failure; the first is "ok"
  std::vector<std::string> corners;      ///< of the models; one entry "" where the data set has no such axis
  std::vector<std::int64_t> sample;      ///< (n) rows of one sample differ by axes alone
  std::vector<std::string> parameters;   ///< of the netlist
  std::vector<double> parameter_values;  ///< (n, parameters)
  std::vector<double> numbers;           ///< (n, d, kSizedNumbers) SI units
  std::vector<double> condition_values;  ///< (n, c)
  std::vector<std::int32_t> corner;      ///< (n) index into corners
  std::vector<double> metric_values;     ///< (n, m) NaN: missing; empty where nothing is known
  std::vector<std::int32_t> failure;     ///< (n) index into classes; empty where nothing is known

  std::size_t rows() const { return corner.size(); }
  /// These rows, in this order.
  PredictionRows picked(const std::vector<std::size_t>& rows) const;
  /// With these metrics alone, in this order. Throws InputError(usage) for one that is not there, with the
  /// nearest that is.
  PredictionRows with_metrics(const std::vector<std::string>& names) const;
  /// Fills `numbers` from the parameters and conditions of the rows, both of which may appear in the netlist.
  void evaluate_numbers();
};

/// The rows of a data set; with `partial` those of the shards that are there. Throws InputError, naming the
/// file, where the circuit or the testbench is gone or has changed since (Dataset::open).
PredictionRows read_prediction_rows(const std::string& folder, bool partial);

/// What to predict: a netlist with its files, the testbench that says what its ports and conditions are,
/// parameters by name (those not given are as the netlist has them), conditions other than the testbench's.
struct PredictionQuery {
  CircuitFiles files;                   ///< models may be left out: without them nothing is simulated here
  std::string testbench;                ///< path
  std::vector<std::string> parameters;  ///< names, lower case; of conditions too, where rows differ in them
  std::vector<double> values;   ///< (n, parameters); one row of the netlist's own where there are none
  std::vector<Location> where;  ///< (parameters) for messages; may be empty
  std::vector<std::pair<std::string, double>> set;  ///< conditions
  std::string corner;
};
/// Throws InputError: (usage) names that are no parameter and no condition, with the nearest that is, and
/// values that are no finite numbers; (netlist) "missing parameter" where a device needs one that neither the
/// netlist nor the query sets; and for files as read_sized_dut.
PredictionRows query_rows(const PredictionQuery& query);

/// A table of parameters.
struct ParameterColumns {
  std::vector<std::string> names;  ///< lower case
  std::vector<Location> where;     ///< (names) in the file
  std::vector<double> values;      ///< (n, names)
};
/// CSV (RFC 4180) with a header of names; numbers may carry SPICE scale factors, lines that are blank are
/// left out. Throws InputError(usage) with file:line:column for a cell that is empty or no finite number, a
/// row of another length than the header, and two columns of one name; where no rows follow the header.
ParameterColumns read_parameter_table(const std::string& path);

}  // namespace nullor
