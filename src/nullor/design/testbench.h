#pragma once
/// What is measured on a class of circuits, as data: a TOML file holds the conditions, the decks around the
/// circuit under test, the metrics read from their results, and the ways to fail. docs/dataset.md has the
/// format; a new class of circuits is a new file.
///
///     [conditions]
///     supply_voltage = { value = 1.8, unit = "V" }        # a .param of every deck
///     temperature = { value = 27, unit = "degC" }         # the simulation temperature
///
///     [[setup]]
///     name = "open_loop"
///     connect = { vdda = "vdd", vinn = "fb", ... }         # port of the circuit = node of this deck
///     deck = '''
///     vdd vdd 0 {supply_voltage}
///     .ac dec 10 0.1 1g
///     '''
///
///     when = "supply_voltage > 1"                          # otherwise not simulated,
///     reason = "too low a supply"                          # for this reason
///     stop = "second_rise"                                 # its transient ends where this metric has a
///     value
///
///     [[metric]]
///     name = "gbw"
///     setup = "open_loop"
///     meas = "ac when vdb(out)=0 fall=1"                   # as in .meas, without the name
///     unit = "Hz"
///     sense = "larger"
///
///     [[metric]]
///     name = "figure"
///     value = "gbw * load / power"                         # of metrics above and conditions
///     valid = "phase_margin > 0"                           # otherwise missing,
///     reason = "the amplifier is unstable"                 # for this reason
///
///     [[failure]]
///     class = "no_unity_gain_crossing"                     # the first rule that holds names the class
///     missing = "gbw"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "nullor/base/error.h"
#include "nullor/netlist/analysis_card.h"
#include "nullor/netlist/expression.h"

namespace nullor {

/// Of a condition called so the value is the simulation temperature [degC].
inline constexpr const char* kTemperatureCondition = "temperature";

struct Condition {
  std::string name;
  double value = 0;
  std::string unit;
  Location where;
};

struct TestSetup {
  std::string name;
  std::vector<std::pair<std::string, std::string>> connect;  ///< (port, node)
  std::string deck;
  std::optional<Expression> when;  ///< simulated where this is not zero, by metrics of set-ups above
  std::string reason;              ///< why not, elsewhere
  /// Measured on its transient: what comes after the first of these has a value is not looked at.
  std::vector<std::string> stop;
  Location where, deck_where;
};

/// Which way is better: larger, smaller, or closer to zero.
enum class Sense { none, larger, smaller, magnitude };

struct MetricSpec {
  std::string name;
  std::string unit;
  Sense sense = Sense::none;
  std::string setup;                   ///< measured: on the results of this set-up
  std::optional<MeasureCard> meas;     ///< measured
  std::optional<Expression> value;     ///< computed from metrics above and conditions
  bool devices_out_of_region = false;  ///< counted: transistors with |vds| < |vdsat| at the set-up's .op
  bool hidden = false;                 ///< used by others and not kept
  std::optional<Expression> valid;     ///< missing where this is zero or reads what is missing
  std::string reason;                  ///< why, then
  std::string paper;                   ///< name in the paper's JSON; empty: not there
  double paper_factor = 1;             ///< value there over value here
  Location where;
};

/// Holds when every one of its conditions does.
struct FailureRule {
  std::string failure;               ///< the class, an identifier
  std::vector<std::string> missing;  ///< one of these metrics has no value
  std::vector<std::string> found;    ///< all of these have one
  std::optional<Expression> when;    ///< not zero; does not hold where it reads what is missing
  std::string reason;
  Location where;
};

struct Testbench {
  std::string path, title;
  std::string text;  ///< of the file, for its fingerprint
  std::vector<Condition> conditions;
  std::vector<TestSetup> setups;
  std::vector<MetricSpec> metrics;
  std::vector<FailureRule> failures;

  const Condition* condition(std::string_view name) const;
  /// Gives conditions other values. Throws InputError(usage) for names that are none.
  void set(const std::vector<std::pair<std::string, double>>& values);
  /// Indices of the metrics that are kept, in the order of the file.
  std::vector<std::size_t> kept() const;
  /// With no more set-ups and metrics than these metrics need; rules that read others are left out.
  Testbench reduced_to(const std::vector<std::string>& names) const;
  /// Every class a sample may have: those of FailureKind, then those of the rules, each once.
  std::vector<std::string> classes() const;
};

/// Classes that every testbench has, by number.
enum FailureKind : int {
  kNoFailure,         ///< "ok"
  kIllegalGeometry,   ///< a transistor outside its models, by rule
  kNoOperatingPoint,  ///< no dc solution
  kNoConvergence,     ///< a transient that stopped
  kTimeLimit,         ///< the sample took too long
  kFirstOwnClass,
};

/// Reads and checks a file. Throws InputError(usage) with file:line:column: what is unknown, metrics that
/// read others which are not above them, set-ups that do not exist.
Testbench read_testbench(const std::string& path);
Testbench parse_testbench(const std::string& text, const std::string& path);

}  // namespace nullor
