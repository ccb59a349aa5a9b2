#pragma once
/// Circuits as sequences of tokens, and what a generator may write next.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nullor/base/rng.h"
#include "nullor/graph/topology.h"

namespace nullor::graph {

inline constexpr int kEndToken = 0;    ///< ends a sequence, and fills what follows it
inline constexpr int kBeginToken = 1;  ///< begins one

/// One way of writing circuits as tokens 0 .. vocabulary() - 1: a bijection up to names and order.
class Language {
 public:
  virtual ~Language() = default;

  virtual std::string_view name() const = 0;  ///< "records", "walk"
  virtual int vocabulary() const = 0;
  virtual std::string token_text(int token) const = 0;

  /// The circuit from its first token to kEndToken, in an order drawn anew at every call. Throws InputError
  /// when it does not fit the vocabulary. `order_bits`, unless null, is told -log2 of the probability with
  /// which this order was drawn among those that the circuit can be written in, where devices that are alike
  /// count as different: what a sequence's likelihood says of the order alone.
  virtual std::vector<int> encode(const Topology& topology, Rng& rng, double* order_bits = nullptr) const = 0;
  /// The circuit in such a sequence, or no value and in `why` what is wrong with the tokens.
  virtual std::optional<Topology> decode(std::span<const int> tokens, std::string* why = nullptr) const = 0;
  /// For every token of a sequence what kind of token has to follow it, a number below slot_count(): free
  /// knowledge for a model. Languages without it have one slot.
  virtual std::vector<int> slots(std::span<const int> tokens) const {
    return std::vector<int>(tokens.size(), 0);
  }
  virtual int slot_count() const { return 1; }
};

/// What may follow in one sequence that is being written.
class TokenMask {
 public:
  virtual ~TokenMask() = default;

  /// One entry a token; not 0: it may come next. At least one may, unless finished(). Valid until push().
  virtual std::span<const std::uint8_t> allowed() = 0;
  virtual void push(int token) = 0;
  virtual bool finished() const = 0;
};

}  // namespace nullor::graph
