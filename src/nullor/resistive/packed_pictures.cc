#include "nullor/resistive/packed_pictures.h"

#include <array>

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

}  // namespace

PackedPictures::PackedPictures(int pixels, int pictures)
    : pixels_(pixels), groups_(u(pictures / kPictureGroup)) {
  for (Group& group : groups_) {
    group.x.resize(u(pixels) * kPictureGroup);
    group.lit.reserve(u(pixels));
  }
}

void PackedPictures::pack(const ImageSet& set, const std::size_t* chosen, int count, double gain) {
  const float scale = static_cast<float>(gain / 255);
  int next = 0;
  for (Group& group : groups_) {
    std::array<const std::uint8_t*, kPictureGroup> from;
    std::vector<std::uint8_t> dark;
    for (const std::uint8_t*& picture : from) {
      if (next < count) {
        picture = set.picture(chosen[next++]);
        continue;
      }
      if (dark.empty()) dark.resize(u(pixels_));
      picture = dark.data();
    }
    group.lit.clear();
    float* x = group.x.data();
    for (int j = 0; j < pixels_; ++j, x += kPictureGroup) {
      const int a = from[0][j], b = from[1][j], c = from[2][j], d = from[3][j];
      x[0] = static_cast<float>(a) * scale;
      x[1] = static_cast<float>(b) * scale;
      x[2] = static_cast<float>(c) * scale;
      x[3] = static_cast<float>(d) * scale;
      if ((a | b | c | d) != 0) group.lit.push_back(j);
    }
  }
}

PictureGroup PackedPictures::group(int k) const {
  const Group& group = groups_[u(k)];
  return {group.x.data(), group.lit.data(), static_cast<int>(group.lit.size())};
}

PixelClasses PixelSorter::sort(const PackedPictures& old_pictures, const PackedPictures& new_pictures) {
  mask_.assign(u(old_pictures.pixels_), 0);
  for (const int j : old_pictures.groups_.back().lit) mask_[u(j)] = 1;
  for (const int j : new_pictures.groups_.front().lit)
    mask_[u(j)] = static_cast<std::uint8_t>(mask_[u(j)] | 2);
  for (std::vector<int>& list : lists_) list.clear();
  for (int j = 0; j < old_pictures.pixels_; ++j) lists_[mask_[u(j)]].push_back(j);
  PixelClasses out;
  for (int k = 0; k < 4; ++k) {
    out.pixels[k] = lists_[k].data();
    out.count[k] = static_cast<int>(lists_[k].size());
  }
  return out;
}

}  // namespace nullor
