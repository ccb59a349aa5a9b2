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

/// "M0 (VDD VDD VIN1 VSS) nmos4"
bool is_netlist_line(std::string_view line) {
  const std::size_t close = line.find(')');
  if (line.find('(') == std::string_view::npos || close == std::string_view::npos) return false;
  std::string_view kind = line.substr(close + 1);
  while (!kind.empty() && kind.front() <= ' ') kind.remove_prefix(1);
  while (!kind.empty() && kind.back() <= ' ') kind.remove_suffix(1);
  return kind_named(kind).has_value();
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
  if (!is_netlist_line(line)) return read_spice(bytes, path, spice);
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
