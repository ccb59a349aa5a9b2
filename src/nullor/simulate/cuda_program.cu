// The program of cuda_sample.h for NVIDIA's devices. Clang compiles it, which can take all of our functions
// for the device as they are (force_cuda_host_device) and needs nothing of CUDA; headers of others stay with
// the processor.
#define __host__ __attribute__((host))
#define __device__ __attribute__((device))
#define __global__ __attribute__((global))
#define __shared__ __attribute__((shared))
#define __forceinline__ __attribute__((always_inline)) inline
#define __launch_bounds__(threads) __attribute__((launch_bounds(threads)))

#include <cstdlib>
//
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "nullor/base/cuda_grid.h"

#pragma clang force_cuda_host_device begin
#include "nullor/simulate/cuda_sample.h"
#pragma clang force_cuda_host_device end

extern __shared__ double nullor_board[];

extern "C" __global__ void __launch_bounds__(nullor::kCudaThreads)
    nullor_samples(const nullor::CudaCircuit* circuit, const nullor::CudaBatch* batch) {
  nullor::run_cuda_samples(nullor::CudaBlock<nullor::kCudaThreads>{}, nullor_board, *circuit, *batch);
}
