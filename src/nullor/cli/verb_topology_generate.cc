// nullor topology generate --weights FILE --count N: circuits written by a trained transformer.
#include <fmt/format.h>

#include <chrono>
#include <memory>

#include "nullor/base/error.h"
#include "nullor/base/file.h"
#include "nullor/base/interrupt.h"
#include "nullor/base/log.h"
#include "nullor/base/progress.h"
#include "nullor/cli/condition_flags.h"
#include "nullor/cli/topology_verbs.h"
#include "nullor/graph/topology_set.h"
#include "nullor/learn/topology_generator.h"

namespace nullor {
namespace {

struct GenerateOptions {
  CommonOptions common;
  std::string weights, output = "-";
  std::size_t count = 10;
  learn::SamplingOptions sampling;
  ConditionFlags conditions;
};

void generate(const GenerateOptions& options) {
  const graph::Conditions conditions = options.conditions.conditions();
  const learn::TopologyGenerator generator(options.weights);
  learn::SamplingOptions sampling = options.sampling;
  sampling.seed = options.common.seed;
  sampling.jobs = options.common.jobs;
  Interrupt interrupt;
  const auto start = std::chrono::steady_clock::now();
  std::vector<learn::GeneratedTopology> circuits;
  {
    Progress bar("generate");
    circuits = generator.generate(options.count, {&conditions, 1}, sampling, [&](double share) {
      bar.update(share);
      return !interrupt.requested();
    });
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::string lines;
  std::size_t decoded = 0, tokens = 0;
  for (const learn::GeneratedTopology& circuit : circuits) {
    tokens += circuit.tokens.size();
    if (!circuit.decoded) continue;
    graph::TopologyEntry entry;
    entry.topology = circuit.topology;
    entry.topology.id = static_cast<int>(decoded++);
    lines += graph::json_line(entry) + "\n";
  }
  write_file(options.output, lines);
  log_note(fmt::format("{} of {} sequences are circuits; {:.0f} tokens/s, {:.1f} circuits/s", decoded,
                       circuits.size(), static_cast<double>(tokens) / seconds,
                       static_cast<double>(decoded) / seconds));
  interrupt.leave_if_requested();
}

}  // namespace

void add_topology_generate(CLI::App& topology) {
  auto options = std::make_shared<GenerateOptions>();
  learn::SamplingOptions& s = options->sampling;
  CLI::App* verb = topology.add_subcommand("generate", "circuits written by a trained transformer");
  verb->add_option("--weights", options->weights, "of nullor topology train")->required()->type_name("FILE");
  verb->add_option("--count", options->count, "circuits")
      ->check(CLI::Range(std::size_t{1}, std::size_t{10000000}))
      ->capture_default_str();
  verb->add_option("--temperature", s.temperature, "below 1: more of the likely; 0: only that")
      ->capture_default_str();
  verb->add_option("--top-p", s.top_p, "draw among the fewest tokens that are this likely together")
      ->capture_default_str();
  verb->add_option("--top-k", s.top_k, "draw among so many tokens; 0: all")->capture_default_str();
  verb->add_option("--batch", s.batch, "circuits written at a time, by each thread")->capture_default_str();
  verb->add_option("-o,--output", options->output, "set of circuits (.jsonl); -: standard output")
      ->type_name("FILE")
      ->capture_default_str();
  options->conditions.add(*verb);
  add_common_options(*verb, options->common);
  verb->callback([options] { generate(*options); });
}

}  // namespace nullor
