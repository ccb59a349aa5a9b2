// nullor optimize deck.cir --vary P=lo:hi --goal "gain>=20": values that meet a specification.
#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "nullor/base/file.h"
#include "nullor/base/log.h"
#include "nullor/base/progress.h"
#include "nullor/base/si.h"
#include "nullor/cli/app.h"
#include "nullor/cli/read_deck.h"
#include "nullor/cli/version.h"
#include "nullor/design/sizing.h"
#include "nullor/neural/collocation_gradient.h"
#include "nullor/neural/surrogate_transient.h"
#include "nullor/report/html_page.h"

namespace nullor {
namespace {

const std::map<std::string, SearchMethod> kMethods = {{"gradient", SearchMethod::gradient},
                                                      {"evolution", SearchMethod::evolution},
                                                      {"both", SearchMethod::both}};

struct OptimizeOptions {
  CommonOptions common;
  std::string deck, specification, method = "gradient", engine = "numeric", surrogate, plot;
  std::vector<std::string> vary, goals;
  SizingOptions sizing;
  double tolerance = 1e-5;
};

std::string wanted_text(const Goal& goal) {
  std::string out;
  const auto add = [&](const std::string& text) { out += (out.empty() ? "" : ", ") + text; };
  if (goal.at_least) add(">= " + format_si(*goal.at_least));
  if (goal.at_most) add("<= " + format_si(*goal.at_most));
  if (goal.equal) add(fmt::format("{} +- {:g} %", format_si(*goal.equal, 6), 100 * goal.within));
  if (goal.minimize) add("least");
  if (goal.maximize) add("most");
  return out;
}

/// Whether the value that was read meets the goal.
bool meets(const Goal& goal, double value) {
  return !(goal.at_least && value < *goal.at_least) && !(goal.at_most && value > *goal.at_most) &&
         !(goal.equal && std::fabs(value - *goal.equal) > goal.within * std::fabs(*goal.equal));
}

/// One goal or waveform in the words of the report.
struct GoalRow {
  std::string name, wanted, unit;
  double start = 0, found = 0, verified = 0;
  bool met = false;
};

std::vector<GoalRow> goal_rows(const SizingProblem& problem, const SizingResult& result) {
  const Specification& s = problem.specification();
  const auto value = [](const Trial& trial, std::size_t k) {
    return trial.ok() ? trial.values[k] : std::numeric_limits<double>::quiet_NaN();
  };
  std::vector<GoalRow> out;
  for (std::size_t k = 0; k < problem.names().size(); ++k) {
    GoalRow row{problem.names()[k], {}, problem.units()[k]};
    row.start = value(result.start, k);
    row.found = value(result.best, k);
    row.verified = value(result.verified, k);
    if (k < s.goals.size()) {
      row.wanted = wanted_text(s.goals[k]);
      row.met = meets(s.goals[k], row.verified);
    } else {
      const WaveformGoal& w = s.waveforms[k - s.goals.size()];
      row.name = "distance of " + w.signal;
      row.wanted = "<= " + format_si(w.within * w.swing);
      row.met = row.verified <= w.within * w.swing;
    }
    out.push_back(std::move(row));
  }
  return out;
}

std::string si(double value, const std::string& unit) {
  return std::isnan(value) ? "none" : format_si(value, 6) + (unit.empty() ? "" : " " + unit);
}

constexpr double kAtBound = 1e-6;  // of the way from one bound to the other

void print_table(const SizingProblem& problem, const SizingResult& result,
                 const std::vector<GoalRow>& goals) {
  std::size_t width = 9;
  for (const GoalRow& row : goals) width = std::max(width, row.name.size());
  for (const Variable& v : problem.specification().variables) width = std::max(width, v.name.size());
  fmt::print("{:<{}}  {:>13}  {:>13}  {:>13}  {}\n", "goal", width, "start", "found", "verified", "wanted");
  for (const GoalRow& row : goals) {
    fmt::print("{:<{}}  {:>13}  {:>13}  {:>13}  {}  {}\n", row.name, width, si(row.start, row.unit),
               si(row.found, row.unit), si(row.verified, row.unit), row.wanted, row.met ? "met" : "NOT MET");
  }
  fmt::print("\n{:<{}}  {:>13}  {:>13}  {}\n", "parameter", width, "start", "found", "bounds");
  const std::vector<double> before = problem.parameters(problem.start()),
                            after = problem.parameters(result.best.u);
  for (std::size_t k = 0; k < before.size(); ++k) {
    const Variable& v = problem.specification().variables[k];
    fmt::print("{:<{}}  {:>13}  {:>13}  {} to {}{}\n", v.name, width, format_si(before[k], 6),
               format_si(after[k], 6), format_si(v.min), format_si(v.max),
               result.best.u[k] < kAtBound || result.best.u[k] > 1 - kAtBound ? "  at its bound" : "");
  }
  fmt::print("\n{} evaluations, {} of them with derivatives, {:.3g} s\n", result.evaluations,
             result.with_slopes, result.seconds);
}

void print_json(const SizingProblem& problem, const SizingResult& result, const std::vector<GoalRow>& goals) {
  nlohmann::ordered_json out;
  out["goals"] = nlohmann::ordered_json::array();
  for (const GoalRow& row : goals) {
    out["goals"].push_back({{"goal", row.name},
                            {"unit", row.unit},
                            {"wanted", row.wanted},
                            {"start", row.start},
                            {"found", row.found},
                            {"verified", row.verified},
                            {"met", row.met}});
  }
  const std::vector<double> before = problem.parameters(problem.start()),
                            after = problem.parameters(result.best.u);
  for (std::size_t k = 0; k < before.size(); ++k) {
    out["parameters"][problem.specification().variables[k].name] = {{"start", before[k]},
                                                                    {"found", after[k]}};
  }
  out["evaluations"] = result.evaluations;
  out["with_derivatives"] = result.with_slopes;
  out["evaluations_until_met"] = result.until_met;
  out["seconds"] = result.seconds;
  out["shortfall_by_evaluation"] = result.worst;  // best so far; null while nothing had values
  out["aim_by_evaluation"] = result.aim;          // of the best that meets the goals, turned for a maximum
  std::puts(out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace).c_str());
}

/// The deck's waveforms at a point of the search.
std::vector<Table> waveforms_at(const Circuit& circuit, const SizingProblem& problem,
                                const std::vector<double>& u) {
  Engine engine(circuit);
  const std::vector<double> values = problem.parameters(u);
  for (std::size_t k = 0; k < values.size(); ++k)
    engine.dae().set(engine.dae().parameter(problem.specification().variables[k].name), values[k]);
  std::vector<Table> out;
  for (const AnalysisCard& card : circuit.analyses) {
    for (Table& table : engine.run(card)) out.push_back(std::move(table));
  }
  return out;
}

void draw(const OptimizeOptions& options, const Circuit& circuit, const SizingProblem& problem,
          const SizingResult& result, const std::vector<GoalRow>& goals) {
  Page page{circuit.title, std::string(kVersion), {}};
  PageSection search{
      "Search", "The largest relative shortfall of a goal, best so far, by evaluations.", {}, {}, ""};
  Table curve;
  curve.title = circuit.title;
  curve.plotname = "Search";
  curve.kind = "search";
  curve.columns = {{"evaluation", Quantity::none, {}, {}}, {"shortfall", Quantity::none, result.worst, {}}};
  for (std::size_t k = 0; k < result.worst.size(); ++k)
    curve.columns[0].real.push_back(static_cast<double>(k + 1));
  std::replace_if(
      curve.columns[1].real.begin(), curve.columns[1].real.end(), [](double v) { return !std::isfinite(v); },
      std::numeric_limits<double>::quiet_NaN());
  search.tables.push_back(std::move(curve));
  for (const GoalRow& row : goals)
    search.readings.push_back({row.name + " (wanted " + row.wanted + ")", row.verified, row.unit, "", {}});
  const std::vector<double> found = problem.parameters(result.best.u);
  for (std::size_t k = 0; k < found.size(); ++k)
    search.readings.push_back({problem.specification().variables[k].name, found[k], "", "", {}});
  page.sections.push_back(std::move(search));
  page.sections.push_back({"Found", "", waveforms_at(circuit, problem, result.best.u), {}, ""});
  if (result.start.ok())
    page.sections.push_back({"Start", "", waveforms_at(circuit, problem, problem.start()), {}, ""});
  write_file(options.plot, write_html(page));
  log_note("wrote " + options.plot);
}

/// The command that shows the found circuit, when every variable is a `.param`.
void suggest_run(const OptimizeOptions& options, const Circuit& circuit, const SizingProblem& problem,
                 const SizingResult& result) {
  std::string command = "nullor run " + options.deck;
  const std::vector<double> found = problem.parameters(result.best.u);
  for (std::size_t k = 0; k < found.size(); ++k) {
    const std::string& name = problem.specification().variables[k].name;
    if (circuit.parameters.find(name) == kNoParameter) return;
    command += fmt::format(" --param {}={:.9g}", name, found[k]);
  }
  fmt::print("\n{}\n", command);
}

void optimize(OptimizeOptions& options) {
  Specification specification;
  if (!options.specification.empty()) specification = read_specification(options.specification);
  for (const std::string& text : options.vary) specification.variables.push_back(parse_variable(text));
  for (const std::string& text : options.goals) specification.goals.push_back(parse_goal(text));
  ReadOptions reading;
  reading.seed = options.common.seed;
  const Circuit circuit = read_deck(options.deck, reading);
  TrainingOptions how;
  how.tolerance = options.tolerance;
  how.seed = options.common.seed;
  std::unique_ptr<DifferentiableTransient> transient;
  if (options.engine == "neural") transient = std::make_unique<CollocationGradient>(how);
  if (!options.surrogate.empty())
    transient = std::make_unique<SurrogateTransient>(Surrogate::load(options.surrogate));
  SizingProblem problem(circuit, std::move(specification), transient.get());
  options.sizing.method = kMethods.at(options.method);
  options.sizing.seed = options.common.seed;
  SizingResult result;
  {
    Progress progress("sizing");
    options.sizing.progress = [&](int evaluations, double) {
      progress.update(static_cast<double>(evaluations) / options.sizing.evaluations);
    };
    result = size_circuit(problem, options.sizing);
  }
  const std::vector<GoalRow> goals = goal_rows(problem, result);
  if (options.common.json) {
    print_json(problem, result, goals);
  } else {
    print_table(problem, result, goals);
    suggest_run(options, circuit, problem, result);
  }
  if (!options.plot.empty()) draw(options, circuit, problem, result, goals);
  std::string missed;
  for (const GoalRow& row : goals) {
    if (!row.met) missed += (missed.empty() ? "'" : ", '") + row.name + "'";
  }
  if (missed.empty()) return;
  const std::string spent = result.out_of_time ? "the time allowed is over"
                            : result.evaluations >= options.sizing.evaluations
                                ? fmt::format("{} evaluations are spent", result.evaluations)
                                : "the search sees no better point nearby";
  throw InputError(ErrorKind::specification, fmt::format("not met: {} ({})", missed, spent), {},
                   "widen the bounds, vary more parameters, allow more --evaluations, or try --method both");
}

}  // namespace

