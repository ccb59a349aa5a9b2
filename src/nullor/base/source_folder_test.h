#pragma once
/// The folder of the sources, with the files that tests read.

#include <string>

namespace nullor {

inline const std::string kSourceFolder = NULLOR_SOURCE_DIR;

}  // namespace nullor
