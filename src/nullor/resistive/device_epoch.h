#pragma once
/// Training of a deep resistive network as one program for a graphics device: the equations of
/// deep_relaxation.h, deep_rules.h and deep_update.h, by a grid of threads that stays for many batches and
/// meets at barriers, so that a batch costs no launch. CUDA compiles it (device_epoch.cu), and any C++
/// compiler does, for tests that run it on the processor.
///
/// Conductances are read once and written once a batch for their update, which also makes the sums of rows
/// and columns and the input layer's products with the next pictures: 8 bytes a conductance, the floor of
/// large networks. Planes between layers lie in both directions, so that every node reads a row. All sums
/// have one order: the same numbers in every run.
///
/// A grid is a class with block(), blocks(), thread(), threads() (a power of two, 32 to 1024), shared (floats
/// of a block), sync_block() and sync_grid().

#include "nullor/resistive/device_update.h"

namespace nullor {

/// Batches of kPictures (padding included), each nudged kPhases times.
template <int kPictures, int kPhases, class Grid>
class DeviceEpoch {
 public:
  NULLOR_DEVICE DeviceEpoch(Grid& grid, const EpochPlan& plan) : g_(grid), p_(plan), update_(grid, plan) {}

  /// Batches first .. last - 1.
  NULLOR_DEVICE void run(int first, int last) {
    update_.template run<false>(first, first);
    gather();
    for (int k = first; k < last; ++k) {
      relax_free();
      relax_difference(k);
      set_terms(k);
      update_.template run<true>(k, k + 1);
      gather();
    }
  }

 private:
  /// Calls work(k) for 0 .. count - 1, each by one thread of the grid.
  template <class Work>
  NULLOR_DEVICE void for_each(int count, const Work& work) const {
    for (int k = g_.block() * g_.threads() + g_.thread(); k < count; k += g_.blocks() * g_.threads()) work(k);
  }

  /// For every node of a layer kSums sums over `terms` terms: several lanes share a node, add(node, lane,
  /// lanes, sums) is called by each, finish(node, i, sum) once for every sum.
  template <int kSums, class Add, class Finish>
  NULLOR_DEVICE void for_nodes(int nodes, int terms, const Add& add, const Finish& finish) const {
    int lanes = 8;
    while (lanes < g_.threads() && 4 * lanes < terms) lanes *= 2;
    const int together = g_.threads() / lanes, lane = g_.thread() % lanes;
    float* shared = g_.shared;
    for (int first = g_.block() * together; first < nodes; first += g_.blocks() * together) {
      const int node = first + g_.thread() / lanes;
      float sums[kSums] = {};
      if (node < nodes) add(node, lane, lanes, sums);
      for (int i = 0; i < kSums; ++i) shared[i * g_.threads() + g_.thread()] = sums[i];
      for (int stride = lanes / 2; stride > 0; stride /= 2) {
        g_.sync_block();
        if (lane >= stride) continue;
        for (int i = 0; i < kSums; ++i) {
          float* here = shared + i * g_.threads() + g_.thread();
          here[0] += here[stride];
        }
      }
      g_.sync_block();
      if (node < nodes) {
        for (int i = lane; i < kSums; i += lanes)
          finish(node, i, shared[i * g_.threads() + g_.thread() - lane]);
      }
      g_.sync_block();
    }
  }

  /// sums[i] += what a row of conductances lets in from the values x (kSums, width).
  template <int kSums>
  NULLOR_DEVICE void add_row(const float* row, const float* x, int width, int lane, int lanes,
                             float* sums) const {
    for (int j = lane; j < width; j += lanes) {
      const float g = row[j];
      for (int i = 0; i < kSums; ++i) sums[i] += g * x[device::at(i, width, j)];
    }
  }

  template <int kSums, class Finish>
  NULLOR_DEVICE void settle(int l, float* DeviceLayer::*values, const Finish& finish) const {
    const DeviceLayer& layer = p_.layer[l];
    const int below = l > 0 ? p_.layer[l - 1].width : 0;
    const int above = l + 1 < p_.layers ? p_.layer[l + 1].width : 0;
    const auto add = [&](int node, int lane, int lanes, float* sums) {
      if (below > 0)
        add_row<kSums>(p_.plane[l - 1].transposed + device::at(node, below, 0), p_.layer[l - 1].*values,
                       below, lane, lanes, sums);
      if (above > 0)
        add_row<kSums>(p_.plane[l].g + device::at(node, above, 0), p_.layer[l + 1].*values, above, lane,
                       lanes, sums);
    };
    for_nodes<kSums>(layer.width, below > above ? below : above, add, finish);
  }

  /// (1) of deep_relaxation.h
  NULLOR_DEVICE void relax_free() const {
    for (int half = 0; half < 2 * p_.sweeps; ++half) {
      const bool last = half >= 2 * p_.sweeps - 2;
      for (int l = half % 2; l < p_.layers; l += 2) {
        const DeviceLayer& layer = p_.layer[l];
        settle<kPictures>(l, &DeviceLayer::v, [&](int node, int b, float sum) {
          const std::size_t place = device::at(b, layer.width, node);
          const float driven = layer.bias[node] + (l == 0 ? p_.input.drive[place] : 0.0f) + sum;
          const float unheld = driven * layer.inverse[node];
          const float held = device::clip(unheld, layer.lower[node], layer.upper[node]);
          layer.v[place] = held;
          if (last) layer.behind[place] = unheld - held;
        });
      }
      g_.sync_grid();
    }
  }

