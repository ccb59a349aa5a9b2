#pragma once
/// Fingerprints of files: the digest that `sha256sum` prints.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace nullor {

/// SHA-256 over bytes that come in pieces. Source: NIST, FIPS 180-4 (2015), section 6.2.
class Sha256 {
 public:
  Sha256& update(std::string_view bytes);
  /// 64 lower-case hexadecimal digits of everything so far; may be asked once.
  std::string hex();

 private:
  void block(const unsigned char* bytes);

  std::array<std::uint32_t, 8> h_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                     0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<unsigned char, 64> rest_{};
  std::size_t filled_ = 0;
  std::uint64_t length_ = 0;  ///< [bytes]
};

/// Of one text.
std::string sha256(std::string_view bytes);

}  // namespace nullor
