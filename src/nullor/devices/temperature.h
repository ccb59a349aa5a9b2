#pragma once
/// Temperature helpers shared by all devices.

#include "nullor/devices/device.h"

namespace nullor {

/// Temperature of a device [K]: its own `temp` [degC] if given, else the circuit's plus `dtemp`.
template <class P>
P device_temperature(const Environment<P>& environment, const P& temp, const P& dtemp) {
  return given(temp) ? P(temp + kCelsiusZero) : P(environment.temperature + dtemp);
}

/// Temperature at which the parameters were measured [K].
template <class P>
P nominal_temperature(const Environment<P>& environment, const P& tnom) {
  return given(tnom) ? P(tnom + kCelsiusZero) : P(environment.nominal);
}

/// 1 + a dT + b dT^2.
template <class P>
P quadratic(const P& a, const P& b, const P& dt) {
  return 1.0 + dt * (a + dt * b);
}

/// k T / q [V].
template <class P>
P thermal_voltage(const P& temperature) {
  return (kBoltzmann / kElementaryCharge) * temperature;
}

/// Band gap of silicon [eV].
///
///   Eg(T) = 1.16 - 7.02e-4 T^2 / (T + 1108)
///
/// Source: A. Vladimirescu, S. Liu, The Simulation of MOS Integrated Circuits Using SPICE2, UCB/ERL M80/7
/// (1980).
template <class P>
P silicon_bandgap(const P& temperature) {
  return 1.16 - 7.02e-4 * temperature * temperature / (temperature + 1108.0);
}

}  // namespace nullor
