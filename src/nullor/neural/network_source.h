#pragma once
/// Trained networks beside the numerical engine: as sources of a circuit, V1 out 0
/// network("ring.safetensors", "n3"), and as the place where Newton's method begins.

#include <memory>

#include "nullor/netlist/circuit.h"
#include "nullor/neural/waveform.h"
#include "nullor/simulate/transient.h"

namespace nullor {

/// Loads the network of every source that plays one; files are looked for beside the deck that names them.
/// Throws InputError with the place of the source: no such file or signal, or a file that is no network.
void load_networks(Circuit& circuit);

/// A network as the guess of a numerical transient: at every point Newton's method begins from its values,
/// for all unknowns of the circuit that it has. Throws InputError when it has none of them.
Transient::Guess guess_from(std::shared_ptr<const Waveform> network, const Dae& dae);

}  // namespace nullor
