#pragma once
/// The circuit under test as predictors see it: alone, its ports on nodes of their own, however a testbench
/// ties them.

#include <memory>

#include "nullor/design/sample_evaluator.h"
#include "nullor/design/testbench_deck.h"
#include "nullor/graph/sized_circuit.h"

namespace nullor {

struct SizedDut {
  CircuitContents contents;
  std::shared_ptr<const graph::SizedCircuit> circuit;
};

/// The circuit of `setting` with what the first set-up of the testbench defines; parameters that no file sets
/// have their value of setting.start.
///
/// Without model files, stand_in_models takes their place, and where a w or l of a transistor is above 1e-3
/// then, lengths are taken for micrometres. With them, lengths are in what `.option scale` says, and sizes
/// that no bin holds are read as without them: their numbers are what a predictor is asked about.
///
/// Throws InputError: files, ports that the testbench leaves open, elements that no predictor knows; and
/// (netlist) "missing parameter" for one that a device needs and nothing sets.
SizedDut read_sized_dut(const Testbench& bench, const CircuitSetting& setting);

}  // namespace nullor
