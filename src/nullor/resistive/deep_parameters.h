#pragma once
/// Conductances and current sources of a deep resistive network as the kernels hold them (deep_kernels.h),
/// with what the relaxation reads of them: for each node the sum of its conductances and the reciprocal.
///
/// Layers are counted from 0, the first hidden one; the last one is the output. Plane p joins layers p and p
/// + 1; the input layer joins the pixels and layer 0. Bidirectional amplifiers change nothing but scale: with
/// amplifiers of gain a in front of each layer after the first, voltages v_l = a^(l - L + 1) V_l where V are
/// those of the network without amplifiers and input gain A a^(L - 1). The relaxation computes V.

#include <vector>

#include "nullor/base/thread_team.h"
#include "nullor/math/float_array.h"
#include "nullor/resistive/deep_kernels.h"
#include "nullor/resistive/deep_network.h"
#include "nullor/resistive/unit_response.h"

namespace nullor {

struct DeepLayer {
  int width = 0;
  int pitch = 0;              ///< of node arrays: a multiple of kPadding
  int grain = 0;              ///< nodes are shared among threads in these pieces
  FloatArray lower, upper;    ///< (pitch): what an ideal diode allows [V]
  FloatArray sign;            ///< (pitch): +1 excitatory, -1 inhibitory, 0 no diode
  FloatArray bias;            ///< (pitch) [A]
  FloatArray total, inverse;  ///< (pitch): sum of conductances [S], its reciprocal or 0
  UnitResponse response;
  double amplification = 1;  ///< v_l / V_l

  /// The nodes of a thread; the padding counts where the layer lies along the rows of memory.
  ThreadTeam::Range share(const ThreadTeam& team, int member) const {
    return team.share(grain == kPadding ? pitch : width, grain, member);
  }
};

/// The wider layer lies along the rows of memory.
struct DeepPlane {
  bool rows_below = true;  ///< rows are nodes of the lower layer
  int rows = 0, columns = 0, pitch = 0;
  FloatArray g;
  FloatArray row_sums, column_sums;  ///< [S]
  FloatArray block_sums, high;

  Plane view() const { return {g.data(), rows, columns, pitch}; }
  /// From node `below` to node `above`.
  float& at(int below, int above) {
    const int row = rows_below ? below : above, column = rows_below ? above : below;
    return g[static_cast<std::size_t>(row) * static_cast<std::size_t>(pitch) +
             static_cast<std::size_t>(column)];
  }
  float at(int below, int above) const { return const_cast<DeepPlane*>(this)->at(below, above); }
};

class DeepParameters {
 public:
  DeepParameters(const DeepNetwork& network, const DeepKernels& kernels);

  DeepNetwork network() const;
  int layer_count() const { return static_cast<int>(layers.size()); }
  const DeepLayer& output() const { return layers.back(); }

  /// Limits for every later step; 0: none.
  void set_limits(double minimum, double maximum);
  /// (team) The values of another one of the same shape; sums and totals are left for the next update.
  void copy_values(const DeepParameters& from, ThreadTeam& team, int member);
  /// Sums of everything from the conductances.
  void sum_all();
  /// total and inverse of nodes [begin, end) of a layer from the sums of what touches it.
  void update_totals(int layer, int begin, int end);
  /// column_sums of a plane, columns [begin, end), from its block sums.
  void add_blocks(int plane, int begin, int end);

  InputLayer input_view() { return {input.data(), pixels, low, high}; }
  InputLayer input_view() const { return {const_cast<float*>(input.data()), pixels, low, high}; }
  float& input_at(int pixel, int sign, int column);
  float input_at(int pixel, int sign, int column) const {
    return const_cast<DeepParameters*>(this)->input_at(pixel, sign, column);
  }

  const DeepKernels& kernels;
  int pixels = 0;
  bool ideal_diodes = true;  ///< nodes are clipped
  double input_gain = 1;     ///< A a^(L - 1): what a pixel of 1 is worth in V
  float low = 0, high = 0;
  FloatArray input;       ///< tiles
  FloatArray input_sums;  ///< (pitch of layer 0)
  std::vector<DeepLayer> layers;
  std::vector<DeepPlane> planes;

 private:
  DeepNetwork frame_;  ///< everything of the network but its arrays
};

}  // namespace nullor
