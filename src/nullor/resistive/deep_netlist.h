#pragma once
/// A deep resistive network at one picture as a SPICE netlist.

#include <cstdint>
#include <string>

#include "nullor/resistive/deep_network.h"

namespace nullor {

struct DeepNetlistOptions {
  std::string title = "deep resistive network";
  /// Emission coefficient of the diodes that stand for ideal ones: they drop about n 26 mV ln(i / 1 pA), 0.7
  /// mV a milliampere at 1e-3. An exponential diode has its own.
  double emission_coefficient = 1e-3;
  /// Instead: diodes of two straight lines, `d(ron= vfwd= roff=)`, which `nullor resistive solve` knows, and
  /// `nullor run` too where ron, 0 for ideal ones, is above 0.
  bool straight_lines = false;
};

/// Nodes: p0 n0 p1 n1 ... of the inputs +A x and -A x, h1_0 h1_1 ... of hidden layers, out0 out1 ...
/// Conductances of 0 are left out. A forward drop is a source in common to all diodes of one side; amplifiers
/// are a controlled voltage source forwards and a controlled current source backwards. `pixels` are widths[0]
/// bytes. The card .op and .save of the outputs stand at the end.
std::string write_deep_netlist(const DeepNetwork& network, const std::uint8_t* pixels,
                               const DeepNetlistOptions& options = {});

}  // namespace nullor
