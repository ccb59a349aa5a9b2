#include "nullor/graph/difference.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "nullor/base/error.h"
#include "nullor/graph/isomorphism.h"
#include "nullor/graph/neighbourhoods.h"
#include "nullor/graph/pin_class.h"

namespace nullor::graph {
namespace {

constexpr std::size_t kMostDevices = 300;
constexpr std::size_t kMostNets = 2000;
constexpr int kRounds = 6;

std::size_t at(int i) { return static_cast<std::size_t>(i); }

class Matcher {
 public:
  Matcher(const Topology& a, const Topology& b)
      : a_(a),
        b_(b),
        seen_a_(a, kRounds),
        seen_b_(b, kRounds),
        net_of_(a.nets.size(), -1),
        back_(b.nets.size(), -1),
        partner_(a.devices.size(), -1),
        taken_(b.devices.size(), false) {}

  TopologyDifference run() {
    seed();
    extend();
    TopologyDifference best = describe();
    // Nets by majority of the matched pins, then devices by those nets, as long as it helps.
    for (int round = 0; round < 10 && !best.none(); ++round) {
      vote_on_nets();
      rematch_devices();
      TopologyDifference next = describe();
      if (next.size() >= best.size()) break;
      best = std::move(next);
    }
    return best;
  }

 private:
  struct Agreement {
    int same = 0, against = 0;
    bool flipped = false;
  };

  void join(int net_a, int net_b) {
    net_of_[at(net_a)] = net_b;
    back_[at(net_b)] = net_a;
  }

  /// Isomorphic circuits by their canonical numbers; others by ports of which each has one.
  void seed() {
    const Canonical form_a = canonicalize(a_), form_b = canonicalize(b_);
    const bool same = form_a.form == form_b.form;
    const std::vector<int> key_a = same ? form_a.net_number : only_ports(a_),
                           key_b = same ? form_b.net_number : only_ports(b_);
    std::map<int, int> net_b;
    for (std::size_t j = 0; j < key_b.size(); ++j) {
      if (key_b[j] >= 0) net_b[key_b[j]] = static_cast<int>(j);
    }
    for (std::size_t i = 0; i < key_a.size(); ++i) {
      const auto found = key_a[i] < 0 ? net_b.end() : net_b.find(key_a[i]);
      if (found != net_b.end()) join(static_cast<int>(i), found->second);
    }
  }
  /// The role of a net that is the only port of its role, else -1.
  static std::vector<int> only_ports(const Topology& t) {
    std::array<int, kPortRoles> count{};
    for (const Net& net : t.nets) ++count[static_cast<std::size_t>(net.role)];
    std::vector<int> out;
    for (const Net& net : t.nets) {
      const bool only = net.is_port() && count[static_cast<std::size_t>(net.role)] == 1;
      out.push_back(only ? static_cast<int>(net.role) : -1);
    }
    return out;
  }

  /// How the pins of two devices agree with the nets matched so far, in the better of the two directions.
  Agreement agreement(int d, int e) const {
    const Agreement plain = agreement(d, e, false);
    if (!info(a_.devices[at(d)].kind).flips) return plain;
    const Agreement turned = agreement(d, e, true);
    return turned.same - turned.against > plain.same - plain.against ? turned : plain;
  }
  Agreement agreement(int d, int e, bool flipped) const {
    const Device &one = a_.devices[at(d)], &other = b_.devices[at(e)];
    Agreement out{.flipped = flipped};
    for (int pin = 0; pin < std::max(one.pins, other.pins); ++pin) {
      const int to = flipped ? flip_partner(one.kind, pin) : pin;
      if (pin >= one.pins || to >= other.pins) {
        ++out.against;
        continue;
      }
      const int net_a = one.nets[at(pin)], net_b = other.nets[at(to)];
      if (net_of_[at(net_a)] == net_b) {
        ++out.same;
      } else if (net_of_[at(net_a)] >= 0 || back_[at(net_b)] >= 0) {
        ++out.against;
      }
    }
    return out;
  }

