// The program of device_epoch.h for NVIDIA's devices: nvcc compiles it, and clang without anything of CUDA
// installed. What both call by different names is written in PTX.
#if defined(__clang__) && !defined(__global__)
#define __global__ __attribute__((global))
#define __device__ __attribute__((device))
#define __shared__ __attribute__((shared))
#define __launch_bounds__(threads) __attribute__((launch_bounds(threads)))
#endif

#include "nullor/resistive/device_epoch.h"

namespace nullor {
namespace {

#define NULLOR_REGISTER(name, text)           \
  __device__ inline int name() {              \
    int out;                                  \
    asm("mov.u32 %0, " text ";" : "=r"(out)); \
    return out;                               \
  }
NULLOR_REGISTER(thread_register, "%%tid.x")
NULLOR_REGISTER(block_register, "%%ctaid.x")
NULLOR_REGISTER(blocks_register, "%%nctaid.x")

/// All blocks are on the device at once (a cooperative launch). `arrived` counts them, over all barriers of
/// the launch, from 0.
struct CudaGrid {
  float* shared;
  unsigned* arrived;

  __device__ int block() const { return block_register(); }
  __device__ int blocks() const { return blocks_register(); }
  __device__ int thread() const { return thread_register(); }
  __device__ int threads() const { return kDeviceThreads; }
  __device__ void sync_block() const { asm volatile("bar.sync 0;" ::: "memory"); }
  __device__ void sync_grid() const {
    sync_block();
    if (thread() == 0) {
      const unsigned all = static_cast<unsigned>(blocks());
      unsigned ticket, now;
      asm volatile("membar.gl;" ::: "memory");
      asm volatile("atom.global.add.u32 %0, [%1], 1;" : "=r"(ticket) : "l"(arrived) : "memory");
      const unsigned goal = (ticket / all + 1) * all;
      do {
        asm volatile("ld.volatile.global.u32 %0, [%1];" : "=r"(now) : "l"(arrived) : "memory");
      } while (static_cast<int>(now - goal) < 0);
      asm volatile("membar.gl;" ::: "memory");
    }
    sync_block();
  }
};

}  // namespace
}  // namespace nullor

extern __shared__ float nullor_shared[];

#define NULLOR_EPOCH(pictures, phases)                                                                     \
  extern "C" __global__ void __launch_bounds__(nullor::kDeviceThreads) nullor_epoch_##pictures##_##phases( \
      const nullor::EpochPlan* plan, unsigned* arrived, int first, int last) {                             \
    nullor::CudaGrid grid{nullor_shared, arrived};                                                         \
    nullor::DeviceEpoch<pictures, phases, nullor::CudaGrid>(grid, *plan).run(first, last);                 \
  }
NULLOR_EPOCH(4, 1)
NULLOR_EPOCH(4, 2)
NULLOR_EPOCH(8, 1)
NULLOR_EPOCH(8, 2)
NULLOR_EPOCH(16, 1)
NULLOR_EPOCH(16, 2)
NULLOR_EPOCH(32, 1)
NULLOR_EPOCH(32, 2)
