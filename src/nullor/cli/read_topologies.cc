#include "nullor/cli/read_topologies.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "nullor/base/error.h"
#include "nullor/base/file.h"
#include "nullor/base/log.h"
#include "nullor/graph/spice_topology.h"
#include "nullor/graph/topology_set.h"

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

std::vector<NamedTopology> read_topologies(const std::string& path, const std::string& subcircuit) {
  const std::string text = read_file(path);
  if (is_set(text)) return from_set(path);
  if (!has_subcircuit(text)) return {{file_name(path), from_lines(text, path)}};
  graph::SpiceTopology read = graph::spice_topology(text, path, {.subcircuit = subcircuit});
  for (const std::string& port : read.unknown_ports) {
    log_warning(fmt::format("{}: port {} has no known role, it counts as an internal net", path, port));
  }
  for (const std::string& note : read.notes) log_note(fmt::format("{}: {}", path, note));
  return {{file_name(path), std::move(read.topology)}};
}

}  // namespace nullor
