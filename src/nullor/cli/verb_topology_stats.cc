// nullor topology stats: what a set holds, and how fast its circuits are written, read and compared.
#include <fmt/format.h>

#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "nullor/cli/topology_speed.h"
#include "nullor/cli/topology_verbs.h"
#include "nullor/graph/electrical_rules.h"
#include "nullor/graph/isomorphism.h"
#include "nullor/graph/repair.h"

namespace nullor {
namespace {

using Json = nlohmann::ordered_json;

struct FamilyRow {
  std::size_t circuits = 0, devices = 0, largest = 0, lawful = 0;
  std::set<int> groups;
};

struct Stats {
  std::array<FamilyRow, graph::kFamilies> families;
  FamilyRow all;
  std::map<std::string, std::size_t> broken;  ///< circuits that break a rule, by rule
  std::map<std::string, std::size_t> kinds;   ///< devices, by kind
  std::size_t duplicates = 0;
};

Stats count(const graph::TopologySet& set) {
  Stats out;
  std::set<std::string> seen;
  for (const graph::TopologyEntry& entry : set.entries) {
    const graph::Topology& t = entry.topology;
    const auto breaks = graph::check_rules(t);
    std::set<std::string> rules;
    for (const graph::RuleBreak& one : breaks) rules.emplace(graph::rule_name(one.rule));
    for (const std::string& rule : rules) ++out.broken[rule];
    for (const graph::Device& device : t.devices) ++out.kinds[std::string(graph::info(device.kind).word)];
    out.duplicates += !seen.insert(graph::canonical_form(t)).second;
    for (FamilyRow* row : {&out.families[static_cast<std::size_t>(t.family)], &out.all}) {
      ++row->circuits;
      row->devices += t.devices.size();
      row->largest = std::max(row->largest, t.devices.size());
      row->lawful += breaks.empty();
      if (t.group >= 0) row->groups.insert(t.group);
    }
  }
  return out;
}

Json to_json(const FamilyRow& row) {
  return {{"circuits", row.circuits},
          {"groups", row.groups.size()},
          {"devices_mean",
           row.circuits ? static_cast<double>(row.devices) / static_cast<double>(row.circuits) : 0.0},
          {"devices_max", row.largest},
          {"keep_rules", row.lawful}};
}

void print_row(std::string_view name, const FamilyRow& row) {
  const double n = static_cast<double>(row.circuits);
  fmt::print("{:<18}{:>9}{:>8}{:>10.1f}{:>9}{:>10.1f} %\n", name, row.circuits, row.groups.size(),
             static_cast<double>(row.devices) / n, row.largest, 100 * static_cast<double>(row.lawful) / n);
}

void print(const Stats& stats) {
  fmt::print("{:<18}{:>9}{:>8}{:>10}{:>9}{:>12}\n", "family", "circuits", "groups", "devices", "most",
             "keep rules");
  for (std::size_t k = 0; k < stats.families.size(); ++k) {
    if (stats.families[k].circuits > 0)
      print_row(graph::family_name(static_cast<graph::Family>(k)), stats.families[k]);
  }
  if (stats.all.circuits > 0) print_row("all", stats.all);
  fmt::print("\n{} isomorphic to an earlier circuit\n", stats.duplicates);
  for (const auto& [rule, circuits] : stats.broken) fmt::print("{} break {}\n", circuits, rule);
}

struct StatsFlags {
  std::string set;
  bool repair = false, speed = false, json = false;
  std::uint64_t seed = 1;
  SpiceFlags spice;
};

void run(const StatsFlags& flags) {
  graph::TopologySet set = read_topologies(flags.set, flags.spice);
  if (flags.repair) {
    for (graph::TopologyEntry& entry : set.entries) graph::repair(entry.topology);
  }
  const Stats stats = count(set);
  const std::vector<FormSpeed> speeds = flags.speed ? form_speeds(set, flags.seed) : std::vector<FormSpeed>{};
  if (!flags.json) {
    print(stats);
    if (flags.speed)
      fmt::print("\n{:<34}{:>12}{:>10}{:>12}\n", "on one core", "a second", "refused", "mean size");
    for (const FormSpeed& one : speeds)
      fmt::print("{:<34}{:>12.0f}{:>10}{:>12.1f}\n", one.what, one.a_second, one.refused, one.mean_size);
    return;
  }
  Json out = {{"all", to_json(stats.all)}, {"duplicates", stats.duplicates}, {"families", Json::object()}};
  for (std::size_t k = 0; k < stats.families.size(); ++k) {
    if (stats.families[k].circuits > 0)
      out["families"][std::string(graph::family_name(static_cast<graph::Family>(k)))] =
          to_json(stats.families[k]);
  }
  out["kinds"] = stats.kinds;
  out["broken_rules"] = stats.broken;
  if (flags.speed) out["speed"] = Json::array();
  for (const FormSpeed& one : speeds) {
    out["speed"].push_back({{"what", one.what},
                            {"per_second", one.a_second},
                            {"refused", one.refused},
                            {"mean_size", one.mean_size}});
  }
  fmt::print("{}\n", out.dump(2));
}

}  // namespace

void add_topology_stats(CLI::App& topology) {
  auto flags = std::make_shared<StatsFlags>();
  CLI::App* verb = topology.add_subcommand("stats", "families, sizes, duplicates and broken rules of a set");
  verb->add_option("set", flags->set, "circuits (.jsonl, .jsonl.gz, .jsonl.xz) or a netlist")
      ->required()
      ->type_name("FILE");
  verb->add_flag("--repair", flags->repair, "count what `import --repair` would write");
  verb->add_flag("--speed", flags->speed, "also time encodings, isomorphism and search over the set");
  verb->add_option("--seed", flags->seed, "of the random orders that --speed times")->capture_default_str();
  verb->add_flag("--json", flags->json, "results on standard output as JSON");
  add_spice_flags(*verb, flags->spice);
  verb->callback([flags] { run(*flags); });
}

}  // namespace nullor
