#pragma once
/// Where a thread of a program for graphics devices stands, and barriers. nvcc and clang call both by
/// different names, so they are written in PTX. For .cu files alone.

namespace nullor {

#define NULLOR_REGISTER(name, text)           \
  __device__ inline int name() {              \
    int out;                                  \
    asm("mov.u32 %0, " text ";" : "=r"(out)); \
    return out;                               \
  }
NULLOR_REGISTER(thread_register, "%%tid.x")
NULLOR_REGISTER(block_register, "%%ctaid.x")
NULLOR_REGISTER(blocks_register, "%%nctaid.x")
#undef NULLOR_REGISTER

__device__ inline unsigned add_one_to(unsigned* counter) {
  unsigned before;
  asm volatile("atom.global.add.u32 %0, [%1], 1;" : "=r"(before) : "l"(counter) : "memory");
  return before;
}

/// Blocks of kThreads threads.
template <int kThreads>
struct CudaBlock {
  __device__ int block() const { return block_register(); }
  __device__ int blocks() const { return blocks_register(); }
  __device__ int thread() const { return thread_register(); }
  __device__ int threads() const { return kThreads; }
  __device__ void sync_block() const { asm volatile("bar.sync 0;" ::: "memory"); }
  __device__ unsigned add_one(unsigned* counter) const { return add_one_to(counter); }
};

/// All blocks are on the device at once (a cooperative launch). `arrived` counts them, over all barriers of
/// the launch, from 0.
template <int kThreads>
struct CudaGrid : CudaBlock<kThreads> {
  float* shared;
  unsigned* arrived;

  __device__ CudaGrid(float* shared_floats, unsigned* counter) : shared(shared_floats), arrived(counter) {}
  __device__ void sync_grid() const {
    this->sync_block();
    if (this->thread() == 0) {
      const unsigned all = static_cast<unsigned>(this->blocks());
      asm volatile("membar.gl;" ::: "memory");
      const unsigned goal = (add_one_to(arrived) / all + 1) * all;
      unsigned now;
      do {
        asm volatile("ld.volatile.global.u32 %0, [%1];" : "=r"(now) : "l"(arrived) : "memory");
      } while (static_cast<int>(now - goal) < 0);
      asm volatile("membar.gl;" ::: "memory");
    }
    this->sync_block();
  }
};

}  // namespace nullor
