/// The kernels of deep_kernels.h for one instruction set. Included by one file for each, which defines
/// NULLOR_DEEP (a namespace), NULLOR_LANES and NULLOR_NAME. Nothing here may come from the standard library:
/// the linker keeps one copy of an inline function, and it might be the one this processor cannot run.

#include "nullor/resistive/deep_kernels.h"

namespace nullor::NULLOR_DEEP {
namespace {

constexpr int kLanes = NULLOR_LANES;
constexpr int kRowsAhead = 12;
using Vector = float __attribute__((vector_size(4 * NULLOR_LANES)));
using Tight = float __attribute__((vector_size(4 * NULLOR_LANES), may_alias));

inline Vector load(const float* p) { return *reinterpret_cast<const Tight*>(p); }
inline void store(float* p, Vector v) { *reinterpret_cast<Tight*>(p) = v; }
inline Vector all(float v) { return v - Vector{}; }
inline Vector larger(Vector a, Vector b) { return a > b ? a : b; }
inline Vector smaller(Vector a, Vector b) { return a < b ? a : b; }
inline long at(long k) { return k; }

inline float sum(Vector v) {
  float total[kLanes];
  __builtin_memcpy(total, &v, sizeof v);
  for (int width = kLanes / 2; width > 0; width /= 2) {
    for (int k = 0; k < width; ++k) total[k] += total[k + width];
  }
  return total[0];
}

/// What a tile of columns keeps in registers.
struct Columns {
  Vector u0, u1, u2, u3, y0, y1, y2, y3, c, sums;
};

/// `ahead` goes through the next tile line by line, so that it is in the second level of the cache when its
/// turn comes: the lists jump, and no hardware foresees where to.
template <bool Old, bool New, bool Limited>
inline void input_pixels(Columns& k, const float*& ahead, float* tile, const int* pixels, int count,
                         const float* old_x, const float* new_x, Vector low, Vector high) {
  Columns r = k;
  for (int i = 0; i < count; ++i) {
    const long pixel = pixels[i];
    float* g = tile + pixel * 2 * kLanes;
    __builtin_prefetch(ahead, 1, 2);
    ahead += 2 * kLanes;
    Vector plus = load(g) + r.c, minus = load(g + kLanes) + r.c;
    if constexpr (Old) {
      const float* x = old_x + pixel * 4;
      const Vector step = (x[0] * r.u0 + x[1] * r.u1) + (x[2] * r.u2 + x[3] * r.u3);
      plus += step;
      minus -= step;
    }
    plus = larger(plus, low);
    minus = larger(minus, low);
    if constexpr (Limited) {
      plus = smaller(plus, high);
      minus = smaller(minus, high);
    }
    store(g, plus);
    store(g + kLanes, minus);
    r.sums += plus + minus;
    if constexpr (New) {
      const float* x = new_x + pixel * 4;
      const Vector weight = plus - minus;
      r.y0 += x[0] * weight;
      r.y1 += x[1] * weight;
      r.y2 += x[2] * weight;
      r.y3 += x[3] * weight;
    }
  }
  k = r;
}

template <bool Limited>
void input_tiles(const InputLayer& layer, const InputStep& s, int begin, int end) {
  const Vector low = all(layer.low), high = all(layer.high);
  for (int t = begin; t < end; ++t) {
    float* tile = layer.g + at(t) * layer.pixels * 2 * kLanes;
    const float* ahead = tile + at(layer.pixels) * 2 * kLanes;
    const float* u = s.u + t * kLanes;
    Columns k{};
    k.u0 = load(u);
    k.u1 = load(u + s.pitch);
    k.u2 = load(u + 2 * s.pitch);
    k.u3 = load(u + 3 * s.pitch);
    k.c = load(s.c + t * kLanes);
    const PixelClasses& p = s.classes;
    const float *x = s.old_pictures.x, *next = s.new_pictures.x;
    input_pixels<false, false, Limited>(k, ahead, tile, p.pixels[0], p.count[0], x, next, low, high);
    input_pixels<true, false, Limited>(k, ahead, tile, p.pixels[1], p.count[1], x, next, low, high);
    input_pixels<false, true, Limited>(k, ahead, tile, p.pixels[2], p.count[2], x, next, low, high);
    input_pixels<true, true, Limited>(k, ahead, tile, p.pixels[3], p.count[3], x, next, low, high);
    float* y = s.y + t * kLanes;
    store(y, k.y0);
    store(y + s.pitch, k.y1);
    store(y + 2 * s.pitch, k.y2);
    store(y + 3 * s.pitch, k.y3);
    store(s.sums + t * kLanes, k.sums);
  }
}

void input_step(const InputLayer& layer, const InputStep& s, int begin, int end) {
  layer.high > 0 ? input_tiles<true>(layer, s, begin, end) : input_tiles<false>(layer, s, begin, end);
}

void input_add(const InputLayer& layer, const PictureGroup& pictures, const float* u, int pitch, int begin,
               int end) {
  for (int t = begin; t < end; ++t) {
    float* tile = layer.g + at(t) * layer.pixels * 2 * kLanes;
    const float* v = u + t * kLanes;
    const Vector u0 = load(v), u1 = load(v + pitch), u2 = load(v + 2 * pitch), u3 = load(v + 3 * pitch);
    for (int i = 0; i < pictures.count; ++i) {
      const long pixel = pictures.pixels[i];
      const float* x = pictures.x + pixel * 4;
      float* g = tile + pixel * 2 * kLanes;
      const Vector step = (x[0] * u0 + x[1] * u1) + (x[2] * u2 + x[3] * u3);
      store(g, load(g) + step);
      store(g + kLanes, load(g + kLanes) - step);
    }
  }
}

void input_product(const InputLayer& layer, const PictureGroup& pictures, float* y, int pitch, int begin,
                   int end) {
  for (int t = begin; t < end; ++t) {
    const float* tile = layer.g + at(t) * layer.pixels * 2 * kLanes;
    Vector y0{}, y1{}, y2{}, y3{};
    for (int i = 0; i < pictures.count; ++i) {
      const long pixel = pictures.pixels[i];
      const float* x = pictures.x + pixel * 4;
      const float* g = tile + pixel * 2 * kLanes;
      const Vector weight = load(g) - load(g + kLanes);
      y0 += x[0] * weight;
      y1 += x[1] * weight;
      y2 += x[2] * weight;
      y3 += x[3] * weight;
    }
    float* out = y + t * kLanes;
    store(out, y0);
    store(out + pitch, y1);
    store(out + 2 * pitch, y2);
    store(out + 3 * pitch, y3);
  }
}

/// Two registers of columns, four pictures: 8 multiply-adds for 2 loads and 4 broadcasts. A line of each row
/// is read, so that no hardware foresees the next one.
void from_rows(const Plane& m, const float* x, int x_pitch, float* out, int out_pitch, int pictures,
               int begin, int end) {
  for (int c = begin; c < end; c += 2 * kLanes) {
    for (int b = 0; b < pictures; b += 4) {
      const float* xs = x + at(b) * x_pitch;
      float* o = out + at(b) * out_pitch + c;
      Vector s[4][2];
#pragma GCC unroll 4
      for (int k = 0; k < 4; ++k) {
        s[k][0] = load(o + k * out_pitch);
        s[k][1] = load(o + k * out_pitch + kLanes);
      }
      const float* g = m.g + c;
      for (int r = 0; r < m.rows; ++r, g += m.pitch) {
        __builtin_prefetch(g + kRowsAhead * at(m.pitch));
        const Vector g0 = load(g), g1 = load(g + kLanes);
#pragma GCC unroll 4
        for (int k = 0; k < 4; ++k) {
          const float v = xs[at(k) * x_pitch + r];
          s[k][0] += v * g0;
          s[k][1] += v * g1;
        }
      }
#pragma GCC unroll 4
      for (int k = 0; k < 4; ++k) {
        store(o + k * out_pitch, s[k][0]);
        store(o + k * out_pitch + kLanes, s[k][1]);
      }
    }
  }
}

/// Rows at a time, four pictures: 4 Rows multiply-adds for Rows + 4 loads.
template <int Rows>
inline void dot_rows(const Plane& m, int r, const float* x, int x_pitch, float* out, int out_pitch) {
  Vector s[Rows][4] = {};
  const float* g = m.g + at(r) * m.pitch;
  const int columns = (m.columns + kLanes - 1) / kLanes * kLanes;
  for (int c = 0; c < columns; c += kLanes) {
    Vector v[Rows];
#pragma GCC unroll 4
    for (int k = 0; k < Rows; ++k) v[k] = load(g + at(k) * m.pitch + c);
#pragma GCC unroll 4
    for (int b = 0; b < 4; ++b) {
      const Vector xb = load(x + at(b) * x_pitch + c);
#pragma GCC unroll 4
      for (int k = 0; k < Rows; ++k) s[k][b] += v[k] * xb;
    }
  }
#pragma GCC unroll 4
  for (int k = 0; k < Rows; ++k) {
#pragma GCC unroll 4
    for (int b = 0; b < 4; ++b) out[at(b) * out_pitch + r + k] += sum(s[k][b]);
  }
}

void from_columns(const Plane& m, const float* x, int x_pitch, float* out, int out_pitch, int pictures,
                  int begin, int end) {
  for (int r = begin; r < end; r += 3) {
    for (int b = 0; b < pictures; b += 4) {
      const float* xs = x + at(b) * x_pitch;
      float* o = out + at(b) * out_pitch;
      if (end - r >= 3) dot_rows<3>(m, r, xs, x_pitch, o, out_pitch);
      if (end - r == 2) dot_rows<2>(m, r, xs, x_pitch, o, out_pitch);
      if (end - r == 1) dot_rows<1>(m, r, xs, x_pitch, o, out_pitch);
    }
  }
}

/// A padding of columns, Rows rows: as many registers of sums as fit beside a register of y.
template <int Rows>
inline void step_rows(const PlaneStep& s, int r, float* block) {
  constexpr int kWidth = kPadding / kLanes;
  const Vector low = all(s.low);
  Vector row_sums[Rows] = {};
  for (int c = 0; c < s.columns; c += kPadding) {
    float* from = s.g + at(r) * s.pitch + c;
    Vector g[Rows][kWidth] = {};
    for (const RankList& list : s.lists) {
      for (int p = 0; p < list.rank; ++p) {
        const float* y = list.columns + at(p) * s.column_pitch + c;
        const float* x = list.rows + at(p) * s.row_pitch + r;
#pragma GCC unroll 8
        for (int i = 0; i < kWidth; ++i) {
          const Vector v = load(y + i * kLanes);
#pragma GCC unroll 4
          for (int k = 0; k < Rows; ++k) g[k][i] += x[k] * v;
        }
      }
    }
#pragma GCC unroll 8
    for (int i = 0; i < kWidth; ++i) {
      const Vector high = load(s.high + c + i * kLanes);
      const Vector constant = load(s.column + c + i * kLanes);
      Vector column = load(block + c + i * kLanes);
#pragma GCC unroll 4
      for (int k = 0; k < Rows; ++k) {
        const Vector old = load(from + at(k) * s.pitch + i * kLanes) + (constant + s.row[r + k]);
        const Vector v = smaller(larger(old + s.scale * g[k][i], low), high);
        store(from + at(k) * s.pitch + i * kLanes, v);
        column += v;
        row_sums[k] += v;
      }
      store(block + c + i * kLanes, column);
    }
  }
#pragma GCC unroll 4
  for (int k = 0; k < Rows; ++k) s.row_sums[r + k] = sum(row_sums[k]);
}

void plane_step(const PlaneStep& s, int begin, int end) {
  for (int first = begin; first < end; first += kSumBlock) {
    float* block = s.block_sums + at(first / kSumBlock) * s.pitch;
    for (int c = 0; c < s.columns; c += kLanes) store(block + c, Vector{});
    const int last = end < first + kSumBlock ? end : first + kSumBlock;
    int r = first;
    for (; r + 2 <= last; r += 2) step_rows<2>(s, r, block);
    if (r < last) step_rows<1>(s, r, block);
  }
}

}  // namespace

const DeepKernels kernels = {NULLOR_NAME,   kLanes,    input_step,   input_add,
                             input_product, from_rows, from_columns, plane_step};

}  // namespace nullor::NULLOR_DEEP
