#include "nullor/cli/read_topologies.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "nullor/base/error.h"
#include "nullor/base/file.h"
#include "nullor/graph/topology_set.h"
#if __has_include("nullor/graph/spice_topology.h")
#include "nullor/graph/spice_topology.h"
#define NULLOR_HAS_SPICE_TOPOLOGY 1
#endif

namespace nullor {
namespace {

constexpr std::string_view kGzip = "\x1f\x8b", kXz =
                                                   "\xfd"
                                                   "7zXZ";

std::string file_name(const std::string& path) { return std::filesystem::path(path).filename().string(); }

bool is_set(std::string_view bytes) {
  if (bytes.starts_with(kGzip) || bytes.starts_with(kXz)) return true;
  const auto first = bytes.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && bytes[first] == '{';
}

bool has_subcircuit(std::string_view text) {
  constexpr std::string_view word = ".subckt";
  const auto found = std::search(text.begin(), text.end(), word.begin(), word.end(), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == b;
  });
  return found != text.end();
}

std::vector<NamedTopology> from_set(const std::string& path) {
  std::vector<NamedTopology> out;
  graph::TopologySet set = graph::read_topology_set(path);
  for (std::size_t k = 0; k < set.entries.size(); ++k) {
    graph::Topology& one = set.entries[k].topology;
    const std::string number = one.id >= 0 ? std::to_string(one.id) : fmt::format("line {}", k + 1);
    out.push_back({fmt::format("{}:{}", file_name(path), number), std::move(one)});
  }
  return out;
}

graph::Topology from_lines(const std::string& text, const std::string& path) {
  graph::Topology out = graph::parse_netlist(text, {}, path);
  for (graph::Net& net : out.nets) net.role = graph::role_of(net.name).value_or(graph::PortRole::internal);
  return out;
}

}  // namespace

std::vector<NamedTopology> read_topologies(const std::string& path,
                                           [[maybe_unused]] const std::string& subcircuit) {
  const std::string text = read_file(path);
  if (is_set(text)) return from_set(path);
  if (!has_subcircuit(text)) return {{file_name(path), from_lines(text, path)}};
#ifdef NULLOR_HAS_SPICE_TOPOLOGY
  graph::SpiceTopologyOptions options;
  options.subcircuit = subcircuit;
  return {{file_name(path), graph::read_spice_topology(path, options)}};
#else
  throw InputError(ErrorKind::netlist, "'" + path + "' is a SPICE netlist, which this build does not read",
                   {}, "lines are NAME (net net ...) kind");
#endif
}

}  // namespace nullor
