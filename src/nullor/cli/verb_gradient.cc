// nullor gradient deck.cir --of EXPR --wrt P,...: exact derivatives of a measurement by parameters.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "nullor/base/si.h"
#include "nullor/cli/app.h"
#include "nullor/cli/read_deck.h"
#include "nullor/neural/collocation_gradient.h"
#include "nullor/simulate/difference_gradient.h"
#include "nullor/simulate/gradient.h"

namespace nullor {
namespace {

struct GradientOptions {
  CommonOptions common;
  std::string deck;
  GradientRequest request;
  std::string engine = "numeric";
  std::string route = "adjoint";
  double tolerance = 1e-4;
};

// d ln(value) / d ln(parameter): by how many percent the objective moves for one percent of the parameter.
double elasticity(const GradientResult& result, const GradientRow& row) {
  return result.value == 0 ? 0 : row.derivative * row.value / result.value;
}

void print_table(const GradientResult& result) {
  std::printf("%s = %s%s  (%s)\n\n", result.of.c_str(), format_si(result.value, 7).c_str(),
              result.unit.c_str(), result.analysis.c_str());
  std::size_t width = 9;
  for (const GradientRow& row : result.rows) width = std::max(width, row.name.size());
  const int name_width = static_cast<int>(width);
  std::printf("%-*s  %14s  %16s  %12s\n", name_width, "parameter", "value", "derivative", "% per %");
  for (const GradientRow& row : result.rows) {
    const std::string value = format_si(row.value, 6) + (row.unit.empty() ? "" : " " + row.unit);
    std::printf("%-*s  %14s  %16.8g  %12.5g\n", name_width, row.name.c_str(), value.c_str(), row.derivative,
                elasticity(result, row));
  }
}

void print_json(const GradientResult& result) {
  nlohmann::ordered_json out = {
      {"of", result.of}, {"value", result.value}, {"unit", result.unit}, {"analysis", result.analysis}};
  out["gradient"] = nlohmann::ordered_json::array();
  for (const GradientRow& row : result.rows) {
    out["gradient"].push_back({{"parameter", row.name},
                               {"unit", row.unit},
                               {"value", row.value},
                               {"derivative", row.derivative},
                               {"elasticity", elasticity(result, row)}});
  }
  std::puts(out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace).c_str());
}

/// Puts differences in the place of derivatives; parameters that cannot be moved leave.
void take_differences(const Circuit& circuit, int jobs, GradientResult& result) {
  DifferenceOptions how;
  how.jobs = jobs;
  const std::vector<DifferenceRow> rows = difference_gradient(circuit, result, how);
  std::vector<GradientRow> kept;
  for (std::size_t k = 0; k < rows.size(); ++k) {
    if (!rows[k].ok) continue;
    kept.push_back(result.rows[k]);
    kept.back().derivative = rows[k].derivative;
  }
  result.rows = std::move(kept);
}

}  // namespace

void add_gradient(CLI::App& app) {
  auto options = std::make_shared<GradientOptions>();
  CLI::App* verb = app.add_subcommand("gradient", "exact d(measure)/d(parameter) by adjoints");
  verb->add_option("deck", options->deck, "SPICE netlist")->required();
  verb->add_option("--of", options->request.of, "name of a .meas, or an expression such as v(out)")
      ->required();
  verb->add_option("--wrt,--param", options->request.wrt,
                   "parameters: vdd, r1, m1:w, nmod:vto, temp (default: every one)")
      ->delimiter(',')
      ->allow_extra_args(false);
  verb->add_option("--analysis", options->request.analysis, "op, dc, ac or tran, where --of does not tell");
  verb->add_option("--engine", options->engine, "which engine solves a transient")
      ->check(CLI::IsMember({"numeric", "neural"}))
      ->capture_default_str();
  verb->add_option("--tolerance", options->tolerance, "neural: wanted error relative to each signal")
      ->check(CLI::Range(1e-8, 1e-2))
      ->capture_default_str();
  verb->add_option("--route", options->route,
                   "adjoint; for checks: forward (neural), or differences of a transient .meas "
                   "on the numerical engine")
      ->check(CLI::IsMember({"adjoint", "forward", "differences"}))
      ->capture_default_str();
  add_common_options(*verb, options->common);
  verb->callback([options] {
    TrainingOptions how;
    how.tolerance = options->tolerance;
    how.seed = options->common.seed;
    using Direction = CollocationGradient::Direction;
    CollocationGradient neural(how, options->route == "forward" ? Direction::forward : Direction::adjoint);
    if (options->engine == "neural") options->request.transient = &neural;
    ReadOptions reading;
    reading.seed = options->common.seed;
    Engine engine(read_deck(options->deck, reading));
    GradientResult result = gradient(engine, options->request);
    if (options->route == "differences") take_differences(engine.circuit(), options->common.jobs, result);
    if (options->request.wrt.empty() && options->route == "adjoint") {
      std::erase_if(result.rows, [](const GradientRow& row) { return row.derivative == 0; });
      std::stable_sort(result.rows.begin(), result.rows.end(),
                       [&](const GradientRow& a, const GradientRow& b) {
                         return std::fabs(elasticity(result, a)) > std::fabs(elasticity(result, b));
                       });
    }
    options->common.json ? print_json(result) : print_table(result);
  });
}

}  // namespace nullor