  /// (2) of deep_relaxation.h, all phases at once. Layers that the nudge has not reached stay at zero.
  NULLOR_DEVICE void relax_difference(int batch) const {
    const int output = p_.layers - 1, here = device::pictures_of(p_, batch);
    int reached = p_.layers;
    for (int half = 0; half < 2 * p_.sweeps; ++half) {
      int lowest = reached;
      for (int l = half % 2; l < p_.layers; l += 2) {
        if (l != output && l + 1 < reached) continue;
        lowest = l < lowest ? l : lowest;
        const DeviceLayer& layer = p_.layer[l];
        settle<kPictures * kPhases>(l, &DeviceLayer::d, [&](int node, int i, float sum) {
          const int b = i % kPictures;
          const float v = layer.v[device::at(b, layer.width, node)],
                      behind = layer.behind[device::at(b, layer.width, node)];
          float d = 0;
          if (l == output) {
            const float s = p_.strengths[i / kPictures];
            const float wanted =
                b < here && p_.labels[p_.order[device::picture_at(p_, batch, b)]] == node ? p_.target : 0.0f;
            d = (sum + s * (b < here ? wanted - v : 0.0f)) / (layer.total[node] + (p_.linear ? 0.0f : s));
          } else if (p_.linear) {
            d = behind == 0 ? sum * layer.inverse[node] : 0.0f;
          } else {
            d = device::clip(sum * layer.inverse[node] + behind, layer.lower[node] - v,
                             layer.upper[node] - v);
          }
          layer.d[device::at(i, layer.width, node)] = d;
        });
      }
      if (lowest < p_.layers) g_.sync_grid();
      reached = lowest;
    }
  }

  /// Middle and change of deep_rules.h, and the step of the biases.
  NULLOR_DEVICE void set_terms(int batch) const {
    const int here = device::pictures_of(p_, batch);
    for (int l = 0; l < p_.layers; ++l) {
      const DeviceLayer& layer = p_.layer[l];
      for_each(layer.width, [&](int node) {
        float product = 0, changes = 0;
        for (int b = 0; b < kPictures; ++b) {
          const std::size_t place = device::at(b, layer.width, node);
          float middle = layer.v[place], change = 0;
          for (int phase = 0; phase < kPhases; ++phase) {
            const float d = layer.d[device::at(phase * kPictures + b, layer.width, node)];
            middle += p_.into_middle[phase] * d;
            change += p_.into_change[phase] * d;
          }
          layer.middle[place] = middle;
          layer.change[place] = change;
          product += middle * change;
          changes += change;
          if (l == p_.layers - 1 && b < here) {
            p_.outputs[device::picture_at(p_, batch, b) * static_cast<std::size_t>(layer.width) +
                       static_cast<std::size_t>(node)] = layer.v[place];
          }
        }
        layer.products[node] = product;
        layer.bias[node] += layer.bias_rate / static_cast<float>(here) * changes;
      });
    }
    g_.sync_grid();
  }

  /// Drive, totals and their reciprocals from the parts of the update; differences begin at zero.
  NULLOR_DEVICE void gather() const {
    const int chunks = device::pieces(p_.input.pixels, kDeviceChunk), first = p_.layer[0].width;
    for_each(kPictures * first, [&](int i) {
      float sum = 0;
      for (int chunk = 0; chunk < chunks; ++chunk)
        sum += p_.input.parts[device::at(chunk * (kPictures + 1), first, 0) + static_cast<std::size_t>(i)];
      p_.input.drive[i] = sum;
    });
    for (int l = 0; l < p_.layers; ++l) {
      const DeviceLayer& layer = p_.layer[l];
      const int from_below = l == 0 ? chunks : device::pieces(p_.layer[l - 1].width, kDeviceTile);
      const int from_above = l + 1 == p_.layers ? 0 : device::pieces(p_.layer[l + 1].width, kDeviceTile);
      const auto add = [&](int node, int lane, int lanes, float* sums) {
        for (int i = lane; i < from_below; i += lanes)
          sums[0] += l == 0 ? p_.input.parts[device::at(i * (kPictures + 1) + kPictures, layer.width, node)]
                            : p_.plane[l - 1].above_sums[device::at(i, layer.width, node)];
        for (int i = lane; i < from_above; i += lanes)
          sums[0] += p_.plane[l].below_sums[device::at(i, layer.width, node)];
      };
      for_nodes<1>(layer.width, from_below > from_above ? from_below : from_above, add,
                   [&](int node, int, float total) {
                     layer.total[node] = total;
                     layer.inverse[node] = total > 0 ? 1 / total : 0.0f;
                   });
      for_each(kPhases * kPictures * layer.width, [&](int i) { layer.d[i] = 0; });
    }
    g_.sync_grid();
  }

  Grid& g_;
  const EpochPlan& p_;
  DeviceUpdate<kPictures, Grid> update_;
};

}  // namespace nullor
