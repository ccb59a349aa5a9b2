#include "nullor/resistive/graph_learning.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "nullor/base/error.h"
#include "nullor/resistive/kkt.h"

namespace nullor::resistive {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

constexpr double kOff = 1e15;  ///< Ohm: a resistor that has learned to be none

/// Nodes 1.. are shuffled: which are inputs, which outputs, and the rest hidden, half of them excitatory.
LearningGraph placed(const GraphShape& shape, Rng& rng) {
  LearningGraph graph;
  graph.input_gain = shape.input_gain;
  const int inputs = 2 * shape.pixels + 2, count = inputs + shape.outputs + shape.hidden;
  std::vector<int> order(u(count));
  for (int& node : order) node = graph.network.add_node();
  for (std::size_t k = order.size(); k > 1; --k) std::swap(order[k - 1], order[rng.below(k)]);
  graph.inputs.assign(order.begin(), order.begin() + inputs);
  graph.outputs.assign(order.begin() + inputs, order.begin() + inputs + shape.outputs);
  for (const int node : graph.inputs) graph.network.add_voltage_source(node, 0, 0);
  for (const int node : graph.outputs) graph.network.add_current_source(0, node, 0);
  for (int k = 0; k < shape.hidden; ++k) {
    const int node = order[u(inputs + shape.outputs + k)];
    k % 2 == 0 ? graph.network.add_diode(0, node) : graph.network.add_diode(node, 0);
  }
  return graph;
}

void join(LearningGraph& graph, int p, int n, Rng& rng) {
  graph.network.add_resistor(p, n, 1 / std::max(rng.uniform(), 1 / kOff));
}

/// Sets the sources and returns the free state.
Solution settle(ResistiveNetwork& network, const char* state) {
  SolverOptions options;
  options.jobs = 1;
  Solution out = solve(network, options);
  if (out.outcome == Outcome::solved) return out;
  throw InputError(
      ErrorKind::no_convergence,
      std::string("the network has no ") + state + " state: " +
          (out.message.empty() ? "KKT residual " + std::to_string(out.kkt_residual) : out.message),
      {}, "lower the nudging or the rate");
}

void drive(LearningGraph& graph, const std::uint8_t* picture) {
  const int pixels = graph.pixels();
  std::vector<double>& volts = graph.network.voltage_sources.value;
  for (int j = 0; j < pixels; ++j) {
    volts[u(j)] = graph.input_gain * picture[j] / 255;
    volts[u(pixels + j)] = -volts[u(j)];
  }
  volts[u(2 * pixels)] = graph.input_gain;
  volts[u(2 * pixels + 1)] = -graph.input_gain;
}

/// The linear network of a state with its diodes frozen, driven by `currents` into the outputs alone.
std::vector<double> frozen_response(const LearningGraph& graph, const Solution& free,
                                    const std::vector<double>& currents) {
  ResistiveNetwork linear = graph.network;
  linear.diodes = {};
  std::fill(linear.voltage_sources.value.begin(), linear.voltage_sources.value.end(), 0.0);
  linear.current_sources.value = currents;
  const ResistiveNetwork::Diodes& diodes = graph.network.diodes;
  for (std::size_t d = 0; d < diodes.size(); ++d) {
    const DiodeModel& model = graph.network.model_of(d);
    const int p = diodes.anode[d], n = diodes.cathode[d];
    if (model.ideal() && free.conducting[d]) {
      linear.add_voltage_source(p, n, 0);
    } else {
      const double slope = diode_conductance(model, free.node_voltages[u(p)] - free.node_voltages[u(n)]);
      if (slope > 0) linear.add_resistor(p, n, 1 / slope);
    }
  }
  return settle(linear, "frozen").node_voltages;
}

std::vector<double> difference(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> out(a.size());
  for (std::size_t k = 0; k < a.size(); ++k) out[k] = a[k] - b[k];
  return out;
}

/// Adds factor[i] * d_i to `to`.
void add(std::vector<double>& to, const std::vector<double>& d, double factor) {
  for (std::size_t k = 0; k < to.size(); ++k) to[k] += factor * d[k];
}

struct Phase {
  double strength, into_middle, into_change;
};

/// Nudged states and what their differences from the free one add to m and c.
std::vector<Phase> phases(const GraphTraining& options) {
  const double s = options.nudging;
  switch (options.rule) {
    case LearningRule::centered:
      return {{s, 0.5, 0.5 / s}, {-s, 0.5, -0.5 / s}};
    case LearningRule::positive:
      return {{s, 0.5, 1 / s}};
    case LearningRule::negative:
      return {{-s, 0.5, -1 / s}};
    case LearningRule::frequency: {
      // Eight readings of a period; four differ, and two see no nudge.
      const double r = std::numbers::sqrt2 / 2;
      return {{s, 0.125, 0.25 / s},
              {r * s, 0.25, 0.5 * r / s},
              {-r * s, 0.25, -0.5 * r / s},
              {-s, 0.125, -0.25 / s}};
    }
    default:
      return {};
  }
}

}  // namespace

