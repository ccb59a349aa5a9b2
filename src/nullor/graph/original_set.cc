#include "nullor/graph/original_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <map>
#include <sstream>

#include "nullor/base/error.h"
#include "nullor/base/file.h"
#include "nullor/graph/isomorphism.h"

namespace nullor::graph {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMostBytes = std::uintmax_t{1} << 16;  // of one file

struct Keyword {
  std::string_view word;
  Family family;
};
/// The first that occurs in a type decides.
constexpr Keyword kKeywords[] = {{"switched-capacitor", Family::switched_cap},
                                 {"switched capacitor", Family::switched_cap},
                                 {"sample", Family::switched_cap},
                                 {"bandgap", Family::bandgap},
                                 {"ldo", Family::ldo},
                                 {"voltage regulat", Family::ldo},
                                 {"power converter", Family::power_converter},
                                 {"power amplifier", Family::power_amp},
                                 {"pa papers", Family::power_amp},
                                 {"phase locked", Family::pll},
                                 {"phase-locked", Family::pll},
                                 {"synthesizer", Family::pll},
                                 {"low noise amplifier", Family::lna},
                                 {"lna", Family::lna},
                                 {"mixer", Family::mixer},
                                 {"comparator", Family::comparator},
                                 {"oscillator", Family::oscillator},
                                 {"vco", Family::oscillator},
                                 {"filter", Family::filter},
                                 {"/a converter", Family::adc_dac},
                                 {"/d converter", Family::adc_dac},
                                 {"analog converter", Family::adc_dac},
                                 {"digital converter", Family::adc_dac},
                                 {"response and stability", Family::opamp},
                                 {"frequency response", Family::general},
                                 {"single-stage amplifier", Family::opamp},
                                 {"current mirror", Family::mirror_bias},
                                 {"current source", Family::mirror_bias},
                                 {"differential pair", Family::opamp},
                                 {"amplifier", Family::opamp},
                                 {"op amp", Family::opamp},
                                 {"opamp", Family::opamp},
                                 {"feedback", Family::opamp},
                                 {"noise", Family::opamp},
                                 {"stability", Family::opamp},
                                 {"output stage", Family::opamp}};

std::string small_file(const fs::path& path) {
  std::error_code error;
  if (fs::file_size(path, error) > kMostBytes && !error) {
    throw InputError(ErrorKind::input_output, fmt::format("'{}' is larger than a circuit: {} bytes at most",
                                                          path.string(), kMostBytes));
  }
  return read_file(path.string());
}

std::optional<int> number_of(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

/// "445–457", "458–460, 493" or "651" as pairs of first and last; empty when it is something else.
std::vector<std::pair<int, int>> ranges_of(std::string text) {
  for (const std::string_view dash : {"\xe2\x80\x93", "\xe2\x80\x94"}) {
    for (std::size_t at; (at = text.find(dash)) != std::string::npos;) text.replace(at, dash.size(), "-");
  }
  std::erase_if(text, [](unsigned char c) { return std::isspace(c); });
  std::vector<std::pair<int, int>> out;
  std::istringstream pieces(text);
  for (std::string piece; std::getline(pieces, piece, ',');) {
    const std::size_t dash = piece.find('-');
    const auto first = number_of(std::string_view(piece).substr(0, dash));
    const auto last = dash == std::string::npos ? first : number_of(std::string_view(piece).substr(dash + 1));
    if (!first || !last) return {};
    out.emplace_back(*first, *last);
  }
  return out;
}

struct Category {
  int first, last;
  std::string type;
};

std::vector<Category> categories_of(const std::string& text) {
  std::vector<Category> out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t bullet = line.find_first_not_of(" \t"), colon = line.find(':');
    if (bullet == std::string::npos || line[bullet] != '-' || colon == std::string::npos) continue;
    std::string type = line.substr(colon + 1);
    type.erase(0, type.find_first_not_of(" \t"));
    type.erase(type.find_last_not_of(" \t\r") + 1);
    for (const auto& [first, last] : ranges_of(line.substr(bullet + 1, colon - bullet - 1)))
      out.push_back({first, last, type});
  }
  return out;
}

bool is_of_cell(const Device& device) {
  return device.name.size() > 1 && device.name[0] == device.name[1] &&
         std::isalpha(static_cast<unsigned char>(device.name[0]));
}

/// The devices around the op-amp; the whole circuit when there is none, or nothing else.
Topology base_circuit(const Topology& topology) {
  Topology base = topology;
  std::erase_if(base.devices, is_of_cell);
  return base.devices.empty() ? topology : base;
}

TopologyEntry read_entry(const fs::path& folder, int number, const std::vector<Category>& categories) {
  const std::string netlist = small_file(folder / fmt::format("{}.cir", number));
  const fs::path port_file = folder / fmt::format("Port{}.txt", number);
  TopologyEntry entry;
  if (fs::exists(port_file)) {
    std::istringstream words(small_file(port_file));
    std::vector<std::string> ports;
    for (std::string word; words >> word;) ports.push_back(word);
    entry.topology = parse_netlist(netlist, ports, fmt::format("{}.cir", number));
  } else {
    entry.topology = parse_netlist(netlist, {}, fmt::format("{}.cir", number));
    for (Net& net : entry.topology.nets) net.role = role_of(net.name).value_or(PortRole::internal);
  }
  entry.topology.id = number;
  for (const Category& category : categories) {
    if (number < category.first || number > category.last) continue;
    entry.type = category.type;
    entry.topology.family = family_of_type(category.type);
  }
  return entry;
}

void add_groups(TopologySet& set) {
  std::map<std::string, int> groups, first;
  for (TopologyEntry& entry : set.entries) {
    const std::string base = canonical_form(base_circuit(entry.topology));
    entry.topology.group = groups.emplace(base, static_cast<int>(groups.size())).first->second;
    const auto [known, is_new] = first.emplace(canonical_form(entry.topology), entry.topology.id);
    if (!is_new) entry.dup_of = known->second;
  }
}

std::vector<int> numbered_folders(const fs::path& root) {
  std::vector<int> numbers;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(root, error)) {
    const auto number = number_of(entry.path().filename().string());
    if (number && fs::exists(entry.path() / fmt::format("{}.cir", *number))) numbers.push_back(*number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

}  // namespace

Family family_of_type(std::string_view type) {
  std::string lower(type);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const Keyword& keyword : kKeywords) {
    if (lower.find(keyword.word) != std::string::npos) return keyword.family;
  }
  return Family::general;
}

OriginalSet import_original(const std::string& folder) {
  const fs::path inner = fs::path(folder) / "Dataset";
  const fs::path root = fs::is_directory(inner) ? inner : fs::path(folder);
  const std::vector<int> numbers = numbered_folders(root);
  if (numbers.empty()) {
    throw InputError(ErrorKind::input_output,
                     fmt::format("'{}' holds no folder <number>/<number>.cir", folder), {},
                     "clone xz-group/AnalogGenie and give its folder or that folder's Dataset");
  }
  const fs::path labels = root / "data_categorization.md";
  const auto categories = fs::exists(labels) ? categories_of(small_file(labels)) : std::vector<Category>{};
  OriginalSet out;
  for (const int number : numbers) {
    const fs::path place = root / std::to_string(number);
    try {
      out.set.entries.push_back(read_entry(place, number, categories));
    } catch (const InputError& error) {
      const int line = error.where().line;
      out.skipped.push_back(fmt::format("{}{}: {}", (place / fmt::format("{}.cir", number)).string(),
                                        line > 0 ? fmt::format(":{}", line) : "", error.what()));
    }
  }
  add_groups(out.set);
  return out;
}

}  // namespace nullor::graph
