#pragma once
/// A sized circuit as tokens and the relations between them, in the two forms that predictors read.
///
///   devices   one token a device, one a port. Devices i and j are related by every pair of pins that share a
///   net
///             which is neither supply nor ground; a device and a port by every pin that lies on it.
///   pins      one token a pin, one a port: the graph of ZeroSim. Pins are related by their net, and by their
///   device
///             (virtual edges).
///
/// A token for the whole circuit may come first; it is related to all others and they to it.

#include <vector>

#include "nullor/graph/sized_circuit.h"
#include "nullor/learn/bias_currents.h"
#include "nullor/learn/tape.h"

namespace nullor::learn {

enum class TokenForm { devices, pins };

struct TokenOptions {
  TokenForm form = TokenForm::devices;
  bool virtual_edges = true;  ///< between the pins of a device; of the form `pins`
  bool global = true;
  bool graph = true;     ///< false: no relations, the tokens alone
  bool currents = true;  ///< devices know their BiasCurrents
};

/// What relations of either form mean.
inline constexpr int kPinClasses =
    7;  ///< drain, gate, source, bulk, either end of R, C, L, plus and minus end of a source
inline constexpr int kDeviceRelations = kPinClasses * kPinClasses + 2 * kPinClasses;
inline constexpr int kPinRelations = 2;  ///< one net, one device
/// The global token's own, behind those: to all, from all.
inline constexpr int kRelations = kDeviceRelations + kPinRelations + 2;

/// What a token is, for its embedding.
inline constexpr int kTokenTypes = graph::kSizedKinds * graph::kSizedPins + graph::kSizedPorts + 1;

struct CircuitTokens {
  std::vector<int> types;    ///< (T) below kTokenTypes
  std::vector<int> devices;  ///< (T) which device the token is, or is a pin of; -1: none
  std::vector<TokenRelation> relations;
  std::vector<char> near;  ///< (T, T) 1: related, or the same
  BiasCurrents currents;
  int device_count = 0;
  bool global = false;  ///< token 0 is the circuit

  int size() const { return static_cast<int>(types.size()); }
  /// The tokens that relations of this type lead to, ascending.
  std::vector<int> listeners(int type) const;
};

/// Throws InputError(usage) for more tokens than `limit`.
CircuitTokens circuit_tokens(const graph::SizedCircuit& circuit, const TokenOptions& options,
                             int limit = 512);

}  // namespace nullor::learn
