#pragma once
/// The language of AnalogGenie: a circuit as a closed walk over its pin graph.
///
/// Every edge is doubled into two directed ones; the walk goes from VSS depth first, there and back, and uses
/// each directed edge exactly once: 2 |E| + 1 vertices, one token each. Up to names, and the order of devices
/// and ports, this is a bijection between circuits that hang together with VSS and sets of walks.
/// Source: J. Gao, W. Cao, J. Yang, X. Zhang, AnalogGenie, ICLR (2025), sections 3 and 4.

#include <array>

#include "nullor/graph/language.h"
#include "nullor/graph/pin_graph.h"

namespace nullor::graph {

struct WalkOptions {
  /// Neighbours in random order: the published augmentation. Otherwise in the order of the circuit.
  bool permute = true;
  /// The numbers of devices of a kind, and of ports of a role, are drawn anew. The published sequences count
  /// devices as their netlist lists them, so that its order leaks.
  bool renumber = false;
};

/// Tokens: kEndToken (written TRUNCATE), kBeginToken, then the vertices of as many devices of each kind and
/// ports of each role as the published vocabulary of 1005 words has; here, bipolar transistors have a pin S
/// besides C, B and E.
class WalkLanguage : public Language {
 public:
  explicit WalkLanguage(const WalkOptions& options = {});

  std::string_view name() const override { return options_.renumber ? "walk" : "numbered_walk"; }
  int vocabulary() const override { return static_cast<int>(vertices_.size()) + 2; }
  std::string token_text(int token) const override;

  /// kBeginToken, VSS ... VSS, kEndToken. Throws InputError(netlist) when the circuit has no VSS, falls
  /// apart, or has more devices of a kind or ports of a role than there are words.
  std::vector<int> encode(const Topology& topology, Rng& rng, double* order_bits = nullptr) const override;
  /// Accepts any closed walk from VSS that uses every edge once in each direction, with or without
  /// kBeginToken.
  std::optional<Topology> decode(std::span<const int> tokens, std::string* why = nullptr) const override;

 private:
  int token_of(const PinVertex& vertex) const;
  double renumber(PinGraph& graph, Rng& rng) const;  ///< returns the bits of the numbers

  WalkOptions options_;
  std::vector<PinVertex> vertices_;               ///< token 2 is the first
  std::array<int, kDeviceKinds> first_device_{};  ///< the token of the first hub of each kind
  std::array<int, kPortRoles> first_port_{};      ///< the token of the first port of each role
};

/// The vertices of a walk from VSS over the graph: 2 |edges| + 1 of them when the graph hangs together, fewer
/// otherwise. `rng` permutes the neighbours of every vertex; null leaves them in order. `bits`, unless null,
/// is told -log2 of the probability of this walk.
std::vector<int> closed_walk(const PinGraph& graph, Rng* rng, double* bits = nullptr);

}  // namespace nullor::graph
