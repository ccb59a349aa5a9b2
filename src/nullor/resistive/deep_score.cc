#include "nullor/resistive/deep_score.h"

#include <algorithm>
#include <chrono>
#include <numeric>

#include "nullor/resistive/packed_pictures.h"

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

/// Pictures that relax together.
constexpr int kTogether = 16;

}  // namespace

int ScoreSum::add(const DeepLayer& output, const float* v, int label) {
  int best = 0;
  for (int k = 0; k < output.width; ++k) {
    const double error = v[k] * output.amplification - (k == label ? 1 : 0);
    loss_ += 0.5 * error * error;
    if (v[k] > v[best]) best = k;
  }
  ++count_;
  wrong_ += best != label;
  return best;
}

DeepScore ScoreSum::mean() const {
  const double count = static_cast<double>(std::max<std::size_t>(count_, 1));
  return {loss_ / count, static_cast<double>(wrong_) / count, power_ / count, 0};
}

InputRowSums::InputRowSums(const DeepParameters& parameters) : both(u(parameters.pixels)) {
  for (int j = 0; j < parameters.pixels; ++j) {
    for (int k = 0; k < parameters.layers.front().width; ++k) {
      both[u(j)] += double{parameters.input_at(j, 0, k)} + double{parameters.input_at(j, 1, k)};
    }
  }
}

std::vector<double> dissipation(const DeepParameters& parameters, const InputRowSums& rows,
                                const DeepState& state, const ImageSet& set, const std::size_t* chosen,
                                int count) {
  std::vector<double> out(u(count));
  const int layers = parameters.layer_count();
  for (int l = 0; l < layers; ++l) {
    const DeepLayer& layer = parameters.layers[u(l)];
    const double scale = layer.amplification * layer.amplification;
    // What the layer below drives in. Its own conductances alone: a plane further down has its own sums.
    NodeArray inflow(state.pictures, layer.pitch);
    if (l > 0) {
      const DeepPlane& plane = parameters.planes[u(l - 1)];
      const NodeArray& x = state.v[u(l - 1)];
      const int end = plane.rows_below ? layer.pitch : layer.width;
      (plane.rows_below ? parameters.kernels.from_rows : parameters.kernels.from_columns)(
          plane.view(), x[0], x.pitch, inflow[0], inflow.pitch, state.pictures, 0, end);
    }
    for (int b = 0; b < count; ++b) {
      double power = 0;
      const float* drive = l == 0 ? state.drive[b] : inflow[b];
      const auto sums = [&](int p, bool below) {
        const DeepPlane& plane = parameters.planes[u(p)];
        return plane.rows_below == below ? plane.row_sums.data() : plane.column_sums.data();
      };
      const float* columns = l == 0 ? parameters.input_sums.data() : sums(l - 1, false);
      for (int k = 0; k < layer.width; ++k) {
        const double v = state.v[u(l)][b][k];
        power += v * (v * columns[k] - 2 * double{drive[k]});
      }
      if (l == 0) {
        const std::uint8_t* picture = set.picture(chosen[b]);
        for (int j = 0; j < parameters.pixels; ++j) {
          const double x = parameters.input_gain * picture[j] / 255;
          power += x * x * rows.both[u(j)];
        }
      } else {
        const float* row_sums = sums(l - 1, true);
        for (int j = 0; j < parameters.layers[u(l - 1)].width; ++j) {
          const double v = state.v[u(l - 1)][b][j];
          power += v * v * row_sums[j];
        }
      }
      out[u(b)] += scale * power;
    }
  }
  return out;
}

DeepScore score_of(const DeepParameters& parameters, ThreadTeam& team, const ImageSet& set, int sweeps,
                   std::vector<std::uint8_t>* answers) {
  const auto start = std::chrono::steady_clock::now();
  PackedPictures pictures(parameters.pixels, kTogether);
  DeepState state(parameters, kTogether);
  const InputRowSums rows(parameters);
  ScoreSum score;
  std::vector<std::size_t> order(set.count());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (answers) answers->assign(set.count(), 0);
  team.run([&](int member) {
    for (std::size_t first = 0; first < set.count(); first += kTogether) {
      const int count = static_cast<int>(std::min<std::size_t>(kTogether, set.count() - first));
      if (member == 0) pictures.pack(set, order.data() + first, count, parameters.input_gain);
      for (int l = 0; l < parameters.layer_count(); ++l) {
        const ThreadTeam::Range own = parameters.layers[u(l)].share(team, member);
        for (int b = 0; b < kTogether; ++b) {
          std::fill(state.v[u(l)][b] + own.begin, state.v[u(l)][b] + own.end, 0.0f);
        }
      }
      team.barrier();
      drive_nodes(parameters, team, member, pictures, state.drive);
      relax_free(parameters, team, member, state, sweeps);
      if (member == 0) {
        for (int b = 0; b < count; ++b) {
          const int best = score.add(parameters.output(), state.v.back()[b], set.labels[first + u(b)]);
          if (answers) (*answers)[first + u(b)] = static_cast<std::uint8_t>(best);
        }
        for (const double watts : dissipation(parameters, rows, state, set, order.data() + first, count)) {
          score.add_power(watts);
        }
      }
      team.barrier();
    }
  });
  DeepScore out = score.mean();
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return out;
}

}  // namespace nullor
