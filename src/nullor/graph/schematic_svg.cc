#include <fmt/format.h>

#include <algorithm>

#include "nullor/graph/schematic.h"
#include "nullor/graph/schematic_symbols.h"

namespace nullor::graph {
namespace {

std::size_t at(int i) { return static_cast<std::size_t>(i); }

// Strokes of unturned symbols; class "f" is filled.
constexpr std::string_view kNmos =
    R"(<path d="M-20 0H-6M-6 -16V16M0 -20V20M0 -16H20V-30M0 16H20V30"/><path class="f" d="M15 16l-8 -4v8z"/>)";
constexpr std::string_view kPmos =
    R"(<path d="M-20 0H-14M-6 -16V16M0 -20V20M0 -16H20V-30M0 16H20V30"/><circle cx="-10" r="4"/><path class="f" d="M5 -16l8 -4v8z"/>)";
constexpr std::string_view kNpn =
    R"(<path d="M-20 0H-4M-4 -16V16M-4 -7L20 -20V-30M-4 7L20 20V30"/><path class="f" d="M15 17l-9 -0.500l4 -7z"/>)";
constexpr std::string_view kPnp =
    R"(<path d="M-20 0H-4M-4 -16V16M-4 -7L20 -20V-30M-4 7L20 20V30"/><path class="f" d="M1 -10l9 0.500l-4 -7z"/>)";
constexpr std::string_view kResistor = R"(<path d="M0 -30V-18l6 3l-12 6l12 6l-12 6l12 6l-12 6l6 3V30"/>)";
constexpr std::string_view kCapacitor = R"(<path d="M0 -30V-4M-12 -4H12M-12 4H12M0 4V30"/>)";
constexpr std::string_view kInductor =
    R"(<path d="M0 -30V-20a5 5 0 0 1 0 10a5 5 0 0 1 0 10a5 5 0 0 1 0 10a5 5 0 0 1 0 10V30"/>)";
constexpr std::string_view kDiode =
    R"(<path d="M0 -30V-8M-10 8H10M0 8V30"/><path class="f" d="M-10 -8H10L0 8z"/>)";

std::string_view strokes(DeviceKind kind) {
  switch (kind) {
    case DeviceKind::nmos:
      return kNmos;
    case DeviceKind::pmos:
      return kPmos;
    case DeviceKind::npn:
      return kNpn;
    case DeviceKind::pnp:
      return kPnp;
    case DeviceKind::resistor:
      return kResistor;
    case DeviceKind::capacitor:
      return kCapacitor;
    case DeviceKind::inductor:
      return kInductor;
    case DeviceKind::diode:
      return kDiode;
    default:
      return {};
  }
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '&') {
      out += "&amp;";
    } else {
      out += c;
    }
  }
  return out;
}

bool is_rail(const Net& net) { return net.role == PortRole::vdd || net.role == PortRole::vss; }

/// The bulk of a MOSFET lies on its rail, as nobody draws it.
bool usual_bulk(const Topology& topology, const Device& device) {
  const PortRole role = topology.nets[at(device.nets[3])].role;
  return role == (device.kind == DeviceKind::nmos ? PortRole::vss : PortRole::vdd);
}

class Drawing {
 public:
  Drawing(const Topology& topology, const Schematic& schematic)
      : topology_(topology), schematic_(schematic) {}

