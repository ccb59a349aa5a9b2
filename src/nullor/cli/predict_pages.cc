#include "nullor/cli/predict_pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "nullor/cli/version.h"
#include "nullor/design/testbench.h"
#include "nullor/report/html_page.h"

namespace nullor {
namespace {

using learn::MetricScale;
using learn::PredictorEpoch;

Table curve_table(const std::string& title, std::span<const PredictorEpoch> curve,
                  const std::vector<std::pair<std::string, double (*)(const PredictorEpoch&)>>& columns) {
  Table out{"", title, "training", {{"epoch", Quantity::none, {}, {}}}};
  for (const PredictorEpoch& e : curve) out.columns[0].real.push_back(e.epoch);
  for (const auto& [name, value] : columns) {
    Column column{name, Quantity::none, {}, {}};
    for (const PredictorEpoch& e : curve) column.real.push_back(value(e));
    out.columns.push_back(std::move(column));
  }
  return out;
}

double metric_loss(const learn::PredictorLoss& l) { return l.metrics / std::max(l.present, 1.0); }
double validity_loss(const learn::PredictorLoss& l) { return l.validity / std::max(l.rows, 1.0); }

/// Legal rows of a group, as columns.
struct Validity {
  std::vector<double> probability;
  std::vector<char> truth;
};

Validity validity_of(const JudgedRows& group, bool legal_only) {
  Validity out;
  for (std::size_t s = 0; s < group.truth.size(); ++s) {
    for (std::size_t r = 0; r < group.truth[s].rows(); ++r) {
      if (legal_only && group.truth[s].failure[r] == kIllegalGeometry) continue;
      out.probability.push_back(group.predicted[s].valid[r]);
      out.truth.push_back(group.truth[s].failure[r] == 0);
    }
  }
  return out;
}

Table calibration_table(const Validity& validity) {
  Table out{"",
            "Share of working rows over the predicted probability",
            "calibration",
            {{"predicted probability", Quantity::none, {}, {}},
             {"share that works", Quantity::none, {}, {}},
             {"as predicted", Quantity::none, {}, {}}}};
  for (const CalibrationBin& bin : calibration_bins(validity.probability, validity.truth)) {
    out.columns[0].real.push_back(bin.probability);
    out.columns[1].real.push_back(bin.share);
    out.columns[2].real.push_back(bin.probability);
  }
  return out;
}

/// Counts of working rows, their square root so that thin parts show: predicted upwards over true.
PageMap cloud(const JudgedRows& group, std::size_t metric, const MetricScale& scale) {
  constexpr int kSide = 48;
  // In spreads of the training rows; what lies farther out is left out.
  constexpr double kReach = 4;
  PageMap out;
  out.caption =
      fmt::format("{} [{}]: predicted over true, {:.4g} to {:.4g}", scale.name,
                  scale.unit_text.empty() ? "1" : scale.unit_text, scale.value(-kReach), scale.value(kReach));
  out.width = out.height = kSide;
  out.values.assign(kSide * kSide, 0);
  for (std::size_t s = 0; s < group.truth.size(); ++s) {
    const std::size_t m = group.truth[s].metrics.size();
    for (std::size_t r = 0; r < group.truth[s].rows(); ++r) {
      if (group.truth[s].failure[r] != 0) continue;
      const auto place = [&](double value) { return (scale.scaled(value) / kReach + 1) / 2; };
      const double x = place(group.truth[s].metric_values[r * m + metric]),
                   y = place(group.predicted[s].metrics[r * m + metric]);
      if (!(x >= 0 && x < 1 && y >= 0 && y < 1)) continue;
      const int column = static_cast<int>(x * kSide), row = kSide - 1 - static_cast<int>(y * kSide);
      ++out.values[static_cast<std::size_t>(row * kSide + column)];
    }
  }
  for (float& v : out.values) v = std::sqrt(v);
  return out;
}

/// To a tenth of a percent.
double percent(double share) { return std::round(1000 * share) / 10; }

PageSection validity_section(const JudgedRows& group, bool legal_only) {
  PageSection out{group.heading + ": validity", "", {}, {}, ""};
  out.text = legal_only ? "Rows of legal geometry alone: the others a rule of the process tells."
                        : "All rows, illegal geometries too.";
  out.tables.push_back(calibration_table(validity_of(group, legal_only)));
  const learn::PredictionFigures& f = group.figures;
  out.readings = {{"rows", static_cast<double>(f.rows), "", "", {}},
                  {"of them valid", static_cast<double>(f.valid_rows), "", "", {}},
                  {"AUROC", percent(f.auroc), "%", "", {}},
                  {"average precision", percent(f.average_precision), "%", "", {}},
                  {"F1", percent(f.f1), "%", "", {}},
                  {"calibration error", percent(f.calibration_error), "%", "", {}}};
  return out;
}

PageSection metrics_section(const JudgedRows& group, const learn::PredictorModel& model) {
  PageSection out{group.heading + ": metrics", "", {}, {}, ""};
  out.text = fmt::format(
      "Rows that work. Each picture has the true value to the right and the predicted one upwards, on the "
      "scale that is learned.\n\nThe share of true values within the {:.0f} % interval, and the median "
      "relative error:",
      100 * model.level);
  for (const learn::MetricFigures& m : group.figures.metrics) {
    out.readings.push_back({m.name + ", covered", percent(m.coverage), "%", "", {}});
    out.readings.push_back({m.name + ", error", percent(m.relative_error), "%", "", {}});
  }
  for (std::size_t m = 0; m < model.metrics.size(); ++m)
    out.maps.push_back(cloud(group, m, model.metrics[m]));
  return out;
}

}  // namespace

std::string predictor_training_page(const learn::PredictorModel& model,
                                    std::span<const PredictorEpoch> curve) {
  Page page{"Predictor of " + std::to_string(model.metrics.size()) + " metrics", std::string(kVersion), {}};
  PageSection section{"Learning", "", {}, {}, ""};
  const learn::PredictorConfig& c = model.config;
  section.text =
      fmt::format("{} weights: {} layers, width {}, {} heads, feed-forward {}; {} as tokens; {} circuits.",
                  model.weights.size(), c.layers, c.width, c.heads, c.feed_forward,
                  c.tokens.form == learn::TokenForm::pins ? "pins" : "devices", model.circuits.size());
  if (!curve.empty()) {
    const PredictorEpoch& last = curve.back();
    section.readings = {{"epochs", static_cast<double>(last.epoch), "", "", {}},
                        {"steps", static_cast<double>(last.steps), "", "", {}},
                        {"training loss", last.training.total(c), "", "", {}},
                        {"validation loss", last.validation.total(c), "", "", {}},
                        {"time", last.seconds, "s", "", {}}};
  }
  if (curve.size() > 1) {
    Table total = curve_table("Loss", curve, {});
    Column training{"training", Quantity::none, {}, {}}, validation{"validation", Quantity::none, {}, {}};
    for (const PredictorEpoch& e : curve) {
      training.real.push_back(e.training.total(c));
      validation.real.push_back(e.validation.total(c));
    }
    total.columns.push_back(std::move(training));
    total.columns.push_back(std::move(validation));
    section.tables.push_back(std::move(total));
    section.tables.push_back(
        curve_table("Loss of the metrics", curve,
                    {{"training", [](const PredictorEpoch& e) { return metric_loss(e.training); }},
                     {"validation", [](const PredictorEpoch& e) { return metric_loss(e.validation); }}}));
    if (c.validity)
      section.tables.push_back(
          curve_table("Cross entropy of validity [nats]", curve,
                      {{"training", [](const PredictorEpoch& e) { return validity_loss(e.training); }},
                       {"validation", [](const PredictorEpoch& e) { return validity_loss(e.validation); }}}));
    section.tables.push_back(
        curve_table("Rate of learning", curve, {{"rate", [](const PredictorEpoch& e) { return e.rate; }}}));
  }
  page.sections = {std::move(section)};
  return write_html(page);
}

std::vector<CalibrationBin> calibration_bins(std::span<const double> probability, std::span<const char> truth,
                                             int bins) {
  std::vector<CalibrationBin> out(static_cast<std::size_t>(bins));
  for (std::size_t k = 0; k < probability.size(); ++k) {
    CalibrationBin& bin =
        out[static_cast<std::size_t>(std::clamp(static_cast<int>(probability[k] * bins), 0, bins - 1))];
    bin.probability += probability[k];
    bin.share += truth[k] ? 1 : 0;
    ++bin.rows;
  }
  std::erase_if(out, [](const CalibrationBin& bin) { return bin.rows == 0; });
  for (CalibrationBin& bin : out) {
    bin.probability /= static_cast<double>(bin.rows);
    bin.share /= static_cast<double>(bin.rows);
  }
  return out;
}

std::string evaluation_page(const learn::PredictorModel& model, std::span<const JudgedRows> groups,
                            bool legal_only) {
  Page page{"Predictions against simulations", std::string(kVersion), {}};
  for (const JudgedRows& group : groups) {
    if (model.config.validity) page.sections.push_back(validity_section(group, legal_only));
    page.sections.push_back(metrics_section(group, model));
  }
  return write_html(page);
}

}  // namespace nullor
