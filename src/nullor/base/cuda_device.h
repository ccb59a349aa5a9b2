#pragma once
/// NVIDIA's driver, opened when it is asked for: the program is built, and starts, without it.

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace nullor {

/// A graphics device in the place of the processor.
struct CudaTarget {
  const char* program = "";  ///< as the driver takes it (PTX); empty when there was no compiler for it
  std::string driver = "libcuda.so.1";
};

/// The first device that the driver shows. It must outlive its arrays.
class CudaDevice {
 public:
  /// Throws InputError(usage): no driver under this name, or no device.
  explicit CudaDevice(const std::string& driver = "libcuda.so.1");
  ~CudaDevice();

  std::string name() const;  ///< "NVIDIA H200"

  /// Makes functions of `program` (PTX) ready. Throws InputError(usage): the driver does not take it.
  void load(const char* program);

  /// How many blocks of `threads` of that function the device holds at once.
  std::size_t blocks(const char* function, int threads, std::size_t shared_bytes) const;
  /// Runs a function of the program on as many blocks, so that they may wait for each other, and waits for
  /// its end. `arguments` point to its arguments, in their order.
  void run(const char* function, int threads, std::size_t shared_bytes, std::span<void*> arguments);

  /// Memory of the device, by its addresses (CudaArray).
  void* allocate(std::size_t bytes);  ///< zeroed
  void free(void* place) noexcept;
  void clear(void* place, std::size_t bytes);
  void write(void* to, const void* from, std::size_t bytes);
  void read(void* to, const void* from, std::size_t bytes);

 private:
  struct Driver;
  std::unique_ptr<Driver> driver_;
};

/// Numbers in the device's memory, zero at first. Throws InputError(usage) when it has no room.
template <class T>
class CudaArray {
 public:
  CudaArray() = default;
  CudaArray(CudaDevice& device, std::size_t size)
      : device_(&device), data_(static_cast<T*>(device.allocate(size * sizeof(T)))), size_(size) {}
  CudaArray(CudaDevice& device, const T* from, std::size_t size) : CudaArray(device, size) { write(from); }
  CudaArray(CudaArray&& other) noexcept { *this = std::move(other); }
  CudaArray& operator=(CudaArray&& other) noexcept {
    std::swap(device_, other.device_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~CudaArray() {
    if (data_) device_->free(data_);
  }

  T* data() const { return data_; }  ///< an address on the device
  std::size_t size() const { return size_; }
  void clear() { device_->clear(data_, size_ * sizeof(T)); }
  /// As many numbers as the array has.
  void write(const T* from) { device_->write(data_, from, size_ * sizeof(T)); }
  void read(T* to) const { device_->read(to, data_, size_ * sizeof(T)); }

 private:
  CudaDevice* device_ = nullptr;
  T* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace nullor
