#include "nullor/base/file.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "nullor/base/error.h"
#include "nullor/base/test_folder.h"

namespace nullor {
namespace {

struct FileTest : testing::Test {
  TestFolder made;
  const std::string folder = made.path();
};

TEST_F(FileTest, WritesAndReadsBackAnyBytes) {
  const std::string bytes("a\0b\r\n\xff", 6);
  write_file(folder + "/deep/er.bin", bytes);
  EXPECT_EQ(read_file(folder + "/deep/er.bin"), bytes);
}

TEST_F(FileTest, ReplacesAndLeavesNoTemporaryFileBehind) {
  write_file(folder + "/x", "old, and longer");
  write_file(folder + "/x", "new");
  EXPECT_EQ(read_file(folder + "/x"), "new");
  int files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++files;
  EXPECT_EQ(files, 1);
}

TEST_F(FileTest, SaysWhyAFileCannotBeRead) {
  try {
    read_file(folder + "/absent");
    FAIL();
  } catch (const InputError& e) {
    EXPECT_EQ(e.kind(), ErrorKind::input_output);
    EXPECT_NE(std::string(e.what()).find("No such file"), std::string::npos);
  }
}

TEST_F(FileTest, ReportsAFolderThatCannotBeMade) {
  write_file(folder + "/plain", "a file");
  EXPECT_THROW(write_file(folder + "/plain/below", "x"), InputError);
}

TEST(PathBelow, KeepsNetlistNamesInsideTheFolder) {
  EXPECT_EQ(path_below("out", "a/b.txt"), "out/a/b.txt");
  for (const char* name : {"/etc/passwd", "../x", "a/../../x", "", "folder/", "."}) {
    EXPECT_THROW(path_below("out", name), InputError) << name;
  }
}

TEST(ExtensionOf, IsLowerCaseWithoutTheDot) {
  EXPECT_EQ(extension_of("dir.d/out.RAW"), "raw");
  EXPECT_EQ(extension_of("dir.d/out"), "");
}

}  // namespace
}  // namespace nullor
