// nullor topology generate: circuits written by a trained transformer, checked, and laid out for people.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "nullor/base/error.h"
#include "nullor/base/file.h"
#include "nullor/base/interrupt.h"
#include "nullor/base/log.h"
#include "nullor/base/parallel.h"
#include "nullor/base/progress.h"
#include "nullor/base/shared_files.h"
#include "nullor/cli/condition_flags.h"
#include "nullor/cli/named_topologies.h"
#include "nullor/cli/topology_gallery.h"
#include "nullor/cli/topology_verbs.h"
#include "nullor/graph/repair.h"
#include "nullor/learn/topology_generator.h"

namespace nullor {
namespace {

struct GenerateFlags {
  CommonOptions common;
  std::string weights, output, level, known;
  std::vector<std::string> models, testbenches;
  std::size_t count = 10, tries = 20;
  int budget = 150;
  bool distinct = false, novel = false;
  learn::SamplingOptions sampling;
  ConditionFlags conditions;
};

/// Those that were asked for, or those that come with the program.
std::string weights_of(const GenerateFlags& flags) {
  if (!flags.weights.empty()) return flags.weights;
  const std::string shipped = shared_file("weights/topology.safetensors");
  if (shipped.empty()) {
    throw InputError(ErrorKind::usage, "the weights that come with the program are not beside it", {},
                     "give --weights FILE, of nullor topology train");
  }
  return shipped;
}

/// How many circuits came how far.
struct Tally {
  std::size_t drawn = 0, decoded = 0, tokens = 0, fresh = 0;
  double writing = 0, checking = 0;  ///< [s]
};

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Draws until enough circuits are what was asked for, or the tries are spent.
class Generation {
 public:
  explicit Generation(const GenerateFlags& flags)
      : flags_(flags), conditions_(flags.conditions.conditions()), generator_(weights_of(flags)) {
    if (!flags.level.empty()) {
      level_ = level_named(flags.level);
      if (!level_) {
        throw InputError(ErrorKind::usage, fmt::format("'{}' is no level to check for", flags.level), {},
                         "L0 to L4");
      }
      ladder_.until = *level_;
    }
    if (!flags.models.empty()) {
      ladder_.bias.deck.technology = Technology::sky130;
      ladder_.bias.deck.models = flags.models;
      ladder_.function.deck = ladder_.bias.deck;
    }
    ladder_.function.evaluations = flags.budget;
    ladder_.function.seed = flags.common.seed;
    find_benches();
    if (!flags.known.empty()) {
      graph::TopologySet set = read_topologies(flags.known);
      for (graph::TopologyEntry& entry : set.entries) graph::repair(entry.topology);
      known_.emplace(std::move(set));
    } else if (flags.novel) {
      throw InputError(ErrorKind::usage, "--novel needs to know what is known", {}, "add --known SET");
    }
  }

  void run() {
    Interrupt interrupt;
    Progress bar("generate");
    const std::size_t most = flags_.count * (level_ || flags_.novel || flags_.distinct ? flags_.tries : 1);
    for (std::uint64_t round = 0; kept.size() < flags_.count && tally.drawn < most && !interrupt.requested();
         ++round) {
      const std::size_t missing = flags_.count - kept.size();
      draw_round(round, std::min(std::max(missing, flags_.count / 4), most - tally.drawn), [&] {
        bar.update(static_cast<double>(kept.size()) / static_cast<double>(flags_.count));
        return !interrupt.requested();
      });
    }
    if (kept.size() > flags_.count) kept.resize(flags_.count);
    for (std::size_t k = 0; k < kept.size(); ++k) kept[k].name = fmt::format("circuit_{:04}", k + 1);
  }

  /// The family's testbench at default sizes, of circuits at L3 that were not sized: for the curves of a
  /// gallery.
  void show_function() {
    if (level_ == Level::function || ladder_.benches.empty()) return;
    FunctionOptions options = ladder_.function;
    options.purpose = Purpose::look;
    parallel_for(kept.size(), flags_.common.jobs, [&](std::size_t k) {
      WrittenCircuit& circuit = kept[k];
      if (circuit.verdict.passed(Level::bias))
        circuit.verdict.function =
            test_function(circuit.topology, circuit.verdict.bias, ladder_.benches.front(), options);
    });
  }

