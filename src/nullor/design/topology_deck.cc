#include "nullor/design/topology_deck.h"

#include <fmt/format.h>

#include <cctype>
#include <set>

#include "nullor/base/error.h"
#include "nullor/design/circuit_files.h"

namespace nullor {
namespace {

using graph::Device;
using graph::DeviceKind;
using graph::Topology;

std::size_t u(int k) { return static_cast<std::size_t>(k); }

/// A 1.8 V process of textbook numbers, and bipolar transistors and diodes beside it.
constexpr const char* kMosCards =
    ".model nch nmos level=1 vto=0.4 kp=250u gamma=0.4 phi=0.8 lambda=0.08 tox=4n cgso=0.3n cgdo=0.3n\n"
    ".model pch pmos level=1 vto=-0.4 kp=80u gamma=0.4 phi=0.8 lambda=0.1 tox=4n cgso=0.3n cgdo=0.3n\n";
constexpr const char* kOtherCards =
    ".model qn npn is=1e-16 bf=100 vaf=50 cje=20f cjc=20f tf=20p\n"
    ".model qp pnp is=1e-16 bf=50 vaf=30 cje=20f cjc=20f tf=100p\n"
    ".model dio d is=1e-16 rs=10 cjo=20f\n";

/// Names that SPICE reads, all different in lower case.
class Names {
 public:
  explicit Names(std::set<std::string> taken) : taken_(std::move(taken)) {}

  std::string give(const std::string& wanted, char letter) {
    std::string name;
    for (const char c : wanted) {
      const bool plain = std::isalnum(static_cast<unsigned char>(c)) || c == '_';
      name += plain ? static_cast<char>(std::tolower(static_cast<unsigned char>(c))) : '_';
    }
    if (letter && (name.empty() || name[0] != letter)) name = letter + name;
    if (name.empty()) name = "n";
    const std::string stem = name;
    for (int k = 2; !taken_.insert(name).second; ++k) name = fmt::format("{}_{}", stem, k);
    return name;
  }

 private:
  std::set<std::string> taken_;
};

char letter_of(DeviceKind kind, Technology technology) {
  switch (kind) {
    case DeviceKind::nmos:
    case DeviceKind::pmos:
      return technology == Technology::sky130 ? 'x' : 'm';
    case DeviceKind::npn:
    case DeviceKind::pnp:
      return 'q';
    case DeviceKind::resistor:
      return 'r';
    case DeviceKind::capacitor:
      return 'c';
    case DeviceKind::inductor:
      return 'l';
    case DeviceKind::diode:
      return 'd';
    default:
      return 'x';
  }
}

class Writer {
 public:
  /// `grounded`: nets of role VSS are node 0; otherwise they are pins as others.
  Writer(const Topology& topology, const TopologyDeckOptions& options, bool grounded, const SizeNames& sizes)
      : topology_(topology), options_(options), sizes_(sizes) {
    if (options.technology == Technology::sky130 && options.models.empty()) {
      throw InputError(ErrorKind::usage, "transistors of SKY130 need their models", {},
                       "give the file and its section: --models sky130.lib.spice,tt");
    }
    // "0" and "gnd" are ground to every SPICE.
    Names names({"0", "gnd"});
    for (const graph::Net& net : topology.nets) {
      const bool ground = grounded && net.role == graph::PortRole::vss;
      out_.nets.push_back(ground ? "0" : names.give(net.name, 0));
    }
    for (const Device& device : topology.devices) {
      out_.devices.push_back(elements_.give(device.name, letter_of(device.kind, options.technology)));
    }
  }

  TopologyDeck deck(std::span<const PortSource> sources) {
    out_.text += "circuit\n";
    models();
    cells();
    for (const PortSource& source : sources) port(source);
    devices();
    for (const std::string& card : options_.cards) out_.text += card + "\n";
    out_.text += ".end\n";
    return std::move(out_);
  }

  TopologyDeck subcircuit(const std::string& name) {
    models();
    cells();
    out_.text += ".subckt " + name;
    for (std::size_t net = 0; net < topology_.nets.size(); ++net) {
      if (topology_.nets[net].is_port()) out_.text += " " + out_.nets[net];
    }
    out_.text += "\n";
    devices();
    out_.text += ".ends " + name + "\n";
    return std::move(out_);
  }

 private:
  void models() {
    if (options_.technology == Technology::built_in) {
      out_.text += kMosCards;
    } else {
      out_.text += include_lines(CircuitFiles{.models = options_.models});
    }
    for (const Device& device : topology_.devices) {
      if (device.kind != DeviceKind::npn && device.kind != DeviceKind::pnp &&
          device.kind != DeviceKind::diode)
        continue;
      out_.text += kOtherCards;
      return;
    }
  }

