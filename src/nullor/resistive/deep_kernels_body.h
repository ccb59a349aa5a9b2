/// The kernels of deep_kernels.h for one instruction set. Included by one file for each, which defines
/// NULLOR_DEEP (a namespace), NULLOR_LANES and NULLOR_NAME. No function here may come from the standard
/// library: the linker keeps one copy of an inline function, and it might be the one this processor cannot
/// run.

#include <utility>

#include "nullor/resistive/deep_kernels.h"

namespace nullor::NULLOR_DEEP {
namespace {

constexpr int kLanes = NULLOR_LANES;
constexpr int kRowsAhead = 12;
constexpr int kLine = 16;                                 // floats of a cache line
constexpr int kRegisters = NULLOR_LANES == 16 ? 32 : 16;  // of the instruction set
using Vector = float __attribute__((vector_size(4 * NULLOR_LANES)));
using Tight = float __attribute__((vector_size(4 * NULLOR_LANES), may_alias));

/// Keeps a value in its register: else the compiler reads it from memory in every operation.
#if defined(__x86_64__)
#define NULLOR_KEEP(x) asm("" : "+v"(x))
#else
#define NULLOR_KEEP(x) (void)(x)
#endif

inline Vector load(const float* p) { return *reinterpret_cast<const Tight*>(p); }
inline void store(float* p, Vector v) { *reinterpret_cast<Tight*>(p) = v; }
inline Vector all(float v) { return v - Vector{}; }
inline Vector larger(Vector a, Vector b) { return a > b ? a : b; }
inline Vector smaller(Vector a, Vector b) { return a < b ? a : b; }
inline long at(long k) { return k; }

using AllLanes = std::make_integer_sequence<int, kLanes>;

/// v + v with neighbours that lie Width lanes apart exchanged, then for Width / 2, ... 1.
template <int Width, int... K>
inline Vector folded(Vector v, std::integer_sequence<int, K...> lanes) {
  if constexpr (Width == 0) {
    return v;
  } else {
    return folded<Width / 2>(v + __builtin_shufflevector(v, v, (K ^ Width)...), lanes);
  }
}
inline float sum(Vector v) { return folded<kLanes / 2>(v, AllLanes())[0]; }

/// One sum of every pair of lanes that lie Width apart: where the bit Width of a lane's number is off those
/// of a, where it is on those of b.
template <int Width, int... K>
inline Vector merged(Vector a, Vector b, std::integer_sequence<int, K...>) {
  return __builtin_shufflevector(a, b, (K & Width ? K - Width + kLanes : K)...) +
         __builtin_shufflevector(a, b, (K & Width ? K + kLanes : K + Width)...);
}

/// to[b] += sum of s[b], b 0 to 3.
inline void add_sums(const Vector* s, float* const* to) {
  constexpr int kHalf = kLanes / 2, kQuarter = kLanes / 4;
  constexpr AllLanes kAll;
  const Vector left = merged<kHalf>(s[0], s[1], kAll), right = merged<kHalf>(s[2], s[3], kAll);
  const Vector all = folded<kQuarter / 2>(merged<kQuarter>(left, right, kAll), kAll);
  *to[0] += all[0];
  *to[1] += all[kHalf];
  *to[2] += all[kQuarter];
  *to[3] += all[kHalf + kQuarter];
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
    for (int line = 0; line < 2 * kLanes; line += kLine) __builtin_prefetch(ahead + line, 1, 2);
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

/// Wide registers of columns, four pictures: 4 Wide multiply-adds for Wide loads and 4 broadcasts. A piece of
/// each row is read, so that no hardware foresees the next one.
template <int Wide>
inline void add_rows(const Plane& m, int c, const float* x, int x_pitch, float* out, int out_pitch) {
  Vector s[4][Wide];
#pragma GCC unroll 4
  for (int k = 0; k < 4; ++k) {
#pragma GCC unroll 4
    for (int i = 0; i < Wide; ++i) s[k][i] = load(out + at(k) * out_pitch + c + i * kLanes);
  }
  const float* g = m.g + c;
  for (int r = 0; r < m.rows; ++r, g += m.pitch) {
    Vector v[Wide];
#pragma GCC unroll 4
    for (int i = 0; i < Wide; ++i) {
      if (i * kLanes % kLine == 0) __builtin_prefetch(g + kRowsAhead * at(m.pitch) + i * kLanes);
      v[i] = load(g + i * kLanes);
    }
#pragma GCC unroll 4
    for (int k = 0; k < 4; ++k) {
      Vector xk = all(x[at(k) * x_pitch + r]);
      NULLOR_KEEP(xk);
#pragma GCC unroll 4
      for (int i = 0; i < Wide; ++i) s[k][i] += xk * v[i];
    }
  }
#pragma GCC unroll 4
  for (int k = 0; k < 4; ++k) {
#pragma GCC unroll 4
    for (int i = 0; i < Wide; ++i) store(out + at(k) * out_pitch + c + i * kLanes, s[k][i]);
  }
}

void from_rows(const Plane& m, const float* x, int x_pitch, float* out, int out_pitch, int pictures,
               int begin, int end) {
  constexpr int kWide = kRegisters / 8;
  int c = begin;
  for (; c + kWide * kLanes <= end; c += kWide * kLanes) {
    for (int b = 0; b < pictures; b += 4)
      add_rows<kWide>(m, c, x + at(b) * x_pitch, x_pitch, out + at(b) * out_pitch, out_pitch);
  }
  for (; c < end; c += kLanes) {
    for (int b = 0; b < pictures; b += 4)
      add_rows<1>(m, c, x + at(b) * x_pitch, x_pitch, out + at(b) * out_pitch, out_pitch);
  }
}

/// Rows at a time, four pictures: 4 Rows multiply-adds for Rows + 4 loads. The rows that come next are
/// fetched meanwhile: a row is a page, and hardware does not look beyond pages.
template <int Rows>
inline void dot_rows(const Plane& m, int r, const float* x, int x_pitch, float* out, int out_pitch) {
  Vector s[Rows][4] = {};
  const float* g = m.g + at(r) * m.pitch;
  const float* next = g + at(Rows) * m.pitch;
  const int columns = (m.columns + kLanes - 1) / kLanes * kLanes;
  for (int c = 0; c < columns; c += kLanes) {
    Vector v[Rows];
#pragma GCC unroll 8
    for (int k = 0; k < Rows; ++k) {
      if (kLanes == kLine || c % kLine == 0) __builtin_prefetch(next + at(k) * m.pitch + c);
      v[k] = load(g + at(k) * m.pitch + c);
    }
#pragma GCC unroll 4
    for (int b = 0; b < 4; ++b) {
      Vector xb = load(x + at(b) * x_pitch + c);
      NULLOR_KEEP(xb);
#pragma GCC unroll 8
      for (int k = 0; k < Rows; ++k) s[k][b] += v[k] * xb;
    }
  }
#pragma GCC unroll 8
  for (int k = 0; k < Rows; ++k) {
    float* const to = out + r + k;
    float* const each[] = {to, to + out_pitch, to + 2 * at(out_pitch), to + 3 * at(out_pitch)};
    add_sums(s[k], each);
  }
}

void from_columns(const Plane& m, const float* x, int x_pitch, float* out, int out_pitch, int pictures,
                  int begin, int end) {
  constexpr int kRows = kRegisters == 32 ? 6 : 3;
  int r = begin;
  for (; r + kRows <= end; r += kRows) {
    for (int b = 0; b < pictures; b += 4)
      dot_rows<kRows>(m, r, x + at(b) * x_pitch, x_pitch, out + at(b) * out_pitch, out_pitch);
  }
  for (; r < end; ++r) {
    for (int b = 0; b < pictures; b += 4)
      dot_rows<1>(m, r, x + at(b) * x_pitch, x_pitch, out + at(b) * out_pitch, out_pitch);
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
    constexpr int kRows = kRegisters / 8;
    int r = first;
    for (; r + kRows <= last; r += kRows) step_rows<kRows>(s, r, block);
    for (; r < last; ++r) step_rows<1>(s, r, block);
  }
}

}  // namespace

const DeepKernels kernels = {NULLOR_NAME,   kLanes,    input_step,   input_add,
                             input_product, from_rows, from_columns, plane_step};

}  // namespace nullor::NULLOR_DEEP
