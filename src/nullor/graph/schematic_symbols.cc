#include "nullor/graph/schematic_symbols.h"

namespace nullor::graph {
namespace {

// Pins in the order of KindInfo::pins, where xschem's symbols of the same name have them; logic cells are
// boxes.
constexpr SymbolShape kNmos{{{{20, -30}, {-20, 0}, {20, 30}, {20, 0}}}, 4, {-20, -30}, {20, 30}, {0, 2}};
constexpr SymbolShape kPmos{{{{20, 30}, {-20, 0}, {20, -30}, {20, 0}}}, 4, {-20, -30}, {20, 30}, {2, 0}};
constexpr SymbolShape kNpn{{{{20, -30}, {-20, 0}, {20, 30}, {0, 0}}}, 3, {-20, -30}, {20, 30}, {0, 2}};
constexpr SymbolShape kPnp{{{{20, 30}, {-20, 0}, {20, -30}, {0, 0}}}, 3, {-20, -30}, {20, 30}, {2, 0}};
constexpr SymbolShape kTwo{{{{0, -30}, {0, 30}}}, 2, {-10, -30}, {10, 30}, {0, 1}};
constexpr SymbolShape kXor{
    {{{-30, -10}, {-30, 10}, {0, -30}, {0, 30}, {30, 0}}}, 5, {-30, -30}, {30, 30}, {2, 3}};
constexpr SymbolShape kDetector{
    {{{-30, -20}, {-30, 20}, {30, -20}, {30, 20}, {0, -40}, {0, 40}}}, 6, {-30, -40}, {30, 40}, {4, 5}};
constexpr SymbolShape kInverter{{{{-30, 0}, {30, 0}, {0, -30}, {0, 30}}}, 4, {-30, -30}, {30, 30}, {2, 3}};
constexpr SymbolShape kSwitch{
    {{{-30, 0}, {30, 0}, {-30, 20}, {0, -30}, {0, 30}}}, 5, {-30, -30}, {30, 30}, {3, 4}};

}  // namespace

const SymbolShape& shape_of(DeviceKind kind) {
  switch (kind) {
    case DeviceKind::nmos:
      return kNmos;
    case DeviceKind::pmos:
      return kPmos;
    case DeviceKind::npn:
      return kNpn;
    case DeviceKind::pnp:
      return kPnp;
    case DeviceKind::xor_gate:
      return kXor;
    case DeviceKind::phase_detector:
      return kDetector;
    case DeviceKind::inverter:
      return kInverter;
    case DeviceKind::transmission_gate:
      return kSwitch;
    default:
      return kTwo;
  }
}

Point placed(Point point, const Symbol& symbol) {
  if (symbol.mirrored) point.x = -point.x;
  for (int turn = 0; turn < symbol.turns % 4; ++turn) point = {-point.y, point.x};
  return {symbol.at.x + point.x, symbol.at.y + point.y};
}

NamePlace name_place(const Device& device, const Symbol& symbol) {
  if (symbol.turns % 2 == 1) return {{symbol.at.x, symbol.at.y - 16}, 0};
  if (device.kind > DeviceKind::diode) return {{symbol.at.x + 24, symbol.at.y - 20}, 1};
  if (device.pins == 2) return {{symbol.at.x + 14, symbol.at.y + 4}, 1};
  const int side = placed({1, 0}, symbol).x > symbol.at.x ? 1 : -1;
  return {{symbol.at.x + side * 25, symbol.at.y + 15}, side};
}

Point label_place(const NetLabel& label) { return {label.at.x + 5 * label.side, label.at.y - 3}; }

bool has_pin(DeviceKind kind, int pin) { return pin < shape_of(kind).shown; }

Point pin_position(const Device& device, const Symbol& symbol, int pin) {
  return placed(shape_of(device.kind).pins[static_cast<std::size_t>(pin)], symbol);
}

}  // namespace nullor::graph
