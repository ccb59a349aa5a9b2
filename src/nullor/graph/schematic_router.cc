#include "nullor/graph/schematic_router.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <queue>

#include "nullor/graph/schematic_symbols.h"

namespace nullor::graph {
namespace {

constexpr int kGrid = 10;
constexpr int kMargin = 8;  ///< grid steps around the symbols
constexpr int kBend = 4;    ///< cost, in grid steps
constexpr int kCrossing = 6;
constexpr int kOverText = 5;
constexpr int kLetter = 7;    ///< width of a letter, a little more than that of the drawing
constexpr int kLongest = 75;  ///< the dearest path that is drawn
constexpr std::array<Point, 4> kSteps = {{{1, 0}, {0, 1}, {-1, 0}, {0, -1}}};

std::size_t at(int i) { return static_cast<std::size_t>(i); }

struct Pad {
  Point at;
  int net;
  bool done = false;
};

bool is_rail(PortRole role) { return role == PortRole::vdd || role == PortRole::vss; }

/// What lies on every point of the grid.
class Board {
 public:
  Board(const Topology& topology, Schematic& schematic) : topology_(topology), out_(schematic) {
    measure();
    cells_.resize(at(width_ * height_));
    for (std::size_t d = 0; d < topology.devices.size(); ++d)
      block(topology.devices[d], schematic.symbols[d]);
    for (std::size_t d = 0; d < topology.devices.size(); ++d)
      add_pads(topology.devices[d], schematic.symbols[d]);
    for (std::size_t d = 0; d < topology.devices.size(); ++d) {
      const NamePlace name = name_place(topology.devices[d], schematic.symbols[d]);
      for (const int cell : letters(name.at, name.side, topology.devices[d].name))
        cells_[at(cell)].text = true;
    }
    trail_.resize(cells_.size() * 4);
  }

  void run() {
    std::vector<std::vector<Pad>> nets(topology_.nets.size());
    for (const Pad& pad : pads_) nets[at(pad.net)].push_back(pad);
    std::vector<int> order;
    for (std::size_t n = 0; n < nets.size(); ++n) {
      if (!nets[n].empty()) order.push_back(static_cast<int>(n));
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](int a, int b) { return span(nets[at(a)]) < span(nets[at(b)]); });
    const auto is_rail_net = [&](int net) { return is_rail(topology_.nets[at(net)].role); };
    for (const int net : order) {
      if (!is_rail_net(net)) continue;
      for (const Pad& pad : nets[at(net)]) label_rail(pad);
    }
    for (const int net : order) {
      if (!is_rail_net(net)) connect(nets[at(net)], net);
    }
    place_dots();
    crop();
  }

 private:
  struct Cell {
    std::int16_t pin_net = -1;                 ///< a pin of this net lies here
    std::array<std::int16_t, 2> wire{-1, -1};  ///< nets of the horizontal and the vertical wire through here
    bool text = false;                         ///< the name of a device or a net stands here
    bool body = false, corner = false;         ///< corner: a wire bends, ends or branches here
  };
  struct Step {
    int cost, state;
    bool operator>(const Step& other) const {
      return cost != other.cost ? cost > other.cost : state > other.state;
    }
  };

  void measure() {
    low_ = {1 << 20, 1 << 20};
    Point high{-(1 << 20), -(1 << 20)};
    for (const Symbol& symbol : out_.symbols) {
      low_ = {std::min(low_.x, symbol.at.x - 40), std::min(low_.y, symbol.at.y - 40)};
      high = {std::max(high.x, symbol.at.x + 40), std::max(high.y, symbol.at.y + 40)};
    }
    low_ = {low_.x - kMargin * kGrid, low_.y - kMargin * kGrid};
    high = {high.x + kMargin * kGrid, high.y + kMargin * kGrid};
    width_ = (high.x - low_.x) / kGrid + 1;
    height_ = (high.y - low_.y) / kGrid + 1;
    out_.low = low_;
    out_.high = high;
  }

