#include "nullor/resistive/deep_relaxation.h"

#include <algorithm>

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

float clip(float value, float low, float high) { return std::min(std::max(value, low), high); }

std::vector<NodeArray> arrays(const DeepParameters& parameters, int pictures) {
  std::vector<NodeArray> out;
  for (const DeepLayer& layer : parameters.layers) out.emplace_back(pictures, layer.pitch);
  return out;
}

/// Nodes that are set together, so that what is read and written of them stays in the first level of the
/// cache: a whole number of the kernels' pieces in both directions.
constexpr int kTogether = 8 * 3 * kPadding;

/// Calls set(layer, nodes) for all pieces of the member's nodes in the layers of one half sweep, then meets
/// the others.
template <class Set>
void half_sweep(const DeepParameters& parameters, ThreadTeam& team, int member, int parity, const Set& set) {
  for (int l = parity; l < parameters.layer_count(); l += 2) {
    const ThreadTeam::Range own = parameters.layers[u(l)].share(team, member);
    for (int begin = own.begin; begin < own.end; begin += kTogether)
      set(l, ThreadTeam::Range{begin, std::min(begin + kTogether, own.end)});
  }
  team.barrier();
}

/// What reaches the nodes from outside; `drive` may be null.
void begin_at(const DeepLayer& layer, const float* drive, float* to, ThreadTeam::Range own) {
  const float* bias = layer.bias.data();
  if (!drive) {
    std::copy(bias + own.begin, bias + own.end, to + own.begin);
  } else {
    for (int k = own.begin; k < own.end; ++k) to[k] = bias[k] + drive[k];
  }
}

/// (1) for one layer; `behind` may be null.
void settle(const DeepLayer& layer, bool with_ideal_diodes, NodeArray& v, NodeArray* behind,
            ThreadTeam::Range own) {
  for (int b = 0; b < v.pictures; ++b) {
    float* value = v[b];
    float* rest = behind ? (*behind)[b] : nullptr;
    if (with_ideal_diodes) {
      for (int k = own.begin; k < own.end; ++k) {
        const float unheld = value[k] * layer.inverse[u(k)];
        const float held = clip(unheld, layer.lower[u(k)], layer.upper[u(k)]);
        value[k] = held;
        if (rest) rest[k] = unheld - held;
      }
    } else {
      for (int k = own.begin; k < std::min(own.end, layer.width); ++k) {
        if (rest) rest[k] = value[k];
        value[k] = static_cast<float>(layer.response(value[k], layer.total[u(k)], layer.sign[u(k)]).voltage);
      }
    }
  }
}

/// (2) for one hidden layer. d holds sum_j g_jk d_j and is replaced.
void settle_difference(const DeepLayer& layer, bool with_ideal_diodes, bool linear, const NodeArray& v,
                       const NodeArray& behind, NodeArray& d, ThreadTeam::Range own) {
  for (int i = 0; i < d.pictures; ++i) {
    const float* at = v[i % v.pictures];
    const float* rest = behind[i % v.pictures];
    float* out = d[i];
    if (with_ideal_diodes && linear) {
      for (int k = own.begin; k < own.end; ++k) out[k] = rest[k] == 0 ? out[k] * layer.inverse[u(k)] : 0.0f;
    } else if (with_ideal_diodes) {
      for (int k = own.begin; k < own.end; ++k) {
        out[k] = clip(out[k] * layer.inverse[u(k)] + rest[k], layer.lower[u(k)] - at[k],
                      layer.upper[u(k)] - at[k]);
      }
    } else {
      for (int k = own.begin; k < std::min(own.end, layer.width); ++k) {
        const double total = layer.total[u(k)], sign = layer.sign[u(k)], change = out[k];
        const UnitResponse::Point free = layer.response(rest[k], total, sign);
        out[k] =
            static_cast<float>(linear ? change / (total + free.conductance)
                                      : layer.response(rest[k] + change, total, sign).voltage - free.voltage);
      }
    }
  }
}

}  // namespace

