#include "nullor/base/progress.h"

#include <gtest/gtest.h>

#include <cmath>

namespace nullor {
namespace {

TEST(Progress, EstimatesTheTimeLeft) {
  const std::string line = Progress::line("tran", 0.25, 20);
  EXPECT_NE(line.find(" 25%"), std::string::npos);
  EXPECT_NE(line.find("1 min 0 s left"), std::string::npos);
  EXPECT_NE(Progress::line("tran", 1, 20).find("0 s left"), std::string::npos);
  EXPECT_EQ(Progress::line("tran", -1, 20), Progress::line("tran", 0, 20));
  EXPECT_EQ(Progress::line("solve", NAN, 20), "solve  20 s");
}

TEST(Progress, DrawsNothingForShortJobs) {
  std::FILE* out = std::tmpfile();
  {
    Progress bar("op", out);
    for (int k = 0; k < 1000; ++k) bar.update(k / 1000.0);
  }
  EXPECT_EQ(std::ftell(out), 0);
  std::fclose(out);
}

TEST(Progress, FormatsDurations) {
  EXPECT_EQ(format_duration(0.2), "1 s");
  EXPECT_EQ(format_duration(200), "3 min 20 s");
  EXPECT_EQ(format_duration(7500), "2 h 5 min");
}

}  // namespace
}  // namespace nullor
