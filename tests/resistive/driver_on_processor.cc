// What stands in for NVIDIA's driver in tests: its functions, with the processor in the place of the device.
// Kernels are those of device_epoch.h, compiled for the processor. Every thread of the grid is a fiber; they
// take turns in an order that NULLOR_FIBER_SEED shuffles anew for each launch, so that a barrier that is
// missing shows. Memory begins as not-a-number, and what is written beyond an array's end is found when it is
// freed.

#include <ucontext.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "nullor/base/rng.h"
#include "nullor/resistive/device_epoch.h"

namespace {

using nullor::EpochPlan;

enum Result { kOk = 0, kInvalid = 1, kOutOfMemory = 2, kInvalidProgram = 218, kNotFound = 500 };

constexpr int kProcessors = 2;
constexpr std::size_t kStack = 128 * 1024, kGuard = 64;

struct Barrier {
  int arrived = 0;
  long turn = 0;
};

/// A launch: all threads until the last has ended.
class Fibers {
 public:
  Fibers(int blocks, int threads, std::size_t shared_bytes) : threads_(threads), blocks_(blocks) {
    fibers_.resize(static_cast<std::size_t>(blocks * threads));
    of_block_.resize(static_cast<std::size_t>(blocks));
    shared_.resize(static_cast<std::size_t>(blocks));
    for (std::vector<float>& own : shared_) own.assign(shared_bytes / sizeof(float), __builtin_nanf(""));
  }

  void run(std::function<void(int)> work) {
    work_ = std::move(work);
    std::vector<int> order(fibers_.size());
    std::iota(order.begin(), order.end(), 0);
    const char* seed = std::getenv("NULLOR_FIBER_SEED");
    nullor::Rng rng(seed ? std::strtoull(seed, nullptr, 10) : 0);
    for (std::size_t k = order.size(); seed && k > 1; --k) std::swap(order[k - 1], order[rng.below(k)]);
    for (const int k : order) begin(k);
    while (ended_ < fibers_.size()) {
      moved_ = false;
      for (const int k : order) {
        if (fibers_[static_cast<std::size_t>(k)].ended) continue;
        now_ = k;
        swapcontext(&home_, &fibers_[static_cast<std::size_t>(k)].context);
      }
      if (!moved_) {
        std::fprintf(stderr, "some threads wait at a barrier that others do not reach\n");
        std::abort();
      }
    }
  }

  int now() const { return now_; }
  int threads() const { return threads_; }
  int blocks() const { return blocks_; }
  float* shared() { return shared_[static_cast<std::size_t>(now_ / threads_)].data(); }
  void wait_for_block() { wait(of_block_[static_cast<std::size_t>(now_ / threads_)], threads_); }
  void wait_for_grid() { wait(of_grid_, threads_ * blocks_); }

 private:
  struct Fiber {
    ucontext_t context;
    std::unique_ptr<char[]> stack;
    bool ended = false;
  };

  static inline Fibers* running = nullptr;
  static void enter() {
    Fibers& all = *running;
    all.work_(all.now_);
    all.fibers_[static_cast<std::size_t>(all.now_)].ended = true;
    ++all.ended_;
    all.moved_ = true;
  }

  void begin(int k) {
    running = this;
    Fiber& fiber = fibers_[static_cast<std::size_t>(k)];
    getcontext(&fiber.context);
    fiber.stack = std::make_unique<char[]>(kStack);
    fiber.context.uc_stack = {.ss_sp = fiber.stack.get(), .ss_flags = 0, .ss_size = kStack};
    fiber.context.uc_link = &home_;
    makecontext(&fiber.context, enter, 0);
  }

  void wait(Barrier& barrier, int all) {
    const long turn = barrier.turn;
    moved_ = true;
    if (++barrier.arrived == all) {
      barrier.arrived = 0;
      ++barrier.turn;
      return;
    }
    while (barrier.turn == turn) swapcontext(&fibers_[static_cast<std::size_t>(now_)].context, &home_);
  }

  int threads_, blocks_, now_ = 0;
  std::size_t ended_ = 0;
  bool moved_ = false;
  ucontext_t home_;
  std::function<void(int)> work_;
  std::vector<Fiber> fibers_;
  std::vector<Barrier> of_block_;
  Barrier of_grid_;
  std::vector<std::vector<float>> shared_;
};

struct FiberGrid {
  Fibers& fibers;
  int index;
  float* shared;

