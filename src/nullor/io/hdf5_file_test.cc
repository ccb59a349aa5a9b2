#include "nullor/io/hdf5_file.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "nullor/base/error.h"

namespace nullor {
namespace {

std::string sample_file() {
  Hdf5Writer out;
  out.add("x", Hdf5Array<double>{2, 3, {1, 2, 3, 4, NAN, -1e300}});
  out.add("n", std::vector<std::int64_t>{-1, std::int64_t{1} << 40});
  out.add("k", Hdf5Array<std::int32_t>{3, 1, {7, 8, -9}});
  out.add("names", std::vector<std::string>{"a", "", "a longer one"});
  out.add("none", Hdf5Array<double>{0, 5, {}});
  out.add("no names", std::vector<std::string>{});
  return out.bytes();
}

TEST(Hdf5File, ReadsBackWhatItWrites) {
  const std::string bytes = sample_file();
  const Hdf5Reader in(bytes, "x.h5");
  const auto x = in.doubles("x");
  EXPECT_EQ(x.rows, 2u);
  EXPECT_EQ(x.columns, 3u);
  EXPECT_EQ(x.values[5], -1e300);
  EXPECT_TRUE(std::isnan(x.values[4]));
  EXPECT_EQ(in.long_integers("n"), (std::vector<std::int64_t>{-1, std::int64_t{1} << 40}));
  EXPECT_EQ(in.integers("k").values, (std::vector<std::int32_t>{7, 8, -9}));
  EXPECT_EQ(in.texts("names"), (std::vector<std::string>{"a", "", "a longer one"}));
  EXPECT_EQ(in.doubles("none").rows, 0u);
  EXPECT_EQ(in.texts("no names").size(), 0u);
}

TEST(Hdf5File, HasTheSameBytesEveryTime) { EXPECT_EQ(sample_file(), sample_file()); }

TEST(Hdf5File, RefusesWhatIsNotThere) {
  const std::string bytes = sample_file();
  const Hdf5Reader in(bytes, "x.h5");
  EXPECT_THROW(in.doubles("y"), InputError);
  EXPECT_THROW(in.doubles("names"), InputError);
  EXPECT_THROW(in.texts("x"), InputError);
  EXPECT_THROW(in.long_integers("x"), InputError);
  EXPECT_THROW(Hdf5Reader("not an hdf5 file", "y.h5"), InputError);
  EXPECT_THROW(Hdf5Reader("", "y.h5"), InputError);
}

TEST(Hdf5File, RefusesDamage) {
  const std::string whole = sample_file();
  std::mt19937 random(1);
  for (int trial = 0; trial < 300; ++trial) {
    std::string bytes = whole;
    if (trial % 3 == 0) bytes.resize(random() % bytes.size());
    if (trial % 3 != 0) bytes[random() % bytes.size()] ^= static_cast<char>(1 + random() % 255);
    EXPECT_THROW(Hdf5Reader(bytes, "x.h5"), InputError);
  }
}

}  // namespace
}  // namespace nullor
