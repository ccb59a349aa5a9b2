#include "nullor/io/safetensors.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "nullor/base/error.h"
#include "nullor/base/file.h"

namespace nullor {
namespace {

/// Reads a file of this header before 16 bytes of data.
TensorFile read_with_header(const std::string& header) {
  const std::string path = testing::TempDir() + "/header.safetensors";
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