  int block() const { return index / fibers.threads(); }
  int blocks() const { return fibers.blocks(); }
  int thread() const { return index % fibers.threads(); }
  int threads() const { return fibers.threads(); }
  void sync_block() const { fibers.wait_for_block(); }
  void sync_grid() const { fibers.wait_for_grid(); }
};

using Kernel = void (*)(FiberGrid&, void**);

template <int kPictures, int kPhases>
void epoch(FiberGrid& grid, void** arguments) {
  const EpochPlan* plan = *static_cast<const EpochPlan**>(arguments[0]);
  const int first = *static_cast<int*>(arguments[2]), last = *static_cast<int*>(arguments[3]);
  nullor::DeviceEpoch<kPictures, kPhases, FiberGrid>(grid, *plan).run(first, last);
}

const std::map<std::string, Kernel> kKernels = {
    {"nullor_epoch_4_1", epoch<4, 1>},   {"nullor_epoch_4_2", epoch<4, 2>},
    {"nullor_epoch_8_1", epoch<8, 1>},   {"nullor_epoch_8_2", epoch<8, 2>},
    {"nullor_epoch_16_1", epoch<16, 1>}, {"nullor_epoch_16_2", epoch<16, 2>},
    {"nullor_epoch_32_1", epoch<32, 1>}, {"nullor_epoch_32_2", epoch<32, 2>}};

std::map<std::uint64_t, std::size_t> sizes;  ///< of the memory that is out

}  // namespace

extern "C" {

int cuInit(unsigned) { return kOk; }
int cuGetErrorString(int result, const char** text) {
  *text = result == kOutOfMemory      ? "out of memory"
          : result == kInvalidProgram ? "invalid program"
                                      : "invalid value";
  return kOk;
}
int cuDeviceGetCount(int* count) {
  *count = std::getenv("NULLOR_NO_DEVICES") ? 0 : 1;
  return kOk;
}
int cuDeviceGet(int* device, int index) {
  *device = index;
  return kOk;
}
int cuDeviceGetName(char* name, int size, int) {
  std::snprintf(name, static_cast<std::size_t>(size), "fibers on the processor");
  return kOk;
}
int cuDeviceGetAttribute(int* value, int which, int) {
  *value = which == 16 ? kProcessors : which == 95;
  return kOk;
}
int cuDevicePrimaryCtxRetain(void** context, int) {
  static int only;
  *context = &only;
  return kOk;
}
int cuDevicePrimaryCtxRelease_v2(int) { return kOk; }
int cuCtxSetCurrent(void*) { return kOk; }
int cuCtxSynchronize() { return kOk; }
int cuModuleLoadData(void** module, const void* text) {
  static int only;
  *module = &only;
  return std::strstr(static_cast<const char*>(text), "nullor_epoch_4_2") ? kOk : kInvalidProgram;
}
int cuModuleUnload(void*) { return kOk; }
int cuModuleGetFunction(void** function, void*, const char* name) {
  const auto found = kKernels.find(name);
  if (found == kKernels.end()) return kNotFound;
  *function = reinterpret_cast<void*>(found->second);
  return kOk;
}
int cuOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, void*, int, std::size_t) {
  *blocks = 1;
  return kOk;
}
int cuLaunchCooperativeKernel(void* function, unsigned blocks, unsigned, unsigned, unsigned threads, unsigned,
                              unsigned, unsigned shared_bytes, void*, void** arguments) {
  Fibers fibers(static_cast<int>(blocks), static_cast<int>(threads), shared_bytes);
  fibers.run([&](int index) {
    FiberGrid grid{fibers, index, fibers.shared()};
    reinterpret_cast<Kernel>(function)(grid, arguments);
  });
  return kOk;
}
int cuMemAlloc_v2(std::uint64_t* place, std::size_t bytes) {
  if (bytes > std::size_t{1} << 32) return kOutOfMemory;
  void* memory = std::malloc(bytes + kGuard);
  if (!memory) return kOutOfMemory;
  std::memset(memory, 0xff, bytes + kGuard);
  *place = reinterpret_cast<std::uint64_t>(memory);
  sizes[*place] = bytes;
  return kOk;
}
int cuMemFree_v2(std::uint64_t place) {
  const auto found = sizes.find(place);
  if (found == sizes.end()) return kInvalid;
  const auto* memory = reinterpret_cast<const unsigned char*>(place);
  for (std::size_t k = 0; k < kGuard; ++k) {
    if (memory[found->second + k] == 0xff) continue;
    std::fprintf(stderr, "something was written beyond %zu bytes\n", found->second);
    std::abort();
  }
  sizes.erase(found);
  std::free(reinterpret_cast<void*>(place));
  return kOk;
}
int cuMemsetD8_v2(std::uint64_t place, unsigned char value, std::size_t bytes) {
  std::memset(reinterpret_cast<void*>(place), value, bytes);
  return kOk;
}
int cuMemcpyHtoD_v2(std::uint64_t to, const void* from, std::size_t bytes) {
  std::memcpy(reinterpret_cast<void*>(to), from, bytes);
  return kOk;
}
int cuMemcpyDtoH_v2(void* to, std::uint64_t from, std::size_t bytes) {
  std::memcpy(to, reinterpret_cast<const void*>(from), bytes);
  return kOk;
}
}
