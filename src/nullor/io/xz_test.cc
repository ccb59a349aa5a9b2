#include "nullor/io/xz.h"

#include <gtest/gtest.h>
#include <lzma.h>

#include "nullor/base/error.h"

namespace nullor {
namespace {

std::string packed(const std::string& text) {
  std::string out(lzma_stream_buffer_bound(text.size()), '\0');
  std::size_t used = 0;
  EXPECT_EQ(lzma_easy_buffer_encode(0, LZMA_CHECK_CRC64, nullptr,
                                    reinterpret_cast<const std::uint8_t*>(text.data()), text.size(),
                                    reinterpret_cast<std::uint8_t*>(out.data()), &used, out.size()),
            LZMA_OK);
  out.resize(used);
  return out;
}

TEST(Xz, InflatesWholeAndInPart) {
  std::string text;
  for (int i = 0; i < 500'000; ++i) text += std::to_string(i);
  const std::string bytes = packed(text);
  EXPECT_TRUE(is_xz(bytes));
  EXPECT_FALSE(is_xz(text));
  EXPECT_FALSE(is_xz("\xfd"));
  EXPECT_EQ(unxz(bytes, text.size() + 1, "t"), text);
  EXPECT_EQ(unxz(bytes, 1000, "t"), text.substr(0, 1000));
  EXPECT_EQ(unxz(packed("a") + packed("b"), 10, "t"), "ab");
}

TEST(Xz, RefusesDamagedAndCutBytes) {
  const std::string bytes = packed("some words that are long enough");
  for (std::size_t cut = 6; cut < bytes.size(); ++cut)
    EXPECT_THROW(unxz(bytes.substr(0, cut), 1000, "t"), InputError) << cut;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    EXPECT_THROW(unxz(damaged, 1000, "t"), InputError) << at;
  }
  try {
    unxz(bytes.substr(0, 30), 1000, "set.jsonl.xz");
    FAIL();
  } catch (const InputError& e) {
    EXPECT_STREQ(e.what(), "'set.jsonl.xz': cut short at byte 30 of the xz data");
  }
}

}  // namespace
}  // namespace nullor
