#include "nullor/io/image_set.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdlib>
#include <filesystem>

#include "nullor/base/error.h"
#include "nullor/base/file.h"
#include "nullor/base/test_folder.h"
#include "nullor/io/gzip.h"

namespace nullor {
namespace {

std::string words(std::initializer_list<unsigned> values) {
  std::string out;
  for (const unsigned value : values) {
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
  }
  return out;
}

const std::string kImages = words({0x803, 2, 2, 3}) + "abcdefABCDEF";
const std::string kLabels = words({0x801, 2}) + std::string("\x07\x00", 2);

std::string gzip(const std::string& bytes) {
  z_stream z{};
  deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&z, bytes.size()), '\0');
  std::string in = bytes;
  z.next_in = reinterpret_cast<Bytef*>(in.data());
  z.avail_in = static_cast<uInt>(in.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

ImageSet parse(const std::string& images, const std::string& labels) {
  return parse_idx_pair({images, "images"}, {labels, "labels"});
}

std::string error_of(const std::string& images, const std::string& labels) {
  try {
    parse(images, labels);
  } catch (const InputError& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input_output);
    return error.what();
  }
  return {};
}

TEST(ImageSet, ReadsAnIdxPair) {
  for (const bool packed : {false, true}) {
    const ImageSet set = packed ? parse(gzip(kImages), gzip(kLabels)) : parse(kImages, kLabels);
    EXPECT_EQ(set.height, 2);
    EXPECT_EQ(set.width, 3);
    EXPECT_EQ(set.channels, 1);
    EXPECT_EQ(set.classes, 8);
    ASSERT_EQ(set.count(), 2u);
    EXPECT_EQ(set.labels[0], 7);
    EXPECT_EQ(std::string(set.picture(1), set.picture(1) + 6), "ABCDEF");
  }
}

TEST(ImageSet, TakesTheFirstPictures) {
  const ImageSet set = parse(kImages, kLabels);
  EXPECT_EQ(set.first(1).pixels.size(), 6u);
  EXPECT_EQ(set.first(1).labels, std::vector<std::uint8_t>{7});
  EXPECT_EQ(set.first(9).count(), 2u);
}

TEST(ImageSet, RefusesEveryCut) {
  for (std::size_t size = 0; size < kImages.size(); ++size)
    EXPECT_NE(error_of(kImages.substr(0, size), kLabels), "") << size;
  for (std::size_t size = 0; size < kLabels.size(); ++size)
    EXPECT_NE(error_of(kImages, kLabels.substr(0, size)), "") << size;
  const std::string packed = gzip(kImages);
  for (std::size_t size = 0; size < packed.size(); ++size)
    EXPECT_NE(error_of(packed.substr(0, size), kLabels), "") << size;
}

TEST(ImageSet, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(error_of(kImages + "x", kLabels),
            "'images' goes on behind byte 28, where its header says it ends");
  EXPECT_EQ(error_of(gzip(kImages + "x"), kLabels),
            "'images' goes on behind byte 28, where its header says it ends");
  EXPECT_EQ(error_of(kLabels, kLabels),
            "'images' begins with 0x801 at byte 0; an idx file of pictures begins with 0x803");
  EXPECT_EQ(error_of(kImages.substr(0, 20), kLabels),
            "'images' is cut short: its header announces 28 bytes, it ends at byte 20");
  EXPECT_EQ(error_of(kImages, words({0x801, 1}) + "\x01"),
            "'images' holds 2 pictures (byte 4), 'labels' 1 labels");
  EXPECT_EQ(error_of(words({0x803, 2, 0, 3}), kLabels), "'images' has an extent of 0 at byte 8");
  std::string damaged = gzip(kImages);
  damaged[damaged.size() - 6] ^= 0x55;  // in the checksum
  EXPECT_NE(error_of(damaged, kLabels).find("of the gzip data"), std::string::npos)
      << error_of(damaged, kLabels);
}

// The header of 24 packed bytes claims 255 GB; nothing of that is taken.
TEST(ImageSet, TakesNoMemoryForWhatIsNotThere) {
  const std::string claim = words({0x803, 0xffffffff, 10, 6});
  EXPECT_EQ(error_of(claim, kLabels),
            "'images' is cut short: its header announces 257698037716 bytes, it ends at byte 16");
  EXPECT_NE(error_of(gzip(claim), kLabels).find("packed ones cannot hold them"), std::string::npos);
  EXPECT_NE(error_of(words({0x803, 0xffffffff, 0xffffffff, 0xffffffff}), kLabels), "");
  EXPECT_NE(error_of(words({0x803, 1, 65536, 65536}), kLabels), "");
}

TEST(Gzip, InflatesToALimitAndAcrossMembers) {
  const std::string long_text(5000000, 'a');
  EXPECT_EQ(gunzip(gzip("ab") + gzip("cd"), 100, "x"), "abcd");
  EXPECT_EQ(gunzip(gzip(long_text), 3000000, "x").size(), 3000000u);
  EXPECT_EQ(gunzip(gzip(long_text), 6000000, "x"), long_text);
}

TEST(ImageSet, ReadsCifar10) {
  std::string file;
  for (const char label : {'\x03', '\x09'}) file += label + std::string(3072, static_cast<char>(100 + label));
  const ImageSet set = parse_cifar10({file, "batch"});
  EXPECT_EQ(set.size(), 3072u);
  ASSERT_EQ(set.count(), 2u);
  EXPECT_EQ(set.labels[1], 9);
  EXPECT_EQ(set.picture(1)[3071], 109);
  EXPECT_THROW(parse_cifar10({std::string_view(file).substr(1), "batch"}), InputError);
  EXPECT_THROW(parse_cifar10({"", "batch"}), InputError);
  file[3073] = '\x0a';
  EXPECT_THROW(parse_cifar10({file, "batch"}), InputError);
}

TEST(ImageSet, FindsTheLayoutOfAFolder) {
  const TestFolder made;
  const std::string folder = made.path();
  EXPECT_THROW(read_image_folder(folder, true), InputError);
  write_file(folder + "/t10k-images.idx3-ubyte", kImages);
  EXPECT_THROW(read_image_folder(folder, false), InputError);
  write_file(folder + "/t10k-labels.idx1-ubyte.gz", gzip(kLabels));
  EXPECT_EQ(read_image_folder(folder, false).count(), 2u);
  for (int batch = 1; batch <= 5; ++batch) {
    EXPECT_THROW(read_image_folder(folder, true), InputError);
    write_file(folder + "/cifar-10-batches-bin/data_batch_" + std::to_string(batch) + ".bin",
               std::string(3073, static_cast<char>(batch)));
  }
  EXPECT_EQ(read_image_folder(folder, true).labels, (std::vector<std::uint8_t>{1, 2, 3, 4, 5}));
}

TEST(ImageSet, ReadsMnist) {
  const char* given = std::getenv("NULLOR_DATA");
  const std::string folder = (given ? given : std::string(NULLOR_SOURCE_DIR) + "/../shared/data") + "/mnist";
  if (!std::filesystem::is_directory(folder))
    GTEST_SKIP() << "no data: set NULLOR_DATA to the folder that holds mnist";
  const ImageSet training = read_image_folder(folder, true), test = read_image_folder(folder, false);
  EXPECT_EQ(training.count(), 60000u);
  EXPECT_EQ(test.count(), 10000u);
  EXPECT_EQ(test.size(), 784u);
  // The test set begins with 7 2 1 0 4 1 4 9.
  EXPECT_EQ(std::vector<std::uint8_t>(test.labels.begin(), test.labels.begin() + 8),
            (std::vector<std::uint8_t>{7, 2, 1, 0, 4, 1, 4, 9}));
  // Mean of the training pixels, 0.1307 of white.
  double sum = 0;
  for (const std::uint8_t pixel : training.pixels) sum += pixel;
  EXPECT_NEAR(sum / static_cast<double>(training.pixels.size()) / 255, 0.1307, 1e-4);
}

}  // namespace
}  // namespace nullor
