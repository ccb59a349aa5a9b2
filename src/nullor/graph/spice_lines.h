#pragma once
/// The lines of a SPICE text that describe elements, in words.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "nullor/base/error.h"

namespace nullor::graph {

struct SpiceLine {
  std::vector<std::string> words;  ///< lower case, up to the first NAME=VALUE
  int number = 0;
};

struct SpiceBlock {
  std::string name;
  std::vector<std::string> ports;
  std::vector<SpiceLine> elements;
  int number = 0;
};

struct SpiceText {
  std::shared_ptr<const SourceFile> file;
  std::map<std::string, SpiceBlock> subcircuits;
  SpiceBlock outside;                         ///< elements of no subcircuit, behind the title line
  std::map<std::string, std::string> models;  ///< type by name
};

/// Comments removed, continuation lines joined. Texts of more than 16 MiB are refused.
SpiceText read_spice_lines(std::string_view text, const std::string& path);

}  // namespace nullor::graph
