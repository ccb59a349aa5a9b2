#pragma once
/// What training on a graphics device works on (device_epoch.h), and words that its files share.

#include <cstddef>
#include <cstdint>

#if defined(__CUDACC__) || defined(__CUDA__)
#define NULLOR_DEVICE __device__
#else
#define NULLOR_DEVICE
#endif

namespace nullor {

inline constexpr int kDeviceThreads = 128;  ///< of a block of the program
inline constexpr int kDeviceLayers = 8;     ///< at most
inline constexpr int kDeviceChunk = 16;     ///< pixels that a block takes at a time
inline constexpr int kDeviceTile = 32;      ///< rows and columns of a plane that a block takes at a time
inline constexpr int kDevicePhases = 2;     ///< nudged states of a picture, at most
inline constexpr int kDevicePictures = 32;  ///< of a batch, at most

/// Arrays lie in the device's memory. `pictures`: those of a batch, padded.
struct DeviceLayer {
  int width = 0;
  float bias_rate = 0;
  float* bias = nullptr;                           ///< (width) [A]
  const float *lower = nullptr, *upper = nullptr;  ///< (width): what the diode allows [V]
  float *total = nullptr, *inverse = nullptr;      ///< (width) [S], [Ohm]
  float *v = nullptr, *behind = nullptr;           ///< (pictures, width), as DeepState
  float* d = nullptr;                              ///< (phases, pictures, width), as DifferenceState
  float *middle = nullptr, *change = nullptr;      ///< (pictures, width), as DeepRule
  float* products = nullptr;                       ///< (width)
};

/// Joins layers p and p + 1, "below" and "above".
struct DevicePlane {
  float rate = 0;
  float *g = nullptr, *transposed = nullptr;  ///< (below, above), (above, below) [S]
  float* below_sums = nullptr;                ///< (tiles of above, below)
  float* above_sums = nullptr;                ///< (tiles of below, above)
};

struct DeviceInput {
  int pixels = 0;
  float rate = 0, gain = 0;  ///< gain: volts of a pixel of 255
  float* g = nullptr;        ///< (pixels, sign, width of layer 0) [S]
  float* parts = nullptr;    ///< (chunks, pictures + 1, width): products, then sums
  float* drive = nullptr;    ///< (pictures, width) [A]
};

struct EpochPlan {
  int layers = 0, sweeps = 0, batch = 0;
  float low = 0, high = 0;  ///< limits of a conductance [S]
  float target = 0;         ///< of the right output [V]
  bool linear = false;      ///< as Nudge
  float strengths[kDevicePhases] = {}, into_middle[kDevicePhases] = {}, into_change[kDevicePhases] = {};
  DeviceInput input;
  DeviceLayer layer[kDeviceLayers];
  DevicePlane plane[kDeviceLayers];
  int count = 0;                           ///< pictures of an epoch
  const std::uint8_t* pictures = nullptr;  ///< (set, pixels)
  const std::uint8_t* labels = nullptr;    ///< (set)
  const std::uint32_t* order = nullptr;    ///< (count): which of the set
  float* outputs = nullptr;                ///< (count, outputs): free states before each update [V]
};

/// Floats of a block's own memory.
constexpr int device_shared_floats(int pictures, int phases, int threads) {
  const int sums = pictures * phases * threads;
  const int tile = 4 * pictures * kDeviceTile + kDeviceTile * (kDeviceTile + 1);
  const int chunk = 2 * pictures * kDeviceChunk;
  return sums > tile ? (sums > chunk ? sums : chunk) : (tile > chunk ? tile : chunk);
}

namespace device {

NULLOR_DEVICE inline float clip(float x, float low, float high) {
  return x < low ? low : x > high ? high : x;
}
NULLOR_DEVICE inline int pieces(int count, int size) { return (count + size - 1) / size; }
NULLOR_DEVICE inline std::size_t at(int row, int width, int column) {
  return static_cast<std::size_t>(row) * static_cast<std::size_t>(width) + static_cast<std::size_t>(column);
}

/// Pictures of a batch, without padding; 0 beyond the epoch's end.
NULLOR_DEVICE inline int pictures_of(const EpochPlan& plan, int batch) {
  const long long left = plan.count - static_cast<long long>(batch) * plan.batch;
  return static_cast<int>(left < 0 ? 0 : left < plan.batch ? left : plan.batch);
}
/// Its place in the epoch.
NULLOR_DEVICE inline std::size_t picture_at(const EpochPlan& plan, int batch, int b) {
  return at(batch, plan.batch, b);
}

}  // namespace device
}  // namespace nullor
