// nullor topology size FILE...: sizes for circuits that have none, for the figure of merit of their family.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "nullor/base/error.h"
#include "nullor/base/file.h"
#include "nullor/base/log.h"
#include "nullor/base/progress.h"
#include "nullor/base/si.h"
#include "nullor/cli/named_topologies.h"
#include "nullor/cli/named_values.h"
#include "nullor/cli/topology_verbs.h"
#include "nullor/design/ladder.h"

namespace nullor {
namespace {

struct SizeFlags {
  CommonOptions common;
  std::vector<std::string> files, models, testbenches, set;
  std::string family, out;
  SpiceFlags spice;
  bool repair = false;
  int limit = 0, budget = 1000;
};

/// "set.jsonl:17" -> "set_17", as a file may be called.
std::string stem_of(const std::string& name) {
  std::string out;
  for (const char c : name) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-';
    out += plain ? c : '_';
  }
  return out;
}

LadderOptions options_of(const SizeFlags& flags) {
  LadderOptions out;
  out.until = Level::function;
  out.sizes_without_bias = true;
  if (flags.models.empty()) {
    log_note(
        "the built-in transistors have no weak inversion, which bounds what a current can do: merits are a "
        "matter of "
        "order; --models gives those of a process");
  } else {
    out.bias.deck.technology = Technology::sky130;
    out.bias.deck.models = flags.models;
  }
  out.function.deck = out.bias.deck;
  out.function.purpose = Purpose::merit;
  out.function.evaluations = flags.budget;
  out.function.seed = flags.common.seed;
  out.benches = function_benches(flags.testbenches);
  const auto values = named_values(flags.set, "--set load_capacitance=10p");
  for (FunctionBench& bench : out.benches) {
    // A condition belongs to some of the families.
    for (const auto& value : values) {
      if (bench.bench.condition(value.first)) bench.bench.set({value});
    }
  }
  for (const auto& [name, value] : values) {
    std::vector<std::string> known;
    for (const FunctionBench& bench : out.benches) {
      for (const Condition& c : bench.bench.conditions) known.push_back(c.name);
    }
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      throw InputError(ErrorKind::usage, "no testbench has a condition '" + name + "'", {},
                       did_you_mean(name, known));
    }
  }
  return out;
}

void write_decks(const std::string& folder, const std::string& name, const FunctionVerdict& sized) {
  std::filesystem::create_directories(folder);
  for (const auto& [setup, text] : sized.decks) {
    const std::string file = stem_of(name) + (sized.decks.size() > 1 ? "." + setup : "") + ".cir";
    write_file((std::filesystem::path(folder) / file).string(), text);
  }
}

nlohmann::ordered_json to_json(const NamedTopology& circuit, const LadderVerdict& verdict) {
  const FunctionVerdict& sized = verdict.function;
  nlohmann::ordered_json out = {{"name", circuit.name},
                                {"devices", circuit.topology.devices.size()},
                                {"works", sized.works},
                                {"evaluations", sized.evaluations}};
  if (!std::isnan(sized.merit)) out["merit"] = sized.merit;
  std::vector<std::string> reasons = sized.reasons;
  if (sized.evaluations == 0 && reasons.empty()) reasons = verdict.levels.back().reasons;
  out["reasons"] = reasons;
  for (const auto& [metric, value] : sized.metrics) out["metrics"][metric] = value;
  for (const auto& [size, value] : sized.sizes) out["sizes"][size] = value;
  for (const auto& [port, net] : sized.ports) out["ports"][port] = net;
  return out;
}

/// The best first; those short of a goal by how much.
std::vector<std::size_t> ranking(const std::vector<LadderVerdict>& verdicts) {
  std::vector<std::size_t> order(verdicts.size());
  for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
  const auto key = [&](std::size_t k) {
    const FunctionVerdict& v = verdicts[k].function;
    return v.evaluations == 0 ? -INFINITY : std::isnan(v.merit) ? -v.shortfall : v.merit;
  };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) > key(b); });
  return order;
}

