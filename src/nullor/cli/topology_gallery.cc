#include "nullor/cli/topology_gallery.h"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "nullor/base/error.h"
#include "nullor/base/file.h"
#include "nullor/base/parallel.h"
#include "nullor/base/quantity.h"
#include "nullor/base/si.h"
#include "nullor/cli/testbench_curves.h"
#include "nullor/cli/topology_verbs.h"
#include "nullor/cli/version.h"
#include "nullor/graph/difference.h"
#include "nullor/graph/schematic.h"
#include "nullor/report/gallery_page.h"

namespace nullor {
namespace {

/// The sources that L3 found, or those of rest.
std::vector<PortSource> sources_of(const WrittenCircuit& circuit, const TopologyDeckOptions& deck) {
  if (!circuit.verdict.bias.sources.empty()) return circuit.verdict.bias.sources;
  return port_sources(circuit.topology, deck.ports);
}

nlohmann::ordered_json to_json(const WrittenCircuit& circuit) {
  graph::TopologyEntry entry;
  entry.topology = circuit.topology;
  entry.type = circuit.name;
  nlohmann::ordered_json out = nlohmann::ordered_json::parse(graph::json_line(entry));
  out["log_probability"] = circuit.log_probability;
  if (!circuit.verdict.levels.empty()) {
    out["level"] = level_name(circuit.verdict.reached);
    const LevelVerdict& last = circuit.verdict.levels.back();
    if (!last.passed) out["reasons"] = last.reasons;
    if (last.level == Level::function) {
      for (const auto& [name, value] : circuit.verdict.function.metrics) out["metrics"][name] = value;
      for (const auto& [name, value] : circuit.verdict.function.sizes) out["sizes"][name] = value;
    }
  }
  if (circuit.nearest) {
    out["nearest"] = {{"circuit", circuit.nearest->name},
                      {"similarity", circuit.nearest->similarity},
                      {"isomorphic", circuit.nearest->isomorphic}};
  }
  return out;
}

std::string unit_of(const std::string& metric, const std::vector<FunctionBench>& benches) {
  for (const FunctionBench& bench : benches) {
    for (const MetricSpec& spec : bench.bench.metrics) {
      if (spec.name == metric && !spec.unit.empty()) return spec.unit;
    }
  }
  return "";
}

void add_ladder(const WrittenCircuit& circuit, GalleryCard& card) {
  const LadderVerdict& verdict = circuit.verdict;
  for (const LevelVerdict& level : verdict.levels) {
    card.badges.push_back({level_name(level.level), level.passed});
    if (level.passed || level.reasons.empty()) continue;
    card.facts.emplace_back("stays below " + level_name(level.level),
                            fmt::format("{}", fmt::join(level.reasons, "; ")));
  }
  const BiasVerdict& bias = verdict.bias;
  if (bias.sources.empty()) return;
  card.facts.emplace_back(
      "bias",
      fmt::format("{} of {} transistors conduct, {} of them saturated, {}A from the supply", bias.conducting,
                  bias.to_conduct, bias.saturated, format_si(bias.supply_current, 3)));
  std::string sources;
  for (const PortSource& source : bias.sources) {
    if (!sources.empty()) sources += "; ";
    sources += describe(source, circuit.topology);
  }
  card.facts.emplace_back("ports", sources);
}

/// What the testbench of the family shows: at the sizes found where L4 was tried, else at the default ones.
void add_function(const WrittenCircuit& circuit, const std::vector<FunctionBench>& benches,
                  GalleryCard& card) {
  const LadderVerdict& verdict = circuit.verdict;
  const FunctionVerdict& function = verdict.function;
  if (function.decks.empty()) {
    if (!function.reasons.empty()) card.facts.emplace_back("testbench", function.reasons.front());
    return;
  }
  const bool sized = verdict.levels.back().level == Level::function;
  std::vector<std::string> values;
  for (const auto& [name, value] : function.metrics)
    values.push_back(name + " " + format_quantity(value, unit_of(name, benches)));
  card.facts.emplace_back(sized ? "as sized" : "at default sizes",
                          fmt::format("{}", fmt::join(values, ", ")));
  card.plots = testbench_curves(function.decks);
  if (!sized) return;
  std::string sizes;
  for (const auto& [name, value] : function.sizes) sizes += fmt::format("{} {}\n", name, format_si(value, 4));
  card.details.emplace_back("sizes", sizes);
  for (const auto& [setup, text] : function.decks) card.details.emplace_back("deck as sized: " + setup, text);
}

GalleryCard card_of(const WrittenCircuit& circuit, const std::string& drawing, const std::string& deck,
                    const std::vector<FunctionBench>& benches) {
  GalleryCard card{.title = circuit.name, .drawing = drawing};
  add_ladder(circuit, card);
  add_function(circuit, benches, card);
  card.facts.emplace_back("size", fmt::format("{} devices, {} nets", circuit.topology.devices.size(),
                                              circuit.topology.nets.size()));
  if (circuit.nearest) {
    const NearestCircuit& near = *circuit.nearest;
    card.badges.push_back({near.isomorphic ? "known" : "novel", !near.isomorphic});
    card.facts.emplace_back(
        "nearest known", near.isomorphic ? fmt::format("{}, the same circuit", near.name)
                                         : fmt::format("{}, similarity {:.2f}", near.name, near.similarity));
    if (!near.difference.empty()) card.details.emplace_back("difference to " + near.name, near.difference);
  }
  card.details.emplace_back("netlist", graph::netlist_text(circuit.topology));
  card.details.emplace_back("deck", deck);
  return card;
}

}  // namespace

void write_circuits(const std::string& folder, const std::vector<WrittenCircuit>& circuits,
                    const GalleryOptions& options) {
  std::error_code status;
  std::filesystem::create_directories(folder, status);
  if (status)
    throw InputError(ErrorKind::input_output,
                     fmt::format("cannot make folder '{}': {}", folder, status.message()));
  const auto path = [&](const std::string& name) { return (std::filesystem::path(folder) / name).string(); };
  Gallery gallery{.title = options.title, .text = options.text, .version = std::string(kVersion)};
  std::string lines;
  gallery.cards.resize(circuits.size());
  parallel_for(circuits.size(), options.jobs, [&](std::size_t k) {
    const WrittenCircuit& circuit = circuits[k];
    const graph::Schematic schematic = graph::draw(circuit.topology);
    const std::string drawing = graph::schematic_svg(circuit.topology, schematic);
    const std::string deck =
        make_deck(circuit.topology, sources_of(circuit, options.deck), options.deck).text;
    write_file(path(circuit.name + ".svg"), drawing);
    write_file(path(circuit.name + ".sch"), graph::schematic_xschem(circuit.topology, schematic));
    write_file(path(circuit.name + ".cir"), deck);
    gallery.cards[k] = card_of(circuit, drawing, deck, options.benches);
  });
  for (const WrittenCircuit& circuit : circuits) lines += to_json(circuit).dump() + "\n";
  write_file(path("circuits.jsonl"), lines);
  write_file(path("index.html"), write_gallery(gallery));
}

KnownCircuits::KnownCircuits(graph::TopologySet set) : set_(std::move(set)) {
  for (const graph::TopologyEntry& entry : set_.entries) index_.add(entry.topology);
}

NearestCircuit KnownCircuits::nearest(const graph::Topology& topology) const {
  const std::vector<graph::SimilarityIndex::Match> found = index_.nearest(topology, 1);
  if (found.empty()) return {};
  const auto entry = static_cast<std::size_t>(found[0].entry);
  NearestCircuit out{circuit_name(set_, entry), found[0].similarity, found[0].isomorphic, {}};
  const graph::Topology& known = set_.entries[entry].topology;
  if (!out.isomorphic)
    out.difference = graph::difference_text(known, topology, graph::difference(known, topology));
  return out;
}

}  // namespace nullor
