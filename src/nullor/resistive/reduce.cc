#include "nullor/resistive/reduce.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "nullor/base/si.h"
#include "nullor/resistive/adjacency.h"
#include "nullor/resistive/kkt.h"
#include "nullor/resistive/mention.h"

namespace nullor::resistive {
namespace {

std::size_t at(int k) { return static_cast<std::size_t>(k); }

/// How far off a loop of voltages may be by rounding, relative to the largest source.
constexpr double kLoopTolerance = 1e-12;

double source_scale(const ResistiveNetwork& network) {
  double largest = 0;
  for (const double v : network.voltage_sources.value) largest = std::max(largest, std::fabs(v));
  for (const DiodeModel& model : network.models) {
    if (!model.exponential()) largest = std::max(largest, std::fabs(model.forward_drop));
  }
  return largest;
}

std::string loop_of_sources(const ResistiveNetwork& network, const Reduced& out, int source,
                            double mismatch) {
  const auto& v = network.voltage_sources;
  std::vector<Element> loop = {{ElementKind::voltage_source, source}};
  std::vector<int> ancestors;
  for (int node = v.p[at(source)]; node >= 0; node = out.source_parent[at(node)]) ancestors.push_back(node);
  int node = v.n[at(source)];
  while (std::find(ancestors.begin(), ancestors.end(), node) == ancestors.end()) {
    loop.push_back({ElementKind::voltage_source, out.source_edge[at(node)]});
    node = out.source_parent[at(node)];
  }
  for (const int above : ancestors) {
    if (above == node) break;
    loop.push_back({ElementKind::voltage_source, out.source_edge[at(above)]});
  }
  if (loop.size() == 1) {
    return "the voltage source " + mention(network, loop) + " has both ends on one node and " +
           format_si(v.value[at(source)]) + "V";
  }
  return "the voltage sources " + mention(network, loop) + " form a loop whose voltages add to " +
         format_si(mismatch) + "V instead of 0";
}

/// Gives every node its cluster and offset.
void gather_clusters(const ResistiveNetwork& network, Reduced& out) {
  const auto& v = network.voltage_sources;
  const int nodes = network.node_count;
  out.cluster.assign(at(nodes), -1);
  out.offset.assign(at(nodes), 0);
  out.source_parent.assign(at(nodes), -1);
  out.source_edge.assign(at(nodes), -1);
  const Adjacency sources(nodes, v.p, v.n);
  std::vector<int> queue;
  int next = 0;
  for (int root = 0; root < nodes; ++root) {
    if (out.cluster[at(root)] >= 0) continue;
    out.cluster[at(root)] = next++;
    queue.assign(1, root);
    for (std::size_t head = 0; head < queue.size(); ++head) {
      const int from = queue[head];
      for (const int k : sources.of(from)) {
        const bool forward = v.p[at(k)] == from;
        const int to = forward ? v.n[at(k)] : v.p[at(k)];
        if (out.cluster[at(to)] >= 0) continue;
        out.cluster[at(to)] = out.cluster[at(from)];
        out.offset[at(to)] = out.offset[at(from)] + (forward ? -1 : 1) * v.value[at(k)];
        out.source_parent[at(to)] = from;
        out.source_edge[at(to)] = k;
        out.source_order.push_back(to);
        queue.push_back(to);
      }
    }
  }
  out.count = next;
  const double tolerance = kLoopTolerance * out.voltage_scale;
  for (int k = 0; k < static_cast<int>(v.size()) && out.infeasible.empty(); ++k) {
    const double mismatch = out.offset[at(v.p[at(k)])] - out.offset[at(v.n[at(k)])] - v.value[at(k)];
    if (std::fabs(mismatch) > tolerance) out.infeasible = loop_of_sources(network, out, k, mismatch);
  }
}

/// A conductance between two nodes: an edge, and what the offsets drive through it.
void add_conductance(Reduced& out, int p, int n, double g) {
  const int a = out.cluster[at(p)], b = out.cluster[at(n)];
  if (a == b || g == 0) return;
  const double driven = g * (out.offset[at(p)] - out.offset[at(n)]);
  out.edges.a.push_back(a);
  out.edges.b.push_back(b);
  out.edges.g.push_back(g);
  out.injection[at(a)] -= driven;
  out.injection[at(b)] += driven;
  out.conductance[at(a)] += g;
  out.conductance[at(b)] += g;
}

/// A diode whose ends are tied by sources: its current is known, and an ideal one may be impossible.
void add_fixed_diode(const ResistiveNetwork& network, Reduced& out, std::size_t k) {
  const double u = out.offset[at(network.diodes.anode[k])] - out.offset[at(network.diodes.cathode[k])];
  const DiodeModel& model = network.model_of(k);
  if (!model.ideal() || u <= model.forward_drop + kLoopTolerance * out.voltage_scale) return;
  if (!out.infeasible.empty()) return;
  const Element diode{ElementKind::diode, static_cast<int>(k)};
  out.infeasible = "the ideal diode " + mention(network, {diode}) + " has " + format_si(u) +
                   "V forward across it from voltage sources alone, above its drop of " +
                   format_si(model.forward_drop) + "V: nothing limits its current";
}

void add_diode(const ResistiveNetwork& network, Reduced& out, std::size_t k, bool any_exponential) {
  const int p = network.diodes.anode[k], n = network.diodes.cathode[k];
  const DiodeModel& model = network.model_of(k);
  add_conductance(out, p, n, model.leakage);
  const int a = out.cluster[at(p)], c = out.cluster[at(n)];
  if (a == c) return add_fixed_diode(network, out, k);
  const double slope = model.exponential() || model.ideal() ? 0 : 1 / model.on_resistance - model.leakage;
  if (slope <= 0 && !model.ideal() && !model.exponential()) return;  // conducts alike in both directions
  const double shift = out.offset[at(p)] - out.offset[at(n)];
  out.diodes.a.push_back(a);
  out.diodes.c.push_back(c);
  out.diodes.drop.push_back((model.exponential() ? 0 : model.forward_drop) - shift);
  out.diodes.slope.push_back(slope);
  out.diodes.element.push_back(static_cast<int>(k));
  if (any_exponential) {
    out.diodes.is.push_back(model.saturation_current);
    out.diodes.ve.push_back(model.emission_voltage);
  }
}

/// Ties one cluster of each group that has no path of edges to ground.
void tie_groups(Reduced& out) {
  std::vector<int> group(at(out.count));
  std::iota(group.begin(), group.end(), 0);
  const auto find = [&](int k) {
    while (group[at(k)] != k) k = group[at(k)] = group[at(group[at(k)])];
    return k;
  };
  for (std::size_t k = 0; k < out.edges.size(); ++k) {
    const int a = find(out.edges.a[k]), b = find(out.edges.b[k]);
    group[at(std::max(a, b))] = std::min(a, b);
  }
  // The best of each group in its root's place, ground's group left out.
  std::vector<int> best(at(out.count), -1);
  double largest = 0;
  for (const double g : out.conductance) largest = std::max(largest, g);
  for (const double g : out.diodes.slope) largest = std::max(largest, g);
  if (largest == 0) largest = 1;
  for (int k = 1; k < out.count; ++k) {
    const int root = find(k);
    if (root == 0) continue;
    int& leader = best[at(root)];
    if (leader < 0 || out.conductance[at(k)] > out.conductance[at(leader)]) leader = k;
  }
  constexpr double kTie = 1e-6;  // small beside the network, large beside rounding
  for (const int k : best) {
    if (k < 0) continue;
    if (!out.tied) out.tie.assign(at(out.count), 0);
    out.tied = true;
    out.tie[at(k)] = kTie * (out.conductance[at(k)] > 0 ? out.conductance[at(k)] : largest);
  }
}

}  // namespace

Reduced reduce(const ResistiveNetwork& network) {
  Reduced out;
  out.voltage_scale = source_scale(network);
  if (out.voltage_scale == 0) out.voltage_scale = 1;
  gather_clusters(network, out);
  out.injection.assign(at(out.count), 0);
  out.conductance.assign(at(out.count), 0);
  const auto& r = network.resistors;
  out.edges.a.reserve(r.size());
  out.edges.b.reserve(r.size());
  out.edges.g.reserve(r.size());
  for (std::size_t k = 0; k < r.size(); ++k) add_conductance(out, r.p[k], r.n[k], r.value[k]);
  const auto& i = network.current_sources;
  for (std::size_t k = 0; k < i.size(); ++k) {
    out.injection[at(out.cluster[at(i.p[k])])] -= i.value[k];
    out.injection[at(out.cluster[at(i.n[k])])] += i.value[k];
  }
  const bool any_exponential = std::any_of(network.models.begin(), network.models.end(),
                                           [](const DiodeModel& m) { return m.exponential(); });
  for (std::size_t k = 0; k < network.diodes.size(); ++k) add_diode(network, out, k, any_exponential);
  tie_groups(out);
  return out;
}

namespace {

/// Queue-driven relaxation of x_a <= x_c + drop (Bellman and Ford), with the diode that last lowered each
/// cluster.
class DifferenceConstraints {
 public:
  explicit DifferenceConstraints(const Reduced& reduced)
      : d_(reduced.diodes),
        by_cathode_(reduced.count, d_.c, {}),
        x_(at(reduced.count)),
        lowered_by_(at(reduced.count), -1),
        queued_(at(reduced.count), 0),
        tolerance_(kLoopTolerance * reduced.voltage_scale) {}

