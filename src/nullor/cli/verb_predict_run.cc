// nullor predict run NETLIST --testbench TOML: what a simulation would say, as a network that learned thinks.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>

#include "nullor/base/file.h"
#include "nullor/base/log.h"
#include "nullor/base/shared_files.h"
#include "nullor/base/si.h"
#include "nullor/cli/named_values.h"
#include "nullor/cli/predict_output.h"
#include "nullor/cli/predict_verbs.h"
#include "nullor/netlist/text.h"

namespace nullor {
namespace {

using Json = nlohmann::ordered_json;

struct RunFlags {
  PredictionQuery query;
  std::string model, table, out, gradient;
  std::vector<std::string> set, parameters;
  bool json = false;
  int jobs = 0;
};

/// The model that was asked for, or the one that comes with the program.
std::string model_path(const RunFlags& flags) {
  if (!flags.model.empty()) return flags.model;
  const std::string shipped = shared_file("weights/predictor.safetensors");
  if (shipped.empty())
    throw InputError(ErrorKind::usage, "the predictor that comes with the program is not beside it", {},
                     "give --model FILE, of nullor predict train");
  return shipped;
}

/// The corner given; else the only one that was learned from, or tt.
std::string corner_of(const RunFlags& flags, const learn::PredictorModel& model) {
  const std::vector<std::string>& known = model.features.corners;
  if (!flags.query.corner.empty() || known.empty()) return flags.query.corner;
  if (known.size() == 1) return known.front();
  for (const char* usual : {"", "tt"}) {
    if (std::find(known.begin(), known.end(), usual) != known.end()) return usual;
  }
  throw InputError(ErrorKind::usage, "at which corner?", {},
                   fmt::format("say --corner {}", fmt::join(known, ", or ")));
}

/// Rows of the table, and --param in columns of their own.
void read_rows(const RunFlags& flags, PredictionQuery& query) {
  if (!flags.table.empty()) {
    ParameterColumns table = read_parameter_table(flags.table);
    query.parameters = std::move(table.names);
    query.values = std::move(table.values);
    query.where = std::move(table.where);
  }
  const auto given = named_values(flags.parameters, "--param w1=2u");
  if (given.empty()) return;
  const std::size_t width = query.parameters.size(), rows = width == 0 ? 1 : query.values.size() / width;
  std::vector<double> values;
  for (std::size_t r = 0; r < rows; ++r) {
    values.insert(values.end(), query.values.begin() + static_cast<std::ptrdiff_t>(r * width),
                  query.values.begin() + static_cast<std::ptrdiff_t>((r + 1) * width));
    for (const auto& [name, value] : given) values.push_back(value);
  }
  for (const auto& [name, value] : given) query.parameters.push_back(netlist::lower(name));
  query.values = std::move(values);
}

/// Refuses questions that the model has no answer for, and warns of a different one.
void check_like(const learn::PredictorModel& model, const PredictionRows& rows, const std::string& path) {
  for (const std::string& name : model.features.conditions) {
    if (std::find(rows.conditions.begin(), rows.conditions.end(), name) == rows.conditions.end())
      throw InputError(
          ErrorKind::usage,
          fmt::format("'{}' has no condition '{}', which the model was learned with", path, name), {},
          "give the testbench of the data sets");
  }
  for (const learn::MetricScale& scale : model.metrics) {
    if (std::find(rows.metrics.begin(), rows.metrics.end(), scale.name) == rows.metrics.end())
      throw InputError(ErrorKind::usage,
                       fmt::format("'{}' has no metric '{}', which the model predicts", path, scale.name), {},
                       "give the testbench of the data sets");
  }
}

std::size_t metric_named(const learn::PredictorModel& model, const std::string& name) {
  std::vector<std::string> names;
  for (const learn::MetricScale& scale : model.metrics) names.push_back(scale.name);
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end())
    throw InputError(ErrorKind::usage, fmt::format("the model predicts no metric '{}'", name), {},
                     did_you_mean(name, names, fmt::format("it predicts {}", fmt::join(names, ", "))));
  return static_cast<std::size_t>(found - names.begin());
}

/// One parameter's part in a metric.
struct Sensitivity {
  std::string name;
  double value = 0, derivative = 0, relative = 0;
};

/// Of every `.param` with a number and everything that was given, the largest first.
std::vector<Sensitivity> sensitivities(const learn::NetworkPredictor& predictor, PredictionQuery query,
                                       std::size_t metric, double at) {
  for (const auto& [name, value] : query_rows(query).circuit->free_parameters()) {
    const Testbench bench = read_testbench(query.testbench);
    if (std::find(query.parameters.begin(), query.parameters.end(), name) != query.parameters.end() ||
        bench.condition(name))
      continue;
    query.parameters.push_back(name);
    query.values.push_back(value);
  }
  const PredictionRows rows = query_rows(query);
  const std::vector<double> slopes = predictor.gradient(rows, 0, metric);
  std::vector<Sensitivity> out;
  for (std::size_t k = 0; k < slopes.size(); ++k) {
    const double value = rows.parameter_values[k];
    out.push_back({rows.parameters[k], value, slopes[k], slopes[k] * value / at});
  }
  std::stable_sort(out.begin(), out.end(), [](const Sensitivity& a, const Sensitivity& b) {
    return std::abs(a.relative) > std::abs(b.relative);
  });
  return out;
}

void print_gradient(const RunFlags& flags, const learn::MetricScale& scale, double at,
                    const std::vector<Sensitivity>& list, Json* json) {
  if (json) {
    Json parameters = Json::array();
    for (const Sensitivity& s : list)
      parameters.push_back({{"name", s.name},
                            {"value", s.value},
                            {"derivative", s.derivative},
                            {"relative_sensitivity", s.relative}});
    (*json)[0]["gradient"] = {
        {"of", scale.name}, {"unit", scale.unit_text}, {"value", at}, {"parameters", parameters}};
    return;
  }
  std::size_t wide = 9;
  for (const Sensitivity& s : list) wide = std::max(wide, s.name.size());
  fmt::print("\n{:<{}}{:>12}{:>22}{:>24}\n", "parameter", wide, "value",
             fmt::format("d({})/d()", flags.gradient), "relative sensitivity");
  for (const Sensitivity& s : list)
    fmt::print("{:<{}}{:>12}{:>22.4g}{:>24.4g}\n", s.name, wide, format_si(s.value), s.derivative,
               s.relative);
}

void write_answers(const RunFlags& flags, const Answers& answers, const Json* json) {
  const bool table = !flags.table.empty();
  if (!flags.out.empty()) {
    const std::string format = extension_of(flags.out);
    if (format != "csv" && format != "npy" && format != "json")
      throw InputError(ErrorKind::usage, fmt::format("no format '{}' for '{}'", format, flags.out), {},
                       ".csv, .npy or .json");
    write_file(flags.out, format == "csv"   ? to_csv(answers)
                          : format == "npy" ? to_npy(answers)
                                            : to_json(answers).dump(2) + "\n");
    log_note(fmt::format("wrote {} rows to {}", answers.rows.rows(), flags.out));
  }
  if (json) {
    fmt::print("{}\n", json->dump(2));
  } else if (table && flags.out.empty()) {
    fmt::print("{}", to_csv(answers));
  } else if (!table) {
    fmt::print("{}", to_text(answers, 0));
  }
}

void run(const RunFlags& flags) {
  const std::string path = model_path(flags);
  const learn::NetworkPredictor predictor(learn::read_predictor(path), "network", flags.jobs);
  const learn::PredictorModel& model = predictor.model();
  PredictionQuery query = flags.query;
  query.set = named_values(flags.set, "--set load_capacitance=5p");
  query.corner = corner_of(flags, model);
  read_rows(flags, query);
  const PredictionRows rows = query_rows(query);
  check_like(model, rows, query.testbench);
  const std::size_t metric = flags.gradient.empty() ? 0 : metric_named(model, flags.gradient);
  if (!flags.gradient.empty() && rows.rows() != 1)
    throw InputError(ErrorKind::usage, "--gradient is of one row", {}, "give its values with --param");
  const learn::Predictions predictions = predictor.predict(rows);
  const Answers answers{predictor, rows, predictions, query.parameters, query.values};
  Json json = flags.json ? to_json(answers) : Json();
  std::vector<Sensitivity> list;
  if (!flags.gradient.empty()) list = sensitivities(predictor, query, metric, predictions.metrics[metric]);
  if (flags.json && !flags.gradient.empty())
    print_gradient(flags, model.metrics[metric], predictions.metrics[metric], list, &json);
  write_answers(flags, answers, flags.json ? &json : nullptr);
  if (!flags.json && !flags.gradient.empty())
    print_gradient(flags, model.metrics[metric], predictions.metrics[metric], list, nullptr);
}

}  // namespace

