#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "nullor/base/test_folder.h"
#include "nullor/netlist/test_deck.h"

namespace nullor {
namespace {

using test::deck;
using test::error_of;

TEST(SourceLines, TakesTheFirstLineAsTitle) {
  EXPECT_EQ(read_circuit_text("R1 is no element here\nR2 a 0 1\n").title, "R1 is no element here");
  EXPECT_EQ(read_circuit_text("first\n.title Second one\n").title, "Second one");
  EXPECT_TRUE(read_circuit_text("").instances.empty());
}

TEST(SourceLines, RemovesComments) {
  const auto d = deck(
      "* R0 a 0 1\n  * indented\n# hash\n$ dollar\nR1 a 0 1k ; semicolon\nR2 a 0 2k $ dollar\nR3 a 0 3k $no "
      "blank\n"
      "R4 a 0 4k // slashes\nR5 a 0 '5k' $ it's\nR$6 a 0 6k\n\n\t \nR7 a 0 7k ; gr\xc3\xbc\xc3\x9f\n");
  EXPECT_EQ(d.circuit.instances.size(), 7U);
  EXPECT_EQ(d.get("r$6", "r"), 6000);
  EXPECT_EQ(d.get("r7", "r"), 7000);
}

TEST(SourceLines, JoinsContinuationLines) {
  const auto d = deck("V1 a 0\n+ pulse(0 1\n* between\n\n  + 1n 1n\n+1n 5n 10n)\n.param x='1 +\n+ 2'\n");
  EXPECT_EQ(d["v1"].source->arguments.size(), 7U);
  EXPECT_EQ(d.parameter("x"), 3);
}

TEST(SourceLines, ToleratesCarriageReturnsTabsAndCase) {
  const auto d = deck("r1\tA\t0\t1K\r\n.PARAM X=2\r\nRloaD a 0 {x}\r\n.END\r\nthis is not read\r\n");
  EXPECT_EQ(d.get("rload", "r"), 2);
  EXPECT_EQ(d.nodes("r1"), "a 0");
}

TEST(SourceLines, StopsAtEnd) { EXPECT_EQ(deck("R1 a 0 1\n.end\nR2 a 0 1\n").circuit.instances.size(), 1U); }

class Includes : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(path("sub")); }
  void write(const std::string& name, const std::string& text) { std::ofstream(path(name)) << text; }
  std::string path(const std::string& name) const { return folder_.path(name); }
  std::string error_of_file(const std::string& name) const {
    try {
      read_circuit(path(name));
    } catch (const InputError& error) {
      return error.what();
    }
    return {};
  }
  TestFolder folder_;
};

TEST_F(Includes, AreRelativeToTheIncludingFile) {
  write("top.cir", "t\n.include \"sub/a.inc\"\n.inc 'sub/b c.inc'\n");
  write("sub/a.inc", "R1 a 0 1\n.include c.inc\n.end\nR9 a 0 1\n");
  write("sub/b c.inc", "R2 a 0 2");
  write("sub/c.inc", "R3 a 0 3\n");
  const Circuit c = read_circuit(path("top.cir"));
  ASSERT_EQ(c.instances.size(), 3U);
  EXPECT_EQ(c.instances[1].where.str(), path("sub/c.inc") + ":1:1");
}

TEST_F(Includes, FallBackToTheIncludePaths) {
  write("top.cir", "t\n.include part.inc\n");
  write("sub/part.inc", "R1 a 0 1\n");
  ReadOptions options;
  options.include_paths = {path("sub")};
  EXPECT_EQ(read_circuit(path("top.cir"), options).instances.size(), 1U);
}

TEST_F(Includes, TakeOneSectionOfALibrary) {
  write("lib.lib",
        "R9 x 0 9\n.lib common\n.param k=2\n.endl\n.lib TT\n.lib lib.lib common\n.param r='1k*k'\n.endl "
        "tt\n.lib ff\n.param "
        "r=1\n.endl\n");
  write("top.cir", "t\n.lib 'lib.lib' tt\nR1 a 0 {r}\n");
  const Circuit c = read_circuit(path("top.cir"));
  EXPECT_EQ(c.instances.size(), 1U);
  EXPECT_EQ(c.parameters.evaluate()[static_cast<std::size_t>(c.parameters.find("r"))], 2000);
}

TEST_F(Includes, AcceptTheSameFileTwice) {
  write("m.inc", ".model d1 d is=1f\n.subckt s a\nR1 a 0 1\n.ends\n");
  write("top.cir", "t\n.include m.inc\n.include m.inc\nX1 a s\nD1 a 0 d1\n");
  EXPECT_EQ(read_circuit(path("top.cir")).instances.size(), 2U);
}

TEST_F(Includes, RefuseLoopsDevicesAndBombs) {
  write("a.cir", "t\n.include b.inc\n");
  write("b.inc", ".include c.inc\n");
  write("c.inc", ".include b.inc\n");
  EXPECT_EQ(error_of_file("a.cir"), "this file includes itself: '" + path("b.inc") + "'");
  EXPECT_EQ(error_of(".include /dev/zero\n"), "'/dev/zero' is not a regular file");
  EXPECT_EQ(error_of(".lib /dev/stdin tt\n").find("there is no subcircuit"), std::string::npos);
  for (int k = 0; k < 30; ++k) {
    const std::string next = ".include f" + std::to_string(k + 1) + ".inc\n";
    write("f" + std::to_string(k) + ".inc", next + next);
  }
  write("f30.inc", "* end\n");
  write("bomb.cir", "t\n.include f0.inc\n");
  EXPECT_EQ(error_of_file("bomb.cir"), "more than 20000 includes");
}

TEST_F(Includes, CanBeForbidden) {
  ReadOptions options;
  options.allow_includes = false;
  EXPECT_EQ(error_of(".include /etc/passwd\n", options), ".include is not allowed here");
  EXPECT_EQ(error_of(".lib /etc/passwd tt\n", options), ".lib is not allowed here");
}

TEST_F(Includes, ReportsThePlaceInsideTheIncludedFile) {
  write("top.cir", "t\n.include bad.inc\n");
  write("bad.inc", "* comment\nR1 a 0\n+ {1k *\n+   oops}\n");
  try {
    read_circuit(path("top.cir"));
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.where().str(), path("bad.inc") + ":4:5");
  }
}

}  // namespace
}  // namespace nullor
