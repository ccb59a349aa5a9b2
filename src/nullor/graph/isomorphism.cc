#include "nullor/graph/isomorphism.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "nullor/base/sha256.h"
#include "nullor/graph/colour_refinement.h"
#include "nullor/graph/disjoint_sets.h"
#include "nullor/graph/pin_class.h"

namespace nullor::graph {
namespace {

/// Partitions kept for the way back are quadratic in the nets; no circuit that a person draws has so many.
constexpr int kMostNets = 2000;

/// A device as two words that sort: kind, then the numbers of its nets in the order of its pins, those that
/// can be exchanged in ascending order; a pin left out is 0.
using Row = std::pair<std::uint64_t, std::uint64_t>;

Row row_of(DeviceKind kind, const int* net, int pins, const std::vector<int>& number) {
  std::array<std::uint64_t, kMaxPins> on{};
  for (int pin = 0; pin < pins; ++pin)
    on[static_cast<std::size_t>(pin)] =
        static_cast<std::uint64_t>(number[static_cast<std::size_t>(net[pin])]) + 1;
  for (int pin = 0; pin < pins; ++pin) {
    const int other = flip_partner(kind, pin);
    auto &low = on[static_cast<std::size_t>(pin)], &high = on[static_cast<std::size_t>(other)];
    if (other > pin && high < low) std::swap(low, high);
  }
  return {static_cast<std::uint64_t>(kind) << 48 | on[0] << 32 | on[1] << 16 | on[2],
          on[3] << 32 | on[4] << 16 | on[5]};
}

std::vector<Row> rows_of(const PinTable& pins, const std::vector<int>& number) {
  std::vector<Row> rows;
  rows.reserve(pins.kind.size());
  for (std::size_t device = 0; device < pins.kind.size(); ++device) {
    const int first = pins.begin[device];
    rows.push_back(
        row_of(pins.kind[device], pins.net.data() + first, pins.begin[device + 1] - first, number));
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

/// The count of nets, their roles by number, and the rows: numbers of nets in one byte where all fit.
std::string bytes_of(const PinTable& pins, const std::vector<int>& number, const std::vector<Row>& rows) {
  const int nets = pins.nets();
  const bool wide = nets >= 255;
  std::string out(2 + static_cast<std::size_t>(nets), '\0');
  out.reserve(out.size() + rows.size() * (wide ? 1 + 2 * kMaxPins : 1 + kMaxPins));
  out[0] = static_cast<char>(nets >> 8);
  out[1] = static_cast<char>(nets & 255);
  for (std::size_t net = 0; net < pins.role.size(); ++net)
    out[2 + static_cast<std::size_t>(number[net])] = static_cast<char>(pins.role[net]);
  for (const Row& row : rows) {
    const auto kind = static_cast<DeviceKind>(row.first >> 48);
    out += static_cast<char>(kind);
    for (std::size_t pin = 0; pin < info(kind).pins.size(); ++pin) {
      const std::uint64_t on = (pin < 3 ? row.first : row.second) >> (32 - 16 * (pin % 3)) & 0xffff;
      if (wide) out += static_cast<char>(on >> 8);
      out += static_cast<char>(on & 255);
    }
  }
  return out;
}

/// The search tree, depth first: a level singles out one net after another of the first open cell.
class Search {
 public:
  Search(const PinTable& pins, std::int64_t max_work) : pins_(pins), refiner_(pins), max_work_(max_work) {}

  Canonical run() {
    Level root{.cells = refiner_.by_net_colour()};
    root.trace = refiner_.refine(root.cells);
    if (pins_.nets() > kMostNets) {
      greedy(root.cells);
    } else {
      levels_.push_back(std::move(root));
      visit();
    }
    Canonical out;
    out.form = bytes_of(pins_, best_.number, best_.rows);
    for (const int net : pins_.number)
      out.net_number.push_back(net < 0 ? -1 : best_.number[static_cast<std::size_t>(net)]);
    out.exact = exact_;
    out.work = refiner_.work();
    out.leaves = leaves_;
    return out;
  }

 private:
  struct Level {
    Partition cells;
    std::uint64_t trace = 0;
    DisjointSets orbits =
        DisjointSets(0);        ///< of the automorphisms found that fix what the levels above chose
    std::vector<int> explored;  ///< nets singled out here; the last one is on the path
  };
  struct Leaf {
    std::vector<std::uint64_t> traces;
    std::vector<int> number, net;  ///< number of every net, net of every number
    std::vector<Row> rows;
  };

  bool out_of_work() const { return refiner_.work() > max_work_; }

  /// Without a way back: as many steps as the work allows, then any order.
  void greedy(Partition& cells) {
    exact_ = cells.discrete();
    while (!cells.discrete() && !out_of_work()) {
      cells.single_out(cells.order[static_cast<std::size_t>(cells.first_open_cell().first)]);
      refiner_.refine(cells);
    }
    best_ = leaf_of(cells);
    leaves_ = 1;
  }

  /// Explores the subtree of the last level. Returns the depth of the level to go on with: lower than its own
  /// when the subtree of a net above turned out to be the image of one explored before.
  std::size_t visit() {
    const std::size_t depth = levels_.size() - 1;
    if (versus_best() > 0) return depth;
    if (levels_[depth].cells.discrete()) return arrive();
    const auto [begin, end] = levels_[depth].cells.first_open_cell();
    const std::vector<int>& order = levels_[depth].cells.order;
    const std::vector<int> cell(order.begin() + begin, order.begin() + end);
    levels_[depth].orbits = DisjointSets(pins_.nets());
    for (const int net : cell) {
      if (is_image(levels_[depth], net)) continue;
      if (!levels_[depth].explored.empty() && out_of_work()) {
        exact_ = false;
        break;
      }
      levels_[depth].explored.push_back(net);
      Level child{.cells = levels_[depth].cells};
      child.cells.single_out(net);
      child.trace = refiner_.refine(child.cells);
      levels_.push_back(std::move(child));
      const std::size_t back = visit();
      levels_.pop_back();
      if (back < depth) return back;
    }
    return depth;
  }

  static bool is_image(const Level& level, int net) {
    return std::any_of(level.explored.begin(), level.explored.end(),
                       [&](int other) { return level.orbits.together(net, other); });
  }

  /// The traces of the path against those of the best leaf, up to the depth of the path: -1 when they are
  /// less or there is no leaf yet, 1 when they are greater.
  int versus_best() const {
    if (leaves_ == 0) return -1;
    for (std::size_t depth = 0; depth < levels_.size(); ++depth) {
      if (depth == best_.traces.size()) return 1;
      if (levels_[depth].trace != best_.traces[depth])
        return levels_[depth].trace < best_.traces[depth] ? -1 : 1;
    }
    return 0;
  }

  Leaf leaf_of(const Partition& cells) const {
    Leaf leaf{{}, std::vector<int>(cells.order.size()), cells.order, {}};
    for (std::size_t at = 0; at < cells.order.size(); ++at)
      leaf.number[static_cast<std::size_t>(cells.order[at])] = static_cast<int>(at);
    leaf.rows = rows_of(pins_, leaf.number);
    for (const Level& level : levels_) leaf.traces.push_back(level.trace);
    return leaf;
  }

  std::size_t arrive() {
    const std::size_t depth = levels_.size() - 1;
    const int versus = versus_best();
    Leaf leaf = leaf_of(levels_.back().cells);
    ++leaves_;
    if (versus < 0 || leaf.rows < best_.rows) {
      best_ = std::move(leaf);
      return depth;
    }
    return leaf.rows == best_.rows ? learn_automorphism(leaf) : depth;
  }

  /// The leaf and the best one are the same circuit: the map between them is an automorphism. It belongs to
  /// every level whose singled out nets it fixes; at the first net that it moves, that net's subtree is the
  /// image of one explored before.
  std::size_t learn_automorphism(const Leaf& leaf) {
    for (std::size_t depth = 0;; ++depth) {
      if (depth + 1 == levels_.size()) return depth;  // the identity
      Level& level = levels_[depth];
      for (std::size_t at = 0; at < leaf.net.size(); ++at) level.orbits.join(leaf.net[at], best_.net[at]);
      const auto moved = static_cast<std::size_t>(level.explored.back());
      if (best_.net[static_cast<std::size_t>(leaf.number[moved])] != level.explored.back()) return depth;
    }
  }

  const PinTable& pins_;
  Refiner refiner_;
  std::int64_t max_work_;
  std::vector<Level> levels_;
  Leaf best_;
  std::int64_t leaves_ = 0;
  bool exact_ = true;
};

}  // namespace

Canonical canonicalize(const Topology& topology, const CanonicalOptions& options) {
  const PinTable pins(topology);
  return Search(pins, options.max_work).run();
}

std::string canonical_form(const Topology& topology) { return canonicalize(topology).form; }

std::string Hash128::hex() const { return fmt::format("{:016x}{:016x}", high, low); }

Hash128 canonical_hash(const Topology& topology) {
  const std::string digits = sha256(canonical_form(topology));
  const auto word = [&](std::size_t at) {
    std::uint64_t out = 0;
    std::from_chars(digits.data() + at, digits.data() + at + 16, out, 16);
    return out;
  };
  return {word(0), word(16)};
}

bool isomorphic(const Topology& a, const Topology& b) {
  if (a.devices.size() != b.devices.size()) return false;
  return canonical_form(a) == canonical_form(b);
}

}  // namespace nullor::graph
