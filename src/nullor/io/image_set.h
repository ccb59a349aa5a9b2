#pragma once
/// Labelled pictures: MNIST and its kin in idx files, plain or gzip; CIFAR-10 in its binary form.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nullor {

struct ImageSet {
  int width = 0, height = 0, channels = 1;
  int classes = 10;                  ///< one more than the greatest label
  std::vector<std::uint8_t> pixels;  ///< (count, channels, height, width)
  std::vector<std::uint8_t> labels;  ///< (count), below `classes`

  std::size_t count() const { return labels.size(); }
  std::size_t size() const { return static_cast<std::size_t>(width * height * channels); }
  const std::uint8_t* picture(std::size_t k) const { return pixels.data() + k * size(); }
  /// The first `count` pictures; all when there are fewer.
  ImageSet first(std::size_t count) const;
};

/// The bytes of a file and its name for messages.
struct NamedBytes {
  std::string_view bytes;
  std::string name;
};

/// An idx pair: big-endian words 0x803, count, height, width, then bytes; and 0x801, count, then bytes. Bytes
/// that begin as gzip does are inflated. Throws InputError(input_output) with the byte offset when a file is
/// cut short, longer than its header says, has another magic number, or labels and pictures differ in number.
/// Memory is taken only for bytes that are there. Source of the format: Y. LeCun, C. Cortes, C. Burges, The
/// MNIST database of handwritten digits.
ImageSet parse_idx_pair(const NamedBytes& images, const NamedBytes& labels);
/// The same of two files.
ImageSet read_idx_pair(const std::string& images, const std::string& labels);

/// CIFAR-10 in binary: records of a label and 3 x 32 x 32 bytes, red, green, blue. Throws
/// InputError(input_output) for a file that is no whole number of records, and for labels above 9.
/// Source of the format: A. Krizhevsky, Learning multiple layers of features from tiny images (2009).
ImageSet parse_cifar10(const NamedBytes& file);

/// Training or test part of a data folder, whichever of the known layouts it holds: MNIST, Fashion-MNIST,
/// KMNIST (train-images-idx3-ubyte[.gz], ...; also with a dot in front of idx), CIFAR-10 (data_batch_1.bin
/// ... data_batch_5.bin and test_batch.bin, also below cifar-10-batches-bin). Throws InputError(input_output)
/// that lists what was looked for.
ImageSet read_image_folder(const std::string& folder, bool training);

}  // namespace nullor