  /// Rounds after which the surroundings of two devices are still equal.
  int depth(int d, int e) const {
    int rounds = 0;
    while (rounds <= kRounds && seen_a_.device[at(rounds)][at(d)] == seen_b_.device[at(rounds)][at(e)])
      ++rounds;
    return rounds;
  }

  void extend() {
    std::vector<std::vector<int>> depths(a_.devices.size(), std::vector<int>(b_.devices.size(), 0));
    for (std::size_t d = 0; d < a_.devices.size(); ++d) {
      for (std::size_t e = 0; e < b_.devices.size(); ++e)
        depths[d][e] = depth(static_cast<int>(d), static_cast<int>(e));
    }
    for (;;) {
      int best = -1000, best_d = -1, best_e = -1;
      for (int d = 0; d < static_cast<int>(a_.devices.size()); ++d) {
        if (partner_[at(d)] >= 0) continue;
        for (int e = 0; e < static_cast<int>(b_.devices.size()); ++e) {
          if (taken_[at(e)] || depths[at(d)][at(e)] == 0) continue;
          const Agreement found = agreement(d, e);
          const int score = 4 * (found.same - 2 * found.against) + depths[at(d)][at(e)];
          if (score > best) best = score, best_d = d, best_e = e;
        }
      }
      if (best_d < 0) return;
      pair_up(best_d, best_e, agreement(best_d, best_e).flipped);
    }
  }

  void pair_up(int d, int e, bool flipped) {
    partner_[at(d)] = e;
    taken_[at(e)] = true;
    const Device &one = a_.devices[at(d)], &other = b_.devices[at(e)];
    // Where nothing is known of either end, surroundings decide which way round it lies.
    if (info(one.kind).flips && !flipped && agreement(d, e, false).same == agreement(d, e, true).same)
      flipped = near(one, other, true) > near(one, other, false);
    for (int pin = 0; pin < one.pins; ++pin) {
      const int to = flipped ? flip_partner(one.kind, pin) : pin;
      if (to >= other.pins) continue;
      const int net_a = one.nets[at(pin)], net_b = other.nets[at(to)];
      const bool ports = a_.nets[at(net_a)].is_port() || b_.nets[at(net_b)].is_port();
      if (ports && a_.nets[at(net_a)].role != b_.nets[at(net_b)].role) continue;
      if (net_of_[at(net_a)] < 0 && back_[at(net_b)] < 0) join(net_a, net_b);
    }
  }
  int near(const Device& one, const Device& other, bool flipped) const {
    int rounds = 0;
    for (int pin = 0; pin < std::min(one.pins, other.pins); ++pin) {
      const int to = flipped ? flip_partner(one.kind, pin) : pin;
      const std::size_t net_a = at(seen_a_.number[at(one.nets[at(pin)])]),
                        net_b = at(seen_b_.number[at(other.nets[at(to)])]);
      for (std::size_t k = 0; k <= kRounds; ++k) rounds += seen_a_.net[k][net_a] == seen_b_.net[k][net_b];
    }
    return rounds;
  }

  void vote_on_nets() {
    std::vector<std::vector<int>> votes(a_.nets.size(), std::vector<int>(b_.nets.size(), 0));
    for (int d = 0; d < static_cast<int>(a_.devices.size()); ++d) {
      if (partner_[at(d)] < 0) continue;
      const Device &one = a_.devices[at(d)], &other = b_.devices[at(partner_[at(d)])];
      const bool flipped = agreement(d, partner_[at(d)]).flipped;
      for (int pin = 0; pin < one.pins; ++pin) {
        const int to = flipped ? flip_partner(one.kind, pin) : pin;
        if (to < other.pins) votes[at(one.nets[at(pin)])][at(other.nets[at(to)])] += 2;
      }
    }
    struct Vote {
      int count, a, b;
    };
    std::vector<Vote> sorted;
    for (int i = 0; i < static_cast<int>(votes.size()); ++i) {
      for (int j = 0; j < static_cast<int>(b_.nets.size()); ++j) {
        if (votes[at(i)][at(j)] > 0)
          sorted.push_back({votes[at(i)][at(j)] + (a_.nets[at(i)].role == b_.nets[at(j)].role), i, j});
      }
    }
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const Vote& x, const Vote& y) { return x.count > y.count; });
    std::fill(net_of_.begin(), net_of_.end(), -1);
    std::fill(back_.begin(), back_.end(), -1);
    for (const Vote& vote : sorted) {
      if (net_of_[at(vote.a)] < 0 && back_[at(vote.b)] < 0) join(vote.a, vote.b);
    }
  }

