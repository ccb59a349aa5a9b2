// Any bytes as pictures: the first two say how many of the rest are the file of labels. What reads must be
// whole.
#include <cstdlib>

#include "fuzz.h"
#include "nullor/io/image_set.h"

namespace {

void expect_whole(const nullor::ImageSet& set) {
  if (set.pixels.size() != set.count() * set.size()) std::abort();
  for (const std::uint8_t label : set.labels) {
    if (label >= set.classes) std::abort();
  }
  if (set.first(1).count() != 1) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t split = static_cast<std::size_t>(data[0]) << 8 | data[1];
  fuzz(data + 2, size - 2, [](std::string_view bytes) {
    expect_whole(nullor::parse_cifar10({bytes, "fuzz"}));
  });
  return fuzz(data + 2, size - 2, [split](std::string_view bytes) {
    const std::size_t at = split < bytes.size() ? split : bytes.size();
    expect_whole(nullor::parse_idx_pair({bytes.substr(at), "pictures"}, {bytes.substr(0, at), "labels"}));
  });
}
