#pragma once
/// Millions of short names: their characters in one string, found by a hash table of four bytes an entry.
/// Names that are numbers below four million have a place of their own in a table, one look instead of three.

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
  /// The value of a plain decimal number below kNumbers, else -1.
  static int number_of(std::string_view name);
  int append(std::string_view name);

  static constexpr int kNumbers = 1 << 22;

  std::string characters_;
  std::vector<std::size_t> ends_;
  std::vector<std::int32_t> numbers_;  ///< of each number: name number + 1; 0: no such name
  int hashed_ = 0;                     ///< names in `slots_`
  std::vector<std::int32_t> slots_;    ///< name number + 1; 0: empty. The size is a power of two.
};

}  // namespace nullor::resistive
