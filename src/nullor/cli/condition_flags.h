#pragma once
/// Options that say what circuit is wanted.

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "nullor/graph/conditions.h"

namespace nullor {

struct ConditionFlags {
  std::string family, devices, complete;
  std::vector<std::string> ports, with, without;
  bool only_ports = false;

  /// --family --devices --ports --only-ports --with --without --complete
  void add(CLI::App& verb);
  /// Throws InputError(usage): an unknown word, or conditions that contradict.
  graph::Conditions conditions() const;
};

}  // namespace nullor
