#pragma once
/// A circuit under test as its files: the netlist with its subcircuit, the values of its parameters, and the
/// models. Nothing is simulated here.

#include <string>
#include <vector>

#include "nullor/base/error.h"

namespace nullor {

struct CircuitFiles {
  std::string netlist;
  std::vector<std::string> includes;  ///< variables and other files that the netlist needs
  /// Model files, a library section behind a comma: "sky130.lib,tt". "{corner}" stands for the corner.
  std::vector<std::string> models;
  std::string subcircuit;  ///< empty: the only one of the netlist

  /// With "{corner}" replaced.
  CircuitFiles at_corner(const std::string& corner) const;
  bool has_corners() const;
};

struct FileDigest {
  std::string path, sha256;
};

/// What the files define.
struct CircuitContents {
  std::string subcircuit;               ///< lower case
  std::vector<std::string> ports;       ///< lower case, in order
  Location where;                       ///< of the subcircuit
  std::vector<std::string> parameters;  ///< top-level .param names
  std::vector<FileDigest> files;        ///< every file read, in order
};

/// Lines that include the files, for the head of a deck.
std::string include_lines(const CircuitFiles& files);

/// Reads all files as a deck that includes them. Throws InputError (input_output, netlist; usage for a
/// subcircuit that is not there).
CircuitContents read_contents(const CircuitFiles& files);

}  // namespace nullor