  /// True when all hold; else `loop()` is a circle of diodes whose drops add to less than 0.
  bool run() {
    for (int c = 0; c < static_cast<int>(x_.size()); ++c) push(c);
    std::size_t lowered = 0;
    for (std::size_t head = 0; head < queue_.size(); ++head) {
      const int c = queue_[head];
      queued_[at(c)] = 0;
      for (const int k : by_cathode_.of(c)) {
        if (!d_.ideal(at(k)) || !(x_[at(d_.a[at(k)])] > x_[at(c)] + d_.drop[at(k)] + tolerance_)) continue;
        x_[at(d_.a[at(k)])] = x_[at(c)] + d_.drop[at(k)];
        lowered_by_[at(d_.a[at(k)])] = k;
        push(d_.a[at(k)]);
        if (++lowered % x_.size() == 0 && find_loop()) return false;
      }
      if (head > 4 * x_.size()) {  // forget what is done
        queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(head) + 1);
        head = static_cast<std::size_t>(-1);
      }
    }
    return true;
  }
  std::vector<double>& point() { return x_; }
  const std::vector<int>& loop() const { return loop_; }

 private:
  void push(int c) {
    if (queued_[at(c)]) return;
    queued_[at(c)] = 1;
    queue_.push_back(c);
  }
  /// A circle in the graph of who lowered whom means that the lowering has no end.
  bool find_loop() {
    std::vector<int> seen(x_.size(), -1);
    for (int start = 0; start < static_cast<int>(x_.size()); ++start) {
      int c = start;
      while (c >= 0 && seen[at(c)] < 0) {
        seen[at(c)] = start;
        c = lowered_by_[at(c)] < 0 ? -1 : d_.c[at(lowered_by_[at(c)])];
      }
      if (c < 0 || seen[at(c)] != start) continue;
      const int first = c;
      do {
        loop_.push_back(lowered_by_[at(c)]);
        c = d_.c[at(lowered_by_[at(c)])];
      } while (c != first);
      return true;
    }
    return false;
  }