LearningGraph grid_graph(const GraphShape& shape, Rng rng) {
  LearningGraph graph = placed(shape, rng);
  const int count = graph.network.node_count - 1;
  const int side = static_cast<int>(std::ceil(std::sqrt(count)));
  for (int k = 0; k < count; ++k) {
    const int row = k / side, column = k % side;
    const auto to = [&](int r, int c) {
      if (c >= 0 && c < side && r * side + c < count) join(graph, 1 + k, 1 + r * side + c, rng);
    };
    to(row, column + 1);
    to(row + 1, column - 1);
    to(row + 1, column);
    to(row + 1, column + 1);
  }
  return graph;
}

LearningGraph random_graph(const GraphShape& shape, Rng rng) {
  LearningGraph graph = placed(shape, rng);
  const auto count = static_cast<std::uint64_t>(graph.network.node_count - 1);
  std::vector<char> input(u(graph.network.node_count));
  for (const int node : graph.inputs) input[u(node)] = 1;
  const auto node = [&] { return 1 + static_cast<int>(rng.below(count)); };
  const auto wanted = static_cast<std::size_t>(shape.degree * static_cast<double>(count) / 2);
  for (const int output : graph.outputs) {
    for (int k = 0; k < static_cast<int>(shape.degree); ++k) {
      int other = node();
      while (other == output) other = node();
      join(graph, output, other, rng);
    }
  }
  while (graph.network.resistors.size() < wanted) {
    const int p = node(), n = node();
    if (p != n && !(input[u(p)] && input[u(n)])) join(graph, p, n, rng);
  }
  return graph;
}

std::vector<double> read_gradient(LearningGraph& graph, const std::uint8_t* picture, int label,
                                  const GraphTraining& options, DeepScore* score) {
  drive(graph, picture);
  std::vector<double>& currents = graph.network.current_sources.value;
  std::fill(currents.begin(), currents.end(), 0.0);
  const Solution free = settle(graph.network, "free");
  const std::vector<double>& v = free.node_voltages;
  std::vector<double> error(graph.outputs.size());
  std::size_t best = 0;
  double loss = 0;
  for (std::size_t k = 0; k < error.size(); ++k) {
    const double o = v[u(graph.outputs[k])];
    error[k] = (static_cast<int>(k) == label ? 1 : 0) - o;
    loss += 0.5 * error[k] * error[k];
    if (o > v[u(graph.outputs[best])]) best = k;
  }
  if (score) *score = {loss, static_cast<int>(best) == label ? 0.0 : 1.0, free.dissipated_power, 0};

  std::vector<double> middle = v, change(v.size());
  if (options.rule == LearningRule::adjoint) {
    change = frozen_response(graph, free, error);
  } else if (options.rule == LearningRule::coupled) {
    ResistiveNetwork clamped = graph.network;
    for (std::size_t k = 0; k < error.size(); ++k) {
      clamped.add_voltage_source(graph.outputs[k], 0, v[u(graph.outputs[k])] + options.nudging * error[k]);
    }
    const std::vector<double> d = difference(settle(clamped, "clamped").node_voltages, v);
    add(middle, d, 0.5);
    add(change, d, 1 / options.nudging);
  } else {
    for (const Phase& phase : phases(options)) {
      for (std::size_t k = 0; k < error.size(); ++k) currents[k] = phase.strength * error[k];
      const std::vector<double> d = difference(settle(graph.network, "nudged").node_voltages, v);
      add(middle, d, phase.into_middle);
      add(change, d, phase.into_change);
    }
    std::fill(currents.begin(), currents.end(), 0.0);
  }
  const ResistiveNetwork::Branches& r = graph.network.resistors;
  std::vector<double> out(r.size());
  for (std::size_t k = 0; k < r.size(); ++k) {
    out[k] = (middle[u(r.p[k])] - middle[u(r.n[k])]) * (change[u(r.p[k])] - change[u(r.n[k])]);
  }
  return out;
}

