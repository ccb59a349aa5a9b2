#include "nullor/graph/schematic_placement.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "nullor/base/rng.h"
#include "nullor/graph/schematic_symbols.h"

namespace nullor::graph {
namespace {

constexpr int kRowPitch = 120;     ///< 60 for a symbol, 60 for wires
constexpr int kColumnPitch = 140;  ///< of columns of current paths
constexpr double kLevel = 0.12;    ///< ends of a two-terminal whose heights differ by less lie side by side

std::size_t at(int i) { return static_cast<std::size_t>(i); }

bool is_rail(const Net& net) { return net.role == PortRole::vdd || net.role == PortRole::vss; }

/// What is known of a device on its way to a place.
struct Item {
  int top = -1, bottom = -1;  ///< nets of its current path
  bool lying = false;         ///< a two-terminal drawn from left to right
  bool upside_down = false;
  double height = 0.5;
  int row = 0, column = -1;
};

std::vector<Item> items_of(const Topology& topology, const std::vector<double>& heights) {
  std::vector<Item> items(topology.devices.size());
  for (std::size_t d = 0; d < items.size(); ++d) {
    const Device& device = topology.devices[d];
    const SymbolShape& shape = shape_of(device.kind);
    Item& item = items[d];
    item.top = device.nets[at(shape.through[0])];
    item.bottom = device.nets[at(shape.through[1])];
    const double fall = heights[at(item.top)] - heights[at(item.bottom)];
    item.height = 0.5 * (heights[at(item.top)] + heights[at(item.bottom)]);
    const bool two = device.pins == 2,
               rails = is_rail(topology.nets[at(item.top)]) || is_rail(topology.nets[at(item.bottom)]);
    const bool coupling = device.kind == DeviceKind::capacitor || std::abs(fall) < kLevel;
    item.lying = two && !rails && coupling;
    item.upside_down = !item.lying && fall < -0.02 && device.kind <= DeviceKind::diode;
    if (item.upside_down) std::swap(item.top, item.bottom);
  }
  return items;
}

/// Rows from the top: by height, and each device of a path below the one that feeds it.
void choose_rows(const Topology& topology, std::vector<Item>& items) {
  std::vector<int> order(items.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](int a, int b) { return items[at(a)].height > items[at(b)].height; });
  std::vector<int> lowest(topology.nets.size(), -1);  // row of the lowest device that feeds a net
  const auto descend = [&](double rows) {
    std::fill(lowest.begin(), lowest.end(), -1);
    int last = 0;
    for (const int d : order) {
      Item& item = items[at(d)];
      int row = rows > 0 ? static_cast<int>(std::lround((1 - item.height) * rows - 0.5)) : 0;
      if (!item.lying && !is_rail(topology.nets[at(item.top)])) row = std::max(row, lowest[at(item.top)] + 1);
      item.row = std::max(0, row);
      if (!item.lying && !is_rail(topology.nets[at(item.bottom)]))
        lowest[at(item.bottom)] = std::max(lowest[at(item.bottom)], item.row);
      last = std::max(last, item.row);
    }
    return last + 1;
  };
  const int needed = descend(0);
  const int rows = descend(std::max(needed, 2));
  // Devices that stand on VSS stand in the last row.
  for (Item& item : items) {
    if (!item.lying && topology.nets[at(item.bottom)].role == PortRole::vss) item.row = rows - 1;
  }
  std::vector<int> number(at(rows), 0);  // rows without a device are left out
  for (const Item& item : items) number[at(item.row)] = 1;
  std::exclusive_scan(number.begin(), number.end(), number.begin(), 0);
  for (Item& item : items) item.row = number[at(item.row)];
}

/// Paths of devices in series, each from above to below; every lying device is one of its own.
std::vector<std::vector<int>> choose_paths(const Topology& topology, const std::vector<Item>& items) {
  std::vector<int> order(items.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](int a, int b) { return items[at(a)].row < items[at(b)].row; });
  std::vector<std::vector<int>> paths;
  std::vector<std::vector<int>> ending(topology.nets.size());  // paths whose lowest device ends on a net
  for (const int d : order) {
    const Item& item = items[at(d)];
    if (item.lying || is_rail(topology.nets[at(item.top)])) {
      paths.push_back({d});
    } else {
      std::vector<int>& open = ending[at(item.top)];
      const auto same = std::find_if(open.begin(), open.end(),
                                     [&](int p) { return items[at(paths[at(p)].back())].row < item.row; });
      if (same == open.end()) {
        paths.push_back({d});
      } else {
        paths[at(*same)].push_back(d);
        const int path = *same;
        open.erase(same);
        if (!is_rail(topology.nets[at(item.bottom)])) ending[at(item.bottom)].push_back(path);
        continue;
      }
    }
    if (!item.lying && !is_rail(topology.nets[at(item.bottom)]))
      ending[at(item.bottom)].push_back(static_cast<int>(paths.size()) - 1);
  }
  return paths;
}

