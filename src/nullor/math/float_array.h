#pragma once
/// A zeroed array of floats on a cache line; large ones lie on huge pages where the system gives them.

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

namespace nullor {

class FloatArray {
 public:
  FloatArray() = default;
  explicit FloatArray(std::size_t size) : size_(size) {
    const std::size_t line = size * sizeof(float) >= kHugePage ? kHugePage : 64;
    const std::size_t bytes = (size * sizeof(float) + line - 1) / line * line;
    if (bytes == 0) return;
    data_.reset(static_cast<float*>(std::aligned_alloc(line, bytes)));
    if (!data_) throw std::bad_alloc();
#ifdef MADV_HUGEPAGE
    if (line == kHugePage) madvise(data_.get(), bytes, MADV_HUGEPAGE);
#endif
    std::memset(data_.get(), 0, bytes);
  }

  FloatArray(FloatArray&&) = default;
  FloatArray& operator=(FloatArray&&) = default;
  /// The values of an array of the same size.
  void copy(const FloatArray& from) {
    if (size_ > 0) std::memcpy(data(), from.data(), size_ * sizeof(float));
  }

  float* data() { return data_.get(); }
  const float* data() const { return data_.get(); }
  std::size_t size() const { return size_; }
  float& operator[](std::size_t k) { return data_.get()[k]; }
  float operator[](std::size_t k) const { return data_.get()[k]; }
  float* begin() { return data(); }
  float* end() { return data() + size_; }
  const float* begin() const { return data(); }
  const float* end() const { return data() + size_; }

 private:
  static constexpr std::size_t kHugePage = std::size_t{1} << 21;
  struct Free {
    void operator()(float* p) const { std::free(p); }
  };
  std::unique_ptr<float, Free> data_;
  std::size_t size_ = 0;
};

}  // namespace nullor
