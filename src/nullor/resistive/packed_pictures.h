#pragma once
/// Pictures of a batch as the input kernels read them.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "nullor/io/image_set.h"
#include "nullor/resistive/deep_kernels.h"

namespace nullor {

class PackedPictures {
 public:
  /// `pictures`: a multiple of kPictureGroup.
  PackedPictures(int pixels, int pictures);

  /// Pictures `chosen`[0..count) of the set, pixels of 255 becoming `gain` [V]; the rest is dark.
  void pack(const ImageSet& set, const std::size_t* chosen, int count, double gain);

  int groups() const { return static_cast<int>(groups_.size()); }
  PictureGroup group(int k) const;

  friend class PixelSorter;

 private:
  struct Group {
    std::vector<float> x;  ///< (pixels, 4)
    std::vector<int> lit;  ///< pixels that are not zero in all four, ascending
  };
  int pixels_;
  std::vector<Group> groups_;
};

/// Keeps the lists of PixelClasses.
class PixelSorter {
 public:
  /// By the last group of `old_pictures` and the first of `new_pictures`.
  PixelClasses sort(const PackedPictures& old_pictures, const PackedPictures& new_pictures);

 private:
  std::vector<std::uint8_t> mask_;
  std::vector<int> lists_[4];
};

}  // namespace nullor
