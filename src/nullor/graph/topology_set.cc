#include "nullor/graph/topology_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "nullor/base/error.h"
#include "nullor/base/file.h"
#include "nullor/base/rng.h"
#include "nullor/io/gzip.h"
#include "nullor/io/xz.h"

namespace nullor::graph {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostPorts = 1000;

/// One line of a file, with what its messages need.
class Line {
 public:
  Line(std::string_view text, const std::string& name, int number)
      : name_(name), number_(number), text_(text) {
    json_ = Json::parse(text, nullptr, false);
    if (json_.is_discarded()) fail("not JSON");
    if (!json_.is_object()) fail("not a JSON object", "one circuit a line: {\"netlist\": \"...\", ...}");
  }

  [[noreturn]] void fail(const std::string& what, const std::string& hint = {}) const {
    // The text up to this line, so that the message can quote it.
    std::string lines(static_cast<std::size_t>(number_ - 1), '\n');
    lines += text_;
    const auto file = std::make_shared<SourceFile>(SourceFile{name_, std::move(lines)});
    throw InputError(ErrorKind::netlist, what, {file, number_, 0}, hint);
  }

  int whole(const char* key) const {
    const auto at = json_.find(key);
    if (at == json_.end() || at->is_null()) return -1;
    if (!at->is_number_integer() || at->get<double>() < 0 || at->get<double>() > 2e9)
      fail(fmt::format("\"{}\" is no whole number from 0 to 2e9", key));
    return at->get<int>();
  }
  std::string text(const char* key) const {
    const auto at = json_.find(key);
    if (at == json_.end() || at->is_null()) return {};
    if (!at->is_string()) fail(fmt::format("\"{}\" is no text", key));
    return at->get<std::string>();
  }
  std::optional<std::vector<std::string>> texts(const char* key) const {
    const auto at = json_.find(key);
    if (at == json_.end() || at->is_null()) return std::nullopt;
    std::vector<std::string> out;
    if (!at->is_array() || at->size() > kMostPorts)
      fail(fmt::format("\"{}\" is no list of up to {} names", key, kMostPorts));
    for (const Json& one : *at) {
      if (!one.is_string()) fail(fmt::format("\"{}\" holds something that is no name", key));
      out.push_back(one.get<std::string>());
    }
    return out;
  }
  bool has(const char* key) const { return json_.contains(key); }

 private:
  const std::string& name_;
  int number_;
  std::string_view text_;
  Json json_;
};

Topology circuit_of(const Line& line) {
  const std::string netlist = line.text("netlist");
  const auto ports = line.texts("ports");
  try {
    if (ports) return parse_netlist(netlist, *ports, "netlist");
    Topology topology = parse_netlist(netlist, {}, "netlist");
    for (Net& net : topology.nets) net.role = role_of(net.name).value_or(PortRole::internal);
    return topology;
  } catch (const InputError& error) {
    const int number = error.where().line;
    line.fail(number > 0 ? fmt::format("line {} of the netlist: {}", number, error.what()) : error.what(),
              error.hint());
  }
}

TopologyEntry entry_of(const Line& line) {
  if (!line.has("netlist")) line.fail("no \"netlist\"");
  TopologyEntry entry{circuit_of(line), line.text("type"), line.whole("opcell"), line.whole("dup_of")};
  entry.topology.id = line.whole("id");
  entry.topology.group = line.whole("group");
  if (const std::string name = line.text("family"); !name.empty()) {
    const auto family = family_named(name);
    if (!family) {
      std::vector<std::string> known;
      for (int k = 0; k < kFamilies; ++k) known.emplace_back(family_name(static_cast<Family>(k)));
      line.fail(fmt::format("'{}' is no family of circuits", name), did_you_mean(name, known));
    }
    entry.topology.family = *family;
  }
  return entry;
}

bool is_word(std::string_view name) {
  return !name.empty() && name.find_first_of(" \t\r\n()") == std::string_view::npos;
}

/// Whether a reader gets back the same nets, roles and devices.
bool can_be_written(const Topology& topology) {
  std::set<std::string_view> nets;
  for (const Net& net : topology.nets) {
    if (!is_word(net.name) || !nets.insert(net.name).second) return false;
    if (net.is_port() && role_of(net.name) != net.role) return false;
  }
  return std::all_of(topology.devices.begin(), topology.devices.end(),
                     [](const Device& device) { return is_word(device.name); });
}

}  // namespace