  /// The `.param` that stands for a size; empty: the default.
  std::string size(std::size_t device, const char* parameter) const {
    const auto found = sizes_.find({device, parameter});
    return found == sizes_.end() ? "" : found->second;
  }

  std::string value(std::size_t device, const char* parameter, double otherwise) const {
    const std::string name = size(device, parameter);
    return name.empty() ? fmt::format("{:g}", otherwise) : "{" + name + "}";
  }

  std::string mos(const std::string& name, bool n, std::string_view d, std::string_view g, std::string_view s,
                  std::string_view b) const {
    const double w = n ? options_.nmos_width : options_.pmos_width;
    if (options_.technology == Technology::sky130) {
      // The library counts in micrometres.
      return fmt::format("{} {} {} {} {} sky130_fd_pr__{}_01v8 w={:g} l={:g}\n", name, d, g, s, b,
                         n ? "nfet" : "pfet", w * 1e6, options_.length * 1e6);
    }
    return fmt::format("{} {} {} {} {} {} w={:g}u l={:g}u\n", name, d, g, s, b, n ? "nch" : "pch", w * 1e6,
                       options_.length * 1e6);
  }

  /// With sizes that are parameters.
  std::string sized_mos(const std::string& nodes, bool n, const std::string& w, const std::string& l) const {
    if (options_.technology == Technology::built_in)
      return fmt::format("{} {} w={{{}}} l={{{}}}\n", nodes, n ? "nch" : "pch", w, l);
    // In micrometres; no finger is wider than 10 um.
    return fmt::format("{} sky130_fd_pr__{}_01v8 w={{{}*1e6/ceil({}*1e5)}} l={{{}*1e6}} m={{ceil({}*1e5)}}\n",
                       nodes, n ? "nfet" : "pfet", w, w, l, w);
  }

  /// Static CMOS of the process' own transistors, as far as the circuit uses them.
  void cells() {
    std::set<DeviceKind> used;
    for (const Device& device : topology_.devices) used.insert(device.kind);
    const bool detector = used.contains(DeviceKind::phase_detector);
    if (used.contains(DeviceKind::inverter) || used.contains(DeviceKind::transmission_gate) || detector ||
        used.contains(DeviceKind::xor_gate)) {
      out_.text += ".subckt inverter a q vdd vss\n" + pull('p', "p", {"a"}, "q", "vdd") +
                   pull('n', "n", {"a"}, "q", "vss") + ".ends\n";
    }
    if (used.contains(DeviceKind::transmission_gate)) {
      out_.text += ".subckt transmission_gate a b c vdd vss\nxi c cn vdd vss inverter\n" +
                   mos(transistor("n"), true, "a", "c", "b", "vss") +
                   mos(transistor("p"), false, "a", "cn", "b", "vdd") + ".ends\n";
    }
    if (used.contains(DeviceKind::xor_gate)) {
      // y = a xor b: pulled down where both are high or both low.
      out_.text += ".subckt xor a b vdd vss y\nxa a an vdd vss inverter\nxb b bn vdd vss inverter\n" +
                   pull('n', "n1", {"a", "b"}, "y", "vss") + pull('n', "n2", {"an", "bn"}, "y", "vss") +
                   pull('p', "p1", {"a", "bn"}, "y", "vdd") + pull('p', "p2", {"an", "b"}, "y", "vdd") +
                   ".ends\n";
    }
    if (detector) phase_detector();
  }

  std::string transistor(const std::string& name) const {
    return (options_.technology == Technology::sky130 ? "x" : "m") + name;
  }

  /// Transistors in series from `top` to `rail`.
  std::string pull(char type, const std::string& name, const std::vector<std::string>& gates,
                   const std::string& top, const std::string& rail) const {
    std::string text;
    const bool n = type == 'n';
    for (std::size_t k = 0; k < gates.size(); ++k) {
      const std::string drain = k == 0 ? top : fmt::format("{}_{}", name, k),
                        source = k + 1 == gates.size() ? rail : fmt::format("{}_{}", name, k + 1);
      text += mos(transistor(fmt::format("{}_{}", name, k)), n, drain, gates[k], source, n ? "vss" : "vdd");
    }
    return text;
  }

  std::string nand(const std::vector<std::string>& inputs) const {
    std::string text = fmt::format(".subckt nand{}", inputs.size());
    for (const std::string& input : inputs) text += " " + input;
    text += " q vdd vss\n" + pull('n', "n", inputs, "q", "vss");
    for (const std::string& input : inputs) text += pull('p', "p" + input, {input}, "q", "vdd");
    return text + ".ends\n";
  }

