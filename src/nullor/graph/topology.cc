#include "nullor/graph/topology.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>

#include "nullor/base/error.h"

namespace nullor::graph {
namespace {

using enum PinRole;

constexpr Pin kMosPins[] = {{"D", channel}, {"G", gate}, {"S", channel}, {"B", bulk}};
constexpr Pin kBipolarPins[] = {{"C", channel}, {"B", channel}, {"E", channel}, {"S", bulk}};
constexpr Pin kTwoPins[] = {{"P", channel}, {"N", channel}};
constexpr Pin kPlates[] = {{"P", plate}, {"N", plate}};
constexpr Pin kXorPins[] = {{"A", gate}, {"B", gate}, {"VDD", supply}, {"VSS", supply}, {"Y", output}};
constexpr Pin kDetectorPins[] = {{"A", gate},    {"B", gate},     {"QA", output},
                                 {"QB", output}, {"VDD", supply}, {"VSS", supply}};
constexpr Pin kInverterPins[] = {{"A", gate}, {"Q", output}, {"VDD", supply}, {"VSS", supply}};
constexpr Pin kSwitchPins[] = {{"A", channel}, {"B", channel}, {"C", gate}, {"VDD", supply}, {"VSS", supply}};

constexpr std::array<KindInfo, kDeviceKinds> kKinds = {{
    {DeviceKind::nmos, "nmos4", "NM", "nmos", 4, kMosPins, true},
    {DeviceKind::pmos, "pmos4", "PM", "pmos", 4, kMosPins, true},
    {DeviceKind::npn, "npn", "NPN", "npn", 3, kBipolarPins, false},
    {DeviceKind::pnp, "pnp", "PNP", "pnp", 3, kBipolarPins, false},
    {DeviceKind::resistor, "resistor", "R", "resistor", 2, kTwoPins, true},
    {DeviceKind::capacitor, "capacitor", "C", "capacitor", 2, kPlates, true},
    {DeviceKind::inductor, "inductor", "L", "inductor", 2, kTwoPins, true},
    {DeviceKind::diode, "diode", "DIO", "diode", 2, kTwoPins, false},
    {DeviceKind::xor_gate, "XOR", "XOR", "xor", 5, kXorPins, false},
    {DeviceKind::phase_detector, "PFD", "PFD", "pfd", 6, kDetectorPins, false},
    {DeviceKind::inverter, "INVERTER", "INVERTER", "inverter", 4, kInverterPins, false},
    {DeviceKind::transmission_gate, "TRANSMISSION_GATE", "TRANSMISSION_GATE", "transmission-gate", 5,
     kSwitchPins, true},
}};

constexpr std::array<std::string_view, kPortRoles> kRoles = {
    "",       "VDD",    "VSS",    "VIN",    "IIN",     "VOUT",    "IOUT",   "VB",    "IB",     "VCONT",
    "VCLK",   "VCM",    "VREF",   "IREF",   "VRF",     "VLO",     "VIF",    "VBB",   "LOGICA", "LOGICB",
    "LOGICD", "LOGICF", "LOGICG", "LOGICQ", "LOGICQA", "LOGICQB", "VLATCH", "VHOLD", "VTRACK"};

constexpr std::array<std::string_view, kFamilies> kFamilyNames = {
    "switched_cap", "opamp", "ldo", "bandgap", "power_converter", "general", "oscillator", "mirror_bias",
    "comparator",   "pll",   "lna", "mixer",   "power_amp",       "filter",  "adc_dac",    "other"};

struct Alias {
  std::string_view name;
  PortRole role;
};
/// Spellings of the data set besides the families' own names.
constexpr Alias kSlips[] = {{"IN", PortRole::vin},
                            {"VCKL", PortRole::vclk},
                            {"VLOGICA", PortRole::logic_a},
                            {"VLOGICB", PortRole::logic_b}};
/// Names that subcircuits of people and foundries give their ports.
constexpr Alias kCustoms[] = {
    {"VDDA", PortRole::vdd},    {"AVDD", PortRole::vdd},   {"VCC", PortRole::vdd},
    {"VPWR", PortRole::vdd},    {"VDDD", PortRole::vdd},   {"GND", PortRole::vss},
    {"GNDA", PortRole::vss},    {"AGND", PortRole::vss},   {"AVSS", PortRole::vss},
    {"VGND", PortRole::vss},    {"VSSA", PortRole::vss},   {"INP", PortRole::vin},
    {"INN", PortRole::vin},     {"VINP", PortRole::vin},   {"VINN", PortRole::vin},
    {"VIP", PortRole::vin},     {"VIM", PortRole::vin},    {"VP", PortRole::vin},
    {"VN", PortRole::vin},      {"INM", PortRole::vin},    {"PLUS", PortRole::vin},
    {"MINUS", PortRole::vin},   {"OUT", PortRole::vout},   {"OUTP", PortRole::vout},
    {"OUTN", PortRole::vout},   {"VOUTP", PortRole::vout}, {"VOUTN", PortRole::vout},
    {"VO", PortRole::vout},     {"IBIAS", PortRole::ib},   {"BIASI", PortRole::ib},
    {"VBIAS", PortRole::vb},    {"BIAS", PortRole::vb},    {"VBN", PortRole::vb},
    {"VBP", PortRole::vb},      {"CLK", PortRole::vclk},   {"CLKN", PortRole::vclk},
    {"CLKP", PortRole::vclk},   {"REF", PortRole::vref},   {"CTRL", PortRole::vcont},
    {"VCTRL", PortRole::vcont}, {"VTUNE", PortRole::vcont}};

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

std::string_view without_number(std::string_view text) {
  while (!text.empty() && std::isdigit(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  return text;
}

}  // namespace

const KindInfo& info(DeviceKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }
std::span<const KindInfo> all_kinds() { return kKinds; }

std::optional<DeviceKind> kind_named(std::string_view text) {
  const std::string name = upper(text);
  for (const KindInfo& one : kKinds) {
    if (name == upper(one.name) || name == one.prefix || name == upper(one.word)) return one.kind;
  }
  return std::nullopt;
}

std::string_view role_name(PortRole role) { return kRoles[static_cast<std::size_t>(role)]; }

std::optional<PortRole> role_of(std::string_view name) {
  const std::string whole = upper(name);
  const std::string_view stem = without_number(whole);
  for (std::size_t r = 1; r < kRoles.size(); ++r) {
    if (stem == kRoles[r]) return static_cast<PortRole>(r);
  }
  for (const Alias& slip : kSlips) {
    if (stem == slip.name) return slip.role;
  }
  return std::nullopt;
}

std::optional<PortRole> role_guess(std::string_view name) {
  if (const auto role = role_of(name)) return role;
  const std::string whole = upper(name);
  const std::string_view stem = without_number(whole);
  for (const Alias& custom : kCustoms) {
    if (stem == custom.name) return custom.role;
  }
  return std::nullopt;
}

std::string_view family_name(Family family) { return kFamilyNames[static_cast<std::size_t>(family)]; }

std::optional<Family> family_named(std::string_view text) {
  const auto at = std::find(kFamilyNames.begin(), kFamilyNames.end(), text);
  if (at == kFamilyNames.end()) return std::nullopt;
  return static_cast<Family>(at - kFamilyNames.begin());
}

int Topology::find_net(std::string_view name) const {
  for (std::size_t i = 0; i < nets.size(); ++i) {
    if (nets[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

int Topology::net(std::string_view name) {
  const int known = find_net(name);
  if (known >= 0) return known;
  nets.push_back({std::string(name), PortRole::internal});
  return static_cast<int>(nets.size()) - 1;
}

Device& Topology::add(DeviceKind kind, std::span<const int> on, std::string name) {
  const KindInfo& of = info(kind);
  const int count = static_cast<int>(on.size());
  if (count < of.required_pins || count > static_cast<int>(of.pins.size())) {
    throw InputError(ErrorKind::netlist,
                     fmt::format("{} has {} pins, not {}", of.word, of.pins.size(), count));
  }
  Device device{.kind = kind, .pins = static_cast<std::uint8_t>(count), .name = std::move(name)};
  for (std::size_t pin = 0; pin < on.size(); ++pin) device.nets[pin] = static_cast<std::int16_t>(on[pin]);
  return devices.emplace_back(std::move(device));
}

std::vector<int> Topology::degrees() const {
  std::vector<int> degree(nets.size(), 0);
  for (const Device& device : devices) {
    for (int pin = 0; pin < device.pins; ++pin)
      ++degree[static_cast<std::size_t>(device.nets[static_cast<std::size_t>(pin)])];
  }
  return degree;
}

}  // namespace nullor::graph