TopologySet read_topology_set(const std::string& path, const TopologyLimits& limits) {
  std::string bytes = read_file(path);
  if (is_gzip(bytes)) {
    bytes = gunzip(bytes, limits.max_bytes + 1, path);
  } else if (is_xz(bytes)) {
    bytes = unxz(bytes, limits.max_bytes + 1, path);
  }
  return parse_topology_set(bytes, path, limits);
}

TopologySet parse_topology_set(std::string_view text, const std::string& name, const TopologyLimits& limits) {
  if (text.size() > limits.max_bytes) {
    throw InputError(ErrorKind::input_output,
                     fmt::format("'{}' holds more than {} bytes of circuits", name, limits.max_bytes));
  }
  TopologySet set;
  int number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    ++number;
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    begin = end + 1;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (line.size() > limits.max_line_bytes) {
      const auto file = std::make_shared<SourceFile>(SourceFile{name, {}});
      throw InputError(
          ErrorKind::netlist,
          fmt::format("a circuit of {} bytes; at most {} are read", line.size(), limits.max_line_bytes),
          {file, number, 0});
    }
    set.entries.push_back(entry_of(Line(line, name, number)));
  }
  return set;
}

std::string json_line(const TopologyEntry& entry) {
  Topology topology = entry.topology;
  if (!can_be_written(topology)) rename(topology);
  Json out;
  if (topology.id >= 0) out["id"] = topology.id;
  out["family"] = family_name(topology.family);
  if (!entry.type.empty()) out["type"] = entry.type;
  if (topology.group >= 0) out["group"] = topology.group;
  out["ports"] = Json::array();
  for (const Net& net : topology.nets) {
    if (net.is_port()) out["ports"].push_back(net.name);
  }
  std::string netlist = netlist_text(topology);
  if (!netlist.empty()) netlist.pop_back();
  out["netlist"] = std::move(netlist);
  if (entry.opcell >= 0) out["opcell"] = entry.opcell;
  if (entry.dup_of >= 0) out["dup_of"] = entry.dup_of;
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void write_topology_set(const std::string& path, const TopologySet& set) {
  std::string text;
  for (const TopologyEntry& entry : set.entries) text += json_line(entry) + "\n";
  write_file(path, text);
}

TopologySplit split_by_group(const TopologySet& set, double validation_share, double test_share,
                             std::uint64_t seed) {
  std::map<int, std::vector<int>> of_group;
  std::vector<std::vector<int>> groups;
  for (int at = 0; at < static_cast<int>(set.entries.size()); ++at) {
    const int group = set.entries[static_cast<std::size_t>(at)].topology.group;
    if (group < 0) {
      groups.push_back({at});
    } else {
      of_group[group].push_back(at);
    }
  }
  for (auto& [number, members] : of_group) groups.push_back(std::move(members));
  Rng rng(seed);
  for (std::size_t i = groups.size(); i > 1; --i) std::swap(groups[i - 1], groups[rng.below(i)]);

  const auto count = static_cast<double>(groups.size());
  TopologySplit split;
  for (std::size_t k = 0; k < groups.size(); ++k) {
    const double done = static_cast<double>(k) + 0.5;
    std::vector<int>& part = done < test_share * count                        ? split.test
                             : done < (test_share + validation_share) * count ? split.validation
                                                                              : split.training;
    part.insert(part.end(), groups[k].begin(), groups[k].end());
  }
  for (std::vector<int>* part : {&split.training, &split.validation, &split.test})
    std::sort(part->begin(), part->end());
  return split;
}

}  // namespace nullor::graph
