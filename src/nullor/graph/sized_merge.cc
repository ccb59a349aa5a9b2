#include <algorithm>
#include <map>
#include <tuple>

#include "nullor/graph/sized_parts.h"

namespace nullor::graph {
namespace {

using Op = Program::Op;

bool is_mosfet(SizedKind kind) { return kind == SizedKind::nmos || kind == SizedKind::pmos; }

/// The pins that may be exchanged: drain and source, or the two ends; {0, 0} for none.
std::pair<std::size_t, std::size_t> ends_of(SizedKind kind) {
  if (is_mosfet(kind)) return {0, 2};
  return info(kind).flips ? std::pair<std::size_t, std::size_t>{0, 1}
                          : std::pair<std::size_t, std::size_t>{0, 0};
}

std::array<int, kSizedPins> sorted_nets(const SizedDevice& device) {
  auto nets = device.nets;
  const auto [low, high] = ends_of(device.kind);
  if (nets[high] < nets[low]) std::swap(nets[low], nets[high]);
  return nets;
}

class Merger {
 public:
  Merger(std::vector<SizedPart>& parts, const std::vector<bool>& outside, SizedTable& table)
      : parts_(parts), outside_(outside), table_(table) {}

  void run() {
    // A chain is halved by every pass: what was joined in one is joined again in the next.
    for (bool go_on = true; go_on;) {
      go_on = side_by_side();
      go_on = in_series() || go_on;
    }
  }

 private:
  Value inverse_sum(Value a, Value b) {
    return table_.apply(Op::divide, table_.apply(Op::multiply, a, b), table_.apply(Op::add, a, b));
  }

  /// Takes `b`, on the nets of `a`, into it.
  bool join_parallel(SizedPart& a, const SizedPart& b) {
    switch (a.device.kind) {
      case SizedKind::nmos:
      case SizedKind::pmos:
        if (!table_.equal(a.numbers[0], b.numbers[0]) || !table_.equal(a.numbers[1], b.numbers[1]))
          return false;
        a.numbers[2] = table_.apply(Op::add, a.numbers[2], b.numbers[2]);
        return true;
      case SizedKind::npn:
      case SizedKind::pnp:
      case SizedKind::diode:
        if (!table_.equal(a.numbers[0], b.numbers[0])) return false;
        a.numbers[1] = table_.apply(Op::add, a.numbers[1], b.numbers[1]);
        return true;
      case SizedKind::resistor:
      case SizedKind::inductor:
        a.numbers[0] = inverse_sum(a.numbers[0], b.numbers[0]);
        return true;
      case SizedKind::capacitor:
        a.numbers[0] = table_.apply(Op::add, a.numbers[0], b.numbers[0]);
        return true;
      default:
        return false;
    }
  }

  bool side_by_side() {
    std::map<std::tuple<SizedKind, int, std::array<int, kSizedPins>, std::string>, std::vector<std::size_t>>
        places;
    std::vector<SizedPart> kept;
    for (SizedPart& part : parts_) {
      auto& here = places[{part.device.kind, part.device.pins, sorted_nets(part.device), part.model}];
      const bool joined =
          std::any_of(here.begin(), here.end(), [&](std::size_t k) { return join_parallel(kept[k], part); });
      if (joined) continue;
      here.push_back(kept.size());
      kept.push_back(std::move(part));
    }
    const bool changed = kept.size() != parts_.size();
    parts_ = std::move(kept);
    return changed;
  }

  struct Touch {
    std::size_t part, pin;
  };

  bool join_series(SizedPart& a, std::size_t pin_a, const SizedPart& b, std::size_t pin_b) {
    const auto [low, high] = ends_of(a.device.kind);
    const auto is_end = [low = low, high = high](std::size_t pin) {
      return low != high && (pin == low || pin == high);
    };
    if (a.device.kind != b.device.kind || a.model != b.model || !is_end(pin_a) || !is_end(pin_b))
      return false;
    if (is_mosfet(a.device.kind)) {
      for (const std::size_t same : {std::size_t{1}, std::size_t{3}}) {
        if (a.device.nets[same] != b.device.nets[same]) return false;
      }
      if (!table_.equal(a.numbers[0], b.numbers[0]) || !table_.equal(a.numbers[2], b.numbers[2]))
        return false;
      a.numbers[1] = table_.apply(Op::add, a.numbers[1], b.numbers[1]);
    } else if (a.device.kind == SizedKind::capacitor) {
      a.numbers[0] = inverse_sum(a.numbers[0], b.numbers[0]);
    } else {
      a.numbers[0] = table_.apply(Op::add, a.numbers[0], b.numbers[0]);
    }
    a.device.nets[pin_a] = b.device.nets[pin_b == low ? high : low];
    return true;
  }

  bool in_series() {
    std::vector<std::vector<Touch>> touching(outside_.size());
    for (std::size_t k = 0; k < parts_.size(); ++k) {
      for (std::size_t pin = 0; pin < static_cast<std::size_t>(parts_[k].device.pins); ++pin)
        touching[static_cast<std::size_t>(parts_[k].device.nets[pin])].push_back({k, pin});
    }
    std::vector<bool> changed(parts_.size()), gone(parts_.size());
    bool any = false;
    for (std::size_t net = 0; net < touching.size(); ++net) {
      if (outside_[net] || touching[net].size() != 2) continue;
      const auto [a, b] = std::pair(touching[net][0], touching[net][1]);
      if (a.part == b.part || changed[a.part] || changed[b.part]) continue;
      if (!join_series(parts_[a.part], a.pin, parts_[b.part], b.pin)) continue;
      changed[a.part] = changed[b.part] = gone[b.part] = any = true;
    }
    std::size_t at = 0;
    std::erase_if(parts_, [&](const SizedPart&) { return gone[at++]; });
    return any;
  }

  std::vector<SizedPart>& parts_;
  const std::vector<bool>& outside_;
  SizedTable& table_;
};

}  // namespace

void merge_sized_parts(std::vector<SizedPart>& parts, const std::vector<bool>& outside, SizedTable& table) {
  Merger(parts, outside, table).run();
}

}  // namespace nullor::graph
