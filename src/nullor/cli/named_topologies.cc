#include "nullor/cli/named_topologies.h"

#include <fmt/format.h>

#include <filesystem>

#include "nullor/base/error.h"
#include "nullor/base/shared_files.h"
#include "nullor/graph/repair.h"

namespace nullor {
namespace {

graph::Family family_of(const std::string& text) {
  if (const auto found = graph::family_named(text)) return *found;
  std::vector<std::string> known;
  for (int k = 0; k < graph::kFamilies; ++k)
    known.emplace_back(graph::family_name(static_cast<graph::Family>(k)));
  throw InputError(ErrorKind::usage, "'" + text + "' is no family of circuits", {},
                   did_you_mean(text, known, fmt::format("families are {}", fmt::join(known, ", "))));
}

}  // namespace

std::vector<NamedTopology> read_circuits(const std::vector<std::string>& files,
                                         const CircuitRequest& request) {
  std::vector<NamedTopology> out;
  for (const std::string& file : files) {
    graph::TopologySet set = read_topologies(file, request.spice);
    const std::string name = std::filesystem::path(file).filename().string();
    for (std::size_t k = 0; k < set.entries.size(); ++k) {
      const bool alone = set.entries.size() == 1;
      out.push_back({alone ? name : fmt::format("{}:{}", name, circuit_name(set, k)),
                     std::move(set.entries[k].topology)});
    }
  }
  if (request.limit > 0 && out.size() > static_cast<std::size_t>(request.limit))
    out.resize(static_cast<std::size_t>(request.limit));
  for (NamedTopology& one : out) {
    if (request.repair) graph::repair(one.topology);
    if (!request.family.empty()) one.topology.family = family_of(request.family);
  }
  if (out.empty()) throw InputError(ErrorKind::netlist, "there is no circuit to check");
  return out;
}

std::vector<FunctionBench> function_benches(const std::vector<std::string>& files) {
  std::vector<std::string> paths = files;
  if (paths.empty()) {
    for (const char* name : {"opamp", "comparator", "oscillator", "oscillator_slow", "bandgap", "ldo",
                             "power_converter", "mixer"}) {
      const std::string file = shared_file(fmt::format("testbenches/function/{}.toml", name));
      if (!file.empty()) paths.push_back(file);
    }
  }
  if (paths.empty()) {
    throw InputError(ErrorKind::usage, "the testbenches that come with the program are not beside it", {},
                     "give --testbench FILE");
  }
  std::vector<FunctionBench> out;
  for (const std::string& path : paths) out.push_back(read_function_bench(path));
  return out;
}

}  // namespace nullor