  /// The corners of what is drawn, with room for labels.
  void crop() {
    Point low = out_.high, high = out_.low;
    const auto hold = [&](Point p, int dx, int dy) {
      low = {std::min(low.x, p.x - dx), std::min(low.y, p.y - dy)};
      high = {std::max(high.x, p.x + dx), std::max(high.y, p.y + dy)};
    };
    for (const Symbol& symbol : out_.symbols) hold(symbol.at, 60, 50);
    for (const WireSegment& wire : out_.wires) hold(wire.from, 15, 15), hold(wire.to, 15, 15);
    for (const NetLabel& label : out_.labels) hold(label.at, 60, 30);
    out_.low = low;
    out_.high = high;
  }

  int cell_of(Point p) const { return (p.y - low_.y) / kGrid * width_ + (p.x - low_.x) / kGrid; }
  Point point_of(int cell) const { return {low_.x + cell % width_ * kGrid, low_.y + cell / width_ * kGrid}; }

  void block(const Device& device, const Symbol& symbol) {
    const SymbolShape& shape = shape_of(device.kind);
    const Point a = placed(shape.low, symbol), b = placed(shape.high, symbol);
    for (int y = std::min(a.y, b.y); y <= std::max(a.y, b.y); y += kGrid) {
      for (int x = std::min(a.x, b.x); x <= std::max(a.x, b.x); x += kGrid)
        cells_[at(cell_of({x, y}))].body = true;
    }
  }

  void add_pads(const Device& device, const Symbol& symbol) {
    for (int pin = 0; pin < device.pins && has_pin(device.kind, pin); ++pin) {
      const Point p = pin_position(device, symbol, pin);
      cells_[at(cell_of(p))].pin_net = device.nets[at(pin)];
      pads_.push_back({p, device.nets[at(pin)]});
    }
  }

  static int span(const std::vector<Pad>& pads) {
    Point low = pads[0].at, high = low;
    for (const Pad& pad : pads) {
      low = {std::min(low.x, pad.at.x), std::min(low.y, pad.at.y)};
      high = {std::max(high.x, pad.at.x), std::max(high.y, pad.at.y)};
    }
    return high.x - low.x + high.y - low.y;
  }

  /// Where a label at a pin has free room: 1 to the right, -1 to the left; -2 above, 2 below.
  void label_rail(const Pad& pad) {
    const auto free = [&](int dx, int dy) {
      const Cell& cell = cells_[at(cell_of({pad.at.x + dx, pad.at.y + dy}))];
      return !cell.body && cell.wire[0] < 0 && cell.wire[1] < 0;
    };
    const bool above = topology_.nets[at(pad.net)].role == PortRole::vdd;
    const int first = above ? -2 : 2;
    for (const int side : {first, 1, -1, -first}) {
      const int dx = side == 1    ? kGrid
                     : side == -1 ? -kGrid
                                  : 0,
                dy = side == 2    ? kGrid
                     : side == -2 ? -kGrid
                                  : 0;
      if (!free(dx, dy)) continue;
      out_.labels.push_back({pad.at, pad.net, side});
      // A wire along the strokes of a rail would look as if it were joined with them.
      for (const int x : {pad.at.x - kGrid, pad.at.x, pad.at.x + kGrid}) {
        if (std::abs(side) != 2) break;
        cells_[at(cell_of({x, pad.at.y + dy}))].body = true;
        if (!above) cells_[at(cell_of({x, pad.at.y + 2 * dy}))].body = true;
      }
      return;
    }
    out_.labels.push_back({pad.at, pad.net, first});
  }

  /// Trees over the pins of a net: each grows along the shortest path to the nearest pin that it can reach.
  void connect(std::vector<Pad>& pads, int net) {
    std::sort(pads.begin(), pads.end(), [](const Pad& a, const Pad& b) {
      return std::pair(a.at.x, a.at.y) < std::pair(b.at.x, b.at.y);
    });
    std::vector<std::vector<Point>> trees;
    for (Pad& first : pads) {
      if (first.done) continue;
      first.done = true;
      std::vector<Point> tree = {first.at};
      while (grow(tree, pads, net)) {
      }
      trees.push_back(std::move(tree));
    }
    const bool port = topology_.nets[at(net)].is_port();
    if (trees.size() == 1 && !port) return;
    for (const std::vector<Point>& tree : trees) label(tree, net);
  }

