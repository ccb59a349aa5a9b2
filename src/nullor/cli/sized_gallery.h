#pragma once
/// Sized circuits on one page: a drawing of each, what its testbench shows, metrics, sizes and decks.

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "nullor/graph/topology.h"

namespace nullor {

struct SizedCircuit {
  graph::Topology topology;
  std::map<std::string, std::string> units;                ///< of metrics
  nlohmann::ordered_json result;                           ///< as `topology size` writes it
  std::vector<std::pair<std::string, std::string>> decks;  ///< (set-up, text)
};

/// HTML, in the order given. The decks are simulated for their curves, on `jobs` threads; one that cannot be
/// has none.
std::string sized_gallery(const std::vector<SizedCircuit>& circuits, int jobs);

}  // namespace nullor
