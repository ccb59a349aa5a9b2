// nullor topology tokens: circuits as a language writes them.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "nullor/cli/topology_verbs.h"
#include "nullor/graph/records.h"
#include "nullor/graph/walk.h"

namespace nullor {
namespace {

struct TokensFlags {
  std::string source, form = "records";
  int count = 1;
  std::uint64_t seed = 1;
  bool json = false;
  SpiceFlags spice;
};

std::unique_ptr<graph::Language> language_of(const std::string& form) {
  if (form == "walk")
    return std::make_unique<graph::WalkLanguage>(graph::WalkOptions{.permute = true, .renumber = true});
  return std::make_unique<graph::RecordLanguage>(0);
}

void run(const TokensFlags& flags) {
  const graph::TopologySet set = read_topologies(flags.source, flags.spice);
  const auto language = language_of(flags.form);
  Rng rng(flags.seed);
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (std::size_t k = 0; k < set.entries.size(); ++k) {
    for (int sample = 0; sample < flags.count; ++sample) {
      const std::vector<int> tokens = language->encode(set.entries[k].topology, rng);
      if (flags.json) {
        all.push_back({{"circuit", circuit_name(set, k)}, {"tokens", tokens}});
        continue;
      }
      std::string line;
      for (const int token : tokens) line += (line.empty() ? "" : " ") + language->token_text(token);
      fmt::print("{}\n", line);
    }
  }
  if (flags.json) fmt::print("{}\n", all.dump());
}

}  // namespace

void add_topology_tokens(CLI::App& topology) {
  auto flags = std::make_shared<TokensFlags>();
  CLI::App* verb = topology.add_subcommand("tokens", "circuits as sequences of tokens, in random order");
  verb->add_option("source", flags->source, "a netlist or a set")->required()->type_name("FILE");
  verb->add_option("--form", flags->form, "walk over the pin graph, or one record a device")
      ->capture_default_str()
      ->check(CLI::IsMember({"walk", "records"}));
  verb->add_option("--count", flags->count, "sequences of each circuit")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  verb->add_option("--seed", flags->seed, "of the order")->capture_default_str();
  verb->add_flag("--json", flags->json, "results on standard output as JSON");
  add_spice_flags(*verb, flags->spice);
  verb->callback([flags] { run(*flags); });
}

}  // namespace nullor
