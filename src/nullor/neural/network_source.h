#pragma once
/// Trained networks as sources of another circuit: V1 out 0 network("ring.safetensors", "n3").

#include "nullor/netlist/circuit.h"

namespace nullor {

/// Loads the network of every source that plays one; files are looked for beside the deck that names them.
/// Throws InputError with the place of the source: no such file or signal, or a file that is no network.
void load_networks(Circuit& circuit);

}  // namespace nullor
