#pragma once
/// SPICE netlists as resistive networks.

#include "nullor/netlist/circuit.h"
#include "nullor/resistive/network.h"

namespace nullor::resistive {

/// The network of a circuit of R, V, I and D, sources at their value of an operating point. Subcircuits,
/// parameters and models are those of the netlist. A diode is
///
///   ideal               model `ideal`, or ron=0 on its card, with vfwd and roff as below
///   piecewise linear    ron, roff or vfwd on its card: as PiecewiseLinearDiode of the numerical engine
///   exponential         any other card of type d: is, n, rs and their temperature, as Diode; rs becomes a
///   resistor
///
/// Throws InputError for another element (it names the first) and for a diode with recombination, breakdown,
/// high injection or tunnelling, which have no convex energy or no place in DiodeModel.
ResistiveNetwork network_of(const Circuit& circuit);

}  // namespace nullor::resistive