  std::string str() {
    const Point low = schematic_.low, high = schematic_.high;
    out_ = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"{} {} {} {}\" width=\"{}\" "
        "class=\"schematic\">\n"
        "<style>.schematic{{stroke:currentColor;fill:none;stroke-width:1.6;stroke-linecap:round;stroke-"
        "linejoin:round}}"
        ".schematic .f{{fill:currentColor;stroke-width:.8}}.schematic "
        "text{{fill:currentColor;stroke:none;font:11px "
        "sans-serif}}.schematic .w{{stroke:#2b6cb0;stroke-width:1.4}}.schematic "
        ".d{{fill:#2b6cb0;stroke:none}}"
        ".schematic .p{{fill:#b7410e;font-weight:600}}.schematic .n{{fill:#2b6cb0}}.schematic "
        ".r{{stroke:#b7410e}}"
        "</style>\n",
        low.x, low.y, high.x - low.x, high.y - low.y, high.x - low.x);
    for (const WireSegment& wire : schematic_.wires) {
      out_ += fmt::format("<path class=\"w\" d=\"M{} {}L{} {}\"/>\n", wire.from.x, wire.from.y, wire.to.x,
                          wire.to.y);
    }
    for (const Point dot : schematic_.dots)
      out_ += fmt::format("<circle class=\"d\" cx=\"{}\" cy=\"{}\" r=\"3\"/>\n", dot.x, dot.y);
    for (std::size_t d = 0; d < topology_.devices.size(); ++d)
      device(topology_.devices[d], schematic_.symbols[d]);
    for (const NetLabel& label : schematic_.labels) this->label(label);
    return out_ + "</svg>\n";
  }

 private:
  void text(Point p, std::string_view anchor, std::string_view kind, std::string_view what) {
    out_ += fmt::format("<text class=\"{}\" x=\"{}\" y=\"{}\" text-anchor=\"{}\">{}</text>\n", kind, p.x, p.y,
                        anchor, escaped(what));
  }

  void device(const Device& device, const Symbol& symbol) {
    out_ += fmt::format("<g transform=\"translate({} {}) rotate({}) scale({} 1)\">", symbol.at.x, symbol.at.y,
                        90 * symbol.turns, symbol.mirrored ? -1 : 1);
    const bool mos = device.kind == DeviceKind::nmos || device.kind == DeviceKind::pmos;
    if (mos && !usual_bulk(topology_, device)) out_ += "<path d=\"M0 0H20\"/>";
    const std::string_view lines = strokes(device.kind);
    if (lines.empty()) {
      const SymbolShape& shape = shape_of(device.kind);
      out_ += fmt::format("<rect x=\"-20\" y=\"{}\" width=\"40\" height=\"{}\"/>", shape.low.y + 10,
                          shape.high.y - shape.low.y - 20);
      for (const Point pin : std::span(shape.pins).first(at(shape.shown))) {
        const bool upright = pin.y == shape.low.y || pin.y == shape.high.y;
        const int x = upright ? pin.x : (pin.x > 0 ? 20 : -20),
                  y = upright ? pin.y + (pin.y > 0 ? -10 : 10) : pin.y;
        out_ += fmt::format("<path d=\"M{} {}L{} {}\"/>", pin.x, pin.y, x, y);
      }
    } else {
      out_ += lines;
    }
    out_ += "</g>\n";
    const bool box = lines.empty();
    if (box) text({symbol.at.x, symbol.at.y + 4}, "middle", "", info(device.kind).prefix.substr(0, 4));
    const NamePlace name = name_place(device, symbol);
    text(name.at, name.side == 0 ? "middle" : name.side > 0 ? "start" : "end", "", device.name);
  }

  bool hidden(const NetLabel& label) const {
    for (std::size_t d = 0; d < topology_.devices.size(); ++d) {
      const Device& device = topology_.devices[d];
      if (device.kind > DeviceKind::pmos || device.nets[3] != label.net) continue;
      if (pin_position(device, schematic_.symbols[d], 3) == label.at) return usual_bulk(topology_, device);
    }
    return false;
  }

  void label(const NetLabel& label) {
    if (hidden(label)) return;
    const Net& net = topology_.nets[at(label.net)];
    const Point p = label.at;
    if (is_rail(net) && std::abs(label.side) == 2) {
      const int sign = label.side / 2;
      const bool vss = net.role == PortRole::vss;
      const int y = p.y + 10 * sign;
      out_ += fmt::format("<path class=\"r\" d=\"M{} {}V{}M{} {}h20{}\"/>\n", p.x, p.y, y, p.x - 10, y,
                          vss ? fmt::format("m-16 {}h12m-8 {}h4", 4 * sign, 4 * sign) : std::string());
      return;
    }
    text(label_place(label), label.side > 0 ? "start" : "end", net.is_port() ? "p" : "n", net.name);
  }

  const Topology& topology_;
  const Schematic& schematic_;
  std::string out_;
};

}  // namespace

std::string schematic_svg(const Topology& topology, const Schematic& schematic) {
  return Drawing(topology, schematic).str();
}

}  // namespace nullor::graph
