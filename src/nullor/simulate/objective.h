#pragma once
/// The number that a gradient is taken of, read from one result table, with its derivative by every sample.

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nullor/io/table.h"
#include "nullor/netlist/circuit.h"

namespace nullor {

/// A waveform to compare with: measurements read it by name, between its points it is straight and outside
/// it keeps its end values.
struct ReferenceCurve {
  std::string name;
  std::vector<double> x, y;  ///< x ascending [s] or [Hz]
};

struct Objective {
  double value = 0;
  std::string unit;
  /// d(value)/d(sample): weights[column][row], real and imaginary part. Empty for an objective that was read
  /// without derivatives.
  std::map<int, std::vector<std::pair<double, double>>> weights;
  std::map<ParameterId, double> direct;  ///< by parameters that the measurement itself reads
};

/// Where the objective is looked for.
struct ObjectiveScope {
  const Circuit* circuit = nullptr;
  std::vector<double> parameters;  ///< values of the circuit's parameter table
  std::vector<MeasureCard> measures;
  std::vector<ReferenceCurve> curves;
};

/// `of`: the name of a measurement, or an expression that gives one number. Throws InputError: of kind
/// specification when the measurement has no value.
Objective read_objective(const ObjectiveScope& scope, const std::string& of, const Table& table,
                         bool with_derivatives);

}  // namespace nullor
