#pragma once
/// Lists that begin on a boundary of 64 bytes.
///
/// Eigen takes the numbers before the first boundary one by one and the rest in packets: sums in another
/// order, elementary functions by other formulas. Where memory begins by chance, so do last digits.

#include <cstddef>
#include <new>
#include <vector>

namespace nullor::learn {

template <class T>
struct SimdAllocator {
  using value_type = T;
  static constexpr std::align_val_t kBoundary{64};

  SimdAllocator() = default;
  template <class U>
  SimdAllocator(const SimdAllocator<U>&) {}

  T* allocate(std::size_t count) { return static_cast<T*>(::operator new(count * sizeof(T), kBoundary)); }
  void deallocate(T* place, std::size_t) { ::operator delete(place, kBoundary); }
  bool operator==(const SimdAllocator&) const { return true; }
};

template <class T>
using SimdVector = std::vector<T, SimdAllocator<T>>;

}  // namespace nullor::learn
