#include "nullor/resistive/deep_gradient.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "nullor/resistive/deep_rules.h"

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

/// Sweeps after which states of published networks have stopped moving in float32.
constexpr int kSettled = 200;

/// Sum over the ranks of rows x columns, as (below, above).
void add_plane(const DeepParameters& parameters, const DeepRule& rule, int p, double share,
               std::vector<double>& out) {
  const DeepPlane& plane = parameters.planes[u(p)];
  const DeepLayer &below = parameters.layers[u(p)], &above = parameters.layers[u(p + 1)];
  RankList lists[2];
  rule.lists(parameters, p, lists);
  const int row_pitch = plane.rows_below ? below.pitch : above.pitch;
  const int column_pitch = plane.rows_below ? above.pitch : below.pitch;
  for (int j = 0; j < below.width; ++j) {
    for (int k = 0; k < above.width; ++k) {
      const int row = plane.rows_below ? j : k, column = plane.rows_below ? k : j;
      double sum = double{rule.products[u(p)][u(j)]} + double{rule.products[u(p + 1)][u(k)]};
      for (const RankList& list : lists) {
        for (int i = 0; i < list.rank; ++i) {
          sum -= double{list.rows[i * row_pitch + row]} * double{list.columns[i * column_pitch + column]};
        }
      }
      out[u(j) * u(above.width) + u(k)] += share * sum;
    }
  }
}

/// Pairs of +x and -x: -+x sum of c, and the sum of m c.
void add_input(const DeepParameters& parameters, const DeepRule& rule, const PackedPictures& pictures,
               double share, std::vector<double>& out) {
  const DeepLayer& first = parameters.layers.front();
  const NodeArray& change = rule.change.front();
  const int count = pictures.groups() * kPictureGroup;
  for (int k = 0; k < first.width; ++k) {
    std::vector<double> sums(u(count));
    for (int i = 0; i < change.pictures; ++i) sums[u(i % count)] += double{change[i][k]};
    for (int j = 0; j < parameters.pixels; ++j) {
      double cross = 0;
      for (int b = 0; b < count; ++b) {
        cross +=
            double{pictures.group(b / kPictureGroup).x[j * kPictureGroup + b % kPictureGroup]} * sums[u(b)];
      }
      const double product = rule.products.front()[u(k)];
      out[u(j) * u(first.width) + u(k)] += share * (product - cross);
      out[u(parameters.pixels + j) * u(first.width) + u(k)] += share * (product + cross);
    }
  }
}

}  // namespace

DeepGradient read_gradient(const DeepNetwork& network, const ImageSet& set, const DeepTraining& options,
                           int free_sweeps) {
  network.check("network");
  check_fit(network, set);
  DeepParameters parameters(network, deep_kernels(options.instruction_set.c_str()));
  ThreadTeam team(options.jobs > 0 ? options.jobs : 1);
  DeepTraining together = options;
  together.batch = kPictureGroup;
  DeepRule rule(parameters, together);
  PackedPictures pictures(parameters.pixels, kPictureGroup);
  DeepGradient out;
  for (int l = 0; l < network.layers(); ++l) {
    out.conductances.emplace_back(network.conductances[u(l)].size());
    out.biases.emplace_back(network.biases[u(l)].size());
  }
  std::vector<std::size_t> order(set.count());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const double share = 1.0 / static_cast<double>(set.count());
  for (std::size_t first = 0; first < set.count(); first += kPictureGroup) {
    const int count = static_cast<int>(std::min<std::size_t>(kPictureGroup, set.count() - first));
    pictures.pack(set, order.data() + first, count, parameters.input_gain);
    DeepState state(parameters, kPictureGroup);
    team.run([&](int member) {
      drive_nodes(parameters, team, member, pictures, state.drive);
      relax_free(parameters, team, member, state, free_sweeps);
      rule.read(parameters, team, member, state, set.labels.data() + first, count);
    });
    add_input(parameters, rule, pictures, share, out.conductances[0]);
    for (int p = 0; p + 1 < network.layers(); ++p)
      add_plane(parameters, rule, p, share, out.conductances[u(p + 1)]);
    for (int l = 0; l < network.layers(); ++l) {
      const NodeArray& change = rule.change[u(l)];
      for (int i = 0; i < change.pictures; ++i) {
        for (int k = 0; k < parameters.layers[u(l)].width; ++k) {
          out.biases[u(l)][u(k)] -= share * double{change[i][k]} / parameters.layers[u(l)].amplification;
        }
      }
    }
  }
  return out;
}

DeepGradient exact_gradient(const DeepNetwork& network, const ImageSet& set, int jobs) {
  DeepTraining options;
  options.rule = LearningRule::adjoint;
  options.iterations = kSettled;
  options.jobs = jobs;
  return read_gradient(network, set, options, kSettled);
}

GradientAgreement compare(const DeepGradient& gradient, const DeepGradient& exact, std::size_t layer) {
  const std::vector<double>&a = gradient.conductances[layer], &b = exact.conductances[layer];
  double aa = 0, bb = 0, ab = 0, difference = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    aa += a[k] * a[k];
    bb += b[k] * b[k];
    ab += a[k] * b[k];
    difference += (a[k] - b[k]) * (a[k] - b[k]);
  }
  return {ab / std::sqrt(aa * bb), std::sqrt(difference / bb), std::sqrt(aa / bb)};
}

}  // namespace nullor
