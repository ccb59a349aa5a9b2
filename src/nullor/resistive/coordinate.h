#pragma once
/// The best place of one cluster while the others stand still.

#include <span>

#include "nullor/resistive/adjacency.h"
#include "nullor/resistive/reduce.h"

namespace nullor::resistive {

/// Minimizes the energy over the voltage of one cluster: the root of
///
///   f(p) = conductance p - pull +- sum of its diodes' currents                                           (1)
///
/// clipped to the bounds that ideal diodes set. f never falls, and without diodes that have a slope or an
/// exponential the root is pull / conductance, the paper's equation (4).
class Coordinate {
 public:
  explicit Coordinate(const Reduced& reduced)
      : d_(reduced.diodes), diodes_(reduced.count, reduced.diodes.a, reduced.diodes.c) {}

  bool has_diodes(int cluster) const { return !diodes_.of(cluster).empty(); }

  /// The best place; `from` is where it stands. With no conductance and nothing to hold it, a cluster stays.
  double best(int cluster, double conductance, double pull, double from, std::span<const double> x) const;

 private:
  const Reduced::Diodes& d_;
  Adjacency diodes_;
};

/// The currents of ideal diodes that hold at x: those at their drop carry what Kirchhoff's law leaves over,
/// along a spanning forest of them. Also whatever x is: where it is no steady state they come out wrong, and
/// an audit sees it.
std::vector<double> diode_currents_at(const Reduced& reduced, const std::vector<double>& x);

}  // namespace nullor::resistive