  const LadderOptions& ladder() const { return ladder_; }
  std::vector<WrittenCircuit> kept;
  Tally tally;

 private:
  /// Those of the family asked for. Without them nothing has L4.
  void find_benches() {
    if (conditions_.family && (level_ == Level::function || flags_.common.out != ".")) {
      ladder_.benches = function_benches(flags_.testbenches);
      std::erase_if(ladder_.benches,
                    [&](const FunctionBench& bench) { return bench.family != conditions_.family; });
    }
    if (level_ != Level::function || !ladder_.benches.empty()) return;
    if (!conditions_.family)
      throw InputError(ErrorKind::usage, "L4 is what a family is for, and none is asked for", {},
                       "add --family opamp, or end with --check L3");
    throw InputError(ErrorKind::usage,
                     fmt::format("no testbench is of the family {}", graph::family_name(*conditions_.family)),
                     {}, "give --testbench FILE, or end with --check L3");
  }

  template <class GoOn>
  void draw_round(std::uint64_t round, std::size_t count, const GoOn& go_on) {
    learn::SamplingOptions sampling = flags_.sampling;
    sampling.seed = Rng(flags_.common.seed).split(round)();
    sampling.jobs = flags_.common.jobs;
    auto start = std::chrono::steady_clock::now();
    std::vector<WrittenCircuit> round_circuits;
    for (learn::GeneratedTopology& one :
         generator_.generate(count, {&conditions_, 1}, sampling, [&](double) { return go_on(); })) {
      ++tally.drawn;
      tally.tokens += one.tokens.size();
      if (!one.decoded) continue;
      ++tally.decoded;
      if (!is_wanted(one.topology)) continue;
      ++tally.fresh;
      WrittenCircuit circuit;
      circuit.topology = std::move(one.topology);
      if (conditions_.family) circuit.topology.family = *conditions_.family;
      circuit.log_probability = one.log_probability;
      round_circuits.push_back(std::move(circuit));
    }
    tally.writing += seconds_since(start);
    start = std::chrono::steady_clock::now();
    if (level_) check(round_circuits);
    tally.checking += seconds_since(start);
    for (WrittenCircuit& circuit : round_circuits) {
      if (level_ && !circuit.verdict.passed(*level_)) continue;
      if (known_) circuit.nearest = known_->nearest(circuit.topology);
      kept.push_back(std::move(circuit));
    }
  }

  void check(std::vector<WrittenCircuit>& circuits) const {
    std::vector<graph::Topology> topologies;
    for (const WrittenCircuit& circuit : circuits) topologies.push_back(circuit.topology);
    std::vector<LadderVerdict> verdicts = climb_ladders(topologies, ladder_, flags_.common.jobs);
    for (std::size_t k = 0; k < circuits.size(); ++k) circuits[k].verdict = std::move(verdicts[k]);
  }

  bool is_wanted(const graph::Topology& topology) {
    if (flags_.novel && known_->contains(topology)) return false;
    return !(flags_.distinct || flags_.novel) || seen_.insert(graph::canonical_hash(topology)).second;
  }

