// nullor topology check FILE...: how far circuits without sizes get on the ladder, and what stops them.

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "nullor/base/error.h"
#include "nullor/base/log.h"
#include "nullor/base/progress.h"
#include "nullor/base/si.h"
#include "nullor/cli/named_topologies.h"
#include "nullor/cli/topology_verbs.h"
#include "nullor/design/ladder.h"
#include "nullor/graph/control_topologies.h"
#include "nullor/graph/isomorphism.h"
#include "nullor/graph/topology_set.h"

namespace nullor {
namespace {

struct CheckFlags {
  CommonOptions common;
  std::vector<std::string> files, models, testbenches;
  std::string family, until = "L3", control = "none", output;
  SpiceFlags spice;
  bool repair = false, failures_only = false;
  int limit = 0, budget = 150;
};

constexpr int kMutatedPins = 3;

/// Every circuit of every file, as asked for.
std::vector<NamedTopology> read_all(const CheckFlags& flags) {
  std::vector<NamedTopology> out =
      read_circuits(flags.files, {flags.spice, flags.family, flags.repair, flags.limit});
  for (std::size_t k = 0; k < out.size(); ++k) {
    graph::Topology& topology = out[k].topology;
    Rng rng = Rng(flags.common.seed).split(k);
    if (flags.control == "mutated") topology = graph::mutated(topology, kMutatedPins, rng);
    if (flags.control == "scrambled") topology = graph::scrambled(topology, rng);
  }
  return out;
}

std::string first_reason(const LadderVerdict& verdict) {
  const LevelVerdict& last = verdict.levels.back();
  if (last.passed || last.reasons.empty()) return "";
  std::string out = level_name(last.level) + ": " + last.reasons.front();
  if (last.reasons.size() > 1) out += fmt::format(" (and {} more)", last.reasons.size() - 1);
  return out;
}

void print_one(const NamedTopology& circuit, const LadderVerdict& verdict) {
  fmt::print("{}: {} devices, {} nets\n", circuit.name, circuit.topology.devices.size(),
             circuit.topology.nets.size());
  for (const LevelVerdict& level : verdict.levels) {
    fmt::print("{} {:<17} {}\n", level_name(level.level), level_title(level.level),
               level.passed ? "passed" : "failed");
    for (const std::string& reason : level.reasons) fmt::print("   {}\n", reason);
  }
  const BiasVerdict& bias = verdict.bias;
  if (bias.sources.empty()) return;
  fmt::print("\nbias: {} of {} transistors conduct, {} of them saturated; {}A from the supply\n",
             bias.conducting, bias.to_conduct, bias.saturated, format_si(bias.supply_current, 3));
  for (const PortSource& source : bias.sources) fmt::print("   {}\n", describe(source, circuit.topology));
  const FunctionVerdict& function = verdict.function;
  if (function.metrics.empty()) return;
  fmt::print("\nfunction, after {} evaluations:\n", function.evaluations);
  for (const auto& [port, net] : function.ports) fmt::print("   {} is {}\n", port, net);
  for (const auto& [metric, value] : function.metrics) fmt::print("   {} = {}\n", metric, format_si(value));
  for (const auto& [size, value] : function.sizes) fmt::print("   {} = {}\n", size, format_si(value));
}

void print_many(const std::vector<NamedTopology>& circuits, const std::vector<LadderVerdict>& verdicts,
                const CheckFlags& flags, Level until) {
  std::size_t width = 7;
  for (const NamedTopology& one : circuits) width = std::max(width, one.name.size());
  for (std::size_t k = 0; k < circuits.size(); ++k) {
    if (flags.failures_only && verdicts[k].passed(until)) continue;
    fmt::print("{:<{}}  {}  {}\n", circuits[k].name, width, level_name(verdicts[k].reached),
               first_reason(verdicts[k]));
  }
  fmt::print("\n{:<22}{:>9}{:>9}\n", "level", "circuits", "share");
  for (int level = 0; level <= static_cast<int>(until); ++level) {
    const auto at = static_cast<Level>(level);
    const auto count =
        std::count_if(verdicts.begin(), verdicts.end(), [&](const auto& v) { return v.passed(at); });
    fmt::print("{} {:<19}{:>9}{:>7.1f} %\n", level_name(at), level_title(at), count,
               100.0 * static_cast<double>(count) / static_cast<double>(verdicts.size()));
  }
}

nlohmann::ordered_json to_json(const NamedTopology& circuit, const LadderVerdict& verdict) {
  nlohmann::ordered_json out = {{"name", circuit.name},
                                {"family", graph::family_name(circuit.topology.family)},
                                {"devices", circuit.topology.devices.size()},
                                {"canonical", graph::canonical_hash(circuit.topology).hex()},
                                {"reached", level_name(verdict.reached)},
                                {"levels", nlohmann::ordered_json::array()}};
  for (const LevelVerdict& level : verdict.levels) {
    out["levels"].push_back(
        {{"level", level_name(level.level)}, {"passed", level.passed}, {"reasons", level.reasons}});
  }
  if (!verdict.operating_point.method.empty()) out["operating_point"] = verdict.operating_point.method;
  const FunctionVerdict& function = verdict.function;
  if (function.evaluations > 0) {
    out["function"] = {{"works", function.works}, {"evaluations", function.evaluations}};
    for (const auto& [metric, value] : function.metrics) out["function"]["metrics"][metric] = value;
    for (const auto& [size, value] : function.sizes) out["function"]["sizes"][size] = value;
    for (const auto& [port, net] : function.ports) out["function"]["ports"][port] = net;
  }
  const BiasVerdict& bias = verdict.bias;
  if (bias.sources.empty()) return out;
  out["bias"] = {{"to_conduct", bias.to_conduct},
                 {"conducting", bias.conducting},
                 {"saturated", bias.saturated},
                 {"switches", bias.switches},
                 {"closed", bias.closed},
                 {"supply_current", bias.supply_current},
                 {"sources", nlohmann::ordered_json::object()}};
  for (const PortSource& source : bias.sources) {
    if (source.drive == PortDrive::open) continue;
    out["bias"]["sources"][circuit.topology.nets[static_cast<std::size_t>(source.net)].name] = source.value;
  }
  return out;
}

/// The circuits that reach the level, as they were checked.
void write_passing(const std::string& path, const std::vector<graph::Topology>& topologies,
                   const std::vector<LadderVerdict>& verdicts, Level until) {
  graph::TopologySet set;
  for (std::size_t k = 0; k < topologies.size(); ++k) {
    if (verdicts[k].passed(until)) set.entries.push_back({.topology = topologies[k]});
  }
  graph::write_topology_set(path, set);
}

void check(const CheckFlags& flags) {
  LadderOptions options;
  const auto until = level_named(flags.until);
  if (!until) {
    throw InputError(ErrorKind::usage, "'" + flags.until + "' is no level", {}, "levels are L0 to L4");
  }
  options.until = *until;
  if (!flags.models.empty()) {
    options.bias.deck.technology = Technology::sky130;
    options.bias.deck.models = flags.models;
    options.function.deck = options.bias.deck;
  }
  if (*until == Level::function) {
    options.benches = function_benches(flags.testbenches);
  }
  options.function.evaluations = flags.budget;
  options.function.seed = flags.common.seed;
  const std::vector<NamedTopology> circuits = read_all(flags);
  std::vector<graph::Topology> topologies;
  for (const NamedTopology& one : circuits) topologies.push_back(one.topology);
  Progress bar("check");
  const std::vector<LadderVerdict> verdicts =
      climb_ladders(topologies, options, flags.common.jobs, [&](std::size_t done) {
        bar.update(static_cast<double>(done) / static_cast<double>(topologies.size()));
      });
  if (!flags.output.empty()) write_passing(flags.output, topologies, verdicts, *until);
  if (flags.common.json) {
    nlohmann::ordered_json out = nlohmann::ordered_json::array();
    for (std::size_t k = 0; k < circuits.size(); ++k) out.push_back(to_json(circuits[k], verdicts[k]));
    fmt::print("{}\n", out.dump(circuits.size() == 1 ? 2 : -1));
  } else if (circuits.size() == 1) {
    print_one(circuits.front(), verdicts.front());
  } else {
    print_many(circuits, verdicts, flags, *until);
  }
  const auto short_of =
      std::count_if(verdicts.begin(), verdicts.end(), [&](const auto& v) { return !v.passed(*until); });
  if (short_of > 0) {
    throw InputError(
        ErrorKind::specification,
        fmt::format("{} of {} {} below {}", short_of, circuits.size(),
                    circuits.size() == 1 ? "circuit stays" : "circuits stay", level_name(*until)));
  }
}

}  // namespace

void add_topology_check(CLI::App& topology) {
  auto flags = std::make_shared<CheckFlags>();
  CLI::App* verb = topology.add_subcommand("check", "how far circuits get, and what stops them");
  verb->add_option("files", flags->files, "SPICE subcircuits, netlist lines, or sets of circuits (.jsonl)")
      ->required()
      ->type_name("FILE");
  verb->add_option("--family", flags->family, "what the circuits are meant to be: opamp, ldo, ...");
  verb->add_option("--until", flags->until, "the level to reach: L0 to L4")->capture_default_str();
  add_spice_flags(*verb, flags->spice);
  verb->add_option("--models", flags->models, "SKY130's files, a section behind a comma: sky130.lib.spice,tt")
      ->type_name("FILE");
  verb->add_option("--testbench", flags->testbenches, "for L4: what a family of circuits is for")
      ->type_name("FILE");
  verb->add_option("--budget", flags->budget, "for L4: evaluations of a testbench while sizing")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  verb->add_flag("--repair", flags->repair, "puts slips of the netlists right first");
  verb->add_option("--control", flags->control,
                   "makes the circuits wrong first: 3 pins rewired, or all nets permuted over the pins")
      ->check(CLI::IsMember({"none", "mutated", "scrambled"}))
      ->capture_default_str();
  verb->add_option("--limit", flags->limit, "the first circuits only; 0: all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  verb->add_option("-o,--output", flags->output, "set of the circuits that reach the level (.jsonl)")
      ->type_name("FILE");
  verb->add_flag("--failures", flags->failures_only, "lists only circuits that stay below");
  verb->add_flag("--json", flags->common.json, "results on standard output as JSON");
  verb->add_option("--seed", flags->common.seed, "seed of --control")->capture_default_str();
  verb->add_option("--jobs", flags->common.jobs, "threads; 0: all cores")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  verb->callback([flags] { check(*flags); });
}

}  // namespace nullor
