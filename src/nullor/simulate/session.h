#pragma once
/// A circuit under simulation, as the control language and the command line see it: something that runs
/// analyses and whose values can be changed between them.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nullor/io/table.h"
#include "nullor/netlist/circuit.h"

namespace nullor {

class Session {
 public:
  virtual ~Session() = default;

  virtual const Circuit& circuit() const = 0;

  /// Runs one analysis with the present values. Most give one table; noise gives the spectrum and the
  /// integrals. Throws InputError (kinds singular, no_convergence, netlist, ...) when there is no result.
  virtual std::vector<Table> run(const AnalysisCard& card) = 0;

  /// Sets a value of a device; an empty `parameter` is its principal one (resistance, capacitance, dc).
  /// Several values are the arguments of a source function (`parameter` "pulse", "sin", ...).
  virtual void alter(const std::string& device, const std::string& parameter,
                     std::span<const double> values) = 0;
  virtual void alter_model(const std::string& model, const std::string& parameter, double value) = 0;
  /// Sets a `.param` and everything that depends on it.
  virtual void alter_parameter(const std::string& name, double value) = 0;
  /// Sets the target of a sweep: a source, a resistor, a parameter, or "temp" [degC].
  virtual void set_target(const std::string& target, double value) = 0;
  /// `.options`; "temp" is the simulation temperature [degC].
  virtual void set_option(const std::string& name, const OptionValue& value) = 0;
  /// Keeps these quantities, besides those that the netlist's `.save` names, of the analyses to come.
  virtual void save(std::vector<Expression> what) = 0;
  /// Another session on the same circuit at the netlist's own values; another thread may use it.
  virtual std::unique_ptr<Session> fresh() const = 0;
  /// Remarks of the analyses run so far; taking them empties the list.
  virtual std::vector<std::string> take_notes() { return {}; }
  /// Back to the netlist's own values.
  virtual void reset() = 0;

  /// The present value of a `.param`, or nothing.
  virtual std::optional<double> parameter(std::string_view name) const = 0;
};

}  // namespace nullor
