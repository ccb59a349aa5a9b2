#pragma once
/// The step of conductances on a graphics device (device_epoch.h), and in the same pass over them the sums of
/// rows and columns and the input layer's products with the next pictures.

#include "nullor/resistive/device_plan.h"

namespace nullor {

template <int kPictures, class Grid>
class DeviceUpdate {
 public:
  NULLOR_DEVICE DeviceUpdate(Grid& grid, const EpochPlan& plan) : g_(grid), p_(plan) {}

  /// Conductances by the terms of batch `old`, then their sums and the input's products with batch `next`.
  /// Without kChange the sums and products alone.
  template <bool kChange>
  NULLOR_DEVICE void run(int old, int next) const {
    const float share = 1.0f / static_cast<float>(device::pictures_of(p_, old));
    const int chunks = device::pieces(p_.input.pixels, kDeviceChunk);
    const int tiles = device::pieces(p_.layer[0].width, g_.threads());
    int task = g_.block();
    for (; task < chunks * tiles; task += g_.blocks())
      update_input<kChange>(task % chunks, task / chunks, old, next, share);
    task -= chunks * tiles;
    for (int p = 0; p + 1 < p_.layers; ++p) {
      const int rows = device::pieces(p_.layer[p].width, kDeviceTile),
                columns = device::pieces(p_.layer[p + 1].width, kDeviceTile);
      for (; task < rows * columns; task += g_.blocks())
        update_plane<kChange>(p, task / columns, task % columns, share);
      task -= rows * columns;
    }
    g_.sync_grid();
  }

 private:
  template <bool kChange>
  NULLOR_DEVICE void update_input(int chunk, int tile, int old, int next, float share) const {
    const DeviceInput& input = p_.input;
    const DeviceLayer& layer = p_.layer[0];
    float *before = g_.shared, *after = before + kDeviceChunk * kPictures;
    g_.sync_block();
    const int left = input.pixels - chunk * kDeviceChunk;
    const int pixels = left < kDeviceChunk ? left : kDeviceChunk;
    for (int i = g_.thread(); i < pixels * kPictures; i += g_.threads()) {
      const int pixel = chunk * kDeviceChunk + i / kPictures, b = i % kPictures;
      before[i] = kChange ? volts(old, b, pixel) : 0.0f;
      after[i] = volts(next, b, pixel);
    }
    g_.sync_block();
    const int column = tile * g_.threads() + g_.thread();
    if (column >= layer.width) return;
    float steps[kPictures], products[kPictures] = {}, sum = 0;
    const float constant = kChange ? -input.rate * share * layer.products[column] : 0.0f;
    for (int b = 0; b < kPictures; ++b)
      steps[b] = kChange ? input.rate * share * layer.change[device::at(b, layer.width, column)] : 0.0f;
    float* g = input.g + device::at(2 * chunk * kDeviceChunk, layer.width, column);
    for (int pixel = 0; pixel < pixels; ++pixel, g += 2 * static_cast<std::size_t>(layer.width)) {
      float plus = g[0], minus = g[layer.width];
      if constexpr (kChange) {
        float step = 0;
        for (int b = 0; b < kPictures; ++b) step += before[pixel * kPictures + b] * steps[b];
        g[0] = plus = device::clip(plus + step + constant, p_.low, p_.high);
        g[layer.width] = minus = device::clip(minus - step + constant, p_.low, p_.high);
      }
      sum += plus + minus;
      for (int b = 0; b < kPictures; ++b) products[b] += after[pixel * kPictures + b] * (plus - minus);
    }
    float* parts = input.parts + device::at(chunk * (kPictures + 1), layer.width, column);
    for (int b = 0; b < kPictures; ++b) parts[device::at(b, layer.width, 0)] = products[b];
    parts[device::at(kPictures, layer.width, 0)] = sum;
  }

  NULLOR_DEVICE float volts(int batch, int b, int pixel) const {
    if (b >= device::pictures_of(p_, batch)) return 0;
    const std::uint8_t* first =
        p_.pictures + p_.order[device::picture_at(p_, batch, b)] * static_cast<std::size_t>(p_.input.pixels);
    return p_.input.gain * (static_cast<float>(first[pixel]) * (1.0f / 255));
  }

  template <bool kChange>
  NULLOR_DEVICE void update_plane(int p, int tile_row, int tile_column, float share) const {
    const DevicePlane& plane = p_.plane[p];
    const DeviceLayer &below = p_.layer[p], &above = p_.layer[p + 1];
    const int row = tile_row * kDeviceTile, column = tile_column * kDeviceTile;
    constexpr int kSide = kPictures * kDeviceTile;
    float *middle_below = g_.shared, *change_below = middle_below + kSide,
          *middle_above = change_below + kSide, *change_above = middle_above + kSide,
          *tile = change_above + kSide;
    g_.sync_block();
    if constexpr (kChange) {
      for (int i = g_.thread(); i < kSide; i += g_.threads()) {
        const int b = i / kDeviceTile, j = row + i % kDeviceTile, k = column + i % kDeviceTile;
        middle_below[i] = j < below.width ? below.middle[device::at(b, below.width, j)] : 0.0f;
        change_below[i] = j < below.width ? below.change[device::at(b, below.width, j)] : 0.0f;
        middle_above[i] = k < above.width ? above.middle[device::at(b, above.width, k)] : 0.0f;
        change_above[i] = k < above.width ? above.change[device::at(b, above.width, k)] : 0.0f;
      }
      g_.sync_block();
    }
    for (int i = g_.thread(); i < kDeviceTile * kDeviceTile; i += g_.threads()) {
      const int r = i / kDeviceTile, c = i % kDeviceTile, j = row + r, k = column + c;
      float value = 0;
      if (j < below.width && k < above.width) {
        value = plane.g[device::at(j, above.width, k)];
        if constexpr (kChange) {
          float slope = 0;
          for (int b = 0; b < kPictures; ++b) {
            const int one = b * kDeviceTile + r, other = b * kDeviceTile + c;
            slope += (middle_below[one] - middle_above[other]) * (change_below[one] - change_above[other]);
          }
          value = device::clip(value - plane.rate * share * slope, p_.low, p_.high);
          plane.g[device::at(j, above.width, k)] = value;
        }
      }
      tile[r * (kDeviceTile + 1) + c] = value;
    }
    g_.sync_block();
    for (int i = g_.thread(); i < kDeviceTile * kDeviceTile; i += g_.threads()) {
      const int k = column + i / kDeviceTile, j = row + i % kDeviceTile;
      if (j < below.width && k < above.width)
        plane.transposed[device::at(k, below.width, j)] =
            tile[(i % kDeviceTile) * (kDeviceTile + 1) + i / kDeviceTile];
    }
    for (int i = g_.thread(); i < 2 * kDeviceTile; i += g_.threads()) {
      const int line = i % kDeviceTile;
      const bool is_row = i < kDeviceTile;
      float sum = 0;
      for (int other = 0; other < kDeviceTile; ++other)
        sum += is_row ? tile[line * (kDeviceTile + 1) + other] : tile[other * (kDeviceTile + 1) + line];
      if (is_row && row + line < below.width)
        plane.below_sums[device::at(tile_column, below.width, row + line)] = sum;
      if (!is_row && column + line < above.width)
        plane.above_sums[device::at(tile_row, above.width, column + line)] = sum;
    }
  }

  Grid& g_;
  const EpochPlan& p_;
};

}  // namespace nullor
