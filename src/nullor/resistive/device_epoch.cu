// The program of device_epoch.h for NVIDIA's devices: nvcc compiles it, and clang without anything of CUDA
// installed. What both call by different names is written in PTX.
#if defined(__clang__) && !defined(__global__)
#define __global__ __attribute__((global))
#define __device__ __attribute__((device))
#define __shared__ __attribute__((shared))
#define __launch_bounds__(threads) __attribute__((launch_bounds(threads)))
#endif

#include "nullor/base/cuda_grid.h"
#include "nullor/resistive/device_epoch.h"

extern __shared__ float nullor_shared[];

#define NULLOR_EPOCH(pictures, phases)                                                                     \
  extern "C" __global__ void __launch_bounds__(nullor::kDeviceThreads) nullor_epoch_##pictures##_##phases( \
      const nullor::EpochPlan* plan, unsigned* arrived, int first, int last) {                             \
    using Grid = nullor::CudaGrid<nullor::kDeviceThreads>;                                                 \
    Grid grid(nullor_shared, arrived);                                                                     \
    nullor::DeviceEpoch<pictures, phases, Grid>(grid, *plan).run(first, last);                             \
  }
NULLOR_EPOCH(4, 1)
NULLOR_EPOCH(4, 2)
NULLOR_EPOCH(8, 1)
NULLOR_EPOCH(8, 2)
NULLOR_EPOCH(16, 1)
NULLOR_EPOCH(16, 2)
NULLOR_EPOCH(32, 1)
NULLOR_EPOCH(32, 2)
