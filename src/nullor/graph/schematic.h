#pragma once
/// A circuit drawn as people draw it: VDD above, VSS below, current downwards, wires where nets are near and
/// names where they are far.
///
/// Coordinates are those of xschem: y grows downwards, pins lie on multiples of 10, a transistor is 60 high.

#include <string>
#include <vector>

#include "nullor/graph/topology.h"

namespace nullor::graph {

struct Point {
  int x = 0, y = 0;
  bool operator==(const Point&) const = default;
};

/// Where the symbol of a device stands. First mirrored left to right when `mirrored`, then turned clockwise
/// by quarters.
struct Symbol {
  Point at;
  bool mirrored = false;
  int turns = 0;
};

struct WireSegment {
  Point from, to;
  int net = -1;
};

/// A net's name at a pin or the end of a wire, written towards `side` (-1 left, 1 right, of rails -2 above, 2
/// below).
struct NetLabel {
  Point at;
  int net = -1;
  int side = 1;
};

struct Schematic {
  std::vector<Symbol> symbols;  ///< one a device
  std::vector<WireSegment> wires;
  std::vector<NetLabel> labels;
  std::vector<Point> dots;  ///< where three or more ends of one net meet
  Point low, high;          ///< corners of the drawing
};

/// Places and wires a circuit. Equal circuits give equal drawings.
///
/// Rows follow the voltages that the nets would have if every device were a resistor; devices in series share
/// a column; the order of columns keeps nets short (simulated annealing with a fixed seed); wires are
/// shortest paths around symbols and other wires. A pin that no short path reaches gets a label.
Schematic draw(const Topology& topology);

/// Where pin `pin` of the device lies. Pins that a symbol has not (the substrate of a bipolar transistor) lie
/// at its centre.
Point pin_position(const Device& device, const Symbol& symbol, int pin);
/// Whether the symbol shows the pin.
bool has_pin(DeviceKind kind, int pin);

/// The drawing as a file of its own.
std::string schematic_svg(const Topology& topology, const Schematic& schematic);
/// A schematic of xschem 2.8 or later, with symbols of its own `devices` library.
std::string schematic_xschem(const Topology& topology, const Schematic& schematic);

}  // namespace nullor::graph
