#pragma once
/// The proof of a steady state: what of the circuit's laws a set of voltages and currents breaks.

#include "nullor/resistive/network.h"
#include "nullor/resistive/solve.h"

namespace nullor::resistive {

/// How far voltages and branch currents are from the conditions of Karush, Kuhn and Tucker. All numbers are
/// free of units, measured by the largest voltage V_0 of the network and by the node's own conductance.
///
///   scale of a node     S = V_0 sum g + sum |i|  over its resistors, leakages and on resistances (g) and its
///   sources
///                       and diodes (i); a node without a conductance counts the largest of the network   (1)
///   kirchhoff           max over nodes but ground of |sum of currents leaving| / S (2) sources max |v_p -
///   v_n - V| / V_0                                                         (3) diodes              ideal:
///   max(u - V_f, 0) / V_0, max(-j, 0) / S, min(j / S, (V_f - u) / V_0)         (4)
///                       with S of the end with the smaller one; else |i - i(u)| / S
///
/// V_0 is the largest voltage of a source, or where there is none the largest voltage in the answer.
struct KktResidual {
  double kirchhoff = 0, sources = 0, diodes = 0;
  int node = -1;   ///< with the largest `kirchhoff`
  int diode = -1;  ///< with the largest `diodes`
  double largest() const;
};

/// Uses `node_voltages`, `voltage_source_currents` and `diode_currents` of the answer and nothing of any
/// solver.
KktResidual kkt_residual(const ResistiveNetwork& network, const Solution& solution);

/// The current of a diode at voltage u by equations (1) and (3) of DiodeModel; of an ideal one its leakage
/// alone.
double diode_current(const DiodeModel& model, double u);
/// Its slope [S].
double diode_conductance(const DiodeModel& model, double u);
/// The integral of its current from 0 to u [W].
double diode_energy(const DiodeModel& model, double u);

/// Fills energy, powers, diode states, floating groups and the KKT residual of an answer that has voltages
/// and currents.
void audit(const ResistiveNetwork& network, Solution& solution);

}  // namespace nullor::resistive
