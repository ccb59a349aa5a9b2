// Any bytes as circuits: a set in JSON lines, a SPICE subcircuit, and the tokens of a walk. What reads must
// be written and read again as the same circuit, and be compared with itself without a difference.
#include <cstdlib>

#include "fuzz.h"
#include "nullor/graph/difference.h"
#include "nullor/graph/isomorphism.h"
#include "nullor/graph/repair.h"
#include "nullor/graph/similarity.h"
#include "nullor/graph/spice_topology.h"
#include "nullor/graph/topology_set.h"
#include "nullor/graph/walk.h"

namespace {

using namespace nullor::graph;

void expect_same(const Topology& a, const Topology& b) {
  const Canonical one = canonicalize(a), other = canonicalize(b);
  if (one.exact && other.exact && one.form != other.form) std::abort();
}

void examine(const Topology& topology) {
  if (topology.devices.size() > 100) return;
  const TopologySet back =
      parse_topology_set(json_line({.topology = topology}), "fuzz", {.max_line_bytes = 1 << 20});
  expect_same(back.entries.at(0).topology, topology);
  if (!difference(topology, back.entries[0].topology).none() && canonicalize(topology).exact) std::abort();
  Topology repaired = topology;
  repair(repaired);
  if (!repair(repaired).changes.empty()) std::abort();
  (void)graph_features(repaired);
  nullor::Rng rng(1);
  const WalkLanguage language;
  const auto again = language.decode(language.encode(topology, rng));
  if (!again) std::abort();
  expect_same(*again, topology);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const WalkLanguage language;
  fuzz(data, size, [](std::string_view bytes) {
    for (const TopologyEntry& entry : parse_topology_set(bytes, "fuzz").entries) examine(entry.topology);
  });
  fuzz(data, size, [](std::string_view bytes) { examine(spice_topology(bytes, "fuzz").topology); });
  return fuzz(data, size, [](std::string_view bytes) {
    std::vector<int> tokens;
    for (std::size_t k = 0; k + 1 < bytes.size(); k += 2)
      tokens.push_back(static_cast<unsigned char>(bytes[k]) | static_cast<unsigned char>(bytes[k + 1]) << 8);
    if (const auto found = language.decode(tokens)) examine(*found);
  });
}
