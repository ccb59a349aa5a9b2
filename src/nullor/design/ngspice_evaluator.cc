#include "nullor/design/ngspice_evaluator.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <set>

#include "nullor/base/file.h"
#include "nullor/base/process.h"
#include "nullor/design/testbench_deck.h"
#include "nullor/io/raw_file.h"
#include "nullor/netlist/circuit.h"

namespace nullor {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// The last line that speaks of an error.
std::string complaint(const std::string& log) {
  std::string out;
  for (std::size_t begin = 0; begin < log.size();) {
    const auto end = std::min(log.find('\n', begin), log.size());
    const std::string line = log.substr(begin, end - begin);
    for (const char* word : {"rror", "singular", "too small", "failed", "no convergence"}) {
      if (line.find(word) != std::string::npos) out = line;
    }
    begin = end + 1;
  }
  return out.empty() ? "it says nothing" : out;
}

}  // namespace

NgspiceEvaluator::NgspiceEvaluator(const Testbench& bench, const CircuitSetting& setting)
    : bench_(bench),
      setting_(setting),
      contents_(read_contents(setting.files)),
      includes_(include_lines(setting.files)) {
  for (const std::string& name : setting_.parameters) {
    if (name.find_first_of(":@") != std::string::npos)
      throw InputError(ErrorKind::usage, "engine ngspice sets .param values only, not '" + name + "'");
  }
  std::string pattern = fs::temp_directory_path() / "nullor_ngspice_XXXXXX";
  if (!mkdtemp(pattern.data()))
    throw InputError(ErrorKind::input_output,
                     "cannot make a folder in '" + fs::temp_directory_path().string() + "'");
  folder_ = pattern;
  DeckText text;
  text.includes = includes_;
  for (std::size_t k = 0; k < setting_.parameters.size(); ++k)
    text.defaults.emplace_back(setting_.parameters[k], setting_.start[k]);
  for (const Condition& c : bench_.conditions) text.defaults.emplace_back(c.name, c.value);
  const TestSetup& first = bench_.setups.front();
  const std::string deck = setup_deck(bench_, first, contents_, text), path = "testbench:" + first.name;
  ReadOptions options;
  options.keep_bins = true;
  try {
    placer_ = BinPlacer(read_circuit_text(deck, path, options));
  } catch (const InputError&) {
    // As in TestbenchEvaluator.
    for (std::size_t k = 0; k < setting_.parameters.size(); ++k)
      options.parameters.emplace_back(setting_.parameters[k], setting_.start[k]);
    placer_ = BinPlacer(read_circuit_text(deck, path, options));
  }
  run_program({"ngspice", "--version"}, folder_ + "/version");
}

NgspiceEvaluator::~NgspiceEvaluator() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

SetupResult NgspiceEvaluator::simulate(const TestSetup& setup, const std::string& deck, double seconds,
                                       bool& late) const {
  const std::string input = folder_ + "/deck.cir", raw = folder_ + "/result.raw", log = folder_ + "/log";
  // A result of the sample before must not be taken for one of this.
  std::error_code ignored;
  fs::remove(raw, ignored);
  write_file(input, deck);
  SetupResult out;
  late = run_program({"ngspice", "-b", "-r", raw, input}, log, seconds).late;
  if (late) return out;
  if (fs::exists(raw)) out.tables = read_raw(read_file(raw), raw);
  std::set<std::string> wanted;
  for (const MetricSpec& m : bench_.metrics) {
    if (m.setup == setup.name && m.meas) wanted.insert(m.meas->analysis);
  }
  for (const Table& table : out.tables) wanted.erase(table.kind);
  out.ran = wanted.empty();
  if (!out.ran) out.failure = *wanted.rbegin() + " analysis of ngspice: " + complaint(read_file(log));
  return out;
}

SampleOutcome NgspiceEvaluator::evaluate(std::span<const double> parameters,
                                         std::span<const double> conditions) {
  SampleOutcome out;
  const auto began = Clock::now();
  std::vector<SetupResult> results(bench_.setups.size());
  DeckText text;
  text.includes = includes_;
  for (std::size_t k = 0; k < conditions.size(); ++k) {
    const std::string& name = bench_.conditions[k].name;
    placer_.set(name, conditions[k]);
    if (name == kTemperatureCondition) {
      text.control = fmt::format(".temp {:.17g}\n", conditions[k]);
    } else {
      text.defaults.emplace_back(name, conditions[k]);
    }
  }
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    placer_.set(setting_.parameters[k], parameters[k]);
    text.parameters.emplace_back(setting_.parameters[k], parameters[k]);
  }
  const auto fail = [&](int failure, const std::string& reason) {
    out.failure = failure;
    out.reason = reason;
    out.simulated = false;
  };
  const auto known = [&](std::string_view name) -> std::optional<double> {
    for (std::size_t k = 0; k < conditions.size(); ++k) {
      if (bench_.conditions[k].name == name) return conditions[k];
    }
    for (std::size_t k = 0; k < parameters.size(); ++k) {
      if (setting_.parameters[k] == name) return parameters[k];
    }
    return std::nullopt;
  };
  std::string illegal;
  if (!placer_.place(illegal)) fail(kIllegalGeometry, illegal);
  for (std::size_t k = 0; k < results.size(); ++k) {
    if (!out.ok()) {
      results[k].failure = "not simulated: " + out.reason;
      continue;
    }
    if (const auto why = left_out(bench_, k, results, known)) {
      results[k].failure = "not simulated: " + *why;
      continue;
    }
    const TestSetup& setup = bench_.setups[k];
    const double left = setting_.time_limit - std::chrono::duration<double>(Clock::now() - began).count();
    bool late = setting_.time_limit > 0 && left <= 0;
    if (!late)
      results[k] = simulate(setup, setup_deck(bench_, setup, contents_, text),
                            setting_.time_limit > 0 ? left : 0, late);
    if (late) {
      fail(kTimeLimit, fmt::format("over {:g} s in set-up '{}'", setting_.time_limit, setup.name));
      results[k].failure = out.reason;
    } else if (!results[k].ran) {
      fail(results[k].failure.starts_with("tran") ? kNoConvergence : kNoOperatingPoint,
           "set-up '" + setup.name + "': " + results[k].failure);
    }
  }
  read_metrics(bench_, results, known, out);
  return out;
}

}  // namespace nullor
