// nullor topology size FILE...: sizes for circuits that have none, for the figure of merit of their family.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>

#include "nullor/base/error.h"
#include "nullor/base/file.h"
#include "nullor/base/interrupt.h"
#include "nullor/base/log.h"
#include "nullor/base/parallel.h"
#include "nullor/base/progress.h"
#include "nullor/base/sha256.h"
#include "nullor/base/si.h"
#include "nullor/cli/named_topologies.h"
#include "nullor/cli/named_values.h"
#include "nullor/cli/sized_gallery.h"
#include "nullor/cli/topology_verbs.h"
#include "nullor/design/ladder.h"
#include "nullor/graph/isomorphism.h"

namespace nullor {
namespace {

using Json = nlohmann::ordered_json;

struct SizeFlags {
  CommonOptions common;
  std::vector<std::string> files, models, testbenches, set;
  std::string family, out;
  SpiceFlags spice;
  bool repair = false, resume = false;
  int limit = 0, budget = 1000;
};

/// "set.jsonl:17" -> "set_jsonl_17", as a file may be called; one for each circuit, also where names repeat.
std::vector<std::string> stems_of(const std::vector<NamedTopology>& circuits) {
  std::vector<std::string> out;
  std::set<std::string> taken;
  for (const NamedTopology& circuit : circuits) {
    std::string stem;
    for (const char c : circuit.name) {
      const bool plain = std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-';
      stem += plain ? c : '_';
    }
    std::string name = stem;
    for (int k = 2; !taken.insert(name).second; ++k) name = fmt::format("{}_{}", stem, k);
    out.push_back(std::move(name));
  }
  return out;
}

LadderOptions options_of(const SizeFlags& flags) {
  LadderOptions out;
  out.until = Level::function;
  out.sizes_without_bias = true;
  if (flags.models.empty()) {
    log_note(
        "the built-in transistors have no weak inversion, so that no merit is too high for them; --models "
        "gives those of a process");
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

/// What a result hangs on: the circuit, the testbench of its family, the options.
std::string request_of(const NamedTopology& circuit, const LadderOptions& options, const SizeFlags& flags) {
  std::string text =
      fmt::format("{} {} {} {} {} {}", circuit.name, graph::canonical_hash(circuit.topology).hex(),
                  flags.budget, flags.common.seed, fmt::join(flags.models, " "), fmt::join(flags.set, " "));
  for (const FunctionBench& bench : options.benches) {
    if (bench.family == circuit.topology.family) text += bench.bench.text;
  }
  return sha256(text);
}

Json to_json(const NamedTopology& circuit, const LadderVerdict& verdict, const std::string& request) {
  const FunctionVerdict& sized = verdict.function;
  Json out = {{"name", circuit.name},
              {"devices", circuit.topology.devices.size()},
              {"works", sized.works},
              {"evaluations", sized.evaluations},
              {"shortfall", sized.shortfall}};
  if (!std::isnan(sized.merit)) out["merit"] = sized.merit;
  const bool tried = sized.evaluations > 0 || !sized.reasons.empty();
  out["reasons"] = tried ? sized.reasons : verdict.levels.back().reasons;
  for (const auto& [metric, value] : sized.metrics) out["metrics"][metric] = value;
  for (const auto& [size, value] : sized.sizes) out["sizes"][size] = value;
  for (const auto& [port, net] : sized.ports) out["ports"][port] = net;
  out["request"] = request;
  return out;
}

std::string deck_path(const std::string& stem, const std::string& setup, std::size_t setups) {
  return stem + (setups > 1 ? "." + setup : "") + ".cir";
}

/// One circuit, with its files in --out: the decks, then the result.
Json size_one(const NamedTopology& circuit, const std::string& name, const LadderOptions& options,
              const SizeFlags& flags) {
  const std::string request = request_of(circuit, options, flags);
  const std::filesystem::path stem = std::filesystem::path(flags.out) / name;
  const std::string result = stem.string() + ".json";
  if (flags.resume && std::filesystem::exists(result)) {
    Json before = Json::parse(read_file(result), nullptr, false);
    if (before.is_object() && before.value("request", "") == request) return before;
  }
  const LadderVerdict verdict = climb_ladder(circuit.topology, options);
  Json out = to_json(circuit, verdict, request);
  if (flags.out.empty()) return out;
  const auto& decks = verdict.function.decks;
  for (const auto& [setup, text] : decks) write_file(deck_path(stem.string(), setup, decks.size()), text);
  write_file(result, out.dump(2) + "\n");
  return out;
}

/// The best first; those short of a goal by how much, those that were never simulated last.
std::vector<std::size_t> ranks(const std::vector<Json>& results) {
  const auto key = [](const Json& one) -> double {
    if (one["evaluations"] == 0) return -INFINITY;
    return one.contains("merit") ? one["merit"].get<double>() : -one["shortfall"].get<double>();
  };
  std::vector<std::size_t> out(results.size());
  for (std::size_t k = 0; k < out.size(); ++k) out[k] = k;
  std::stable_sort(out.begin(), out.end(),
                   [&](std::size_t a, std::size_t b) { return key(results[a]) > key(results[b]); });
  return out;
}

/// index.html in --out, with the decks that lie there.
void write_page(const std::vector<NamedTopology>& circuits, const std::vector<std::string>& stems,
                const std::vector<Json>& results, const std::vector<std::size_t>& order,
                const LadderOptions& options, const SizeFlags& flags) {
  const std::filesystem::path folder(flags.out);
  std::vector<SizedCircuit> shown;
  for (const std::size_t k : order) {
    SizedCircuit one{circuits[k].topology, {}, results[k], {}};
    const auto bench = std::find_if(options.benches.begin(), options.benches.end(), [&](const auto& b) {
      return b.family == one.topology.family && !b.merit.empty();
    });
    for (const MetricSpec& metric : bench->bench.metrics) one.units[metric.name] = metric.unit;
    const auto& setups = bench->bench.setups;
    for (const TestSetup& setup : setups) {
      const std::string path = deck_path((folder / stems[k]).string(), setup.name, setups.size());
      if (std::filesystem::exists(path)) one.decks.emplace_back(setup.name, read_file(path));
    }
    shown.push_back(std::move(one));
  }
  write_file((folder / "index.html").string(), sized_gallery(shown, flags.common.jobs));
  log_note((folder / "index.html").string());
}

void print_table(const std::vector<Json>& results) {
  std::size_t width = 7;
  for (const Json& one : results) width = std::max(width, one["name"].get<std::string>().size());
  for (const Json& one : results) {
    std::string text;
    if (one.contains("metrics")) {
      for (const auto& [metric, value] : one["metrics"].items())
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", metric, format_si(value.get<double>(), 4));
    }
    fmt::print("{:<{}}  {:>9}  {}\n", one["name"].get<std::string>(), width,
               one.contains("merit") ? format_si(one["merit"].get<double>(), 4) : "-", text);
    for (const Json& reason : one["reasons"])
      fmt::print("{:<{}}  {:>9}  {}\n", "", width, "", reason.get<std::string>());
  }
}

void check_merits(const std::vector<NamedTopology>& circuits, const LadderOptions& options) {
  for (const NamedTopology& one : circuits) {
    const bool has = std::any_of(options.benches.begin(), options.benches.end(), [&](const FunctionBench& b) {
      return b.family == one.topology.family && !b.merit.empty();
    });
    if (has) continue;
    throw InputError(ErrorKind::usage,
                     fmt::format("'{}' is of the family {}, of which no testbench has a figure of merit",
                                 one.name, graph::family_name(one.topology.family)),
                     {}, "give --family opamp, or a --testbench with merit = \"...\"");
  }
}

void size(const SizeFlags& flags) {
  if (flags.resume && flags.out.empty())
    throw InputError(ErrorKind::usage, "--resume needs the folder of the results", {}, "give --out DIR");
  const LadderOptions options = options_of(flags);
  const std::vector<NamedTopology> circuits =
      read_circuits(flags.files, {flags.spice, flags.family, flags.repair, flags.limit});
  check_merits(circuits, options);
  if (!flags.out.empty()) std::filesystem::create_directories(flags.out);
  const std::vector<std::string> stems = stems_of(circuits);
  std::vector<Json> results(circuits.size());
  Interrupt interrupt;
  {
    Progress bar("size");
    std::mutex telling;
    std::size_t done = 0;
    parallel_for(circuits.size(), flags.common.jobs, [&](std::size_t k) {
      if (interrupt.requested()) return;
      results[k] = size_one(circuits[k], stems[k], options, flags);
      const std::lock_guard lock(telling);
      bar.update(static_cast<double>(++done) / static_cast<double>(circuits.size()));
    });
  }
  if (interrupt.requested() && !flags.out.empty())
    log_note("interrupted; the same command with --resume goes on");
  interrupt.leave_if_requested();
  const std::vector<std::size_t> order = ranks(results);
  if (!flags.out.empty()) write_page(circuits, stems, results, order, options, flags);
  std::vector<Json> ranked;
  for (const std::size_t k : order) ranked.push_back(std::move(results[k]));
  if (!flags.common.json) return print_table(ranked);
  fmt::print("{}\n", Json(ranked).dump(2));
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
  verb->add_option("-o,--out", flags->out, "writes the sized decks, results and a page here")
      ->type_name("DIR");
  verb->add_flag("--resume", flags->resume, "does not size circuits again whose results are in --out");
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
