#include "nullor/resistive/solve.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include "nullor/resistive/cholesky.h"
#include "nullor/resistive/coordinate.h"
#include "nullor/resistive/kkt.h"
#include "nullor/resistive/mention.h"
#include "nullor/resistive/method.h"
#include "nullor/resistive/multigrid.h"

namespace nullor::resistive {
namespace {

std::size_t at(int k) { return static_cast<std::size_t>(k); }

constexpr std::array<std::string_view, 6> kNames = {"automatic",  "coordinate-descent",  "relaxation",
                                                    "active-set", "conjugate-gradients", "interior-point"};

/// A part that a current enters or leaves with nothing to bring it back: of clusters that edges and
/// conducting diodes join without ground, one whose injections do not add to zero. Empty when there is none.
std::string stranded_current(const ResistiveNetwork& network, const Reduced& reduced, const Iterate& found) {
  if (!reduced.tied) return {};
  std::vector<int> group(at(reduced.count));
  for (int k = 0; k < reduced.count; ++k) group[at(k)] = k;
  const auto find = [&](int k) {
    while (group[at(k)] != k) k = group[at(k)] = group[at(group[at(k)])];
    return k;
  };
  const auto join = [&](int a, int b) {
    a = find(a), b = find(b);
    group[at(std::max(a, b))] = std::min(a, b);
  };
  for (std::size_t k = 0; k < reduced.edges.size(); ++k) join(reduced.edges.a[k], reduced.edges.b[k]);
  for (std::size_t k = 0; k < reduced.diodes.size(); ++k) {
    if (found.currents[k] > 0) join(reduced.diodes.a[k], reduced.diodes.c[k]);
  }
  std::vector<double> sum(at(reduced.count)), size(at(reduced.count));
  for (int c = 1; c < reduced.count; ++c) {
    sum[at(find(c))] += reduced.injection[at(c)];
    size[at(find(c))] += std::fabs(reduced.injection[at(c)]);
  }
  for (int c = 1; c < reduced.count; ++c) {
    if (find(c) != c || !(std::fabs(sum[at(c)]) > 1e-9 * size[at(c)])) continue;
    std::vector<int> nodes;
    for (int node = 1; node < network.node_count; ++node) {
      if (find(reduced.cluster[at(node)]) == c) nodes.push_back(node);
    }
    std::vector<Element> sources;
    const auto& i = network.current_sources;
    for (std::size_t k = 0; k < i.size(); ++k) {
      if (find(reduced.cluster[at(i.p[k])]) == c || find(reduced.cluster[at(i.n[k])]) == c) {
        sources.push_back({ElementKind::current_source, static_cast<int>(k)});
      }
    }
    return "the current of " + mention(network, sources) + " has no way back from " +
           mention_nodes(network, nodes) + ": only diodes that block, or nothing, tie " +
           (nodes.size() == 1 ? "it" : "them") + " to ground";
  }
  return {};
}

class Portfolio {
 public:
  Portfolio(const ResistiveNetwork& network, const SolverOptions& options)
      : network_(network), options_(options), deadline_(options.time_limit, watcher()) {}

  Solution run() {
    network_.validate();
    reduced_ = reduce(network_);
    if (reduced_.infeasible.empty()) start_.x = feasible_point(network_, reduced_);
    Solution best;
    if (!reduced_.infeasible.empty()) {
      best.outcome = Outcome::infeasible;
      best.message = reduced_.infeasible;
    } else {
      const std::vector<Method> methods = order();
      for (std::size_t k = 0; k < methods.size(); ++k) {
        const bool cheaper_follows = std::count(methods.begin() + static_cast<std::ptrdiff_t>(k),
                                                methods.end(), Method::conjugate_gradients) > 0;
        Solution answer = attempt(methods[k], cheaper_follows);
        const bool better = best.node_voltages.empty() || !(answer.kkt_residual >= best.kkt_residual);
        if (better) best = std::move(answer);
        if (best.outcome != Outcome::not_converged || deadline_.passed()) break;
      }
    }
    best.node_names = network_.node_names;
    best.seconds = deadline_.elapsed();
    return best;
  }

 private:
  std::function<void(int)> watcher() const {
    if (!options_.progress) return {};
    return [this](int step) { options_.progress(attempted_, step); };
  }

