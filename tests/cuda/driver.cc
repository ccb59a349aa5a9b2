// What stands in for NVIDIA's driver in tests: its functions, with the processor in the place of the device.
// Kernels are those of our programs, compiled for the processor (fibers.h). Memory begins as not-a-number,
// and what is written beyond an array's end is found when it is freed.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>

#include "fibers.h"

namespace {

using namespace nullor;

enum Result { kOk = 0, kInvalid = 1, kOutOfMemory = 2, kInvalidProgram = 218, kNotFound = 500 };

constexpr int kProcessors = 2;
constexpr std::size_t kGuard = 64;

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
  return std::strstr(static_cast<const char*>(text), ".visible .entry nullor_") ? kOk : kInvalidProgram;
}
int cuModuleUnload(void*) { return kOk; }
int cuModuleGetFunction(void** function, void*, const char* name) {
  for (const Kernels* kernels : {&resistive_kernels(), &sample_kernels()}) {
    const auto found = kernels->find(name);
    if (found == kernels->end()) continue;
    *function = reinterpret_cast<void*>(found->second);
    return kOk;
  }
  return kNotFound;
}
int cuOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, void*, int, std::size_t) {
  *blocks = 1;
  return kOk;
}
int cuLaunchCooperativeKernel(void* function, unsigned blocks, unsigned, unsigned, unsigned threads, unsigned,
                              unsigned, unsigned shared_bytes, void*, void** arguments) {
  static std::mutex one_at_a_time;
  const std::scoped_lock lock(one_at_a_time);
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
