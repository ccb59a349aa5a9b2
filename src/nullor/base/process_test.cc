#include "nullor/base/process.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "nullor/base/error.h"
#include "nullor/base/file.h"

namespace nullor {
namespace {

TEST(RunProgram, TellsHowItEnded) {
  const std::string log = testing::TempDir() + "nullor_process_" + std::to_string(::getpid());
  EXPECT_EQ(run_program({"sh", "-c", "echo out; echo err >&2; exit 3"}, log).code, 3);
  EXPECT_EQ(read_file(log), "out\nerr\n");
  EXPECT_EQ(run_program({"sh", "-c", "kill -9 $$"}, log).code, 128 + 9);
  const ProgramResult late = run_program({"sleep", "30"}, log, 0.05);
  EXPECT_TRUE(late.late);
  EXPECT_FALSE(run_program({"true"}, log, 30).late);
  EXPECT_THROW(run_program({"no-such-program-here"}, log), InputError);
  std::remove(log.c_str());
}

}  // namespace
}  // namespace nullor
