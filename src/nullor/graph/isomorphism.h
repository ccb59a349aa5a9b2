#pragma once
/// Which circuits are the same: isomorphism up to the names of nets and devices, the numbers of ports, the
/// exchange of drain and source, and the two ends of resistors, capacitors, inductors and transmission gates.
///
/// Roles of ports, kinds of devices and all other pins are kept. A net that no pin touches is no part of a
/// circuit: a port to nowhere makes no difference.
///
/// The graph is bipartite: devices and nets are its vertices, the classes of pins (pin_class.h) label its
/// edges. Colour refinement gives every net the multiset of what its pins see until nothing changes; where
/// nets remain alike, one of them is singled out and the refinement goes on (individualization-refinement).
/// The least leaf of that search tree is the canonical form. Subtrees that a known automorphism maps onto an
/// explored one are left out, as are those whose refinement compares greater than that of the best leaf.
/// Source: B. D. McKay, A. Piperno, Practical graph isomorphism II, J. Symbolic Computation 60, 94 (2014).

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "nullor/graph/topology.h"

namespace nullor::graph {

struct CanonicalOptions {
  /// Pins looked at before the search takes what it has: about a second. The circuits of the data set
  /// need 6400 at most.
  std::int64_t max_work = 20'000'000;
};

struct Canonical {
  /// Bytes that are equal for two circuits exactly when they are isomorphic. They describe the circuit
  /// wholly: equal bytes always mean isomorphic circuits, also when the search was cut short.
  std::string form;
  /// The number of every net in `form`, by its index in the topology; -1: no pin touches it.
  std::vector<int> net_number;
  /// False: the limit was reached, and an isomorphic circuit may have other bytes. It takes a large circuit
  /// made of many alike parts that no colour tells apart.
  bool exact = true;
  std::int64_t work = 0;    ///< pins looked at
  std::int64_t leaves = 0;  ///< complete numberings compared
};

Canonical canonicalize(const Topology& topology, const CanonicalOptions& options = {});

/// canonicalize(topology).form
std::string canonical_form(const Topology& topology);

/// 128 bits of a canonical form; two different ones of a million circuits agree with probability 1e-27.
struct Hash128 {
  std::uint64_t high = 0, low = 0;

  auto operator<=>(const Hash128&) const = default;
  std::string hex() const;  ///< 32 lower-case digits
};

/// The first 128 bits of the SHA-256 of the canonical form: the same on every machine.
Hash128 canonical_hash(const Topology& topology);

/// Whether the two are one circuit. Beyond CanonicalOptions::max_work it may say no for two that are.
bool isomorphic(const Topology& a, const Topology& b);

}  // namespace nullor::graph

template <>
struct std::hash<nullor::graph::Hash128> {
  std::size_t operator()(const nullor::graph::Hash128& hash) const noexcept { return hash.low; }
};
