#include "nullor/graph/topology_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "nullor/base/file.h"
#include "nullor/io/gzip.h"
#include "nullor/io/xz.h"

namespace nullor::graph {
namespace {

std::string_view first_line(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  const std::size_t end = std::min(text.find('\n', begin), text.size());
  return text.substr(begin, end - begin);
}

/// "M0 (VDD VDD VIN1 VSS) nmos4", also with a kind that there is not.
bool is_netlist_line(std::string_view line) {
  const std::size_t open = line.find('('), close = line.find(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return false;
  const auto one_word = [](std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t\r"), end = text.find_last_not_of(" \t\r");
    return begin != std::string_view::npos &&
           text.substr(begin, end + 1 - begin).find_first_of(" \t=") == std::string_view::npos;
  };
  return one_word(line.substr(0, open)) && one_word(line.substr(close + 1));
}

/// SPICE has lines that begin with a dot; the title of a deck can look like anything.
bool has_dot_line(std::string_view text) {
  return text.starts_with('.') || text.find("\n.") != std::string_view::npos;
}

TopologyFile read_spice(std::string_view text, const std::string& path, const SpiceOptions& options) {
  SpiceTopology read = spice_topology(text, path, options);
  TopologyFile out;
  for (const std::string& port : read.unknown_ports)
    out.notes.push_back(
        fmt::format("{}: nothing tells the role of port {}: it is an internal net", read.name, port));
  for (const std::string& note : read.notes) out.notes.push_back(fmt::format("{}: {}", read.name, note));
  out.set.entries.push_back({.topology = std::move(read.topology), .type = std::move(read.name)});
  return out;
}

}  // namespace

TopologyFile read_topology_file(const std::string& path, const SpiceOptions& spice) {
  const std::string bytes = read_file(path);
  const std::string_view line = first_line(bytes);
  if (is_gzip(bytes) || is_xz(bytes)) return {read_topology_set(path), {}};
  if (line.starts_with('{')) return {parse_topology_set(bytes, path), {}};
  if (!is_netlist_line(line) || has_dot_line(bytes)) return read_spice(bytes, path, spice);
  if (const std::size_t most = TopologyLimits{}.max_line_bytes; bytes.size() > most) {
    throw InputError(
        ErrorKind::input_output,
        fmt::format("'{}' is a circuit of {} bytes; at most {} are read", path, bytes.size(), most));
  }
  TopologyEntry entry{.topology = parse_netlist(bytes, {}, path)};
  for (Net& net : entry.topology.nets) net.role = role_of(net.name).value_or(PortRole::internal);
  return {{{std::move(entry)}}, {}};
}

}  // namespace nullor::graph
