#pragma once
/// Voltage sources taken out of a network: nodes that sources tie together become one unknown, a cluster.

#include <string>
#include <vector>

#include "nullor/resistive/network.h"
#include "nullor/resistive/solve.h"

namespace nullor::resistive {

/// What every method solves: find x with x[0] = 0 (the cluster of ground) that minimizes
///
///   sum_edges g (x_a - x_b)^2 / 2 - sum_c injection_c x_c + sum_diodes phi_k(x_a - x_c)               (1)
///
/// where phi_k is the energy of the diode without its leakage (an edge) and, with w = x_a - x_c,
///
///   ideal          0 for w <= drop, else infinite                                                    (2)
///   with slope     slope max(w - drop, 0)^2 / 2                                                      (3)
///   exponential    I_s V_e e^((w - drop) / V_e) - I_s w                                               (4)
///
/// The node voltage is v = x[cluster] + offset; offsets enter `injection` and `drop`.
struct Reduced {
  struct Edges {
    std::vector<int> a, b;
    std::vector<double> g;  ///< [S], > 0
    std::size_t size() const { return a.size(); }
  };
  struct Diodes {
    std::vector<int> a, c;      ///< clusters, different
    std::vector<double> drop;   ///< [V]
    std::vector<double> slope;  ///< [S]; 0: ideal, or exponential
    std::vector<double> is,
        ve;                    ///< [A], [V]; empty when no diode is exponential, else is = 0: not exponential
    std::vector<int> element;  ///< index in the network
    std::size_t size() const { return a.size(); }
    bool exponential(std::size_t k) const { return !is.empty() && is[k] > 0; }
    bool ideal(std::size_t k) const { return slope[k] == 0 && !exponential(k); }
  };

  int count = 1;                   ///< clusters, ground included
  std::vector<int> cluster;        ///< of each node
  std::vector<double> offset;      ///< of each node [V]
  std::vector<int> source_parent;  ///< of each node: the node from which its offset was taken, -1 at the root
  std::vector<int> source_edge;    ///< of each node: the voltage source to that node
  std::vector<int> source_order;   ///< nodes that have a parent, parents first
  Edges edges;
  Diodes diodes;
  std::vector<double> injection;    ///< into each cluster [A]
  std::vector<double> conductance;  ///< sum of the edges of each cluster [S]
  std::vector<double> tie;          ///< [S] see `tied`
  double voltage_scale = 1;         ///< [V]

  /// Whether some group of clusters has no path of edges to ground. `tie` is then a conductance at one
  /// cluster of each such group that methods may add to their matrices, not to their equations.
  bool tied = false;

  std::string infeasible;  ///< when not empty: why the network has no steady state
};

/// Takes the sources out, and finds what no voltages can satisfy: loops of sources, and ideal diodes that
/// sources alone drive forward.
Reduced reduce(const ResistiveNetwork& network);

/// Whether x_a - x_c <= drop can hold for all ideal diodes at once; then a point where it does, else the loop
/// of diodes and sources in `reduced.infeasible`.
std::vector<double> feasible_point(const ResistiveNetwork& network, Reduced& reduced);

/// Node voltages and branch currents from x and the currents of the reduced diodes (leakage left out). The
/// currents of voltage sources follow from Kirchhoff's law; of a loop of sources one carries nothing.
void expand(const ResistiveNetwork& network, const Reduced& reduced, const std::vector<double>& x,
            const std::vector<double>& diode_currents, Solution& solution);

}  // namespace nullor::resistive
