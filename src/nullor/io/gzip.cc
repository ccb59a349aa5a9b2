#include "nullor/io/gzip.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <limits>

#include "nullor/base/error.h"

namespace nullor {
namespace {

struct Inflater {
  z_stream stream{};

  Inflater() {
    constexpr int kGzip = 16;
    inflateInit2(&stream, kGzip + MAX_WBITS);
  }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
};

}  // namespace

bool is_gzip(std::string_view bytes) { return bytes.size() >= 2 && bytes[0] == '\x1f' && bytes[1] == '\x8b'; }

std::string gunzip(std::string_view bytes, std::size_t limit, const std::string& name) {
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  static_assert(kPiece < std::numeric_limits<uInt>::max());
  Inflater inflater;
  z_stream& z = inflater.stream;
  std::string out;
  std::size_t taken = 0;  // of `bytes`, given to zlib
  const auto fail = [&](const char* why) {
    throw InputError(ErrorKind::input_output,
                     fmt::format("'{}': {} at byte {} of the gzip data", name, why, taken - z.avail_in));
  };
  while (out.size() < limit) {
    if (z.avail_in == 0) {
      const std::size_t piece = std::min(kPiece, bytes.size() - taken);
      // zlib does not write through next_in; its type lacks the const.
      z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data() + taken));
      z.avail_in = static_cast<uInt>(piece);
      taken += piece;
      if (piece == 0) fail("cut short");
    }
    const std::size_t before = out.size(), room = std::min(kPiece, limit - before);
    out.resize(before + room);
    z.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    z.avail_out = static_cast<uInt>(room);
    const int status = inflate(&z, Z_NO_FLUSH);
    out.resize(before + room - z.avail_out);
    if (status == Z_STREAM_END) {
      if (z.avail_in == 0 && taken == bytes.size()) break;
      inflateReset(&z);
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      fail("damaged");
    }
  }
  return out;
}

}  // namespace nullor