void add_predict_run(CLI::App& predict) {
  auto flags = std::make_shared<RunFlags>();
  PredictionQuery& q = flags->query;
  CLI::App* verb = predict.add_subcommand("run", "validity and metrics of a sized circuit");
  verb->add_option("netlist", q.files.netlist, "SPICE file with the subcircuit")
      ->required()
      ->type_name("FILE");
  verb->add_option("--testbench", q.testbench, "set-ups and metrics of the data sets (.toml)")
      ->required()
      ->type_name("FILE");
  verb->add_option("--subckt", q.files.subcircuit, "its name, where the file has several")->type_name("NAME");
  verb->add_option("--include", q.files.includes, "file that the netlist needs, such as its variables")
      ->type_name("FILE")
      ->allow_extra_args(false);
  verb->add_option("--models", q.files.models,
                   "model file, or FILE,SECTION; may hold {corner}. None is needed for most circuits")
      ->type_name("FILE")
      ->allow_extra_args(false);
  verb->add_option("--corner", q.corner, "of the process; when not given tt, or the only one that is known")
      ->type_name("NAME");
  verb->add_option("--set", flags->set, "a condition of the testbench: load_capacitance=5p")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  verb->add_option("--param", flags->parameters, "a parameter of the circuit: w1=2u")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  verb->add_option("--table", flags->table, "rows of parameters and conditions (.csv)")->type_name("FILE");
  verb->add_option("--model", flags->model, "of nullor predict train; that of the program when not given")
      ->type_name("FILE");
  verb->add_option("--gradient", flags->gradient, "the derivative of this metric by every parameter")
      ->type_name("METRIC");
  verb->add_option("--out", flags->out, "file of the predictions: .csv, .npy or .json")->type_name("FILE");
  verb->add_flag("--json", flags->json, "results on standard output as JSON");
  verb->add_option("--jobs", flags->jobs, "threads; 0: all cores")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  verb->callback([flags] { run(*flags); });
}

}  // namespace nullor
