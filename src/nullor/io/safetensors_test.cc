#include "nullor/io/safetensors.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "nullor/base/error.h"
#include "nullor/base/file.h"
#include "nullor/base/test_folder.h"

namespace nullor {
namespace {

/// Reads a file of this header before 16 bytes of data.
TensorFile read_with_header(const std::string& header) {
  const TestFolder folder;
  const std::string path = folder.path("header.safetensors");
  const std::uint64_t length = header.size();
  write_file(path, std::string(reinterpret_cast<const char*>(&length), sizeof length) + header +
                       std::string(16, '\0'));
  return read_safetensors(path);
}

std::string header_of(const std::string& shape, const std::string& place) {
  return R"({"a":{"dtype":"F64","shape":)" + shape + R"(,"data_offsets":)" + place + "}}";
}

TEST(Safetensors, ReadsAnArray) {
  EXPECT_EQ(read_with_header(header_of("[2]", "[0,16]")).at("a", 1).values, std::vector<double>(2, 0.0));
  EXPECT_EQ(read_with_header(header_of("[1,2]", "[0,16]")).at("a", 2).values.size(), 2u);
}

TEST(Safetensors, KeepsSinglesAndDoublesApart) {
  const TestFolder folder;
  const std::string path = folder.path("types.safetensors");
  TensorFile file;
  file.tensors["double"] = {{2}, {1.5, 1e300}};
  file.tensors["single"] = {{1, 3}, {}, {0.1f, -2, 3e38f}};
  write_safetensors(file, path);
  for (TensorFile back : {read_safetensors(path), parse_safetensors(read_file(path), path)}) {
    EXPECT_EQ(back.at("double", 1).values, file.tensors["double"].values);
    EXPECT_THROW(back.at("single", 2), InputError);
    EXPECT_THROW(back.take_singles("double", 1), InputError);
    EXPECT_THROW(back.take_singles("single", 1), InputError);
    EXPECT_EQ(back.take_singles("single", 2).singles, file.tensors["single"].singles);
    EXPECT_THROW(back.take_singles("single", 2), InputError);
  }
}

TEST(Safetensors, RefusesArraysThatOverlap) {
  TensorFile file;
  file.tensors["a"] = {{100}, std::vector<double>(100)};
  file.tensors["b"] = {{100}, std::vector<double>(100)};
  const TestFolder folder;
  const std::string path = folder.path("overlap.safetensors");
  write_safetensors(file, path);
  std::string bytes = read_file(path);
  const auto place = bytes.find("[800,1600]");
  ASSERT_NE(place, std::string::npos);
  EXPECT_NO_THROW(parse_safetensors(bytes, path));
  // Both in the first place, the second one cut off.
  bytes.replace(place, 10, "[0,800]   ");
  EXPECT_THROW(parse_safetensors(std::string_view(bytes).substr(0, bytes.size() - 800), path), InputError);
}

TEST(Safetensors, RefusesEveryCut) {
  const TestFolder folder;
  const std::string path = folder.path("cut.safetensors");
  TensorFile file;
  file.tensors["single"] = {{2}, {}, {1, 2}};
  write_safetensors(file, path);
  const std::string bytes = read_file(path);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THROW(parse_safetensors(std::string_view(bytes).substr(0, size), path), InputError) << size;
    write_file(path, std::string_view(bytes).substr(0, size));
    EXPECT_THROW(read_safetensors(path), InputError) << size;
  }
  EXPECT_THROW(read_safetensors(TestFolder().path("nowhere.safetensors")), InputError);
}

TEST(Safetensors, KeepsListsWithEmptyEntries) {
  for (const std::vector<std::string>& list :
       {std::vector<std::string>{"a", "b"}, {"", "V", ""}, {""}, {"only"}}) {
    TensorFile file;
    file.metadata["units"] = TensorFile::lines(list);
    EXPECT_EQ(file.list("units"), list);
  }
}

TEST(Safetensors, RefusesShapesThatAreNoWholeNumbers) {
  for (const char* shape :
       {"[1e300]", "[-1.5]", "[-1]", "[2.5]", "[true]", "[\"2\"]", "[[2]]", "{\"b\":2}", "2"}) {
    EXPECT_THROW(read_with_header(header_of(shape, "[0,16]")), InputError) << shape;
  }
  for (const char* place :
       {"[0,1e300]", "[-1e30,16]", "[0]", "[0,16,16]", "16", "{\"a\":0,\"b\":16}", "[0,17]", "[16,0]"}) {
    EXPECT_THROW(read_with_header(header_of("[2]", place)), InputError) << place;
  }
}

}  // namespace
}  // namespace nullor
