#include "nullor/io/image_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "nullor/base/error.h"
#include "nullor/base/file.h"
#include "nullor/io/gzip.h"

namespace nullor {
namespace {

[[noreturn]] void refuse(const std::string& name, const std::string& why, std::string hint = {}) {
  throw InputError(ErrorKind::input_output, "'" + name + "' " + why, {}, std::move(hint));
}

std::size_t big_endian(std::string_view bytes, std::size_t offset) {
  std::size_t out = 0;
  for (std::size_t k = 0; k < 4; ++k) out = out << 8 | static_cast<unsigned char>(bytes[offset + k]);
  return out;
}

/// A view of the file as it would be without compression, its first bytes at least.
struct IdxFile {
  std::array<std::size_t, 3> extents{1, 1, 1};
  std::string_view body;  ///< into the file's bytes, or into `inflated`
  std::string inflated;
};

/// Reads a header of 1 + `dimensions` words and the bytes that it announces.
IdxFile read_idx(const NamedBytes& file, std::size_t dimensions) {
  const std::size_t magic = 0x800 + dimensions, header = 4 + 4 * dimensions;
  const bool packed = is_gzip(file.bytes);
  IdxFile out;
  const std::string head = packed ? gunzip(file.bytes, header, file.name) : std::string();
  const std::string_view start = packed ? std::string_view(head) : file.bytes.substr(0, header);
  if (start.size() >= 4 && big_endian(start, 0) != magic) {
    refuse(file.name, fmt::format("begins with {:#x} at byte 0; an idx file of {} begins with {:#x}",
                                  big_endian(start, 0), dimensions == 3 ? "pictures" : "labels", magic));
  }
  if (start.size() < header)
    refuse(file.name, fmt::format("ends at byte {} inside its header of {}", start.size(), header));
  // 2^40 bytes are more than any such file holds, and few enough for products not to overflow.
  constexpr std::size_t kMost = std::size_t{1} << 40, kLargestPicture = std::size_t{1} << 24;
  std::size_t total = 1;
  for (std::size_t k = 0; k < dimensions; ++k) {
    out.extents[k] = big_endian(start, 4 + 4 * k);
    if (out.extents[k] == 0) refuse(file.name, fmt::format("has an extent of 0 at byte {}", 4 + 4 * k));
    if (out.extents[k] > kMost / total) refuse(file.name, "announces more than 2^40 bytes in its header");
    total *= out.extents[k];
  }
  if (out.extents[1] * out.extents[2] > kLargestPicture)
    refuse(file.name, fmt::format("has pictures of {} x {} pixels", out.extents[1], out.extents[2]));
  // A byte of deflate data gives at most 1032.
  constexpr std::size_t kRatio = 1032;
  if (packed && total / kRatio <= file.bytes.size())
    out.inflated = gunzip(file.bytes, header + total + 1, file.name);
  const std::string_view all = packed ? std::string_view(out.inflated) : file.bytes;
  if (all.size() < header + total) {
    refuse(file.name,
           fmt::format("is cut short: its header announces {} bytes, {}", header + total,
                       all.empty() ? fmt::format("{} packed ones cannot hold them", file.bytes.size())
                                   : fmt::format("it ends at byte {}", all.size())));
  }
  if (all.size() > header + total)
    refuse(file.name, fmt::format("goes on behind byte {}, where its header says it ends", header + total));
  out.body = all.substr(header);
  return out;
}

constexpr std::size_t kCifarPicture = 3 * 32 * 32;

void append_cifar10(const NamedBytes& file, ImageSet& out) {
  constexpr std::size_t kRecord = 1 + kCifarPicture;
  if (file.bytes.empty() || file.bytes.size() % kRecord != 0) {
    refuse(file.name,
           fmt::format("is cut short: {} bytes are no whole number of CIFAR-10 records of {} bytes",
                       file.bytes.size(), kRecord));
  }
  for (std::size_t at = 0; at < file.bytes.size(); at += kRecord) {
    const auto label = static_cast<std::uint8_t>(file.bytes[at]);
    if (label > 9) refuse(file.name, fmt::format("has label {} at byte {}; CIFAR-10 has 0 to 9", label, at));
    out.labels.push_back(label);
    const std::string_view picture = file.bytes.substr(at + 1, kCifarPicture);
    out.pixels.insert(out.pixels.end(), picture.begin(), picture.end());
  }
}

ImageSet empty_cifar10() { return {32, 32, 3, 10, {}, {}}; }

}  // namespace

ImageSet ImageSet::first(std::size_t count) const {
  ImageSet out{width, height, channels, classes, {}, {}};
  const std::size_t n = std::min(count, this->count());
  out.pixels.assign(pixels.begin(), pixels.begin() + static_cast<std::ptrdiff_t>(n * size()));
  out.labels.assign(labels.begin(), labels.begin() + static_cast<std::ptrdiff_t>(n));
  return out;
}

ImageSet parse_idx_pair(const NamedBytes& images, const NamedBytes& labels) {
  const IdxFile names = read_idx(labels, 1);
  const IdxFile pictures = read_idx(images, 3);
  if (pictures.extents[0] != names.extents[0]) {
    refuse(images.name, fmt::format("holds {} pictures (byte 4), '{}' {} labels", pictures.extents[0],
                                    labels.name, names.extents[0]));
  }
  ImageSet out;
  out.height = static_cast<int>(pictures.extents[1]);
  out.width = static_cast<int>(pictures.extents[2]);
  out.pixels.assign(pictures.body.begin(), pictures.body.end());
  out.labels.assign(names.body.begin(), names.body.end());
  out.classes = 1 + *std::max_element(out.labels.begin(), out.labels.end());
  return out;
}

ImageSet read_idx_pair(const std::string& images, const std::string& labels) {
  const std::string pictures = read_file(images), names = read_file(labels);
  return parse_idx_pair({pictures, images}, {names, labels});
}

ImageSet parse_cifar10(const NamedBytes& file) {
  ImageSet out = empty_cifar10();
  append_cifar10(file, out);
  return out;
}

ImageSet read_image_folder(const std::string& folder, bool training) {
  namespace fs = std::filesystem;
  const std::string part = training ? "train" : "t10k";
  const auto find = [&](const std::string& stem) -> std::string {
    for (const char* end : {"", ".gz"}) {
      const fs::path path = fs::path(folder) / (stem + end);
      std::error_code status;
      if (fs::is_regular_file(path, status)) return path.string();
    }
    return {};
  };
  for (const char* joint : {"-", "."}) {
    const std::string images = find(part + "-images" + joint + "idx3-ubyte"),
                      labels = find(part + "-labels" + joint + "idx1-ubyte");
    if (!images.empty() && !labels.empty()) return read_idx_pair(images, labels);
    if (!images.empty()) refuse(images, "has no file of labels beside it", part + "-labels-idx1-ubyte[.gz]");
  }
  for (const char* below : {"", "cifar-10-batches-bin/"}) {
    ImageSet out = empty_cifar10();
    for (int batch = 1; batch <= (training ? 5 : 1); ++batch) {
      const std::string name = training ? fmt::format("data_batch_{}.bin", batch) : "test_batch.bin";
      const std::string path = find(below + name);
      if (path.empty() && batch > 1) refuse(folder, "lacks " + name + " of CIFAR-10");
      if (path.empty()) break;
      append_cifar10({read_file(path), path}, out);
    }
    if (out.count() > 0) return out;
  }
  refuse(folder, training ? "holds no training pictures" : "holds no test pictures",
         fmt::format("looked for {0}-images-idx3-ubyte[.gz] with {0}-labels-idx1-ubyte[.gz] (MNIST, "
                     "Fashion-MNIST, KMNIST) and {1} (CIFAR-10, also below cifar-10-batches-bin)",
                     part, training ? "data_batch_1.bin ... data_batch_5.bin" : "test_batch.bin"));
}

}  // namespace nullor
