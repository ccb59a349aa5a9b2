#include "nullor/graph/record_mask.h"

#include <numeric>

#include "nullor/base/error.h"

namespace nullor::graph {
namespace {

using T = RecordTokens;

std::vector<int> partial_records(const Conditions& conditions) {
  std::vector<int> order(conditions.partial.devices.size());
  std::iota(order.begin(), order.end(), 0);
  return record_tokens(conditions.partial, order);
}

bool can_conduct(const Conditions& conditions) {
  for (const KindInfo& kind : all_kinds()) {
    const Helper helper(kind.kind);
    if (!conditions.forbidden[static_cast<std::size_t>(kind.kind)] &&
        (helper.channel >= 2 || helper.outputs > 0))
      return true;
  }
  return false;
}

}  // namespace

std::vector<int> prompt(const Conditions& conditions) {
  std::vector<int> out = condition_tokens(conditions);
  out.push_back(kBeginToken);
  const std::vector<int> records = partial_records(conditions);
  out.insert(out.end(), records.begin(), records.end());
  return out;
}

RecordMask::RecordMask(const Conditions& conditions) : conditions_(conditions) {
  conditions_.check();
  for (const int token : partial_records(conditions_)) state_.push(token);
  if (!state_.can_finish(conditions_, conditions_.max_devices - state_.devices())) {
    throw InputError(ErrorKind::usage, "the device budget is too small for what the circuit needs", {},
                     "raise the budget, ask for fewer ports and kinds, or forbid fewer kinds");
  }
}

void RecordMask::push(int token) {
  if (token == kEndToken) {
    finished_ = true;
  } else {
    state_.push(token);
  }
}

bool RecordMask::leads_on(int token) const {
  RecordState next = state_;
  next.push(token);
  return next.can_finish(conditions_, conditions_.max_devices - next.devices());
}

std::span<const std::uint8_t> RecordMask::allowed() {
  allowed_.fill(0);
  if (finished_) return allowed_;
  if (state_.in_record()) {
    allow_nets();
  } else {
    allow_kinds();
  }
  return allowed_;
}

void RecordMask::allow_kinds() {
  const int count = state_.devices();
  allowed_[kEndToken] = count > 0 && count >= conditions_.min_devices && state_.needs(conditions_).none();
  if (count == conditions_.max_devices) return;
  for (const KindInfo& kind : all_kinds()) {
    const int token = T::kind(kind.kind);
    if (!conditions_.forbidden[static_cast<std::size_t>(kind.kind)])
      allowed_[static_cast<std::size_t>(token)] = leads_on(token);
  }
}

void RecordMask::allow_nets() {
  // A pin on a new net adds a part without dc path and a dangling net.
  const int left = conditions_.max_devices - state_.devices();
  const bool ample = can_conduct(conditions_) && state_.needs(conditions_).sum() + 3 <= left;
  const auto consider = [&](int token) {
    allowed_[static_cast<std::size_t>(token)] = !state_.shorts(token) && (ample || leads_on(token));
  };
  for (int role = 0; role < kPortRoles; ++role) {
    const auto one = static_cast<PortRole>(role);
    const bool internal = one == PortRole::internal, rail = one == PortRole::vdd || one == PortRole::vss;
    int most = internal ? T::kInternalNets : rail ? 1 : T::kPortsARole;
    if (!internal && conditions_.only_ports)
      most = std::min(most, conditions_.ports[static_cast<std::size_t>(role)]);
    const int known = state_.ports(one);
    for (int number = 1; number <= std::min(known + 1, most); ++number) {
      consider(internal ? T::internal(number) : T::port(one, number));
    }
  }
  if (state_.pin() >= info(state_.kind()).required_pins) consider(T::kNoNet);
}

}  // namespace nullor::graph
