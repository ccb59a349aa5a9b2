#pragma once
/// The two-stage amplifier of the examples, for tests of data sets and sizing. Test support.

#include <string>

#include "nullor/design/dataset.h"

namespace nullor {

inline DatasetOptions two_stage() {
  const std::string root = NULLOR_SOURCE_DIR;
  DatasetOptions out;
  out.files.netlist = root + "/examples/dataset/two_stage.cir";
  out.testbench = root + "/share/testbenches/amplifier.toml";
  out.bounds = root + "/examples/dataset/two_stage.yaml";
  return out;
}

}  // namespace nullor
