#pragma once
/// A hash table from names to positions that stores the positions only: the names stay in the caller's array,
/// so that an index over hundreds of thousands of nodes costs four to eight bytes each and copies freely.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace nullor {

class NameIndex {
 public:
  /// Position of `name`, or -1; `name_at(k)` is the k-th name.
  template <class NameAt>
  int find(std::string_view name, const NameAt& name_at) const {
    if (slots_.empty()) return -1;
    for (std::size_t k = std::hash<std::string_view>{}(name)&mask();; k = (k + 1) & mask()) {
      const int position = slots_[k];
      if (position < 0 || name_at(position) == name) return position;
    }
  }

  /// Adds `position`, whose name must not be in the index yet.
  template <class NameAt>
  void add(int position, const NameAt& name_at) {
    if (2 * (used_ + 1) > slots_.size()) grow(name_at);
    place(position, name_at(position));
    ++used_;
  }

  void clear() {
    slots_.clear();
    used_ = 0;
  }

 private:
  std::size_t mask() const { return slots_.size() - 1; }

  void place(int position, std::string_view name) {
    std::size_t k = std::hash<std::string_view>{}(name)&mask();
    while (slots_[k] >= 0) k = (k + 1) & mask();
    slots_[k] = position;
  }

  template <class NameAt>
  void grow(const NameAt& name_at) {
    std::vector<std::int32_t> old(slots_.empty() ? 16 : 2 * slots_.size(), -1);
    old.swap(slots_);
    for (const int position : old) {
      if (position >= 0) place(position, name_at(position));
    }
  }

  std::vector<std::int32_t> slots_;  // a power of two of them, at most half full
  std::size_t used_ = 0;
};

}  // namespace nullor
