#pragma once
/// A circuit with its sizes as predictors see it: devices, the nets that their pins share, what each port is
/// for, and numbers in SI units that follow from the parameters of the netlist.
///
/// Names and order mean nothing: devices are sorted by what they are and touch, and devices that act as one
/// are one: equal transistors side by side (their M adds), transistors of one gate in series through a net
/// that nothing else touches (their L adds when W and M are equal), resistors, capacitors and inductors in
/// series or side by side.

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nullor/netlist/circuit.h"

namespace nullor::graph {

enum class SizedKind : std::uint8_t {
  nmos,
  pmos,
  npn,
  pnp,
  diode,
  resistor,
  capacitor,
  inductor,
  current_source,
  voltage_source,
};
inline constexpr int kSizedKinds = 10;
inline constexpr int kSizedPins = 4;
inline constexpr int kSizedNumbers = 3;

/// What each of a kind's pins and numbers is called: nmos has D G S B and w [m] of one
/// device with all its fingers, l [m], m (how many side by side); a resistor p n and
/// r [Ohm]; a current source p n and dc [A]; a bipolar transistor C B E S, a diode p n: area, m.
struct SizedKindInfo {
  SizedKind kind;
  std::string_view word;                      ///< "nmos"
  std::span<const std::string_view> pins;     ///< kSizedPins at most
  std::span<const std::string_view> numbers;  ///< kSizedNumbers at most
  bool flips;                                 ///< two ends that can be exchanged: of R, C and L
};
const SizedKindInfo& info(SizedKind kind);

/// What a net is to the outside.
enum class SizedPort : std::uint8_t {
  internal,
  supply,
  ground,
  input_plus,
  input_minus,
  output,
  bias,
  feedback,
  other
};
inline constexpr int kSizedPorts = 9;
std::string_view word(SizedPort port);
/// By the names that people use: vdda, gnda, vinp, vinn, vout, ib, vfb, ...; `other` for those it does not
/// know.
SizedPort sized_port(std::string_view name);

/// "xm1.mnch" of "m.xdut.xm1.mnch", "r1" of "r.xdut.r1" and of "xdut.r1"; empty for an element outside `dut`.
/// All of a name where `dut` is empty.
std::string_view name_inside(std::string_view flat, std::string_view dut);

struct SizedNet {
  std::string name;  ///< of the port, or inside the circuit under test: "net050"
  SizedPort port = SizedPort::internal;
};

struct SizedDevice {
  SizedKind kind = SizedKind::resistor;
  std::string name;  ///< of the first netlist device that went into it: "xm11"
  int pins = 0;
  std::array<int, kSizedPins> nets{};  ///< indices into SizedCircuit::nets
};

class SizedCircuit {
 public:
  /// Of the elements of the subcircuit instance `dut` in a flat circuit ("xdut": elements "xdut.r1" and
  /// "m.xdut.xm1.m0"); empty: of all elements. `ports`: (name, node of the flat circuit) of what is outside;
  /// node 0 is ground where no port is. Nets that no device touches are left out.
  ///
  /// A foundry's subcircuit is the device it is around: a subcircuit of one element, or one that has a w or l
  /// of its own and one transistor among diodes, capacitors and resistors (or else one diode, or else one
  /// capacitor). Elements of other subcircuits are devices of the circuit.
  ///
  /// Devices are merged where their numbers are equal at several random values of the `.param`s. Throws
  /// InputError(netlist) with the place: a kind that no predictor knows (a behavioural source, a switch),
  /// more than 10,000 devices, or none.
  SizedCircuit(const Circuit& circuit, std::string_view dut,
               std::span<const std::pair<std::string, int>> ports);

  const std::vector<SizedNet>& nets() const { return nets_; }
  const std::vector<SizedDevice>& devices() const { return devices_; }

  /// numbers (devices, kSizedNumbers) at values of the netlist's `.param`s by name, or of element parameters
  /// ("m1:w"); unused numbers are 0, those that are not set keep what the netlist says. Safe on several
  /// threads with one `Evaluator` each, which the circuit must outlive.
  class Evaluator {
   public:
    Evaluator(const SizedCircuit& circuit, std::span<const std::string> parameters);
    /// Throws InputError(usage) where values make devices unequal that were merged because they are equal
    /// whatever the `.param`s with numbers are: one of two transistors side by side alone gets another width.
    void numbers(std::span<const double> values, std::span<double> out);

   private:
    const SizedCircuit* circuit_;
    std::vector<ParameterId> ids_;     ///< kNoParameter: nothing depends on it
    std::vector<ParameterId> moving_;  ///< to compute for every row, in order
    std::vector<double> values_, registers_;
    bool check_ = false;  ///< values can set apart what was merged
  };

  /// Whether a number follows from what is called so.
  bool depends_on(std::string_view parameter) const;
  /// The `.param`s of the deck itself that a number follows from.
  std::vector<std::string> parameters() const;
  /// Those of them that the netlist gives a number, not a formula, with that number.
  std::vector<std::pair<std::string, double>> free_parameters() const;

  /// Equal for circuits that differ by names and order alone, and hardly ever for others: of the devices,
  /// nets and ports, not of sizes. Exchanged drains and sources do not change it.
  std::uint64_t fingerprint() const { return fingerprint_; }

 private:
  void find_needed();
  ParameterId find(std::string_view name) const;

  std::string dut_;
  std::vector<SizedNet> nets_;
  std::vector<SizedDevice> devices_;
  std::vector<std::array<Value, kSizedNumbers>> numbers_;  ///< (devices)
  ParameterTable table_;                                   ///< of the netlist, then what was merged
  std::vector<std::pair<Value, Value>> equalities_;        ///< that merged devices rely on
  std::vector<ParameterId> needed_;                        ///< by numbers and equalities, ascending
  std::uint64_t fingerprint_ = 0;
};

}  // namespace nullor::graph