  /// The methods to try, cheapest first.
  std::vector<Method> order() const {
    if (options_.method != Method::automatic) return {options_.method};
    const auto& d = reduced_.diodes;
    bool exponential = false, inner_ideal = false;
    for (std::size_t k = 0; k < d.size(); ++k) {
      exponential = exponential || d.exponential(k);
      inner_ideal = inner_ideal || (d.ideal(k) && d.a[k] != 0 && d.c[k] != 0);
    }
    std::vector<Method> methods;
    if (reduced_.count > kTiny && !reduced_.tied && !inner_ideal && !exponential) {
      methods.push_back(Method::relaxation);
    }
    if (reduced_.count <= kSmall) methods.push_back(Method::active_set);
    methods.push_back(Method::conjugate_gradients);
    methods.push_back(Method::active_set);
    if (!exponential) methods.push_back(Method::interior_point);
    return methods;
  }

  static constexpr int kTiny = 2000;  // clusters below which Cholesky's exactness costs next to nothing
  static constexpr int kSmall =
      20'000;  // clusters that Cholesky often factors faster than anything else settles

  /// `cheaper_follows`: a network that is dear to factor is left to conjugate gradients.
  Solution attempt(Method method, bool cheaper_follows) {
    Iterate iterate = start_;
    attempted_ = method;
    switch (method) {
      case Method::coordinate_descent:
        coordinate_descent(reduced_, options_, deadline_, iterate);
        break;
      case Method::relaxation:
        relaxation(reduced_, options_, deadline_, iterate);
        break;
      case Method::conjugate_gradients: {
        const auto solver = make_multigrid(options_.jobs);
        active_set(reduced_, *solver, options_, deadline_, iterate);
        break;
      }
      case Method::interior_point: {
        const auto solver = make_cholesky();
        interior_point(reduced_, *solver, options_, deadline_, iterate);
        break;
      }
      default: {
        const auto solver = make_cholesky(cheaper_follows ? 3e9 : 1e300);
        active_set(reduced_, *solver, options_, deadline_, iterate);
      }
    }
    Solution out;
    out.method = method;
    out.iterations = iterate.iterations;
    out.factorizations = iterate.factorizations;
    expand(network_, reduced_, iterate.x, iterate.currents, out);
    audit(network_, out);
    if (method != Method::relaxation && method != Method::coordinate_descent) polish(iterate.x, out);
    if (out.kkt_residual <= options_.tolerance) {
      out.outcome = Outcome::solved;
    } else if (method != Method::coordinate_descent) {
      out.message = stranded_current(network_, reduced_, iterate);
      if (!out.message.empty()) out.outcome = Outcome::infeasible;
    }
    start_.x = std::move(iterate.x);  // the next method goes on from here
    return out;
  }

  /// Diode currents by Kirchhoff's law along conducting diodes, where that proves more than the method's own.
  void polish(const std::vector<double>& x, Solution& answer) const {
    if (answer.kkt_residual < 1e-15) return;
    Solution other = answer;
    expand(network_, reduced_, x, diode_currents_at(reduced_, x), other);
    audit(network_, other);
    if (other.kkt_residual < answer.kkt_residual) answer = std::move(other);
  }

  const ResistiveNetwork& network_;
  const SolverOptions& options_;
  Deadline deadline_;
  Reduced reduced_;
  Iterate start_;
  Method attempted_ = Method::automatic;
};

}  // namespace

std::string_view name_of(Method method) { return kNames[static_cast<std::size_t>(method)]; }

Method method_of(std::string_view name, bool& found) {
  const auto at = std::find(kNames.begin(), kNames.end(), name);
  found = at != kNames.end();
  return found ? static_cast<Method>(at - kNames.begin()) : Method::automatic;
}

double Solution::voltage(std::string_view node) const {
  if (node == "gnd") node = "0";
  const int index = node_names ? node_names->find(node) : -1;
  if (index < 0) throw InputError(ErrorKind::usage, "there is no node '" + std::string(node) + "'");
  return node_voltages[at(index)];
}

Solution solve(const ResistiveNetwork& network, const SolverOptions& options) {
  return Portfolio(network, options).run();
}

}  // namespace nullor::resistive