/// Orders the paths from left to right so that nets are short: annealing over exchanges and moves.
std::vector<int> order_paths(const Topology& topology, const std::vector<std::vector<int>>& paths) {
  const std::size_t count = paths.size();
  std::vector<std::vector<int>> nets(topology.nets.size());  // the paths on every net
  for (std::size_t p = 0; p < count; ++p) {
    for (const int d : paths[p]) {
      const Device& device = topology.devices[at(d)];
      for (std::size_t pin = 0; pin < device.pins; ++pin) {
        std::vector<int>& on = nets[at(device.nets[pin])];
        if (on.empty() || on.back() != static_cast<int>(p)) on.push_back(static_cast<int>(p));
      }
    }
  }
  std::vector<int> place(count), order(count);
  std::iota(order.begin(), order.end(), 0);
  const auto cost = [&] {
    for (std::size_t i = 0; i < count; ++i) place[at(order[i])] = static_cast<int>(i);
    double sum = 0;
    for (std::size_t n = 0; n < nets.size(); ++n) {
      if (nets[n].size() < 2 || is_rail(topology.nets[n])) continue;
      int low = static_cast<int>(count), high = 0;
      double all = 0;
      for (const int p : nets[n]) {
        low = std::min(low, place[at(p)]);
        high = std::max(high, place[at(p)]);
        all += place[at(p)];
      }
      sum += high - low;
      // Inputs to the left, outputs to the right.
      const PortRole role = topology.nets[n].role;
      const double mean = all / static_cast<double>(nets[n].size()) / static_cast<double>(count);
      if (role == PortRole::vin || role == PortRole::iin) sum += mean;
      if (role == PortRole::vout || role == PortRole::iout) sum += 1 - mean;
    }
    return sum;
  };
  Rng rng(1);
  double now = cost(), best = now;
  std::vector<int> best_order = order;
  const int steps = count < 2 ? 0 : static_cast<int>(4000 + 300 * count);
  for (int step = 0; step < steps; ++step) {
    const double temperature = 3.0 * std::pow(0.01, static_cast<double>(step) / steps);
    const std::vector<int> before = order;
    const std::size_t a = rng.below(count), b = rng.below(count);
    if (rng.below(2) == 0) {
      std::swap(order[a], order[b]);
    } else {
      const int moved = order[a];
      order.erase(order.begin() + static_cast<std::ptrdiff_t>(a));
      order.insert(order.begin() + static_cast<std::ptrdiff_t>(b), moved);
    }
    const double then = cost();
    if (then <= now || rng.uniform() < std::exp((now - then) / temperature)) {
      now = then;
      if (now < best) best = now, best_order = order;
    } else {
      order = before;
    }
  }
  return best_order;
}

/// Neighbouring paths that have no row in common share a column.
void choose_columns(std::vector<Item>& items, const std::vector<std::vector<int>>& paths,
                    const std::vector<int>& order) {
  int column = -1, low = 0, high = -1;
  for (const int p : order) {
    int first = items[at(paths[at(p)].front())].row, last = first;
    for (const int d : paths[at(p)]) {
      first = std::min(first, items[at(d)].row);
      last = std::max(last, items[at(d)].row);
    }
    if (column < 0 || (first <= high && last >= low)) {
      ++column;
      low = first;
      high = last;
    } else {
      low = std::min(low, first);
      high = std::max(high, last);
    }
    for (const int d : paths[at(p)]) items[at(d)].column = column;
  }
}

/// Whether a device of the same kind, to the left, ends on the same net that is no rail: half of a
/// differential pair.
bool right_of_pair(const Topology& topology, const std::vector<Item>& items, int d) {
  const Device& device = topology.devices[at(d)];
  const int source = device.nets[2];
  if (is_rail(topology.nets[at(source)])) return false;
  for (std::size_t other = 0; other < items.size(); ++other) {
    const Device& one = topology.devices[other];
    if (one.kind == device.kind && one.nets[2] == source && items[other].column < items[at(d)].column)
      return true;
  }
  return false;
}

}  // namespace

