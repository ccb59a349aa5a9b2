#pragma once
/// Files that come with the program: testbenches, weights.

#include <string>

namespace nullor {

/// The path of share/NAME: beside an installed program (bin/nullor, share/nullor), or in the source tree that
/// it was built in. Empty: it is not there. The place is that of the running program, never one that a file
/// or the environment names.
std::string shared_file(const std::string& name);

}  // namespace nullor
