#include "nullor/design/ladder.h"

#include <fmt/core.h>

#include <array>
#include <mutex>

#include "nullor/base/parallel.h"
#include "nullor/graph/electrical_rules.h"

namespace nullor {
namespace {

constexpr std::array<std::string_view, kLevels> kTitles = {"decoded", "electrical rules", "operating point",
                                                           "bias", "function"};

LevelVerdict rules_of(const graph::Topology& topology) {
  LevelVerdict out{.level = Level::rules};
  for (graph::RuleBreak& broken : graph::check_rules(topology)) out.reasons.push_back(std::move(broken.text));
  out.passed = out.reasons.empty();
  return out;
}

class Climb {
 public:
  Climb(const graph::Topology& topology, const LadderOptions& options)
      : topology_(topology), options_(options) {}

  LadderVerdict run() {
    keep({.level = Level::decoded, .passed = true});
    if (wanted(Level::rules)) keep(rules_of(topology_));
    if (wanted(Level::operating_point)) simulate();
    if (wanted(Level::function) || sizes_anyway()) do_function();
    return std::move(out_);
  }

 private:
  /// Whether it is asked for, and the one below is passed.
  bool wanted(Level level) const {
    return options_.until >= level && static_cast<int>(out_.reached) + 1 == static_cast<int>(level);
  }

  bool sizes_anyway() {
    if (!options_.sizes_without_bias || options_.until < Level::function || !out_.passed(Level::rules))
      return false;
    if (out_.bias.sources.empty()) out_.bias.sources = port_sources(topology_, options_.bias.deck.ports);
    return true;
  }

  void keep(LevelVerdict verdict) {
    if (verdict.passed && static_cast<int>(out_.reached) + 1 >= static_cast<int>(verdict.level))
      out_.reached = verdict.level;
    out_.levels.push_back(std::move(verdict));
  }

  void do_function() {
    LevelVerdict level{.level = Level::function};
    bool any = false;
    for (const FunctionBench& bench : options_.benches) {
      if (bench.family != topology_.family) continue;
      FunctionVerdict found = test_function(topology_, out_.bias, bench, options_.function);
      const bool better = found.works || found.shortfall < out_.function.shortfall;
      if (!any || (better && !(found.merit < out_.function.merit))) out_.function = std::move(found);
      any = true;
      if (out_.function.works && options_.function.purpose == Purpose::function) break;
    }
    level.passed = any && out_.function.works;
    level.reasons = out_.function.reasons;
    if (!any) {
      level.reasons.push_back(
          fmt::format("no testbench is of the family {}", graph::family_name(topology_.family)));
    }
    keep(std::move(level));
  }

  void simulate() {
    Level level = Level::operating_point;
    try {
      BiasCheck check(topology_, options_.bias);
      out_.operating_point = check.operating_point();
      LevelVerdict at_rest{.level = level, .passed = out_.operating_point.passed};
      if (!at_rest.passed) at_rest.reasons = {out_.operating_point.reason};
      keep(std::move(at_rest));
      level = Level::bias;
      if (!wanted(level)) return;
      out_.bias = check.bias();
      keep({.level = level, .passed = out_.bias.passed, .reasons = out_.bias.reasons});
    } catch (const InputError& error) {
      // Missing models are the caller's mistake; all else is the circuit's.
      if (error.kind() == ErrorKind::usage || error.kind() == ErrorKind::input_output) throw;
      keep({.level = level, .passed = false, .reasons = {error.what()}});
    }
  }

  const graph::Topology& topology_;
  const LadderOptions& options_;
  LadderVerdict out_;
};

}  // namespace

std::string level_name(Level level) { return "L" + std::to_string(static_cast<int>(level)); }

std::optional<Level> level_named(std::string_view text) {
  if (text.size() != 2 || (text[0] != 'L' && text[0] != 'l')) return std::nullopt;
  const int number = text[1] - '0';
  if (number < 0 || number >= kLevels) return std::nullopt;
  return static_cast<Level>(number);
}

std::string_view level_title(Level level) { return kTitles[static_cast<std::size_t>(level)]; }

LadderVerdict climb_ladder(const graph::Topology& topology, const LadderOptions& options) {
  return Climb(topology, options).run();
}

std::vector<LadderVerdict> climb_ladders(std::span<const graph::Topology> topologies,
                                         const LadderOptions& options, int jobs,
                                         const std::function<void(std::size_t)>& done) {
  std::vector<LadderVerdict> out(topologies.size());
  std::mutex telling;
  std::size_t finished = 0;
  parallel_for(topologies.size(), jobs, [&](std::size_t k) {
    out[k] = climb_ladder(topologies[k], options);
    if (!done) return;
    const std::lock_guard lock(telling);
    done(++finished);
  });
  return out;
}

}  // namespace nullor
