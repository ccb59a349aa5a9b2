#pragma once
/// Tests on the amplifiers of AnalogGym and the SKY130 models, which users and CI have elsewhere. Test
/// support.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace nullor {

/// Skips where the data is not there.
class OnAnalogGym : public testing::Test {
 protected:
  void SetUp() override {
    const char* given = std::getenv("NULLOR_DATA");
    data_ = given ? given : std::string(NULLOR_SOURCE_DIR) + "/../shared/data";
    if (!std::filesystem::exists(data_ + "/analoggym/amplifier"))
      GTEST_SKIP() << "no analoggym/amplifier below " << data_ << ": set NULLOR_DATA";
  }

  std::string data_;
};

}  // namespace nullor