GraphTrainer::GraphTrainer(LearningGraph& graph, const ImageSet& training, const GraphTraining& options)
    : graph_(graph), training_(training), options_(options) {
  if (options.rule == LearningRule::backpropagation || options.rule == LearningRule::agnostic) {
    throw InputError(ErrorKind::usage,
                     "networks of any topology have no sweeps to go back through and no springs", {},
                     "rules: centered, positive, negative, adjoint, coupled, frequency");
  }
  if (!(options.nudging > 0) || options.batch < 1 || !(options.rate >= 0)) {
    throw InputError(ErrorKind::usage, "nudging and batch must be positive, the rate not negative");
  }
  if (training.size() != u(graph.pixels())) {
    throw InputError(ErrorKind::input_output, "pictures of " + std::to_string(training.size()) +
                                                  " values for a network of " +
                                                  std::to_string(graph.pixels()));
  }
}

EpochReport GraphTrainer::run_epoch(const std::function<bool(double)>& progress) {
  const std::size_t count = training_.count(), batch = u(options_.batch);
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  Rng rng = Rng(options_.seed).split(1000 + static_cast<std::uint64_t>(epoch));
  for (std::size_t k = count; k > 1; --k) std::swap(order[k - 1], order[rng.below(k)]);
  const double rate = options_.rate * std::pow(options_.decay, epoch);
  std::vector<double>& g = graph_.network.resistors.value;
  EpochReport report;
  DeepScore& sum = report.training;
  for (std::size_t first = 0; first < count; first += batch) {
    const std::size_t last = std::min(count, first + batch);
    std::vector<double> mean(g.size());
    for (std::size_t k = first; k < last; ++k) {
      DeepScore one;
      add(mean,
          read_gradient(graph_, training_.picture(order[k]), training_.labels[order[k]], options_, &one),
          1 / static_cast<double>(last - first));
      sum.loss += one.loss / static_cast<double>(count);
      sum.error += one.error / static_cast<double>(count);
      sum.power += one.power / static_cast<double>(count);
    }
    for (std::size_t k = 0; k < g.size(); ++k) g[k] = std::max(1 / kOff, g[k] - rate * mean[k]);
    if (progress && !progress(static_cast<double>(last) / static_cast<double>(count))) return report;
  }
  report.epoch = ++epoch;
  return report;
}

DeepScore evaluate(LearningGraph& graph, const ImageSet& set) {
  DeepScore sum;
  const double share = 1 / static_cast<double>(std::max<std::size_t>(set.count(), 1));
  std::vector<double>& currents = graph.network.current_sources.value;
  std::fill(currents.begin(), currents.end(), 0.0);
  for (std::size_t k = 0; k < set.count(); ++k) {
    drive(graph, set.picture(k));
    const Solution free = settle(graph.network, "free");
    std::size_t best = 0;
    for (std::size_t i = 0; i < graph.outputs.size(); ++i) {
      const double o = free.node_voltages[u(graph.outputs[i])];
      sum.loss += share * 0.5 * std::pow(o - (set.labels[k] == i ? 1 : 0), 2);
      if (o > free.node_voltages[u(graph.outputs[best])]) best = i;
    }
    sum.error += best == set.labels[k] ? 0 : share;
    sum.power += share * free.dissipated_power;
  }
  return sum;
}

ImageSet pooled(const ImageSet& set, int side) {
  ImageSet out;
  out.width = set.width / side;
  out.height = set.height / side;
  out.classes = set.classes;
  out.labels = set.labels;
  const int area = side * side * set.channels;
  for (std::size_t k = 0; k < set.count(); ++k) {
    const std::uint8_t* from = set.picture(k);
    for (int y = 0; y < out.height; ++y) {
      for (int x = 0; x < out.width; ++x) {
        int sum = 0;
        for (int c = 0; c < set.channels; ++c) {
          for (int i = 0; i < side * side; ++i) {
            sum += from[(c * set.height + y * side + i / side) * set.width + x * side + i % side];
          }
        }
        out.pixels.push_back(static_cast<std::uint8_t>((sum + area / 2) / area));
      }
    }
  }
  return out;
}

}  // namespace nullor::resistive
