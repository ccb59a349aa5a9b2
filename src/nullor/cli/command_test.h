#pragma once
/// The command line inside a test.

#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <vector>

#include "nullor/cli/app.h"

namespace nullor {

struct Ran {
  int code = 0;
  std::string out, err;
};

/// `nullor words...`
inline Ran run_words(std::vector<std::string> words) {
  words.insert(words.begin(), "nullor");
  std::vector<const char*> argv;
  for (const std::string& word : words) argv.push_back(word.c_str());
  Ran ran;
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  ran.code = run_command_line(static_cast<int>(argv.size()), argv.data());
  std::fflush(stdout);
  ran.out = testing::internal::GetCapturedStdout();
  ran.err = testing::internal::GetCapturedStderr();
  return ran;
}

}  // namespace nullor