  /// A net's name has its place at a pin, else anywhere along the wire: outputs to the right, all else to the
  /// left, where there is room for it.
  void label(const std::vector<Point>& tree, int net) {
    const Net& named = topology_.nets[at(net)];
    const int first = named.role == PortRole::vout || named.role == PortRole::iout ? 1 : -1;
    NetLabel best{tree[0], net, first};
    bool found = false;
    for (const bool at_pin : {true, false}) {
      for (const Point p : tree) {
        if ((cells_[at(cell_of(p))].pin_net == net) != at_pin || occupied(cell_of(p), net)) continue;
        for (const int side : {first, -first}) {
          if (!has_room(p, side, named.name)) continue;
          if (!found || first * (p.x - best.at.x) > 0) best = {p, net, side};
          found = true;
          break;
        }
      }
      if (found) break;
    }
    for (const int cell : letters(label_place(best), best.side, named.name)) cells_[at(cell)].text = true;
    out_.labels.push_back(best);
  }

  bool has_room(Point p, int side, std::string_view name) const {
    const std::vector<int> under = letters(label_place({p, 0, side}), side, name);
    return std::none_of(under.begin(), under.end(), [&](int cell) {
      const Cell& one = cells_[at(cell)];
      return one.body || one.text || one.wire[0] >= 0 || one.wire[1] >= 0;
    });
  }

  /// The cells under a text that begins at `begin`, its base line, and runs to `side`; 0: to both.
  std::vector<int> letters(Point begin, int side, std::string_view text) const {
    const int width = kLetter * static_cast<int>(text.size());
    const int left = begin.x - (side < 0 ? width : side == 0 ? width / 2 : 0) - low_.x;
    const int row = (begin.y - 1 - low_.y) / kGrid;
    std::vector<int> out;
    for (int column = (std::max(left, 0) + kGrid - 1) / kGrid;
         column <= std::min((left + width) / kGrid, width_ - 1); ++column)
      out.push_back(row * width_ + column);
    return out;
  }

  bool grow(std::vector<Point>& tree, std::vector<Pad>& pads, int net) {
    std::fill(trail_.begin(), trail_.end(), Trail{});
    std::priority_queue<Step, std::vector<Step>, std::greater<>> queue;
    for (const Point p : tree) {
      for (int direction = 0; direction < 4; ++direction) offer(queue, cell_of(p) * 4 + direction, 0, -1);
    }
    while (!queue.empty()) {
      const Step step = queue.top();
      queue.pop();
      if (step.cost > trail_[at(step.state)].cost) continue;
      if (step.cost > kLongest) return false;
      const int cell = step.state / 4, direction = step.state % 4;
      if (trail_[at(step.state)].from >= 0 && cells_[at(cell)].pin_net == net) {
        for (Pad& pad : pads) {
          if (pad.done || cell_of(pad.at) != cell) continue;
          pad.done = true;
          draw(step.state, net, tree);
          return true;
        }
      }
      for (int next = 0; next < 4; ++next) {
        if (next == (direction + 2) % 4 && trail_[at(step.state)].from >= 0) continue;
        const bool bends = next != direction && trail_[at(step.state)].from >= 0;
        if (bends && occupied(cell, net)) continue;  // no bend on the wire of another
        const Point p = point_of(cell), q{p.x + kSteps[at(next)].x * kGrid, p.y + kSteps[at(next)].y * kGrid};
        if (q.x < low_.x || q.y < low_.y || q.x > out_.high.x || q.y > out_.high.y) continue;
        const int extra = entry_cost(cell_of(q), next, net);
        if (extra < 0 || !may_leave(cell, next, net)) continue;
        offer(queue, cell_of(q) * 4 + next, step.cost + 1 + extra + (bends ? kBend : 0), step.state);
      }
    }
    return false;
  }

  struct Trail {
    int cost = 1 << 28, from = -1;
  };
  void offer(std::priority_queue<Step, std::vector<Step>, std::greater<>>& queue, int state, int cost,
             int from) {
    if (cost >= trail_[at(state)].cost) return;
    trail_[at(state)] = {cost, from};
    queue.push({cost, state});
  }

