#pragma once
/// What is ideal around a circuit without sizes: every port gets a source by its role, or stays open.
///
/// | role                          | gets |
/// |-------------------------------|-------------------------------------------------------------------------|
/// | VDD; VSS                      | the supply; ground | | VIN VCM VREF VRF VLO VB VCONT | a voltage: what
/// turns on the transistors that it controls (1)           | | VBB                           | half the
/// supply                                                         | | IB IREF IIN                   | a
/// current, in the direction in which the transistors there conduct (2)  | | IOUT                          |
/// half the supply: what flows is the output                               | | VCLK VLATCH VHOLD VTRACK,
/// LOGICA LOGICB LOGICD | a clock, at rest where it closes its switches          | | VOUT VIF, other LOGIC |
/// nothing: the circuit drives them                                        |
///
///   n-channel: v = vth + 0.2 V + 0.25 V d,  p-channel: the same below the supply (1)
///
/// with d transistors of that type between source and rail; bipolar transistors 0.7 V + 0.25 V d; half the
/// supply where both types meet, or none. An input that feeds drains, sources and resistors in a circuit
/// without VDD is a supply. VCONT in a power converter is a clock. VREF of a bandgap that a collector or
/// drain feeds is an output.
///
/// Into the circuit flows what drains of n-channel devices and sources of p-channel devices take, out of it
/// what the others give; a transistor whose gate or base is on the port counts twice. (2)

#include <span>
#include <string>
#include <vector>

#include "nullor/graph/topology.h"

namespace nullor {

enum class PortDrive { open, voltage, current, clock };

struct PortSource {
  int net = 0;
  PortDrive drive = PortDrive::open;
  double value = 0;          ///< [V], or [A] into the circuit
  double low = 0, high = 0;  ///< a search for a bias stays within; equal: nothing is searched
  bool searched() const { return high > low; }
};

struct PortOptions {
  double supply = 1.8;      ///< [V]
  double threshold = 0.45;  ///< of the transistors, for (1) [V]
  double current = 50e-6;   ///< of current ports [A]
};

/// One entry a port, in the order of the nets; ports of role VSS are ground and have none.
std::vector<PortSource> port_sources(const graph::Topology& topology, const PortOptions& options = {});

/// "VB1 at 0.65 V", "50 uA into IB1", for reasons and tables.
std::string describe(const PortSource& source, const graph::Topology& topology);

}  // namespace nullor
