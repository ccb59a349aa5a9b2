// nullor optimize deck.cir --vary P=lo:hi --goal "gain>=20": values that meet a specification.
#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <optional>
#include <span>

#include "nullor/base/file.h"
#include "nullor/base/log.h"
#include "nullor/base/progress.h"
#include "nullor/cli/app.h"
#include "nullor/cli/named_values.h"
#include "nullor/cli/optimize_pages.h"
#include "nullor/cli/read_deck.h"
#include "nullor/cli/version.h"
#include "nullor/design/deck_sizing.h"
#include "nullor/design/testbench_sizing.h"
#include "nullor/learn/predicted_sizing.h"
#include "nullor/neural/collocation_gradient.h"
#include "nullor/neural/surrogate_transient.h"

namespace nullor {
namespace {

const std::map<std::string, SearchMethod> kMethods = {{"gradient", SearchMethod::gradient},
                                                      {"evolution", SearchMethod::evolution},
                                                      {"both", SearchMethod::both}};

struct OptimizeOptions {
  CommonOptions common;
  std::string specification, method = "gradient", engine = "numeric", surrogate, plot, save, screen;
  std::size_t candidates = 4096;
  std::vector<std::string> vary, goals, axes, set;
  DatasetOptions circuit;  ///< its netlist is the deck where there is no testbench
  SizingOptions sizing;
  double tolerance = 1e-5;
};

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

/// The command that shows the found circuit, when every variable is a `.param`.
void suggest_run(const OptimizeOptions& options, const Circuit& circuit, const SizingProblem& problem,
                 const SizingResult& result) {
  std::string command = "nullor run " + options.circuit.files.netlist;
  const std::vector<double> found = problem.parameters(result.best.u);
  for (std::size_t k = 0; k < found.size(); ++k) {
    const std::string& name = problem.specification().variables[k].name;
    if (circuit.parameters.find(name) == kNoParameter) return;
    command += fmt::format(" --param {}={:.9g}", name, found[k]);
  }
  fmt::print("\n{}\n", command);
}

SizingResult search(SizingProblem& problem, OptimizeOptions& options) {
  options.sizing.method = kMethods.at(options.method);
  options.sizing.seed = options.common.seed;
  Progress progress("sizing");
  options.sizing.progress = [&](int evaluations, double) {
    progress.update(static_cast<double>(evaluations) / options.sizing.evaluations);
  };
  return size_circuit(problem, options.sizing);
}

void print(const OptimizeOptions& options, const SizingProblem& problem, const SizingResult& result,
           const std::vector<GoalRow>& goals) {
  if (options.common.json) {
    print_sizing_json(problem, result, goals);
  } else {
    print_sizing(problem, result, goals);
  }
}

void write_page(const OptimizeOptions& options, const Page& page) {
  write_file(options.plot, write_html(page));
  log_note("wrote " + options.plot);
}

/// Throws InputError(specification) where goals are missed.
void check_met(const OptimizeOptions& options, const SizingResult& result,
               const std::vector<GoalRow>& goals) {
  std::string missed;
  for (const GoalRow& row : goals) {
    if (!row.met) missed += (missed.empty() ? "'" : ", '") + row.name + "'";
  }
  if (missed.empty()) return;
  const std::string spent = !result.verified.ok() ? result.verified.failure
                            : result.out_of_time  ? "the time allowed is over"
                            : result.evaluations >= options.sizing.evaluations
                                ? fmt::format("{} evaluations are spent", result.evaluations)
                                : "the search sees no better point nearby";
  throw InputError(
      ErrorKind::specification, fmt::format("not met: {} ({})", missed, spent), {},
      result.verified.ok()
          ? "widen the bounds, vary more parameters, allow more --evaluations, or try --method both"
          : "a goal that rules this out, such as settling_time<=5u, keeps it in the search's sight");
}

void size_deck(OptimizeOptions& options, Specification specification) {
  ReadOptions reading;
  reading.seed = options.common.seed;
  const Circuit circuit = read_deck(options.circuit.files.netlist, reading);
  TrainingOptions how;
  how.tolerance = options.tolerance;
  how.seed = options.common.seed;
  std::unique_ptr<DifferentiableTransient> transient;
  if (options.engine == "neural") transient = std::make_unique<CollocationGradient>(how);
  if (!options.surrogate.empty())
    transient = std::make_unique<SurrogateTransient>(Surrogate::load(options.surrogate));
  DeckSizing problem(circuit, std::move(specification), transient.get());
  const SizingResult result = search(problem, options);
  const std::vector<GoalRow> goals = goal_rows(problem, result);
  print(options, problem, result, goals);
  if (!options.common.json) suggest_run(options, circuit, problem, result);
  if (!options.plot.empty()) {
    Page page{circuit.title, std::string(kVersion), {}};
    page.sections.push_back(search_section(circuit.title, problem, result, goals));
    page.sections.push_back({"Found", "", waveforms_at(circuit, problem, result.best.u), {}, ""});
    if (result.start.ok())
      page.sections.push_back({"Start", "", waveforms_at(circuit, problem, problem.start()), {}, ""});
    write_page(options, page);
  }
  check_met(options, result, goals);
}

/// What a predictor finds promising, for the search to begin from.
class Screen {
 public:
  Screen(const OptimizeOptions& options, const TestbenchSizing& problem)
      : predictor_(learn::read_predictor(options.screen), "network", options.common.jobs),
        predicted_(problem, options.circuit, predictor_) {
    how_.candidates = options.candidates;
    how_.seed = options.common.seed;
  }

