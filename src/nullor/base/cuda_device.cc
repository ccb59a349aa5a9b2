#include "nullor/base/cuda_device.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "nullor/base/error.h"

namespace nullor {
namespace {

/// The driver's own types, as its interface of version 4 and later has them.
using Result = int;
using Address = std::uint64_t;
constexpr int kMultiprocessors = 16, kCooperative = 95;  // of cuDeviceGetAttribute

InputError refused(const std::string& what) {
  return InputError(ErrorKind::usage, "CUDA: " + what, {},
                    "leave out --device cuda or --engine cuda to use the processor");
}

}  // namespace

struct CudaDevice::Driver {
  explicit Driver(const std::string& path) : library(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (!library) throw refused(fmt::format("there is no driver ({})", dlerror()));
    find(init, "cuInit");
    find(error_text, "cuGetErrorString");
    find(device_count, "cuDeviceGetCount");
    find(device_get, "cuDeviceGet");
    find(device_name, "cuDeviceGetName");
    find(attribute, "cuDeviceGetAttribute");
    find(retain, "cuDevicePrimaryCtxRetain");
    find(release, "cuDevicePrimaryCtxRelease_v2");
    find(set_context, "cuCtxSetCurrent");
    find(synchronize, "cuCtxSynchronize");
    find(load, "cuModuleLoadData");
    find(unload, "cuModuleUnload");
    find(function, "cuModuleGetFunction");
    find(occupancy, "cuOccupancyMaxActiveBlocksPerMultiprocessor");
    find(launch, "cuLaunchCooperativeKernel");
    find(allocate, "cuMemAlloc_v2");
    find(free, "cuMemFree_v2");
    find(set, "cuMemsetD8_v2");
    find(to_device, "cuMemcpyHtoD_v2");
    find(to_host, "cuMemcpyDtoH_v2");
  }
  ~Driver() {
    if (module) unload(module);
    if (context) release(device);
    if (library) dlclose(library);
  }

  template <class Function>
  void find(Function*& to, const char* name) {
    to = reinterpret_cast<Function*>(dlsym(library, name));
    if (!to) throw refused(fmt::format("the driver is too old: it has no {}", name));
  }

  void check(Result result, const char* what) const {
    if (result == 0) return;
    const char* text = nullptr;
    error_text(result, &text);
    throw refused(fmt::format("{}: {}", what, text ? text : fmt::format("error {}", result)));
  }

  void* library = nullptr;
  int device = 0;
  void *context = nullptr, *module = nullptr;

  Result (*init)(unsigned) = nullptr;
  Result (*error_text)(Result, const char**) = nullptr;
  Result (*device_count)(int*) = nullptr;
  Result (*device_get)(int*, int) = nullptr;
  Result (*device_name)(char*, int, int) = nullptr;
  Result (*attribute)(int*, int, int) = nullptr;
  Result (*retain)(void**, int) = nullptr;
  Result (*release)(int) = nullptr;
  Result (*set_context)(void*) = nullptr;
  Result (*synchronize)() = nullptr;
  Result (*load)(void**, const void*) = nullptr;
  Result (*unload)(void*) = nullptr;
  Result (*function)(void**, void*, const char*) = nullptr;
  Result (*occupancy)(int*, void*, int, std::size_t) = nullptr;
  Result (*launch)(void*, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void*,
                   void**) = nullptr;
  Result (*allocate)(Address*, std::size_t) = nullptr;
  Result (*free)(Address) = nullptr;
  Result (*set)(Address, unsigned char, std::size_t) = nullptr;
  Result (*to_device)(Address, const void*, std::size_t) = nullptr;
  Result (*to_host)(void*, Address, std::size_t) = nullptr;
};

CudaDevice::CudaDevice(const std::string& driver) : driver_(std::make_unique<Driver>(driver)) {
  Driver& d = *driver_;
  d.check(d.init(0), "the driver does not start");
  int count = 0, cooperative = 0;
  d.check(d.device_count(&count), "no devices");
  if (count == 0) throw refused("there is no device");
  d.check(d.device_get(&d.device, 0), "the first device");
  d.check(d.attribute(&cooperative, kCooperative, d.device), "the first device");
  if (!cooperative) throw refused("the device is too old: its blocks cannot wait for each other");
  d.check(d.retain(&d.context, d.device), "the first device");
  d.check(d.set_context(d.context), "the first device");
}

CudaDevice::~CudaDevice() = default;

std::string CudaDevice::name() const {
  char out[256] = {};
  driver_->check(driver_->device_name(out, sizeof out - 1, driver_->device), "the device's name");
  return out;
}

void CudaDevice::load(const char* program) {
  driver_->check(driver_->load(&driver_->module, program), "the driver refuses the program");
}

std::size_t CudaDevice::blocks(const char* name, int threads, std::size_t shared_bytes) const {
  const Driver& d = *driver_;
  void* function = nullptr;
  d.check(d.function(&function, d.module, name), name);
  int processors = 0, blocks = 0;
  d.check(d.attribute(&processors, kMultiprocessors, d.device), name);
  d.check(d.occupancy(&blocks, function, threads, shared_bytes), name);
  return static_cast<std::size_t>(std::max(1, processors * blocks));
}

void CudaDevice::run(const char* name, int threads, std::size_t shared_bytes, std::span<void*> arguments) {
  Driver& d = *driver_;
  void* function = nullptr;
  d.check(d.function(&function, d.module, name), name);
  const auto grid = static_cast<unsigned>(blocks(name, threads, shared_bytes));
  d.check(d.launch(function, grid, 1, 1, static_cast<unsigned>(threads), 1, 1,
                   static_cast<unsigned>(shared_bytes), nullptr, arguments.data()),
          name);
  d.check(d.synchronize(), name);
}

void* CudaDevice::allocate(std::size_t bytes) {
  Address place = 0;
  driver_->check(driver_->allocate(&place, std::max<std::size_t>(bytes, 1)),
                 fmt::format("{:.4g} MB of its memory", static_cast<double>(bytes) / 1e6).c_str());
  void* out = reinterpret_cast<void*>(place);
  clear(out, bytes);
  return out;
}

void CudaDevice::clear(void* place, std::size_t bytes) {
  driver_->check(driver_->set(reinterpret_cast<Address>(place), 0, bytes), "its memory");
}

void CudaDevice::free(void* place) noexcept { driver_->free(reinterpret_cast<Address>(place)); }

void CudaDevice::write(void* to, const void* from, std::size_t bytes) {
  driver_->check(driver_->to_device(reinterpret_cast<Address>(to), from, bytes), "writing to its memory");
}

void CudaDevice::read(void* to, const void* from, std::size_t bytes) {
  driver_->check(driver_->to_host(to, reinterpret_cast<Address>(from), bytes), "reading its memory");
}

}  // namespace nullor
