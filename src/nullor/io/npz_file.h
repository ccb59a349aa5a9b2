#pragma once
/// NumPy `.npz`: several plain arrays in one file.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nullor {

/// A zip archive without compression and without times: equal arrays give equal bytes.
/// Source: PKWARE, APPNOTE.TXT, .ZIP File Format Specification 6.3.3 (2012); NumPy Enhancement Proposal 1.
class NpzWriter {
 public:
  void add(const std::string& name, std::span<const double> values, const std::vector<std::size_t>& shape);
  void add(const std::string& name, std::span<const std::int64_t> values,
           const std::vector<std::size_t>& shape);
  void add(const std::string& name, std::span<const std::int32_t> values,
           const std::vector<std::size_t>& shape);
  /// A vector of byte strings of the longest one's length.
  void add(const std::string& name, const std::vector<std::string>& texts);

  /// Throws InputError(input_output) for arrays beyond 4 GB.
  std::string bytes() const;

 private:
  struct Member {
    std::string name, bytes;
  };
  void add_array(const std::string& name, const std::string& type, const std::vector<std::size_t>& shape,
                 std::string_view bytes);

  std::vector<Member> members_;
};

}  // namespace nullor
