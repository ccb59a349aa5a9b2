#pragma once
/// Other programs, started without a shell.

#include <string>
#include <vector>

namespace nullor {

struct ProgramResult {
  bool late = false;  ///< ended because its time was over
  int code = 0;       ///< exit code; 128 + n where signal n ended it
};

/// Runs words[0], looked up on the path, with standard output and error in the file `log` and no input; ends
/// it after `seconds` (0: never). Throws InputError(input_output) where it cannot be started.
ProgramResult run_program(const std::vector<std::string>& words, const std::string& log, double seconds = 0);

}  // namespace nullor