  const GenerateFlags& flags_;
  graph::Conditions conditions_;
  learn::TopologyGenerator generator_;
  std::optional<Level> level_;
  LadderOptions ladder_;
  std::optional<KnownCircuits> known_;
  std::unordered_set<graph::Hash128> seen_;
};

std::string summary(const GenerateFlags& flags, const Generation& done) {
  const Tally& t = done.tally;
  std::string out = fmt::format("{} of {} sequences are circuits", t.decoded, t.drawn);
  if (flags.distinct || flags.novel)
    out += fmt::format(", {} of them {}", t.fresh, flags.novel ? "novel and distinct" : "distinct");
  if (!flags.level.empty()) out += fmt::format("; {} at {} are kept", done.kept.size(), flags.level);
  out += fmt::format("; {:.0f} tokens/s, {:.1f} circuits/s", static_cast<double>(t.tokens) / t.writing,
                     static_cast<double>(t.decoded) / (t.writing + t.checking));
  return out;
}

nlohmann::ordered_json to_json(const Generation& done) {
  const Tally& t = done.tally;
  return {{"drawn", t.drawn},
          {"decoded", t.decoded},
          {"wanted", t.fresh},
          {"kept", done.kept.size()},
          {"tokens", t.tokens},
          {"seconds_writing", t.writing},
          {"seconds_checking", t.checking}};
}

void generate(const GenerateFlags& flags) {
  Generation generation(flags);
  generation.run();
  const std::string text = summary(flags, generation);
  const bool folder = flags.common.out != ".";
  if (folder) {
    generation.show_function();
    GalleryOptions options{
        .title = fmt::format("{} circuits{}", generation.kept.size(),
                             flags.conditions.family.empty() ? "" : ": " + flags.conditions.family),
        .text = text,
        .deck = generation.ladder().bias.deck,
        .benches = generation.ladder().benches,
        .jobs = flags.common.jobs};
    write_circuits(flags.common.out, generation.kept, options);
    log_note(fmt::format("{}/index.html", flags.common.out));
  }
  if (flags.common.json) fmt::print("{}\n", to_json(generation).dump(2));
  if (!flags.output.empty() || (!folder && !flags.common.json)) {
    std::string lines;
    for (std::size_t k = 0; k < generation.kept.size(); ++k) {
      graph::TopologyEntry entry;
      entry.topology = generation.kept[k].topology;
      entry.topology.id = static_cast<int>(k);
      lines += graph::json_line(entry) + "\n";
    }
    write_file(flags.output.empty() ? "-" : flags.output, lines);
  }
  log_note(text);
  if (generation.kept.size() < flags.count) {
    throw InputError(ErrorKind::specification,
                     fmt::format("{} of {} circuits after {} tries", generation.kept.size(), flags.count,
                                 generation.tally.drawn),
                     {}, "raise --tries or ask for less");
  }
}

}  // namespace

void add_topology_generate(CLI::App& topology) {
  auto flags = std::make_shared<GenerateFlags>();
  learn::SamplingOptions& s = flags->sampling;
  s.temperature = 0.7;
  s.guidance = 1.5;
  CLI::App* verb = topology.add_subcommand("generate", "circuits written by a trained transformer");
  verb->add_option("--weights", flags->weights,
                   "of nullor topology train or tune; those of the program when not given")
      ->type_name("FILE");
  verb->add_option("--count", flags->count, "circuits")
      ->check(CLI::Range(std::size_t{1}, std::size_t{10000000}))
      ->capture_default_str();
  verb->add_option("--check", flags->level, "keeps only circuits at this level of the ladder: L1 to L4")
      ->type_name("LEVEL");
  verb->add_option("--testbench", flags->testbenches, "for L4 and curves: what the family is for")
      ->type_name("FILE");
  verb->add_option("--budget", flags->budget, "for L4: evaluations of a testbench while sizing")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  verb->add_option("--known", flags->known, "set of circuits to compare with (.jsonl)")->type_name("SET");
  verb->add_flag("--distinct", flags->distinct, "keeps one of circuits that are the same");
  verb->add_flag("--novel", flags->novel, "keeps circuits that are not among the known ones, each once");
  verb->add_option("--tries", flags->tries, "ends after so many tries for each circuit asked for")
      ->check(CLI::Range(std::size_t{1}, std::size_t{100000}))
      ->capture_default_str();
  verb->add_option("--models", flags->models, "SKY130's files, a section behind a comma: sky130.lib.spice,tt")
      ->type_name("FILE");
  verb->add_option("--temperature", s.temperature, "below 1: more of the likely; 0: only that")
      ->capture_default_str();
  verb->add_option("--guidance", s.guidance, "emphasis on the family asked for; 1: none, at half the cost")
      ->capture_default_str();
  verb->add_option("--top-p", s.top_p, "draw among the fewest tokens that are this likely together")
      ->capture_default_str();
  verb->add_option("--top-k", s.top_k, "draw among so many tokens; 0: all")->capture_default_str();
  verb->add_option("--batch", s.batch, "circuits written at a time, by each thread")->capture_default_str();
  verb->add_option("-o,--output", flags->output, "set of circuits (.jsonl); -: standard output")
      ->type_name("FILE");
  flags->conditions.add(*verb);
  add_common_options(*verb, flags->common);
  verb->callback([flags] { generate(*flags); });
}

}  // namespace nullor
