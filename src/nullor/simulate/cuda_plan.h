#pragma once
/// What the program for graphics devices works on (cuda_sample.h): one circuit, and many samples of it. Plain
/// data; arrays lie in the device's memory.

#include "nullor/dae/cuda_group.h"
#include "nullor/simulate/cuda_elimination.h"
#include "nullor/simulate/options.h"

namespace nullor {

inline constexpr int kCudaThreads = 32;  ///< that share a sample: a warp, which a barrier costs little

/// A list of places for each k: items[start[k] .. start[k + 1] - 1].
struct CudaLists {
  const int* start = nullptr;
  const int* item = nullptr;
};

struct CudaCircuit {
  int n = 0, nonzeros = 0, nodes = 0;
  int groups = 0, rows = 0, entries = 0;  ///< rows and entries of all devices
  const CudaGroup* group = nullptr;
  SimulationOptions options;

  // Which contributions of devices end in a row and in a nonzero; which nonzeros a row has, and their
  // columns.
  CudaLists rows_of, entries_of, nonzeros_of;
  const int* column = nullptr;             ///< (nonzeros)
  const int* diagonal = nullptr;           ///< (nonzeros): the unknown, or -1
  const double* absolute = nullptr;        ///< (n): tolerance
  const unsigned char* nature = nullptr;   ///< (n): Nature
  const unsigned char* is_held = nullptr;  ///< (n): stepped conductances hold it
  const unsigned char* floats = nullptr;   ///< (n): nothing else holds it

  CudaElimination steady, moving, response;  ///< of G, G + alpha C, G + j omega C
  int outputs = 0, frequencies = 0, temperatures = 0;
  const int* output = nullptr;          ///< (outputs): unknowns; n for ground
  const double* frequency = nullptr;    ///< of .ac [Hz]
  const double* temperature = nullptr;  ///< of a sweep, ascending or descending [K]

  // .tran: sources move in straight lines from corner to corner.
  bool moves = false;
  double begin = 0;  ///< where output begins [s]
  int most_points = 0, most_corners = 0;

  // A sample's numbers.
  int values = 0, results = 0;             ///< doubles a sample
  int g_at = 0, c_at = 0, b_at = 0;        ///< of linear devices (nonzeros), (nonzeros); sources at dc (n)
  int ac_at = 0;                           ///< sources of .ac (2, n)
  int start_at = 0;                        ///< x to begin with (n + 1)
  int corners_at = 0, waves_at = 0;        ///< (corners) [s]; sources there (corners + 1, n), time 0 first
  int x_at = 0, ac_out_at = 0;             ///< results: operating point (n + 1); (frequencies, outputs, 2)
  int sweep_out_at = 0;                    ///< results: (temperatures, outputs)
  std::size_t object_bytes = 0, work = 0;  ///< of a sample; doubles of a block
};

/// What is asked of a sample, or failed.
enum class CudaStage : int { done, operating_point, response, sweep, transient, points, program };

struct CudaJob {
  Environment<double> environment;
  bool has_start = false;
  int corners = 0;
  double first = 0, largest = 0, smallest = 0;  ///< steps [s]
};

struct CudaOutcome {
  CudaStage failed = CudaStage::operating_point;  ///< done: nothing did
  int points = 0;                                 ///< of the transient
  int evaluations = 0;
};

struct CudaBatch {
  int count = 0;
  const CudaJob* jobs = nullptr;
  std::byte* objects = nullptr;
  const double* values = nullptr;
  double* results = nullptr;
  double* waves = nullptr;  ///< of .tran: (most_points, 1 + outputs) a sample, time first
  CudaOutcome* outcomes = nullptr;
  double* work = nullptr;     ///< a part for every block
  unsigned* taken = nullptr;  ///< jobs that some block has begun
};

}  // namespace nullor
