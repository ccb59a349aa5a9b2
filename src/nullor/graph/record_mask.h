#pragma once
/// What may follow in records, so that every beginning can be completed and every complete circuit keeps the
/// electrical rules and the conditions.

#include <array>
#include <memory>

#include "nullor/graph/record_state.h"

namespace nullor::graph {

/// Forbids a token when no completion within the device budget is in sight after it: every internal net needs
/// a second pin and a dc path to a port, all parts a connection with VSS, ports and kinds that are asked for
/// have to appear. Far from the budget's end nearly everything is allowed; near it, what remains leads to a
/// finished circuit.
class RecordMask : public TokenMask {
 public:
  /// Begins behind kBeginToken and the records of `conditions.partial`. Throws InputError when no circuit
  /// meets the conditions.
  explicit RecordMask(const Conditions& conditions);

  std::span<const std::uint8_t> allowed() override;
  void push(int token) override;
  bool finished() const override { return finished_; }

 private:
  void allow_kinds();
  void allow_nets();
  bool leads_on(int token) const;

  Conditions conditions_;
  RecordState state_;
  bool finished_ = false;
  std::array<std::uint8_t, RecordTokens::kCount> allowed_{};
};

/// What a model is given before it writes: the tokens of the conditions, kBeginToken, the records of the
/// partial circuit.
std::vector<int> prompt(const Conditions& conditions);

}  // namespace nullor::graph
