// nullor topology nearest: the known circuit most like each given one, and what differs.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "nullor/cli/topology_verbs.h"
#include "nullor/graph/difference.h"
#include "nullor/graph/repair.h"
#include "nullor/graph/similarity.h"

namespace nullor {
namespace {

using Json = nlohmann::ordered_json;

struct NearestFlags {
  std::vector<std::string> queries;
  std::string known;
  int count = 1;
  bool repair = false, difference = false, json = false;
  SpiceFlags spice;
};

graph::TopologySet read(const std::string& path, const NearestFlags& flags) {
  graph::TopologySet set = read_topologies(path, flags.spice);
  if (flags.repair) {
    for (graph::TopologyEntry& entry : set.entries) graph::repair(entry.topology);
  }
  return set;
}

void indent(const std::string& text) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    fmt::print("    {}\n", text.substr(begin, end - begin));
    begin = end + 1;
  }
}

void run(const NearestFlags& flags) {
  const graph::TopologySet known = read(flags.known, flags);
  graph::SimilarityIndex index;
  for (const graph::TopologyEntry& entry : known.entries) index.add(entry.topology);
  Json all = Json::array();
  for (const std::string& path : flags.queries) {
    const graph::TopologySet queries = read(path, flags);
    for (std::size_t k = 0; k < queries.entries.size(); ++k) {
      const graph::Topology& query = queries.entries[k].topology;
      Json one = {{"file", path}, {"circuit", circuit_name(queries, k)}, {"nearest", Json::array()}};
      for (const auto& match : index.nearest(query, flags.count)) {
        const auto at = static_cast<std::size_t>(match.entry);
        const graph::TopologyEntry& entry = known.entries[at];
        std::string text;
        if (flags.difference)
          text = graph::difference_text(query, entry.topology, graph::difference(query, entry.topology));
        if (flags.json) {
          Json found = {{"circuit", circuit_name(known, at)},
                        {"family", graph::family_name(entry.topology.family)},
                        {"type", entry.type},
                        {"group", entry.topology.group},
                        {"similarity", match.similarity},
                        {"isomorphic", match.isomorphic}};
          if (flags.difference) found["difference"] = text;
          one["nearest"].push_back(std::move(found));
          continue;
        }
        fmt::print("{:<32} {:<10} {:<16} {:.3f}{}\n", circuit_name(queries, k), circuit_name(known, at),
                   graph::family_name(entry.topology.family), match.similarity,
                   match.isomorphic ? "  the same" : "");
        if (flags.difference) indent(text);
      }
      all.push_back(std::move(one));
    }
  }
  if (flags.json) fmt::print("{}\n", all.dump(2, ' ', false, Json::error_handler_t::replace));
}

}  // namespace

void add_topology_nearest(CLI::App& topology) {
  auto flags = std::make_shared<NearestFlags>();
  CLI::App* verb = topology.add_subcommand("nearest", "the known circuit most like each given one");
  verb->add_option("circuits", flags->queries, "SPICE netlists or sets")->required()->type_name("FILE");
  verb->add_option("--in", flags->known, "set of known circuits")->required()->type_name("SET");
  verb->add_option("--count", flags->count, "known circuits for each")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  verb->add_flag("--difference", flags->difference, "print what differs, device by device");
  verb->add_flag("--repair", flags->repair, "compare circuits as `import --repair` writes them");
  verb->add_flag("--json", flags->json, "results on standard output as JSON");
  add_spice_flags(*verb, flags->spice);
  verb->callback([flags] { run(*flags); });
}

}  // namespace nullor
