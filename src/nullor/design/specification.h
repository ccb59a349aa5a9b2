#pragma once
/// What a circuit is to do and what may change to get there: the input of sizing.
///
///     [vary]
///     wn = { min = "0.5u", max = "20u" }          # any parameter of docs/gradients.md: "m1:w", "nch:vto",
///     ... "r1" = { min = 1e3, max = 1e6, start = 1e4, scale = "log" }
///
///     [goals]                                      # .meas names or expressions
///     gain = { at_least = 20 }
///     frequency = { equal = "2.4G", within = "0.1%" }
///     power = { minimize = true, at_most = "1m" }
///
///     [[waveforms]]
///     signal = "v(out)"
///     file = "wanted.csv"                          # time and value, beside the specification
///     within = "1%"                                # root mean square distance over the swing of the file

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nullor/base/error.h"
#include "nullor/simulate/objective.h"

namespace nullor {

struct Variable {
  std::string name;
  double min = 0, max = 0;
  std::optional<double> start;  ///< default: what the netlist says
  bool logarithmic = false;     ///< default: where min > 0 and max / min > 10
  bool integer = false;         ///< takes whole values only, such as a multiplicity
  Location where;

  /// Place in [0, 1] and back; values outside the bounds are moved to them, those of an integer to the
  /// nearest one.
  double to_unit(double value) const;
  double from_unit(double place) const;
  /// d(value)/d(place).
  double slope(double place) const;
};

struct Goal {
  std::string of;  ///< .meas name or expression
  std::optional<double> at_least, at_most, equal;
  double within = 1e-3;  ///< of `equal`, relative
  bool minimize = false, maximize = false;
  Location where;
};

struct WaveformGoal {
  std::string signal;
  ReferenceCurve curve;
  double within = 0.01;  ///< rms distance relative to the swing of the curve
  double swing = 0;
  Location where;
};

struct Specification {
  std::vector<Variable> variables;
  std::vector<Goal> goals;  ///< at most one of them minimizes or maximizes
  std::vector<WaveformGoal> waveforms;
};

/// Reads a TOML file. Files it names are looked for beside it, and nowhere above. Throws InputError with
/// file:line:column.
Specification read_specification(const std::string& path);
Specification parse_specification(const std::string& text, const std::string& path);

/// "wn=0.5u:20u", "r1=1k:1meg:log".
Variable parse_variable(const std::string& text);
/// "gain>=20", "power<=1m", "frequency=2.4G", "frequency=2.4G+-1%", "min:power", "max:gain".
Goal parse_goal(const std::string& text);

/// Throws InputError where there is nothing to vary or no goal, bounds are empty, or two goals are minimized.
void check_specification(const Specification& specification);

/// Whether bounds are so far apart that the place between them is that of the logarithm.
bool wants_logarithm(double min, double max);

}  // namespace nullor