DeepState::DeepState(const DeepParameters& parameters, int count)
    : pictures(count),
      drive(count, parameters.layers.front().pitch),
      v(arrays(parameters, count)),
      behind(arrays(parameters, count)) {}

DifferenceState::DifferenceState(const DeepParameters& parameters, int count, int phases)
    : pictures(count), d(arrays(parameters, count * phases)) {}

void add_neighbours(const DeepParameters& parameters, int l, const std::vector<NodeArray>& values,
                    NodeArray& out, ThreadTeam::Range own, const std::vector<char>& zero) {
  const auto add = [&](int p, int other, bool from_rows) {
    if (!zero.empty() && zero[u(other)]) return;
    const DeepPlane& plane = parameters.planes[u(p)];
    const NodeArray& x = values[u(other)];
    const int end = from_rows ? own.end : std::min(own.end, plane.rows);
    if (own.begin >= end) return;
    (from_rows ? parameters.kernels.from_rows : parameters.kernels.from_columns)(
        plane.view(), x[0], x.pitch, out[0], out.pitch, out.pictures, own.begin, end);
  };
  if (l > 0) add(l - 1, l - 1, parameters.planes[u(l - 1)].rows_below);
  if (l + 1 < parameters.layer_count()) add(l, l + 1, !parameters.planes[u(l)].rows_below);
}

void drive_nodes(const DeepParameters& parameters, ThreadTeam& team, int member,
                 const PackedPictures& pictures, NodeArray& drive) {
  const DeepKernels& kernels = parameters.kernels;
  const DeepLayer& first = parameters.layers.front();
  const ThreadTeam::Range own = first.share(team, member);
  for (int t = own.begin / kernels.lanes; t < own.end / kernels.lanes; ++t) {
    for (int k = 0; k < pictures.groups(); ++k) {
      kernels.input_product(parameters.input_view(), pictures.group(k), drive[k * kPictureGroup], first.pitch,
                            t, t + 1);
    }
  }
}

void relax_free(const DeepParameters& parameters, ThreadTeam& team, int member, DeepState& state,
                int sweeps) {
  for (int sweep = 0; sweep < sweeps; ++sweep) {
    const bool last = sweep + 1 == sweeps;
    for (int parity = 0; parity < 2; ++parity) {
      half_sweep(parameters, team, member, parity, [&](int l, ThreadTeam::Range own) {
        const DeepLayer& layer = parameters.layers[u(l)];
        NodeArray& v = state.v[u(l)];
        for (int b = 0; b < state.pictures; ++b)
          begin_at(layer, l == 0 ? state.drive[b] : nullptr, v[b], own);
        add_neighbours(parameters, l, state.v, v, own, {});
        settle(layer, parameters.ideal_diodes, v, last ? &state.behind[u(l)] : nullptr, own);
      });
    }
  }
}

namespace {

/// Sets the outputs of a difference; d holds sum_j g_jk d_j.
void pull_outputs(const DeepLayer& layer, const NodeArray& error, const Nudge& nudge, NodeArray& d,
                  ThreadTeam::Range own) {
  for (int i = 0; i < d.pictures; ++i) {
    const float* pull = error[i % error.pictures];
    const float s = static_cast<float>(nudge.strengths[u(i / error.pictures)]);
    float* out = d[i];
    for (int k = own.begin; k < std::min(own.end, layer.width); ++k) {
      switch (nudge.kind) {
        case Nudge::Kind::conductance:
          out[k] = (out[k] + s * pull[k]) / (layer.total[u(k)] + (nudge.linear ? 0.0f : s));
          break;
        case Nudge::Kind::current:
          out[k] = (out[k] + s * pull[k]) / layer.total[u(k)];
          break;
        case Nudge::Kind::clamp:
          out[k] = s * pull[k];
          break;
      }
    }
  }
}

}  // namespace