void print_table(const std::vector<NamedTopology>& circuits, const std::vector<LadderVerdict>& verdicts) {
  std::size_t width = 7;
  for (const NamedTopology& one : circuits) width = std::max(width, one.name.size());
  for (const std::size_t k : ranking(verdicts)) {
    const FunctionVerdict& sized = verdicts[k].function;
    std::string text;
    for (const auto& [metric, value] : sized.metrics)
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", metric, format_si(value, 4));
    std::vector<std::string> reasons = sized.reasons;
    if (sized.evaluations == 0 && reasons.empty()) reasons = verdicts[k].levels.back().reasons;
    fmt::print("{:<{}}  {:>9}  {}\n", circuits[k].name, width,
               std::isnan(sized.merit) ? "-" : format_si(sized.merit, 4), text);
    for (const std::string& reason : reasons) fmt::print("{:<{}}  {:>9}  {}\n", "", width, "", reason);
  }
}

void size(const SizeFlags& flags) {
  const LadderOptions options = options_of(flags);
  const std::vector<NamedTopology> circuits =
      read_circuits(flags.files, {flags.spice, flags.family, flags.repair, flags.limit});
  for (const NamedTopology& one : circuits) {
    const bool has = std::any_of(options.benches.begin(), options.benches.end(), [&](const FunctionBench& b) {
      return b.family == one.topology.family && !b.merit.empty();
    });
    if (!has) {
      throw InputError(ErrorKind::usage,
                       fmt::format("'{}' is of the family {}, of which no testbench has a figure of merit",
                                   one.name, graph::family_name(one.topology.family)),
                       {}, "give --family opamp, or a --testbench with merit = \"...\"");
    }
  }
  std::vector<graph::Topology> topologies;
  for (const NamedTopology& one : circuits) topologies.push_back(one.topology);
  Progress bar("size");
  const std::vector<LadderVerdict> verdicts =
      climb_ladders(topologies, options, flags.common.jobs, [&](std::size_t done) {
        bar.update(static_cast<double>(done) / static_cast<double>(topologies.size()));
      });
  if (!flags.out.empty()) {
    for (std::size_t k = 0; k < circuits.size(); ++k)
      write_decks(flags.out, circuits[k].name, verdicts[k].function);
  }
  if (!flags.common.json) return print_table(circuits, verdicts);
  nlohmann::ordered_json out = nlohmann::ordered_json::array();
  for (const std::size_t k : ranking(verdicts)) out.push_back(to_json(circuits[k], verdicts[k]));
  fmt::print("{}\n", out.dump(2));
}

}  // namespace

void add_topology_size(CLI::App& topology) {
  auto flags = std::make_shared<SizeFlags>();
  CLI::App* verb = topology.add_subcommand("size", "sizes circuits for the figure of merit of their family");
  verb->add_option("files", flags->files, "SPICE subcircuits, netlist lines, or sets of circuits (.jsonl)")
      ->required()
      ->type_name("FILE");
  verb->add_option("--family", flags->family, "what the circuits are: opamp");
  add_spice_flags(*verb, flags->spice);
  verb->add_option("--models", flags->models, "SKY130's files, a section behind a comma: sky130.lib.spice,tt")
      ->type_name("FILE");
  verb->add_option("--testbench", flags->testbenches, "what a family of circuits is for, and its merit")
      ->type_name("FILE");
  verb->add_option("--set", flags->set, "a condition of the testbench: load_capacitance=10p")
      ->type_name("NAME=VALUE");
  verb->add_option("--budget", flags->budget, "evaluations of the testbench for every circuit")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  verb->add_option("-o,--out", flags->out, "writes the sized decks here")->type_name("DIR");
  verb->add_flag("--repair", flags->repair, "puts slips of the netlists right first");
  verb->add_option("--limit", flags->limit, "the first circuits only; 0: all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  verb->add_flag("--json", flags->common.json, "results on standard output as JSON");
  verb->add_option("--seed", flags->common.seed, "seed of the search")->capture_default_str();
  verb->add_option("--jobs", flags->common.jobs, "threads; 0: all cores")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  verb->callback([flags] { size(*flags); });
}

}  // namespace nullor
