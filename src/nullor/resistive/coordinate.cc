#include "nullor/resistive/coordinate.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace nullor::resistive {
namespace {

std::size_t at(int k) { return static_cast<std::size_t>(k); }

constexpr double kMaxExponent = 80;

/// Current and slope of a diode that is not ideal, `over` its drop.
std::pair<double, double> current_and_slope(const Reduced::Diodes& d, std::size_t k, double over) {
  if (!d.exponential(k)) return {std::max(over, 0.0) * d.slope[k], over > 0 ? d.slope[k] : 0};
  const double w = over / d.ve[k], e = d.is[k] * std::exp(std::min(w, kMaxExponent));
  return {e * (1 + std::max(w - kMaxExponent, 0.0)) - d.is[k], e / d.ve[k]};
}

}  // namespace

double Coordinate::best(int cluster, double conductance, double pull, double from,
                        std::span<const double> x) const {
  double low = -HUGE_VAL, high = HUGE_VAL;
  bool curved = false;
  for (const int k : diodes_.of(cluster)) {
    const bool anode = d_.a[at(k)] == cluster;
    if (!d_.ideal(at(k))) {
      curved = true;
    } else if (anode) {
      high = std::min(high, x[at(d_.c[at(k)])] + d_.drop[at(k)]);
    } else {
      low = std::max(low, x[at(d_.a[at(k)])] - d_.drop[at(k)]);
    }
  }
  const auto clip = [&](double p) { return std::min(std::max(p, low), high); };
  if (!curved)
    return conductance > 0 ? clip(pull / conductance) : clip(pull > 0 ? high : pull < 0 ? low : from);
  const auto f = [&](double p) {
    double value = conductance * p - pull, slope = conductance;
    for (const int k : diodes_.of(cluster)) {
      if (d_.ideal(at(k))) continue;
      const bool anode = d_.a[at(k)] == cluster;
      const double other = x[at(anode ? d_.c[at(k)] : d_.a[at(k)])];
      const auto [i, g] = current_and_slope(d_, at(k), (anode ? p - other : other - p) - d_.drop[at(k)]);
      value += anode ? i : -i;
      slope += g;
    }
    return std::pair(value, slope);
  };
  // Newton's method between points where f is known to be below and above 0.
  double below = -HUGE_VAL, above = HUGE_VAL, p = clip(from);
  for (int k = 0; k < 200; ++k) {
    const auto [value, slope] = f(p);
    if (value == 0) break;
    (value < 0 ? below : above) = p;
    double next = slope > 0 ? p - value / slope : (value < 0 ? p + 1 : p - 1);
    if (!(next > below && next < above) || (k > 60 && std::isfinite(below) && std::isfinite(above))) {
      if (!std::isfinite(below) || !std::isfinite(above)) break;  // the step is below rounding
      next = 0.5 * (below + above);
    }
    const double moved = std::fabs(next - p);
    p = next;
    if (moved <= 1e-16 * std::fabs(p)) break;
  }
  return clip(p);
}

namespace {

/// A spanning forest of the ideal diodes that are at their drop, ground first, and the currents in it.
class TightForest {
 public:
  TightForest(const Reduced& reduced, const std::vector<double>& x)
      : r_(reduced), d_(reduced.diodes), parent_(at(reduced.count)), leaving_(at(reduced.count)) {
    std::iota(parent_.begin(), parent_.end(), 0);
    sum_leaving(x);
    // A diode in the direction in which its ends need a current is the likelier one among parallel ones.
    const double tolerance = 1e-11 * r_.voltage_scale;
    for (const bool wanted : {true, false}) {
      for (std::size_t k = 0; k < d_.size(); ++k) {
        const double over = x[at(d_.a[k])] - x[at(d_.c[k])] - d_.drop[k];
        if (!d_.ideal(k) || over < -tolerance || fits(k) != wanted) continue;
        const int a = find(d_.a[k]), c = find(d_.c[k]);
        if (a == c) continue;
        parent_[at(std::max(a, c))] = std::min(a, c);
        tree_.push_back(static_cast<int>(k));
        from_.push_back(d_.a[k]);
        to_.push_back(d_.c[k]);
      }
    }
  }

  std::vector<double> currents() {
    std::vector<double> out(d_.size(), 0);
    const Adjacency tree(r_.count, from_, to_);
    std::vector<int> order, by(at(r_.count), -1);
    std::vector<char> seen(at(r_.count), 0);
    for (int root = 0; root < r_.count; ++root) {  // cluster 0 first: what is left over goes to ground
      if (seen[at(root)] || tree.of(root).empty()) continue;
      seen[at(root)] = 1;
      order.push_back(root);
      for (std::size_t head = order.size() - 1; head < order.size(); ++head) {
        for (const int branch : tree.of(order[head])) {
          const int other = from_[at(branch)] == order[head] ? to_[at(branch)] : from_[at(branch)];
          if (seen[at(other)]) continue;
          seen[at(other)] = 1;
          by[at(other)] = branch;
          order.push_back(other);
        }
      }
    }
    for (auto c = order.rbegin(); c != order.rend(); ++c) {
      const int branch = by[at(*c)];
      if (branch < 0) continue;
      const bool anode = from_[at(branch)] == *c;
      out[at(tree_[at(branch)])] = anode ? -leaving_[at(*c)] : leaving_[at(*c)];
      leaving_[at(anode ? to_[at(branch)] : from_[at(branch)])] += leaving_[at(*c)];
    }
    return out;
  }

 private:
  int find(int k) {
    while (parent_[at(k)] != k) k = parent_[at(k)] = parent_[at(parent_[at(k)])];
    return k;
  }
  bool fits(std::size_t k) const {
    return (d_.a[k] == 0 || leaving_[at(d_.a[k])] < 0) && (d_.c[k] == 0 || leaving_[at(d_.c[k])] > 0);
  }
  void sum_leaving(const std::vector<double>& x) {
    for (std::size_t c = 0; c < leaving_.size(); ++c) leaving_[c] = -r_.injection[c];
    const auto& e = r_.edges;
    for (std::size_t k = 0; k < e.size(); ++k) {
      const double i = e.g[k] * (x[at(e.a[k])] - x[at(e.b[k])]);
      leaving_[at(e.a[k])] += i;
      leaving_[at(e.b[k])] -= i;
    }
    for (std::size_t k = 0; k < d_.size(); ++k) {
      if (d_.ideal(k)) continue;
      const double i = current_and_slope(d_, k, x[at(d_.a[k])] - x[at(d_.c[k])] - d_.drop[k]).first;
      leaving_[at(d_.a[k])] += i;
      leaving_[at(d_.c[k])] -= i;
    }
  }

  const Reduced& r_;
  const Reduced::Diodes& d_;
  std::vector<int> parent_;
  std::vector<double> leaving_;
  std::vector<int> tree_, from_, to_;
};

}  // namespace

std::vector<double> diode_currents_at(const Reduced& reduced, const std::vector<double>& x) {
  return TightForest(reduced, x).currents();
}

}  // namespace nullor::resistive
