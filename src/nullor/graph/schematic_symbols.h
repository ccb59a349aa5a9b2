#pragma once
/// Geometry shared by placing, wiring and writing: where the pins of unturned symbols lie, and what area they
/// take.

#include <array>

#include "nullor/graph/schematic.h"

namespace nullor::graph {

struct SymbolShape {
  std::array<Point, kMaxPins> pins;
  int shown;                   ///< pins that the symbol has; the others follow them
  Point low, high;             ///< of the body
  std::array<int, 2> through;  ///< the pins that the vertical current path enters and leaves by; -1: none
};

const SymbolShape& shape_of(DeviceKind kind);
/// Where a device's name begins, and to which side it runs: 1 right, -1 left, 0 both.
struct NamePlace {
  Point at;
  int side;
};
NamePlace name_place(const Device& device, const Symbol& symbol);
/// Where the name of a net that is not drawn as a rail begins.
Point label_place(const NetLabel& label);

/// A point of the unturned symbol, where it lies in the drawing.
Point placed(Point point, const Symbol& symbol);

}  // namespace nullor::graph
