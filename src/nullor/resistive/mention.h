#pragma once
/// Elements and nodes by name, for messages.

#include <string>
#include <vector>

#include "nullor/resistive/network.h"

namespace nullor::resistive {

struct Element {
  ElementKind kind;
  int index;
};

/// "'v1' (net.cir:3:1), 'd2' (net.cir:7:1)"; of many the first eight and how many more.
std::string mention(const ResistiveNetwork& network, const std::vector<Element>& elements);
/// "'a', 'b' and 5 more".
std::string mention_nodes(const ResistiveNetwork& network, const std::vector<int>& nodes);

}  // namespace nullor::resistive
