#pragma once
/// A circuit without sizes: which devices, and which of their pins share a net. What the generator writes,
/// what isomorphism compares, what the ladder of checks judges.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nullor::graph {

enum class DeviceKind : std::uint8_t {
  nmos,
  pmos,
  npn,
  pnp,
  resistor,
  capacitor,
  inductor,
  diode,
  xor_gate,
  phase_detector,
  inverter,
  transmission_gate,
};
inline constexpr int kDeviceKinds = 12;
inline constexpr int kMaxPins = 6;

/// What a pin does at dc.
enum class PinRole : std::uint8_t {
  channel,  ///< carries direct current: drain, source, collector, emitter, base; both ends of R, L and diodes
  gate,     ///< controls and carries no direct current
  bulk,     ///< body of a MOSFET, substrate of a bipolar transistor
  plate,    ///< of a capacitor
  output,   ///< of a logic cell: driven from its supply pins
  supply,   ///< of a logic cell
};

struct Pin {
  std::string_view name;  ///< "D", "G", "S", "B"
  PinRole role;
};

struct KindInfo {
  DeviceKind kind;
  std::string_view name;    ///< as netlists of the data set write it: "nmos4"
  std::string_view prefix;  ///< of numbered devices in the pin graph: "NM"
  std::string_view word;    ///< as people and options write it: "nmos"
  int required_pins;        ///< the substrate of a bipolar transistor may be left out
  std::span<const Pin> pins;
  bool flips;  ///< two-terminal and symmetric, or drain and source alike: the two ends can be exchanged
};

const KindInfo& info(DeviceKind kind);
std::span<const KindInfo> all_kinds();
/// By `name`, `prefix` or `word`, case ignored.
std::optional<DeviceKind> kind_named(std::string_view text);

/// What a net is to the outside. `internal` is no port; the others are the port families of the data set.
enum class PortRole : std::uint8_t {
  internal,
  vdd,
  vss,
  vin,
  iin,
  vout,
  iout,
  vb,
  ib,
  vcont,
  vclk,
  vcm,
  vref,
  iref,
  vrf,
  vlo,
  vif,
  vbb,
  logic_a,
  logic_b,
  logic_d,
  logic_f,
  logic_g,
  logic_q,
  logic_qa,
  logic_qb,
  vlatch,
  vhold,
  vtrack,
};
inline constexpr int kPortRoles = 29;

/// "VIN", "LOGICQA"; empty for `internal`.
std::string_view role_name(PortRole role);
/// The role of a port called `name` as the data set writes ports: a family, then a number ("VIN1"; "VDD" has
/// none), case ignored. No value: not such a name.
std::optional<PortRole> role_of(std::string_view name);
/// The same with the names that people's subcircuits use: vdda, gnd, inp, out, ibias, clk, ...
std::optional<PortRole> role_guess(std::string_view name);

struct Net {
  std::string name;
  PortRole role = PortRole::internal;

  bool is_port() const { return role != PortRole::internal; }
};

struct Device {
  DeviceKind kind = DeviceKind::resistor;
  std::array<std::int16_t, kMaxPins> nets{};  ///< indices into Topology::nets, in the order of KindInfo::pins
  std::uint8_t pins = 0;                      ///< how many of them are used
  std::string name;                           ///< "M3"; may be empty
};

/// Families of circuits, in the order of the data set's size; `other` is a circuit of unknown purpose.
enum class Family : std::uint8_t {
  switched_cap,
  opamp,
  ldo,
  bandgap,
  power_converter,
  general,
  oscillator,
  mirror_bias,
  comparator,
  pll,
  lna,
  mixer,
  power_amp,
  filter,
  adc_dac,
  other,
};
inline constexpr int kFamilies = 16;
std::string_view family_name(Family family);
std::optional<Family> family_named(std::string_view text);

struct Topology {
  std::vector<Net> nets;
  std::vector<Device> devices;
  Family family = Family::other;
  int id = -1;     ///< in its data set; -1: none
  int group = -1;  ///< the base circuit it was made from; -1: none

  /// Index of the net of this name, or -1.
  int find_net(std::string_view name) const;
  /// The same, added as an internal net when it is new.
  int net(std::string_view name);
  /// Adds a device on these nets. Throws InputError when their number does not fit the kind.
  Device& add(DeviceKind kind, std::span<const int> nets, std::string name = {});
  /// The number of pins on every net.
  std::vector<int> degrees() const;
};

/// Names that a netlist can use: ports by family and number of appearance among the devices' pins ("VIN1",
/// "VIN2"; VDD and VSS have no number), internal nets "net1", "net2", ..., devices by letter and number
/// ("M1", "Q2", "R3").
void rename(Topology& topology);

/// One line a device, "NAME (net net ...) kind", as the data set writes it.
std::string netlist_text(const Topology& topology);
/// Reads such lines; nets listed in `ports` are ports. Throws InputError that names `path` and the line.
Topology parse_netlist(std::string_view text, std::span<const std::string> ports, const std::string& path);

}  // namespace nullor::graph