  std::vector<std::vector<double>> propose(std::span<const Trial> tried) {
    const long before = predicted_.measured();
    const std::vector<std::vector<double>> out = predicted_.propose(tried, how_);
    if (predicted_.measured() > before)
      log_note(fmt::format("{} points predicted, the best {} are simulated", predicted_.measured() - before,
                           out.size()));
    return out;
  }

 private:
  learn::NetworkPredictor predictor_;
  learn::PredictedSizing predicted_;
  learn::Screening how_;
};

void size_by_testbench(OptimizeOptions& options, Specification specification) {
  if (options.circuit.bounds.empty())
    throw InputError(ErrorKind::usage, "what may vary?", {}, "say it with --bounds FILE, docs/dataset.md");
  if (options.engine == "neural" || !options.surrogate.empty())
    throw InputError(ErrorKind::usage, "set-ups of a testbench are simulated by numeric or ngspice");
  options.circuit.engine = options.engine == "ngspice" ? "ngspice" : "native";
  for (const std::string& text : options.axes) options.circuit.axes.push_back(parse_axis(text));
  options.circuit.set = named_values(options.set, "--set load_capacitance=5p");
  TestbenchSizing problem(options.circuit, std::move(specification), options.common.jobs);
  std::optional<Screen> screen;
  if (!options.screen.empty()) {
    screen.emplace(options, problem);
    options.sizing.propose = [&](std::span<const Trial> tried) { return screen->propose(tried); };
  }
  const SizingResult result = search(problem, options);
  const std::vector<GoalRow> goals = goal_rows(problem, result);
  print(options, problem, result, goals);
  if (!options.save.empty()) {
    std::string text = "* Sizes found by nullor optimize\n";
    for (const auto& [name, value] : problem.all_parameters(result.best.u))
      text += fmt::format(".param {}={:.17g}\n", name, value);
    write_file(options.save, text);
    log_note("wrote " + options.save);
  }
  if (!options.plot.empty()) {
    const std::string title = std::filesystem::path(options.circuit.files.netlist).filename().string();
    write_page(options, {title, std::string(kVersion), {search_section(title, problem, result, goals)}});
  }
  check_met(options, result, goals);
}

void optimize(OptimizeOptions& options) {
  Specification specification;
  if (!options.specification.empty()) specification = read_specification(options.specification);
  for (const std::string& text : options.vary) specification.variables.push_back(parse_variable(text));
  for (const std::string& text : options.goals) specification.goals.push_back(parse_goal(text));
  if (!options.circuit.testbench.empty()) return size_by_testbench(options, std::move(specification));
  const CircuitFiles& files = options.circuit.files;
  if (!files.includes.empty() || !files.models.empty() || !files.subcircuit.empty() ||
      !options.save.empty() || !options.circuit.bounds.empty() || !options.axes.empty() ||
      !options.set.empty() || options.engine == "ngspice") {
    throw InputError(
        ErrorKind::usage,
        "--include, --models, --subcircuit, --bounds, --axis, --set, --save and --engine ngspice go "
        "with --testbench");
  }
  size_deck(options, std::move(specification));
}

/// Those of `dataset make`.
void add_circuit_options(CLI::App& verb, OptimizeOptions& options) {
  DatasetOptions& circuit = options.circuit;
  verb.add_option("--testbench", circuit.testbench, "goals are metrics of these set-ups (.toml)")
      ->type_name("FILE");
  verb.add_option("--bounds", circuit.bounds, "with it: what may vary (.yaml or .toml)")->type_name("FILE");
  verb.add_option("--include", circuit.files.includes, "with it: file that the netlist needs, its sizes")
      ->type_name("FILE")
      ->allow_extra_args(false);
  verb.add_option("--models", circuit.files.models, "with it: model file, or FILE,SECTION; may hold {corner}")
      ->type_name("FILE")
      ->allow_extra_args(false);
  verb.add_option("--subcircuit", circuit.files.subcircuit, "with it: of several, the one to size")
      ->type_name("NAME");
  verb.add_option("--axis", options.axes,
                  "with it: goals hold at each of these: corner=tt,ss  temperature=-40,125")
      ->type_name("NAME=VALUES")
      ->allow_extra_args(false);
  verb.add_option("--set", options.set, "with it: a condition of the testbench: load_capacitance=5p")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  verb.add_option("--screen", options.screen,
                  "with it: a predictor (nullor predict train) says where to begin")
      ->type_name("FILE");
  verb.add_option("--candidates", options.candidates, "with --screen: points that are predicted")
      ->capture_default_str()
      ->check(CLI::Range(1, 10000000));
  verb.add_option("--save", options.save, "with it: the sizes found, as .param lines to include")
      ->type_name("FILE");
}

}  // namespace

void add_optimize(CLI::App& app) {
  auto options = std::make_shared<OptimizeOptions>();
  CLI::App* verb = app.add_subcommand("optimize", "find parameter values that meet a specification");
  DatasetOptions& circuit = options->circuit;
  verb->add_option("deck", circuit.files.netlist, "SPICE netlist")->required()->type_name("FILE");
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
  verb->add_option("--engine", options->engine,
                   "numeric; neural solves transients; ngspice runs the set-ups of a testbench")
      ->check(CLI::IsMember({"numeric", "neural", "ngspice"}))
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
  add_circuit_options(*verb, *options);
  add_common_options(*verb, options->common);
  verb->callback([options] { optimize(*options); });
}

}  // namespace nullor
