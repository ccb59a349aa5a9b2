#pragma once
/// Steady states of deep resistive networks by exact block coordinate descent: a sweep sets every node of the
/// even layers, then every node of the odd ones, to the minimum of the energy with its neighbours held,
///
///   v_k = clip(N_k / G_k),  N_k = sum_j g_jk v_j + b_k,  G_k = sum_j g_jk                             (1)
///
/// and nodes of one layer have no neighbour in it. Functions marked (team) are called by all members of a
/// ThreadTeam at once; each member sets the nodes that are its own and all meet after every half sweep.

#include <vector>

#include "nullor/resistive/deep_parameters.h"
#include "nullor/resistive/packed_pictures.h"

namespace nullor {

/// A value of every node of one layer for each picture.
struct NodeArray {
  NodeArray() = default;
  NodeArray(int count, int node_pitch)
      : pictures(count),
        pitch(node_pitch),
        values(static_cast<std::size_t>(count) * static_cast<std::size_t>(node_pitch)) {}
  float* operator[](int picture) { return values.data() + static_cast<std::ptrdiff_t>(picture) * pitch; }
  const float* operator[](int picture) const {
    return values.data() + static_cast<std::ptrdiff_t>(picture) * pitch;
  }

  int pictures = 0, pitch = 0;
  FloatArray values;
};

/// Free states of a group of pictures.
struct DeepState {
  /// All zero. `pictures`: a multiple of kPictureGroup.
  DeepState(const DeepParameters& parameters, int pictures);

  int pictures;
  NodeArray drive;           ///< sum over the pixels of g_jk v_j [A], set by the input products
  std::vector<NodeArray> v;  ///< [V]
  /// Ideal diodes: N / G - v, how far behind its bound a node is held [V]. Others: N [A]. Of the last sweep.
  std::vector<NodeArray> behind;
};

/// (team) drive = g x for all pictures, own tiles.
void drive_nodes(const DeepParameters& parameters, ThreadTeam& team, int member,
                 const PackedPictures& pictures, NodeArray& drive);

/// (team) `sweeps` sweeps from state.v on.
void relax_free(const DeepParameters& parameters, ThreadTeam& team, int member, DeepState& state, int sweeps);

/// What pulls the outputs o towards their targets t while the network relaxes.
struct Nudge {
  enum class Kind {
    conductance,  ///< a conductance `strength` to the target; may be negative
    current,      ///< a current strength (t - o), o that of the free state
    clamp         ///< outputs held at o + strength (t - o)
  };
  Kind kind = Kind::conductance;
  std::vector<double> strengths;  ///< one relaxation each
  bool linear = false;            ///< diodes stay as they are in the free state
};

/// d = v(nudged) - v(free) relaxed as itself, so that small differences keep their digits in float32:
///
///   d_k = clip(sum_j g_jk d_j / G_k + N_k / G_k - v_k, lower - v_k, upper - v_k)                 (2)
///
/// which is (1) with the free state taken off; a node that its diode holds has N / G - v beyond 0. For
/// outputs d = (sum_j g_jk d_j + s (t - o)) / (G + s).
struct DifferenceState {
  DifferenceState(const DeepParameters& parameters, int pictures, int phases);

  int pictures;              ///< of the free state; arrays hold phases * pictures
  std::vector<NodeArray> d;  ///< [V]
};

/// (team) From zero. `error`: t - o of the free state, (pictures, pitch of outputs).
void relax_difference(const DeepParameters& parameters, ThreadTeam& team, int member, const DeepState& free,
                      const NodeArray& error, const Nudge& nudge, int sweeps, DifferenceState& state);

/// (team) The same by relaxing nudged states themselves from the free ones and subtracting: the naive twin.
void relax_nudged(const DeepParameters& parameters, ThreadTeam& team, int member, const DeepState& free,
                  const NodeArray& error, const Nudge& nudge, int sweeps, DifferenceState& state);

/// Adds what the neighbours drive into nodes [begin, end) of a layer, all pictures of `out`.
void add_neighbours(const DeepParameters& parameters, int layer, const std::vector<NodeArray>& values,
                    NodeArray& out, ThreadTeam::Range range, const std::vector<char>& zero);

}  // namespace nullor
