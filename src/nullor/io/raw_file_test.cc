#include "nullor/io/raw_file.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>

#include "nullor/base/error.h"
#include "nullor/base/file.h"
#include "nullor/base/rng.h"
#include "nullor/base/test_folder.h"

namespace nullor {
namespace {

Table transient() {
  return {"a title",
          "Transient Analysis",
          "tran",
          {{"time", Quantity::time, {0, 1e-9, 3e-9}, {}},
           {"v(out)", Quantity::voltage, {0, 0.1, -1.0 / 3}, {}},
           {"i(v1)", Quantity::current, {1e-300, -0.0, 5e-324}, {}}}};
}

Table ac() {
  return {"a title",
          "AC Analysis",
          "ac",
          {{"frequency", Quantity::frequency, {1, 10}, {}},
           {"v(out)", Quantity::voltage, {}, {{1, 2}, {-3, 1.0 / 7}}}}};
}

void expect_equal(const Table& a, const Table& b) {
  EXPECT_EQ(a.title, b.title);
  EXPECT_EQ(a.plotname, b.plotname);
  EXPECT_EQ(a.kind, b.kind);
  ASSERT_EQ(a.columns.size(), b.columns.size());
  for (std::size_t k = 0; k < a.columns.size(); ++k) {
    EXPECT_EQ(a.columns[k].name, b.columns[k].name);
    EXPECT_EQ(a.columns[k].quantity, b.columns[k].quantity);
    EXPECT_EQ(a.columns[k].real, b.columns[k].real);
    EXPECT_EQ(a.columns[k].complex, b.columns[k].complex);
  }
}

TEST(RawFile, ReadsBackSeveralPlotsExactly) {
  Table sweep{"a title",
              "DC transfer characteristic",
              "dc",
              {{"v-sweep", Quantity::voltage, {0, 1}, {}}, {"v(a)", Quantity::voltage, {2, 3}, {}}}};
  const std::vector<Table> tables = {transient(), ac(), sweep};
  for (const RawFormat format : {RawFormat::binary, RawFormat::ascii}) {
    const auto back = read_raw(write_raw(tables, format));
    ASSERT_EQ(back.size(), 3u);
    for (std::size_t k = 0; k < 3; ++k) expect_equal(back[k], tables[k]);
  }
}

TEST(RawFile, KeepsNanAndInfinity) {
  Table table = transient();
  table.columns[1].real = {std::nan(""), std::numeric_limits<double>::infinity(), 0};
  for (const RawFormat format : {RawFormat::binary, RawFormat::ascii}) {
    const auto back = read_raw(write_raw(std::span(&table, 1), format));
    EXPECT_TRUE(std::isnan(back[0].columns[1].real[0]));
    EXPECT_TRUE(std::isinf(back[0].columns[1].real[1]));
  }
}

// tests/golden/raw/ngspice39_*.raw: written by ngspice 39 (`write` with filetype binary and ascii) for an RC
// low pass; the ASCII file holds one plot per analysis, made by appending its files.
TEST(RawFile, ReadsWhatNgspiceWrites) {
  const std::string folder = std::string(NULLOR_SOURCE_DIR) + "/tests/golden/raw/";
  const auto binary = read_raw(read_file(folder + "ngspice39_binary.raw"));
  const auto ascii = read_raw(read_file(folder + "ngspice39_ascii.raw"));
  ASSERT_EQ(binary.size(), 4u);
  ASSERT_EQ(ascii.size(), 4u);
  for (std::size_t k = 0; k < 4; ++k) {
    ASSERT_EQ(binary[k].columns.size(), ascii[k].columns.size());
    EXPECT_EQ(binary[k].kind, ascii[k].kind);
    for (std::size_t c = 0; c < binary[k].columns.size(); ++c) {
      ASSERT_EQ(binary[k].columns[c].real.size(), ascii[k].columns[c].real.size());
      for (std::size_t row = 0; row < binary[k].columns[c].real.size(); ++row) {
        EXPECT_NEAR(binary[k].columns[c].real[row], ascii[k].columns[c].real[row],
                    1e-14 * std::abs(ascii[k].columns[c].real[row]));
      }
    }
  }
  EXPECT_EQ(binary[2].columns[0].name, "frequency");
  EXPECT_FALSE(binary[2].columns[0].is_complex());
  ASSERT_TRUE(binary[2].find("out")->is_complex());
  // The pole of 1 kOhm and 1 uF: H = 1 / (1 + j 2 pi f R C).
  const double f = binary[2].columns[0].real[0];
  const std::complex<double> h = 1.0 / std::complex<double>(1, 2 * M_PI * f * 1e-3);
  EXPECT_LT(std::abs(binary[2].find("out")->complex[0] - h), 1e-12);
  EXPECT_EQ(binary[3].columns[0].name, "v-sweep");
}

// ngspice prints the last voltage and the magnitude at the first frequency of files written here.
TEST(RawFile, IsLoadedByNgspice) {
  if (std::system("ngspice --version > /dev/null 2>&1") != 0) GTEST_SKIP() << "ngspice is not installed";
  const TestFolder folder;
  const std::string base = folder.path("load");
  const std::vector<Table> tables = {transient(), ac()};
  for (const RawFormat format : {RawFormat::binary, RawFormat::ascii}) {
    write_file(base + ".raw", write_raw(tables, format));
    write_file(base + ".cir",
               "load\n.control\nload " + base + ".raw\nsetplot tran1\nlet last = v(out)[2]\n" +
                   "print last\nsetplot ac1\nlet first = mag(v(out)[0])\nprint first\n.endc\n.end\n");
    std::system(("ngspice -b " + base + ".cir > " + base + ".log 2>&1").c_str());
    const std::string log = read_file(base + ".log");
    EXPECT_NE(log.find("last = -3.33333e-01"), std::string::npos) << log;
    EXPECT_NE(log.find("first = 2.236068e+00"), std::string::npos) << log;
  }
}

TEST(RawFile, ExplainsWhatIsWrong) {
  const auto reason = [](const std::string& bytes) -> std::string {
    try {
      read_raw(bytes);
      return "nothing";
    } catch (const InputError& e) {
      EXPECT_EQ(e.kind(), ErrorKind::input_output);
      return e.what();
    }
  };
  const std::string head = "Title: t\nFlags: real\nNo. Variables: 1\nNo. Points: ";
  const std::string list = "\nVariables:\n\t0\ttime\ttime\n";
  EXPECT_NE(reason("").find("no plot"), std::string::npos);
  EXPECT_NE(reason("\x89PNG\r\n").find("header line"), std::string::npos);
  EXPECT_NE(reason(head + "1000000000000" + list + "Binary:\nabc").find("room for 0"), std::string::npos);
  EXPECT_NE(reason(head + "1" + list + "Values:\n 0 hello\n").find("no number"), std::string::npos);
  EXPECT_NE(reason(head + "x" + list + "Values:\n").find("no count"), std::string::npos);
  EXPECT_NE(reason("No. Variables: 99999999999\nVariables:\n").find("more variables"), std::string::npos);
}

// Either tables of consistent size or an InputError: never a crash, never memory beyond the file's size.
void read_anything(const std::string& bytes) {
  try {
    for (const Table& table : read_raw(bytes)) {
      for (const Column& column : table.columns) RC_ASSERT(column.size() == table.rows());
    }
  } catch (const InputError&) {
  }
}

TEST(RawFile, SurvivesDamagedFiles) {
  const std::vector<Table> tables = {transient(), ac()};
  Rng rng(1);
  for (const RawFormat format : {RawFormat::binary, RawFormat::ascii}) {
    const std::string good = write_raw(tables, format);
    for (std::size_t n = 0; n <= good.size(); ++n) read_anything(good.substr(0, n));
    for (int trial = 0; trial < 3000; ++trial) {
      std::string bad = good;
      for (std::uint64_t k = rng.below(4) + 1; k > 0; --k) {
        const auto at = static_cast<std::size_t>(rng.below(bad.size()));
        if (rng.below(2))
          bad[at] = static_cast<char>(rng.below(256));
        else
          bad.erase(at, static_cast<std::size_t>(rng.below(9)));
      }
      read_anything(bad);
    }
  }
}

TEST(RawFile, SurvivesRandomBytes) {
  rc::check([](const std::string& bytes) { read_anything(bytes); });
}

}  // namespace
}  // namespace nullor