std::vector<double> net_heights(const Topology& topology) {
  const std::size_t count = topology.nets.size();
  std::vector<double> height(count, 0.5);
  struct Branch {
    int a, b;
    double conductance;
  };
  std::vector<Branch> branches;
  for (const Device& device : topology.devices) {
    const SymbolShape& shape = shape_of(device.kind);
    const int top = device.nets[at(shape.through[0])], bottom = device.nets[at(shape.through[1])];
    branches.push_back({top, bottom, device.kind == DeviceKind::capacitor ? 0.02 : 1.0});
    for (int pin = 0; pin < device.pins; ++pin) {
      if (pin == shape.through[0] || pin == shape.through[1]) continue;
      branches.push_back({device.nets[at(pin)], top, 0.005});
      branches.push_back({device.nets[at(pin)], bottom, 0.005});
    }
  }
  const auto fixed = [&](std::size_t net) { return is_rail(topology.nets[net]); };
  for (std::size_t net = 0; net < count; ++net) {
    if (fixed(net)) height[net] = topology.nets[net].role == PortRole::vdd ? 1 : 0;
  }
  std::vector<double> current(count), total(count);
  for (int sweep = 0; sweep < 400; ++sweep) {
    std::fill(current.begin(), current.end(), 0.0);
    std::fill(total.begin(), total.end(), 0.0);
    for (const Branch& branch : branches) {
      current[at(branch.a)] += branch.conductance * height[at(branch.b)];
      current[at(branch.b)] += branch.conductance * height[at(branch.a)];
      total[at(branch.a)] += branch.conductance;
      total[at(branch.b)] += branch.conductance;
    }
    for (std::size_t net = 0; net < count; ++net) {
      if (!fixed(net) && total[net] > 0) height[net] += 0.8 * (current[net] / total[net] - height[net]);
    }
  }
  return height;
}

std::vector<Symbol> place(const Topology& topology) {
  std::vector<Item> items = items_of(topology, net_heights(topology));
  choose_rows(topology, items);
  const std::vector<std::vector<int>> paths = choose_paths(topology, items);
  choose_columns(items, paths, order_paths(topology, paths));

  // A gate looks towards the middle of what drives it.
  std::vector<double> sum(topology.nets.size(), 0), number(topology.nets.size(), 0);
  for (std::size_t d = 0; d < items.size(); ++d) {
    const Device& device = topology.devices[d];
    for (std::size_t pin = 0; pin < device.pins; ++pin) {
      sum[at(device.nets[pin])] += items[d].column;
      number[at(device.nets[pin])] += 1;
    }
  }
  std::vector<Symbol> symbols(items.size());
  for (std::size_t d = 0; d < items.size(); ++d) {
    const Device& device = topology.devices[d];
    const Item& item = items[d];
    Symbol& symbol = symbols[d];
    const Point centre{item.column * kColumnPitch, item.row * kRowPitch};
    symbol.at = centre;
    if (device.pins == 2) {
      if (item.lying) {
        const auto mean = [&](int pin) {
          return sum[at(device.nets[at(pin)])] / number[at(device.nets[at(pin)])];
        };
        symbol.turns = mean(0) <= mean(1) ? 3 : 1;  // first pin to the left, or to the right
      } else {
        symbol.turns = item.upside_down ? 2 : 0;
      }
      continue;
    }
    if (device.kind > DeviceKind::pnp) continue;
    const int gate = device.nets[1];
    const double others = number[at(gate)] > 1 ? (sum[at(gate)] - item.column) / (number[at(gate)] - 1) : -1;
    bool mirrored = number[at(gate)] > 1 && others > item.column;
    if (number[at(gate)] <= 1) mirrored = right_of_pair(topology, items, static_cast<int>(d));
    // Turned by two quarters, left and right change sides as well.
    symbol.turns = item.upside_down ? 2 : 0;
    symbol.mirrored = item.upside_down ? !mirrored : mirrored;
    symbol.at.x = centre.x + (mirrored ? 20 : -20);  // the channel lies in the middle of the column
  }
  return symbols;
}

}  // namespace nullor::graph
