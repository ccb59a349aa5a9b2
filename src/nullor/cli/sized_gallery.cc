#include "nullor/cli/sized_gallery.h"

#include <fmt/format.h>

#include "nullor/base/parallel.h"
#include "nullor/base/quantity.h"
#include "nullor/base/si.h"
#include "nullor/cli/testbench_curves.h"
#include "nullor/cli/version.h"
#include "nullor/graph/schematic.h"
#include "nullor/report/gallery_page.h"

namespace nullor {
namespace {

/// "dc_gain 63.4 dB, ..."
std::string list(const nlohmann::ordered_json& values, const char* separator,
                 const std::map<std::string, std::string>& units = {}) {
  std::string out;
  for (const auto& [name, value] : values.items()) {
    const auto unit = units.find(name);
    out += fmt::format("{}{} {}", out.empty() ? "" : separator, name,
                       unit == units.end() ? format_si(value.get<double>(), 4)
                                           : format_quantity(value.get<double>(), unit->second));
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
  card.plots = testbench_curves(circuit.decks);
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
