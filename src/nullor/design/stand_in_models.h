#pragma once
/// Models of nothing, for reading the sizes of a circuit whose model files are not at hand.

#include <string>

namespace nullor {

/// Lines that define what `deck` calls and does not define: a subcircuit around one device for every `x`
/// line, with the parameters that it is given there, and a card for the model of every MOSFET, bipolar
/// transistor and diode. What they are is told by their names (graph::kind_of_model: sky130_fd_pr__nfet_01v8,
/// nmos, ...).
///
/// Of a transistor w is the width with all fingers. `m` counts devices side by side, and so does `mult`, save
/// for SKY130, whose own subcircuits leave it to m. A capacitor or resistor has the c or r it is given;
/// sky130_fd_pr__cap_mim_m3_1 has that of its typical corner.
///
/// Throws InputError(netlist), with the place, for a name that tells nothing and for a value that only the
/// model could tell.
std::string stand_in_models(const std::string& deck);

}  // namespace nullor
