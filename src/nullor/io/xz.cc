#include "nullor/io/xz.h"

#include <fmt/format.h>
#include <lzma.h>

#include <algorithm>

#include "nullor/base/error.h"

namespace nullor {
namespace {

constexpr std::uint64_t kMostMemory = std::uint64_t{1} << 28;

struct Decoder {
  lzma_stream stream = LZMA_STREAM_INIT;

  Decoder() = default;
  ~Decoder() { lzma_end(&stream); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
};

const char* reason(lzma_ret status) {
  switch (status) {
    case LZMA_BUF_ERROR:
      return "cut short";
    case LZMA_MEMLIMIT_ERROR:
      return "needs a dictionary of more than 256 MiB";
    case LZMA_MEM_ERROR:
      return "out of memory";
    default:
      return "damaged";
  }
}

}  // namespace

bool is_xz(std::string_view bytes) {
  using namespace std::string_view_literals;
  return bytes.substr(0, 6) ==
         "\xfd"
         "7zXZ\0"sv;
}

std::string unxz(std::string_view bytes, std::size_t limit, const std::string& name) {
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  Decoder decoder;
  lzma_stream& z = decoder.stream;
  std::string out;
  lzma_ret status = lzma_stream_decoder(&z, kMostMemory, LZMA_CONCATENATED);
  z.next_in = reinterpret_cast<const std::uint8_t*>(bytes.data());
  z.avail_in = bytes.size();
  while (status == LZMA_OK && out.size() < limit) {
    const std::size_t before = out.size(), room = std::min(kPiece, limit - before);
    out.resize(before + room);
    z.next_out = reinterpret_cast<std::uint8_t*>(out.data() + before);
    z.avail_out = room;
    status = lzma_code(&z, LZMA_FINISH);
    out.resize(before + room - z.avail_out);
  }
  if (status != LZMA_OK && status != LZMA_STREAM_END) {
    throw InputError(ErrorKind::input_output, fmt::format("'{}': {} at byte {} of the xz data", name,
                                                          reason(status), bytes.size() - z.avail_in));
  }
  return out;
}

}  // namespace nullor
