#pragma once
/// All parameters of an elaborated circuit as one list in order of dependence. Sweeping `.param vdd`,
/// `alter`, and the exact derivative of every device value by a `.param` are all the same act: set one entry,
/// run the list again with doubles or dual numbers.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "nullor/base/error.h"
#include "nullor/base/shared_list.h"
#include "nullor/netlist/program.h"

namespace nullor {

using ParameterId = int;
inline constexpr ParameterId kNoParameter = -1;

class ParameterTable {
 public:
  struct Entry {
    std::string name;  ///< "vdd", "x1.w" (subcircuit scope), or empty for an expression written in place
    Program program;   ///< reads the table itself: Program input k is entry k
    Location where;
  };

  /// A table that holds only "temper", 27 degC.
  ParameterTable();

  /// Adds an entry; its program may read only entries added before. Returns its id.
  ParameterId add(Entry entry);

  /// The id of a named entry (case ignored), or kNoParameter.
  ParameterId find(std::string_view name) const;

  /// The entry "temper", the simulation temperature [degC]; always entry 0.
  static constexpr ParameterId kTemperature = 0;

  const SharedList<Entry>& entries() const { return entries_; }
  std::vector<std::string> names() const;

  /// Some entry's formula reads entry `id`.
  bool is_read(ParameterId id) const;

  /// Pins entry `id` to `value` for later evaluations (a swept or altered parameter), or frees it again.
  void override_value(ParameterId id, std::optional<double> value);
  const std::vector<std::optional<double>>& overrides() const { return overrides_; }

  /// Evaluates every entry in order: values[id]. Overridden entries are not computed.
  std::vector<double> evaluate() const;

  /// The same, given what the last evaluate() or update() gave: computes only what hangs on an override that
  /// changed since. Foundry cards are a hundred thousand entries, of which a sample changes some hundreds.
  void update(std::vector<double>& values);

  /// An entry that is not wanted stays as it is in update() until it is wanted again: of a hundred cards
  /// between which a size decides, one is in use. What a wanted entry reads must be wanted.
  void set_wanted(ParameterId id, bool wanted);
  /// Wants these entries and what they hang on, and no others.
  void want_only(std::span<const ParameterId> ids);
  /// How often formulas read each entry.
  std::vector<int> reads() const;

  /// d(entry)/d(entry `by`) for every entry, at the current values. Exact (dual numbers).
  std::vector<double> derivative(ParameterId by) const;

 private:
  SharedList<Entry> entries_;
  std::vector<std::optional<double>> overrides_;
  std::unordered_map<std::string, ParameterId> ids_;
  std::vector<ParameterId> changed_;  ///< what to compute in the next update()
  std::vector<char> unwanted_;        ///< per entry; empty: all are wanted

  /// Entries by what they read: those that read entry k are reader[start[k]] .. reader[start[k + 1] - 1].
  struct Readers {
    std::vector<std::size_t> start;
    std::vector<ParameterId> reader;
  };
  Readers find_readers() const;
  double value_of(ParameterId id, std::span<const double> values, std::vector<double>& registers) const;
  std::shared_ptr<const Readers> readers_;  ///< null: to be found
};

}  // namespace nullor