void add_optimize(CLI::App& app) {
  auto options = std::make_shared<OptimizeOptions>();
  CLI::App* verb = app.add_subcommand("optimize", "find parameter values that meet a specification");
  verb->add_option("deck", options->deck, "SPICE netlist")->required()->type_name("FILE");
  verb->add_option("--spec", options->specification, "what may vary and what is wanted (.toml)")
      ->type_name("FILE");
  verb->add_option("--vary", options->vary, "what may vary: wn=0.5u:20u, m1:w=1u:50u:log")
      ->type_name("NAME=LOW:HIGH")
      ->allow_extra_args(false);
  verb->add_option(
          "--goal", options->goals,
          "a .meas or expression: \"gain>=20\", \"power<=1m\", \"frequency=2.4G+-1%\", min:power, max:gain")
      ->type_name("GOAL")
      ->allow_extra_args(false);
  verb->add_option("--method", options->method, "how to search: exact gradients, evolution, or both in turn")
      ->check(CLI::IsMember({"gradient", "evolution", "both"}))
      ->capture_default_str();
  verb->add_option("--evaluations", options->sizing.evaluations, "of the circuit, at most")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  verb->add_option("--time-limit", options->sizing.time_limit, "seconds, 0 is no limit")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  verb->add_option("--engine", options->engine, "which engine solves a transient")
      ->check(CLI::IsMember({"numeric", "neural"}))
      ->capture_default_str();
  verb->add_option("--surrogate", options->surrogate,
                   "read transients from this network over the parameters (.safetensors)")
      ->type_name("FILE");
  verb->add_option("--tolerance", options->tolerance, "neural: wanted error relative to each signal")
      ->check(CLI::Range(1e-8, 1e-2))
      ->capture_default_str();
  auto* journal = verb->add_option("--journal", options->sizing.journal, "keep every evaluation in this file")
                      ->type_name("FILE");
  verb->add_flag("--resume", options->sizing.resume, "go on from the journal of an interrupted search")
      ->needs(journal);
  verb->add_option("--plot", options->plot, "result page (.html)")->type_name("FILE");
  add_common_options(*verb, options->common);
  verb->callback([options] { optimize(*options); });
}

}  // namespace nullor
