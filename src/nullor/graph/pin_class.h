#pragma once
/// Pins that can be exchanged without changing the circuit.

#include "nullor/graph/topology.h"

namespace nullor::graph {

/// The pin that `pin` of such a device can be exchanged with (drain with source, one end of a resistor with
/// the other); itself when there is none.
constexpr int flip_partner(DeviceKind kind, int pin) {
  switch (kind) {
    case DeviceKind::nmos:
    case DeviceKind::pmos:
      return pin == 0 ? 2 : pin == 2 ? 0 : pin;
    case DeviceKind::resistor:
    case DeviceKind::capacitor:
    case DeviceKind::inductor:
    case DeviceKind::transmission_gate:
      return pin == 0 ? 1 : pin == 1 ? 0 : pin;
    default:
      return pin;
  }
}

/// Equal for two pins of one device exactly when they can be exchanged: the lower of their numbers.
constexpr int pin_class(DeviceKind kind, int pin) {
  const int other = flip_partner(kind, pin);
  return other < pin ? other : pin;
}

}  // namespace nullor::graph