  void rematch_devices() {
    std::fill(partner_.begin(), partner_.end(), -1);
    std::fill(taken_.begin(), taken_.end(), false);
    extend();
  }

  TopologyDifference describe() const {
    TopologyDifference out;
    out.net_of = net_of_;
    std::vector<bool> kept(b_.devices.size(), false);
    for (int d = 0; d < static_cast<int>(a_.devices.size()); ++d) {
      const int e = partner_[at(d)];
      const Device& one = a_.devices[at(d)];
      if (e < 0 || 2 * agreement(d, e).same < one.pins) {
        out.only_in_a.push_back(d);
        continue;
      }
      kept[at(e)] = true;
      out.matched.emplace_back(d, e);
      const Device& other = b_.devices[at(e)];
      const bool flipped = agreement(d, e).flipped;
      for (int pin = 0; pin < std::max(one.pins, other.pins); ++pin) {
        const int to = flipped ? flip_partner(one.kind, pin) : pin;
        const bool same =
            pin < one.pins && to < other.pins && net_of_[at(one.nets[at(pin)])] == other.nets[at(to)];
        if (!same) out.rewired.push_back({d, e, pin, to});
      }
    }
    for (int e = 0; e < static_cast<int>(b_.devices.size()); ++e) {
      if (!kept[at(e)]) out.only_in_b.push_back(e);
    }
    for (int net = 0; net < static_cast<int>(a_.nets.size()); ++net) {
      if (net_of_[at(net)] >= 0 && a_.nets[at(net)].role != b_.nets[at(net_of_[at(net)])].role)
        out.new_role.push_back(net);
    }
    return out;
  }

  const Topology &a_, &b_;
  Neighbourhoods seen_a_, seen_b_;
  std::vector<int> net_of_, back_;
  std::vector<int> partner_;
  std::vector<bool> taken_;
};

std::string line_of(const Topology& t, int device) {
  Topology one;
  one.nets = t.nets;
  one.devices = {t.devices[at(device)]};
  return netlist_text(one);
}

std::string net_at(const Topology& t, int device, int pin) {
  const Device& one = t.devices[at(device)];
  return pin < one.pins ? t.nets[at(one.nets[at(pin)])].name : "nothing";
}

std::string role_text(const Net& net) {
  return net.is_port() ? fmt::format("port {}", role_name(net.role)) : std::string("internal");
}

}  // namespace

TopologyDifference difference(const Topology& a, const Topology& b) {
  if (std::max(a.devices.size(), b.devices.size()) > kMostDevices ||
      std::max(a.nets.size(), b.nets.size()) > kMostNets) {
    throw InputError(ErrorKind::usage, fmt::format("circuits of up to {} devices and {} nets can be compared",
                                                   kMostDevices, kMostNets));
  }
  return Matcher(a, b).run();
}

std::string difference_text(const Topology& a, const Topology& b, const TopologyDifference& difference) {
  if (difference.none()) return "no difference\n";
  std::string out;
  for (const int device : difference.only_in_a) out += "- " + line_of(a, device);
  for (const int device : difference.only_in_b) out += "+ " + line_of(b, device);
  for (const auto& [d, e, pin_a, pin_b] : difference.rewired) {
    const Device& one = a.devices[at(d)];
    out += fmt::format("~ {} of {} on {}, in the other ({}) on {}\n", info(one.kind).pins[at(pin_a)].name,
                       one.name, net_at(a, d, pin_a), b.devices[at(e)].name, net_at(b, e, pin_b));
  }
  for (const int net : difference.new_role) {
    const Net &one = a.nets[at(net)], &other = b.nets[at(difference.net_of[at(net)])];
    out += fmt::format("~ net {} is {}, in the other ({}) {}\n", one.name, role_text(one), other.name,
                       role_text(other));
  }
  return out;
}

}  // namespace nullor::graph