  const Reduced::Diodes& d_;
  Adjacency by_cathode_;
  std::vector<double> x_;
  std::vector<int> lowered_by_;
  std::vector<char> queued_;
  std::vector<int> queue_, loop_;
  double tolerance_;
};

/// The diodes of a loop that cannot all hold, with the sources that tie one to the next.
std::string contradiction(const ResistiveNetwork& network, const Reduced& reduced,
                          const std::vector<int>& loop) {
  std::vector<Element> elements;
  double sum = 0;
  const auto add_sources = [&](int from, int to) {  // both in one cluster
    std::vector<int> up;
    for (int node = from; node >= 0; node = reduced.source_parent[at(node)]) up.push_back(node);
    while (std::find(up.begin(), up.end(), to) == up.end()) {
      elements.push_back({ElementKind::voltage_source, reduced.source_edge[at(to)]});
      to = reduced.source_parent[at(to)];
    }
    for (const int node : up) {
      if (node == to) break;
      elements.push_back({ElementKind::voltage_source, reduced.source_edge[at(node)]});
    }
  };
  for (std::size_t k = 0; k < loop.size(); ++k) {
    const int diode = reduced.diodes.element[at(loop[k])];
    const int next = reduced.diodes.element[at(loop[(k + 1) % loop.size()])];
    elements.push_back({ElementKind::diode, diode});
    add_sources(network.diodes.cathode[at(diode)], network.diodes.anode[at(next)]);
    sum += reduced.diodes.drop[at(loop[k])];
  }
  return "the ideal diodes and sources " + mention(network, elements) +
         " contradict each other: around their loop " + format_si(-sum) +
         "V drive the diodes forward and nothing limits the current";
}

}  // namespace

