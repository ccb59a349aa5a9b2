#pragma once
/// A waveform network in the formats that other programs read.

#include <string>

#include "nullor/io/table.h"
#include "nullor/neural/waveform.h"

namespace nullor {

/// Throws InputError(usage) when no format has the extension of `path`; called before training starts.
void check_network_name(const std::string& path);

/// Writes the network by the extension of `path`: .safetensors (Waveform::save), .json (network_json), .npy
/// (sampled, as a structured array).
void export_network(const Waveform& waveform, const std::string& path);

/// The network as a list of operations with the names and meanings of ONNX:
///
///     {"format": "nullor network 1", "input": "s", "output": "x", "signals": [{"name", "unit"}],
///      "initializers": {name: array}, "graphs": {name: [{"op", "inputs", "output"}]},
///      "windows": [{"start", "length", "graph", "initializers": {name: array}}]}
///
/// At time t take the last window with start <= t, set s = (t - start) / length and run its graph: each
/// operation reads names made before, initializers of the window and common ones. Operations: Gemm (inputs X,
/// W, b: W X + b), Tanh, Sub, Mul (element by element), Concat. Numbers have as many digits as it takes to
/// read the same double back.
std::string network_json(const Waveform& waveform);

/// Every unknown at sixteen even points of each window and at the end.
Table sampled(const Waveform& waveform);

}  // namespace nullor
