#pragma once
/// The steps from a flat circuit to a SizedCircuit: devices with formulas for their numbers, merged where
/// they act as one, in an order that follows from what they are.

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nullor/graph/sized_circuit.h"

namespace nullor::graph {

/// To nine digits.
bool are_equal(double a, double b);

/// The parameters of a circuit and formulas of them, with the values of all at a few random points.
class SizedTable {
 public:
  explicit SizedTable(const ParameterTable& parameters);

  /// A value that has a name of its own, so that a row can set it.
  Value named(std::string name, Value value, const Location& where);
  /// a op b; folded where both are constants.
  Value apply(Program::Op op, Value a, Value b);
  /// are_equal at every point. If so, this is kept in `equalities`.
  bool equal(Value a, Value b);
  /// By the netlist's own parameters.
  double now(Value value) const { return at(points_.front(), value); }

  const ParameterTable& table() const { return table_; }
  const std::vector<std::pair<Value, Value>>& equalities() const { return equalities_; }

  static double at(std::span<const double> values, Value value) {
    return value.parameter == kNoParameter ? value.constant
                                           : values[static_cast<std::size_t>(value.parameter)];
  }

 private:
  Value add(ParameterTable::Entry entry);

  ParameterTable table_;
  std::vector<std::vector<double>> points_;  ///< (points, entries); the first is the netlist's own
  std::vector<std::pair<Value, Value>> equalities_;
};

struct SizedPart {
  SizedDevice device;  ///< nets are nodes of the flat circuit until put in order
  std::string model;   ///< without the instance that a copy of it belongs to, and its bin
  std::array<Value, kSizedNumbers> numbers{};  ///< in the order of SizedKindInfo::numbers
};

/// The devices of a circuit, in its order.
std::vector<SizedPart> read_sized_parts(const Circuit& circuit, std::string_view dut, SizedTable& table);

/// Makes one of devices that act as one. `outside` (nodes): seen from elsewhere, whatever touches it here.
void merge_sized_parts(std::vector<SizedPart>& parts, const std::vector<bool>& outside, SizedTable& table);

struct SizedOrder {
  std::vector<int> devices, nets;  ///< old index at each new place
  std::uint64_t fingerprint = 0;
};
/// `ports` (nets): every net is touched by a device. What structure leaves undecided is decided by the
/// numbers that the netlist has; what is alike in these too stays as it is.
SizedOrder order_of(const std::vector<SizedPart>& parts, const std::vector<SizedPort>& ports,
                    const SizedTable& table);

}  // namespace nullor::graph
