#pragma once
/// The inner loops of deep resistive networks in float32, once for each instruction set.
///
/// Pictures come in fours: every load of a conductance serves four of them. Arrays of node values are
/// (pictures, pitch), pitch a multiple of kPadding, the padding zero.
///
/// The input layer holds its conductances in tiles of `lanes` columns: (tile, pixel, sign, lane), so that one
/// pass streams through memory once and keeps what belongs to the columns in registers. The other layers lie
/// row by row and are read in both directions.

namespace nullor {

inline constexpr int kPadding = 32;      ///< node arrays and rows of matrices, in floats
inline constexpr int kSumBlock = 64;     ///< rows whose column sums are added up together
inline constexpr int kPictureGroup = 4;  ///< pictures a kernel handles at once

/// Four pictures as the input layer reads them: x is (pixels, 4), 0 to 1; the list names pixels that are not
/// zero in all four.
struct PictureGroup {
  const float* x = nullptr;
  const int* pixels = nullptr;
  int count = 0;
};

/// Pixels sorted by which of two groups sees them: none, the old one, the new one, both.
struct PixelClasses {
  const int* pixels[4] = {};
  int count[4] = {};
};

struct InputLayer {
  float* g = nullptr;  ///< tiles
  int pixels = 0;
  float low = 0, high = 0;  ///< limits of a conductance [S]
};

/// g' = clamp(g +- sum_b x_b u_b + c); sums of columns; y_b = sum of x'_b (g'+ - g'-) for the next pictures.
struct InputStep {
  PictureGroup old_pictures, new_pictures;
  PixelClasses classes;
  const float* u = nullptr;  ///< (4, pitch)
  const float* c = nullptr;  ///< (pitch)
  float* y = nullptr;        ///< (4, pitch)
  float* sums = nullptr;     ///< (pitch): of g+ and g-
  int pitch = 0;
};

struct Plane {
  const float* g = nullptr;  ///< (rows, pitch)
  int rows = 0, columns = 0, pitch = 0;
};

/// Pairs of node values whose products change a plane.
struct RankList {
  int rank = 0;
  const float* rows = nullptr;     ///< (rank, row_pitch)
  const float* columns = nullptr;  ///< (rank, column_pitch)
};

/// g'_rc = clamp(g_rc + row_r + column_c + scale sum_i x_ir y_ic) for rows of one plane, and its sums.
struct PlaneStep {
  float* g = nullptr;
  int columns = 0, pitch = 0;  ///< columns: padded to kPadding
  float scale = 0;
  RankList lists[2];
  int row_pitch = 0, column_pitch = 0;
  const float* row = nullptr;     ///< (rows)
  const float* column = nullptr;  ///< (columns)
  const float* high = nullptr;    ///< (columns): greatest conductance, 0 in the padding
  float low = 0;
  float* row_sums = nullptr;    ///< (rows)
  float* block_sums = nullptr;  ///< (rows / kSumBlock, pitch): sums of columns over a block of rows
};

struct DeepKernels {
  const char* name;
  int lanes;
  /// The whole step, tiles begin..end. Work: 8 flops for a pixel and column that both groups see, 64 bytes
  /// read and written a pixel and register.
  void (*input_step)(const InputLayer&, const InputStep&, int begin, int end);
  /// Adds +-x u without clamping: all but the last group of a batch.
  void (*input_add)(const InputLayer&, const PictureGroup&, const float* u, int pitch, int begin, int end);
  /// y alone.
  void (*input_product)(const InputLayer&, const PictureGroup&, float* y, int pitch, int begin, int end);
  /// out_bc += sum_r g_rc x_br, columns begin..end (whole paddings).
  void (*from_rows)(const Plane&, const float* x, int x_pitch, float* out, int out_pitch, int pictures,
                    int begin, int end);
  /// out_br += sum_c g_rc x_bc, rows begin..end.
  void (*from_columns)(const Plane&, const float* x, int x_pitch, float* out, int out_pitch, int pictures,
                       int begin, int end);
  /// Rows begin..end; begin a multiple of kSumBlock.
  void (*plane_step)(const PlaneStep&, int begin, int end);
};

/// Those of the widest instruction set that this processor has; `wanted` ("avx512", "avx2", "portable", or
/// empty) asks for a narrower one. Throws InputError(usage) when it is not there.
const DeepKernels& deep_kernels(const char* wanted = "");

namespace deep_portable {
extern const DeepKernels kernels;
}
#if defined(__x86_64__)
namespace deep_avx2 {
extern const DeepKernels kernels;
}
namespace deep_avx512 {
extern const DeepKernels kernels;
}
#endif

}  // namespace nullor