void relax_difference(const DeepParameters& parameters, ThreadTeam& team, int member, const DeepState& free,
                      const NodeArray& error, const Nudge& nudge, int sweeps, DifferenceState& state) {
  const int output = parameters.layer_count() - 1;
  // Layers that the nudge has not reached hold zero: their products are left out.
  std::vector<char> zero(parameters.layers.size(), 1);
  for (int sweep = 0; sweep < sweeps; ++sweep) {
    for (int parity = 0; parity < 2; ++parity) {
      half_sweep(parameters, team, member, parity, [&](int l, ThreadTeam::Range own) {
        const DeepLayer& layer = parameters.layers[u(l)];
        NodeArray& d = state.d[u(l)];
        for (int i = 0; i < d.pictures; ++i) std::fill(d[i] + own.begin, d[i] + own.end, 0.0f);
        const bool below = l == 0 || zero[u(l - 1)], above = l == output || zero[u(l + 1)];
        if (l != output && below && above) return;
        if (l != output || nudge.kind != Nudge::Kind::clamp)
          add_neighbours(parameters, l, state.d, d, own, zero);
        if (l == output) {
          pull_outputs(layer, error, nudge, d, own);
        } else {
          settle_difference(layer, parameters.ideal_diodes, nudge.linear, free.v[u(l)], free.behind[u(l)], d,
                            own);
        }
      });
      for (int l = parity; l <= output; l += 2) {
        const bool below = l == 0 || zero[u(l - 1)], above = l == output || zero[u(l + 1)];
        if (l == output || !below || !above) zero[u(l)] = 0;
      }
    }
  }
}

void relax_nudged(const DeepParameters& parameters, ThreadTeam& team, int member, const DeepState& free,
                  const NodeArray& error, const Nudge& nudge, int sweeps, DifferenceState& state) {
  const int output = parameters.layer_count() - 1;
  const auto own_of = [&](int l) { return parameters.layers[u(l)].share(team, member); };
  for (int l = 0; l <= output; ++l) {
    const ThreadTeam::Range own = own_of(l);
    for (int i = 0; i < state.d[u(l)].pictures; ++i) {
      const float* from = free.v[u(l)][i % free.pictures];
      std::copy(from + own.begin, from + own.end, state.d[u(l)][i] + own.begin);
    }
  }
  team.barrier();
  for (int sweep = 0; sweep < sweeps; ++sweep) {
    for (int parity = 0; parity < 2; ++parity) {
      half_sweep(parameters, team, member, parity, [&](int l, ThreadTeam::Range own) {
        const DeepLayer& layer = parameters.layers[u(l)];
        NodeArray& v = state.d[u(l)];
        for (int i = 0; i < v.pictures; ++i) {
          const float* drive = free.drive[i % free.pictures];
          for (int k = own.begin; k < own.end; ++k) v[i][k] = layer.bias[u(k)] + (l == 0 ? drive[k] : 0.0f);
        }
        add_neighbours(parameters, l, state.d, v, own, {});
        if (l != output) return settle(layer, parameters.ideal_diodes, v, nullptr, own);
        for (int i = 0; i < v.pictures; ++i) {
          const float* pull = error[i % free.pictures];
          const float* at = free.v[u(l)][i % free.pictures];
          const float s = static_cast<float>(nudge.strengths[u(i / free.pictures)]);
          for (int k = own.begin; k < std::min(own.end, layer.width); ++k) {
            const float target = at[k] + pull[k];
            v[i][k] = nudge.kind == Nudge::Kind::clamp ? at[k] + s * pull[k]
                      : nudge.kind == Nudge::Kind::conductance
                          ? (v[i][k] + s * target) / (layer.total[u(k)] + s)
                          : (v[i][k] + s * pull[k]) / layer.total[u(k)];
          }
        }
      });
    }
  }
  for (int l = 0; l <= output; ++l) {
    const ThreadTeam::Range own = own_of(l);
    for (int i = 0; i < state.d[u(l)].pictures; ++i) {
      const float* from = free.v[u(l)][i % free.pictures];
      for (int k = own.begin; k < own.end; ++k) state.d[u(l)][i][k] -= from[k];
    }
  }
}

}  // namespace nullor
