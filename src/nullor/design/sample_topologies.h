#pragma once
/// Small circuits that the tests of this folder share.

#include <string>
#include <vector>

#include "nullor/graph/topology.h"

namespace nullor::samples {

inline graph::Topology topology(const std::string& lines, const std::vector<std::string>& ports,
                                graph::Family family) {
  graph::Topology out = graph::parse_netlist(lines, ports, "sample");
  out.family = family;
  return out;
}

/// Differential pair, mirror load, tail.
inline graph::Topology ota() {
  return topology(
      "M1 (net1 VIN1 net2 VSS) nmos4\n"
      "M2 (VOUT1 VIN2 net2 VSS) nmos4\n"
      "M3 (net1 net1 VDD VDD) pmos4\n"
      "M4 (VOUT1 net1 VDD VDD) pmos4\n"
      "M5 (net2 VB1 VSS VSS) nmos4\n",
      {"VDD", "VSS", "VIN1", "VIN2", "VOUT1", "VB1"}, graph::Family::opamp);
}

/// The same with a second stage, its compensation and a mirrored tail.
inline graph::Topology two_stage() {
  return topology(
      "M1 (net1 VIN1 net2 VSS) nmos4\n"
      "M2 (net3 VIN2 net2 VSS) nmos4\n"
      "M3 (net1 net1 VDD VDD) pmos4\n"
      "M4 (net3 net1 VDD VDD) pmos4\n"
      "M5 (net2 IB1 VSS VSS) nmos4\n"
      "M6 (IB1 IB1 VSS VSS) nmos4\n"
      "M7 (VOUT1 net3 VDD VDD) pmos4\n"
      "M8 (VOUT1 IB1 VSS VSS) nmos4\n"
      "R1 (net3 net4) resistor\n"
      "C1 (net4 VOUT1) capacitor\n",
      {"VDD", "VSS", "VIN1", "VIN2", "VOUT1", "IB1"}, graph::Family::opamp);
}

/// Bipolar pair with resistive loads, and a diode for its bias.
inline graph::Topology bipolar_pair() {
  return topology(
      "Q1 (VOUT1 VIN1 net1) npn\n"
      "Q2 (VOUT2 VIN2 net1) npn\n"
      "Q3 (net1 net2 net3 VSS) npn\n"
      "R1 (VDD VOUT1) resistor\n"
      "R2 (VDD VOUT2) resistor\n"
      "R3 (net3 VSS) resistor\n"
      "R4 (VDD net2) resistor\n"
      "D1 (net2 VSS) diode\n",
      {"VDD", "VSS", "VIN1", "VIN2", "VOUT1", "VOUT2"}, graph::Family::general);
}

/// Three logic inverters in a ring behind a switch, with an XOR of two of them.
inline graph::Topology logic() {
  return topology(
      "X1 (net1 net2 VDD VSS) INVERTER\n"
      "X2 (net2 net3 VDD VSS) INVERTER\n"
      "X3 (net3 net4 VCLK1 VDD VSS) TRANSMISSION_GATE\n"
      "X4 (net4 VIN1 VDD VSS VOUT1) XOR\n"
      "R1 (net1 VIN1) resistor\n"
      "C1 (net4 VSS) capacitor\n",
      {"VDD", "VSS", "VIN1", "VCLK1", "VOUT1"}, graph::Family::pll);
}

/// An oscillator of a cross-coupled pair and its tanks.
inline graph::Topology lc_oscillator() {
  return topology(
      "M1 (VOUT1 VOUT2 net1 VSS) nmos4\n"
      "M2 (VOUT2 VOUT1 net1 VSS) nmos4\n"
      "M3 (net1 VB1 VSS VSS) nmos4\n"
      "L1 (VDD VOUT1) inductor\n"
      "L2 (VDD VOUT2) inductor\n"
      "C1 (VOUT1 VSS) capacitor\n"
      "C2 (VOUT2 VSS) capacitor\n",
      {"VDD", "VSS", "VOUT1", "VOUT2", "VB1"}, graph::Family::oscillator);
}

}  // namespace nullor::samples
