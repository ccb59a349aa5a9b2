#pragma once
/// Labelled pictures: MNIST and its kin in idx files, CIFAR-10 in its binary form; plain or gzip.

#include <cstdint>
#include <string>
#include <vector>

namespace nullor {

struct ImageSet {
  int width = 0, height = 0, channels = 1;
  int classes = 10;
  std::vector<std::uint8_t> pixels;  ///< (count, channels, height, width)
  std::vector<std::uint8_t> labels;  ///< (count), below `classes`

  std::size_t count() const { return labels.size(); }
  std::size_t size() const { return static_cast<std::size_t>(width * height * channels); }
  const std::uint8_t* picture(std::size_t k) const { return pixels.data() + k * size(); }
  /// The first `count` pictures.
  ImageSet first(std::size_t count) const;
};

/// An idx pair (magic 0x803 and 0x801). A name that ends in .gz, or a file that begins as gzip does, is
/// inflated. Throws InputError(input_output) with the byte offset when a file is missing, cut short, longer
/// than its header says, or labels and pictures differ in number. Source of the format: Y. LeCun, C. Cortes,
/// C. Burges, The MNIST database of handwritten digits.
ImageSet read_idx_pair(const std::string& images, const std::string& labels);

/// Training or test part of a data folder, whichever of the known layouts it holds: MNIST, Fashion-MNIST,
/// KMNIST (train-images-idx3-ubyte[.gz], ...), CIFAR-10 (data_batch_1.bin ... test_batch.bin, also below
/// cifar-10-batches-bin). Throws InputError(input_output) that lists what was looked for.
ImageSet read_image_folder(const std::string& folder, bool training);

}  // namespace nullor
