#pragma once
/// Tests of the module of LibTorch, where it was built. Test support.

#include <gtest/gtest.h>

#include <string>

#include "nullor/learn/training_backend.h"

namespace nullor::learn {

class TorchTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string why = why_no_torch();
    if (why.find("without LibTorch") != why.npos) GTEST_SKIP() << why;
    ASSERT_EQ(why, "");
  }
};

}  // namespace nullor::learn
