#include "nullor/cli/sized_gallery.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "nullor/base/error.h"
#include "nullor/base/parallel.h"
#include "nullor/base/si.h"
#include "nullor/cli/version.h"
#include "nullor/graph/schematic.h"
#include "nullor/io/svg_plot.h"
#include "nullor/report/gallery_page.h"
#include "nullor/simulate/engine.h"

namespace nullor {
namespace {

/// Supplies and the like show nothing.
bool moves(const Column& column) {
  double low = HUGE_VAL, high = -HUGE_VAL;
  const auto count = [&](double x) {
    low = std::min(low, x);
    high = std::max(high, x);
  };
  for (const double x : column.real) count(x);
  for (const auto& z : column.complex) count(std::abs(z));
  return high - low > 1e-3 * std::max(std::fabs(high), std::fabs(low));
}

/// The voltages of the testbench's own nodes, not those inside the circuit, over time, frequency or a sweep.
Table curves_of(Table table) {
  Table out = std::move(table);
  for (std::size_t k = out.columns.size(); k-- > 1;) {
    const Column& column = out.columns[k];
    const bool helper = column.name == "v(port_power)";
    if (helper || !column.name.starts_with("v(") || column.name.find('.') != std::string::npos ||
        !moves(column))
      out.columns.erase(out.columns.begin() + static_cast<std::ptrdiff_t>(k));
  }
  return out;
}

std::vector<std::string> curves(const SizedCircuit& circuit) {
  std::vector<std::string> out;
  for (const auto& [setup, text] : circuit.decks) {
    try {
      Engine engine(read_circuit_text(text, setup));
      for (const AnalysisCard& card : engine.circuit().analyses) {
        for (Table& table : engine.run(card)) {
          const Table shown = curves_of(std::move(table));
          if (!shown.has_scale() || shown.columns.size() < 2) continue;
          out.push_back(write_svg({&shown, 1}, {}, {.width = 640, .panel_height = 170, .heading = setup}));
        }
      }
    } catch (const InputError&) {
      // What is wrong with it is among the reasons.
    }
  }
  return out;
}

/// "dc_gain 63.4 dB, ..."
std::string list(const nlohmann::ordered_json& values, const char* separator,
                 const std::map<std::string, std::string>& units = {}) {
  std::string out;
  for (const auto& [name, value] : values.items()) {
    const auto unit = units.find(name);
    out += fmt::format("{}{} {}{}", out.empty() ? "" : separator, name, format_si(value.get<double>(), 4),
                       unit == units.end() || unit->second.empty() ? "" : " " + unit->second);
  }
  return out;
}

GalleryCard card_of(const SizedCircuit& circuit) {
  const nlohmann::ordered_json& result = circuit.result;
  GalleryCard card{.title = result["name"].get<std::string>(),
                   .drawing = graph::schematic_svg(circuit.topology, graph::draw(circuit.topology))};
  const bool meets = result.contains("merit");
  card.badges.push_back({meets ? "meets its goals" : "short of its goals", meets});
  if (meets) card.facts.emplace_back("merit", format_si(result["merit"].get<double>(), 4));
  if (result.contains("metrics"))
    card.facts.emplace_back("metrics", list(result["metrics"], ", ", circuit.units));
  for (const auto& reason : result["reasons"]) card.facts.emplace_back("short of", reason.get<std::string>());
  card.facts.emplace_back("size", fmt::format("{} devices, {} evaluations", circuit.topology.devices.size(),
                                              result["evaluations"].get<int>()));
  card.plots = curves(circuit);
  if (result.contains("sizes")) card.details.emplace_back("sizes", list(result["sizes"], "\n"));
  card.details.emplace_back("netlist", graph::netlist_text(circuit.topology));
  for (const auto& [setup, text] : circuit.decks) card.details.emplace_back("deck: " + setup, text);
  return card;
}

}  // namespace

std::string sized_gallery(const std::vector<SizedCircuit>& circuits, int jobs) {
  std::size_t meeting = 0;
  for (const SizedCircuit& one : circuits) meeting += one.result.contains("merit");
  Gallery gallery{
      .title = fmt::format("{} sized circuits", circuits.size()),
      .text = fmt::format("Meeting the goals of their testbench: {}. The best figure of merit comes first.",
                          meeting),
      .version = std::string(kVersion)};
  gallery.cards.resize(circuits.size());
  parallel_for(circuits.size(), jobs, [&](std::size_t k) { gallery.cards[k] = card_of(circuits[k]); });
  return write_gallery(gallery);
}

}  // namespace nullor
