#pragma once
/// Millions of short names: their characters in one string, found by a hash table of four bytes an entry.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nullor::resistive {

/// Names numbered in the order in which they were added. A name costs its characters and about 16 bytes.
class NamePool {
 public:
  /// The number of `name`, added when it is new.
  int add(std::string_view name);
  /// The number of `name`, or -1.
  int find(std::string_view name) const;
  std::string_view operator[](int index) const;
  int size() const { return static_cast<int>(ends_.size()); }

 private:
  /// The slot of `name`: its own, or the empty one where it belongs.
  std::size_t slot(std::string_view name) const;
  void grow();

  std::string characters_;
  std::vector<std::size_t> ends_;
  std::vector<std::int32_t> slots_;  ///< name number + 1; 0: empty. The size is a power of two.
};

}  // namespace nullor::resistive