  /// Two latches a side and a common reset, of nine NAND gates; QA is high from an edge of A that leads to
  /// the next falling edge of B.
  void phase_detector() {
    out_.text += nand({"a", "b"}) + nand({"a", "b", "c"}) + nand({"a", "b", "c", "d"});
    out_.text +=
        ".subckt pfd a b qa qb vdd vss\n"
        "xa1 a un a1 vdd vss nand2\nxa2 a1 a3 a2 vdd vss nand2\nxa3 a2 r a3 vdd vss nand2\n"
        "xb1 b dn b1 vdd vss nand2\nxb2 b1 b3 b2 vdd vss nand2\nxb3 b2 r b3 vdd vss nand2\n"
        "xr a1 a2 b1 b2 r vdd vss nand4\n"
        "xu a1 a2 r un vdd vss nand3\nxd b1 b2 r dn vdd vss nand3\n"
        "xqa un qa vdd vss inverter\nxqb dn qb vdd vss inverter\n.ends\n";
  }

  void port(const PortSource& source) {
    const std::string& node = out_.nets[u(source.net)];
    std::string name;
    switch (source.drive) {
      case PortDrive::open:
        if (options_.load > 0) {
          out_.text +=
              fmt::format("{} {} 0 {:g}\n", elements_.give("cload_" + node, 'c'), node, options_.load);
        }
        break;
      case PortDrive::voltage:
        name = elements_.give("v" + node, 'v');
        out_.text += fmt::format("{} {} 0 {:.10g}\n", name, node, source.value);
        break;
      case PortDrive::current:
        name = elements_.give("i" + node, 'i');
        out_.text += fmt::format("{} 0 {} {:.10g}\n", name, node, source.value);
        break;
      case PortDrive::clock: {
        name = elements_.give("v" + node, 'v');
        // Every other clock is the opposite phase; they rest where they close their switches.
        const double supply = options_.ports.supply, period = options_.clock_period, edge = period / 1000;
        const double first = clocks_ % 2 == 0 ? supply : 0;
        ++clocks_;
        out_.text += fmt::format("{} {} 0 dc {:.10g} pulse({:g} {:g} {:g} {:g} {:g} {:g} {:g})\n", name, node,
                                 source.value, first, supply - first, 0.5 * period, edge, edge,
                                 0.5 * period - edge, period);
        break;
      }
    }
    out_.sources.push_back(name);
  }

  void devices() {
    for (std::size_t k = 0; k < topology_.devices.size(); ++k) out_.text += element(k);
  }

  std::string area(std::size_t k) const {
    const std::string name = size(k, "area");
    return name.empty() ? "" : " area={" + name + "}";
  }

  std::string element(std::size_t k) const {
    const Device& device = topology_.devices[k];
    const std::string& name = out_.devices[k];
    const auto node = [&](int pin) -> const std::string& { return out_.nets[u(device.nets[u(pin)])]; };
    std::string nodes;
    for (int pin = 0; pin < device.pins; ++pin) nodes += " " + node(pin);
    switch (device.kind) {
      case DeviceKind::nmos:
      case DeviceKind::pmos:
        if (!size(k, "w").empty())
          return sized_mos(name + nodes, device.kind == DeviceKind::nmos, size(k, "w"), size(k, "l"));
        return mos(name, device.kind == DeviceKind::nmos, node(0), node(1), node(2), node(3));
      case DeviceKind::npn:
        return name + nodes + " qn" + area(k) + "\n";
      case DeviceKind::pnp:
        return name + nodes + " qp" + area(k) + "\n";
      case DeviceKind::resistor:
        return name + nodes + " " + value(k, "r", options_.resistance) + "\n";
      case DeviceKind::capacitor:
        return name + nodes + " " + value(k, "c", options_.capacitance) + "\n";
      case DeviceKind::inductor:
        return name + nodes + " " + value(k, "l", options_.inductance) + "\n";
      case DeviceKind::diode:
        return name + nodes + " dio\n";
      case DeviceKind::xor_gate:
        return name + nodes + " xor\n";
      case DeviceKind::phase_detector:
        return name + nodes + " pfd\n";
      case DeviceKind::inverter:
        return name + nodes + " inverter\n";
      case DeviceKind::transmission_gate:
        return name + nodes + " transmission_gate\n";
    }
    return {};
  }

  const Topology& topology_;
  const TopologyDeckOptions& options_;
  const SizeNames& sizes_;
  TopologyDeck out_;
  Names elements_{{}};
  int clocks_ = 0;
};

}  // namespace

TopologyDeck make_deck(const Topology& topology, std::span<const PortSource> sources,
                       const TopologyDeckOptions& options) {
  const SizeNames defaults;
  return Writer(topology, options, true, defaults).deck(sources);
}

TopologyDeck make_deck(const Topology& topology, const TopologyDeckOptions& options) {
  return make_deck(topology, port_sources(topology, options.ports), options);
}

TopologyDeck make_subcircuit(const Topology& topology, const std::string& name,
                             const TopologyDeckOptions& options, const SizeNames& sizes) {
  return Writer(topology, options, false, sizes).subcircuit(name);
}

}  // namespace nullor