  bool occupied(int cell, int net) const {
    const Cell& one = cells_[at(cell)];
    return (one.wire[0] >= 0 && one.wire[0] != net) || (one.wire[1] >= 0 && one.wire[1] != net);
  }

  bool may_leave(int cell, int direction, int net) const {
    const std::int16_t along = cells_[at(cell)].wire[at(direction % 2)];
    return along < 0 || along == net;
  }

  /// What it costs to come to a cell in a direction; negative: impossible.
  int entry_cost(int cell, int direction, int net) const {
    const Cell& one = cells_[at(cell)];
    if (one.pin_net >= 0) return one.pin_net == net ? 0 : -1;
    if (one.body) return -1;
    const std::int16_t along = one.wire[at(direction % 2)], across = one.wire[at(1 - direction % 2)];
    if (along >= 0 && along != net) return -1;
    if (across >= 0 && across != net) return one.corner ? -1 : kCrossing;
    return one.text ? kOverText : 0;
  }

  void draw(int state, int net, std::vector<Point>& tree) {
    std::vector<Point> path;
    for (int s = state; s >= 0; s = trail_[at(s)].from) {
      if (path.empty() || !(path.back() == point_of(s / 4))) path.push_back(point_of(s / 4));
    }
    for (std::size_t i = 0; i < path.size(); ++i) {
      const Point p = path[i];
      Cell& cell = cells_[at(cell_of(p))];
      for (const std::size_t j : {i - 1, i + 1}) {
        if (j >= path.size()) continue;
        cell.wire[path[j].y == p.y ? 0 : 1] = static_cast<std::int16_t>(net);
      }
      const bool end = i == 0 || i + 1 == path.size();
      const bool straight = !end && ((path[i - 1].x == path[i + 1].x) || (path[i - 1].y == path[i + 1].y));
      cell.corner = cell.corner || !straight;
      if (std::find(tree.begin(), tree.end(), p) == tree.end()) tree.push_back(p);
    }
    std::size_t begin = 0;
    for (std::size_t i = 1; i < path.size(); ++i) {
      const bool last = i + 1 == path.size();
      const bool turn = !last && path[i + 1].x != path[begin].x && path[i + 1].y != path[begin].y;
      if (!last && !turn) continue;
      out_.wires.push_back({path[begin], path[i], net});
      begin = i;
    }
  }

  void place_dots() {
    std::map<std::pair<int, int>, int> ends;
    for (const WireSegment& wire : out_.wires) {
      ++ends[{wire.from.x, wire.from.y}];
      ++ends[{wire.to.x, wire.to.y}];
    }
    for (const Pad& pad : pads_) ++ends[{pad.at.x, pad.at.y}];
    for (auto& [p, count] : ends) {
      for (const WireSegment& wire : out_.wires) {
        const Point a = wire.from, b = wire.to;
        const bool inside = (a.x == b.x && p.first == a.x && (p.second - a.y) * (p.second - b.y) < 0) ||
                            (a.y == b.y && p.second == a.y && (p.first - a.x) * (p.first - b.x) < 0);
        if (inside && cells_[at(cell_of({p.first, p.second}))].wire[a.x == b.x ? 1 : 0] == wire.net &&
            touches(p, wire.net)) {
          count += 2;
        }
      }
      if (count >= 3) out_.dots.push_back({p.first, p.second});
    }
  }

  /// Whether a wire or a pin of the net ends at the point.
  bool touches(std::pair<int, int> p, int net) const {
    const Point point{p.first, p.second};
    if (cells_[at(cell_of(point))].pin_net == net) return true;
    return std::any_of(out_.wires.begin(), out_.wires.end(), [&](const WireSegment& wire) {
      return wire.net == net && (wire.from == point || wire.to == point);
    });
  }

  const Topology& topology_;
  Schematic& out_;
  Point low_;
  int width_ = 0, height_ = 0;
  std::vector<Cell> cells_;
  std::vector<Pad> pads_;
  std::vector<Trail> trail_;
};

}  // namespace

void route(const Topology& topology, Schematic& schematic) {
  if (topology.devices.empty()) return;
  Board(topology, schematic).run();
}

}  // namespace nullor::graph
