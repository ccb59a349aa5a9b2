#include "nullor/base/interrupt.h"

#include <gtest/gtest.h>

#include <csignal>

namespace nullor {
namespace {

TEST(Interrupt, IsSeenOnceAndKillsTheSecondTime) {
  const auto interrupted_twice = [] {
    Interrupt interrupt;
    std::raise(SIGINT);
    std::raise(SIGINT);
  };
  {
    Interrupt interrupt;
    EXPECT_FALSE(interrupt.requested());
    interrupt.leave_if_requested();
    std::raise(SIGINT);
    EXPECT_TRUE(interrupt.requested());
    EXPECT_EXIT(interrupt.leave_if_requested(), testing::KilledBySignal(SIGINT), "");
  }
  {
    Interrupt interrupt;
    std::raise(SIGTERM);
    EXPECT_TRUE(interrupt.requested());
    EXPECT_EXIT(interrupt.leave_if_requested(), testing::KilledBySignal(SIGTERM), "");
  }
  EXPECT_FALSE(Interrupt().requested());
  EXPECT_EXIT(interrupted_twice(), testing::KilledBySignal(SIGINT), "");
  EXPECT_EXIT(std::raise(SIGINT), testing::KilledBySignal(SIGINT), "");
}

}  // namespace
}  // namespace nullor