std::vector<double> feasible_point(const ResistiveNetwork& network, Reduced& reduced) {
  DifferenceConstraints constraints(reduced);
  if (!constraints.run()) reduced.infeasible = contradiction(network, reduced, constraints.loop());
  std::vector<double> x = std::move(constraints.point());
  const double ground = x[0];
  for (double& value : x) value -= ground;
  return x;
}

void expand(const ResistiveNetwork& network, const Reduced& reduced, const std::vector<double>& x,
            const std::vector<double>& diode_currents, Solution& s) {
  const int nodes = network.node_count;
  s.node_voltages.resize(at(nodes));
  for (int k = 0; k < nodes; ++k)
    s.node_voltages[at(k)] = x[at(reduced.cluster[at(k)])] + reduced.offset[at(k)];
  std::vector<double> leaving(at(nodes), 0);
  const auto across = [&](int p, int n) { return s.node_voltages[at(p)] - s.node_voltages[at(n)]; };
  const auto carry = [&](int p, int n, double i) {
    leaving[at(p)] += i;
    leaving[at(n)] -= i;
  };
  const auto& d = network.diodes;
  s.diode_currents.resize(d.size());
  for (std::size_t k = 0; k < d.size(); ++k) {
    s.diode_currents[k] = diode_current(network.model_of(k), across(d.anode[k], d.cathode[k]));
  }
  for (std::size_t k = 0; k < reduced.diodes.size(); ++k) {
    if (reduced.diodes.ideal(k)) s.diode_currents[at(reduced.diodes.element[k])] += diode_currents[k];
  }
  s.voltage_source_currents.assign(network.voltage_sources.size(), 0);
  if (reduced.source_order.empty()) return;
  for (std::size_t k = 0; k < d.size(); ++k) carry(d.anode[k], d.cathode[k], s.diode_currents[k]);
  const auto& r = network.resistors;
  for (std::size_t k = 0; k < r.size(); ++k) carry(r.p[k], r.n[k], r.value[k] * across(r.p[k], r.n[k]));
  const auto& i = network.current_sources;
  for (std::size_t k = 0; k < i.size(); ++k) carry(i.p[k], i.n[k], i.value[k]);
  for (auto node = reduced.source_order.rbegin(); node != reduced.source_order.rend(); ++node) {
    const int k = reduced.source_edge[at(*node)];
    const int parent = reduced.source_parent[at(*node)];
    s.voltage_source_currents[at(k)] =
        network.voltage_sources.p[at(k)] == *node ? -leaving[at(*node)] : leaving[at(*node)];
    leaving[at(parent)] += leaving[at(*node)];
  }
}

}  // namespace nullor::resistive
