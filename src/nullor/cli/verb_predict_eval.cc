// nullor predict eval SET... --model FILE: predictions against what simulations said.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "nullor/base/file.h"
#include "nullor/base/log.h"
#include "nullor/cli/predict_pages.h"
#include "nullor/cli/predict_verbs.h"
#include "nullor/cli/prediction_sets.h"
#include "nullor/learn/prediction_table.h"
#include "nullor/learn/predictor.h"
#include "nullor/learn/row_predictor.h"

namespace nullor {
namespace {

struct EvalFlags {
  std::vector<std::string> sets;
  std::string model, part = "test", page;
  bool baselines = false, json = false, partial = false, legal_only = true;
  std::size_t most_rows = 0;
  int jobs = 0;
};

using Predictors = std::vector<std::unique_ptr<learn::RowPredictor>>;

/// One set with what every predictor says of it.
struct Judged {
  std::string name;
  bool seen = false;
  PredictionRows truth;
  std::vector<learn::Predictions> predictions;  ///< (predictors)
  std::vector<learn::PredictionFigures> figures;
};

class Evaluation {
 public:
  explicit Evaluation(const EvalFlags& flags) : flags_(flags) {
    auto network =
        std::make_unique<learn::NetworkPredictor>(learn::read_predictor(flags.model), "network", flags.jobs);
    network_ = network.get();
    predictors_.push_back(std::move(network));
    const Division division = division_of(model(), flags.model);
    std::vector<PredictionSet> sets = read_prediction_sets(flags.sets, flags.partial);
    for (PredictionSet& set : sets) check_like(model(), set);
    if (flags.baselines) fit_baselines(sets, division);
    const learn::RowParts parts = learn::divide(rows_of(sets), division.shares, division.seed);
    for (std::size_t s = 0; s < sets.size(); ++s)
      judge(sets[s], first_rows(flags.part == "all" ? sets[s].rows : parts.test[s], flags.most_rows));
    if (judged_.empty())
      throw InputError(ErrorKind::usage, "there are no rows to judge by", {},
                       "--part all takes those that were learned from too");
  }

  const learn::PredictorModel& model() const { return network_->model(); }

  void print() const {
    if (flags_.json) {
      fmt::print("{}\n", json().dump(2));
      return;
    }
    for (const Judged& one : judged_)
      print_block(fmt::format("{}{}", one.name, one.seen ? "" : " (unseen)"), one.figures);
    for (const bool seen : {true, false}) {
      if (count(seen) > 1)
        print_block(fmt::format("{} circuits together", seen ? "seen" : "unseen"), together(seen));
    }
  }

  std::string page() const {
    std::vector<JudgedRows> groups;
    for (const bool seen : {true, false}) {
      if (count(seen) == 0) continue;
      JudgedRows& group = groups.emplace_back();
      group.heading = seen ? "Seen circuits" : "Unseen circuits";
      group.figures = together(seen).front();
      for (const Judged& one : judged_) {
        if (one.seen != seen) continue;
        group.truth.push_back(one.truth);
        group.predicted.push_back(one.predictions.front());
      }
    }
    return evaluation_page(model(), groups, flags_.legal_only);
  }

 private:
  /// On the rows that the model learned from.
  void fit_baselines(const std::vector<PredictionSet>& sets, const Division& division) {
    std::vector<PredictionRows> learned;
    for (const PredictionSet& set : sets) {
      const bool named =
          std::find(division.sets.begin(), division.sets.end(), set.name) != division.sets.end();
      if (named && network_->knows(*set.rows.circuit))
        learned.push_back(first_rows(set.rows, division.most_rows));
    }
    const std::vector<PredictionRows> training =
        learn::divide(learned, division.shares, division.seed).training;
    if (training.empty())
      throw InputError(ErrorKind::usage, "baselines learn from what the model did, and none of it is here",
                       {}, fmt::format("give the sets {} too", fmt::join(division.sets, ", ")));
    predictors_.push_back(learn::fit_box_rule(training));
    predictors_.push_back(learn::fit_ridge(training, model().metrics));
    predictors_.push_back(learn::fit_neighbours(training, model().metrics));
    predictors_.push_back(learn::fit_perceptron(training, model().metrics));
  }

  void judge(const PredictionSet& set, const PredictionRows& truth) {
    if (truth.rows() == 0) {
      log_warning(fmt::format("'{}' has no row in its test part", set.name));
      return;
    }
    Judged out{set.name, network_->knows(*truth.circuit), truth, {}, {}};
    for (const auto& predictor : predictors_) {
      out.predictions.push_back(predictor->predict(truth));
      out.figures.push_back(learn::score(out.predictions.back(), truth, model().metrics, flags_.legal_only));
    }
    judged_.push_back(std::move(out));
  }

  std::size_t count(bool seen) const {
    return static_cast<std::size_t>(
        std::count_if(judged_.begin(), judged_.end(), [&](const Judged& one) { return one.seen == seen; }));
  }

  /// Figures of all sets that were seen, or not, of every predictor.
  std::vector<learn::PredictionFigures> together(bool seen) const {
    std::vector<learn::PredictionFigures> out;
    for (std::size_t p = 0; p < predictors_.size(); ++p) {
      std::vector<learn::Predictions> predictions;
      std::vector<PredictionRows> truth;
      for (const Judged& one : judged_) {
        if (one.seen != seen) continue;
        predictions.push_back(one.predictions[p]);
        truth.push_back(one.truth);
      }
      out.push_back(learn::score(predictions, truth, model().metrics, flags_.legal_only));
    }
    return out;
  }

  void print_block(const std::string& heading, const std::vector<learn::PredictionFigures>& figures) const {
    if (figures.size() == 1) {
      fmt::print("{}: {}\n", heading, learn::to_text(figures.front()));
      return;
    }
    std::vector<std::string> names;
    for (const auto& predictor : predictors_) names.push_back(predictor->name());
    fmt::print("{}: {}\n", heading, comparison(names, figures));
  }

  /// A column a predictor.
  static std::string comparison(const std::vector<std::string>& names,
                                const std::vector<learn::PredictionFigures>& figures);

  nlohmann::ordered_json json() const {
    nlohmann::ordered_json out = {{"model", flags_.model},
                                  {"part", flags_.part},
                                  {"legal_only", flags_.legal_only},
                                  {"sets", nlohmann::ordered_json::array()}};
    const auto of = [&](const std::vector<learn::PredictionFigures>& figures) {
      nlohmann::ordered_json by_name = nlohmann::ordered_json::object();
      for (std::size_t p = 0; p < figures.size(); ++p)
        by_name[predictors_[p]->name()] = learn::to_json(figures[p]);
      return by_name;
    };
    for (const Judged& one : judged_)
      out["sets"].push_back({{"name", one.name}, {"seen", one.seen}, {"figures", of(one.figures)}});
    for (const bool seen : {true, false}) {
      if (count(seen) > 0) out[seen ? "seen" : "unseen"] = of(together(seen));
    }
    return out;
  }

  const EvalFlags& flags_;
  Predictors predictors_;
  const learn::NetworkPredictor* network_ = nullptr;
  std::vector<Judged> judged_;
};

std::string Evaluation::comparison(const std::vector<std::string>& names,
                                   const std::vector<learn::PredictionFigures>& figures) {
  const learn::PredictionFigures& first = figures.front();
  std::string out = fmt::format("{} rows, {} valid\n", first.rows, first.valid_rows);
  std::size_t wide = 20;
  for (const learn::MetricFigures& m : first.metrics) wide = std::max(wide, m.name.size() + 2);
  const auto head = [&](const std::string& title) {
    out += fmt::format("{:<{}}", title, wide);
    for (const std::string& name : names) out += fmt::format("{:>14}", name);
    out += '\n';
  };
  const auto line = [&](const std::string& name, double factor, const char* suffix, const auto& value) {
    out += fmt::format("  {:<{}}", name, wide - 2);
    for (const learn::PredictionFigures& f : figures) {
      const double x = factor * value(f);
      out += fmt::format("{:>14}", std::isfinite(x) ? fmt::format("{:.4g}{}", x, suffix) : "-");
    }
    out += '\n';
  };
  using F = learn::PredictionFigures;
  using M = learn::MetricFigures;
  head("validity");
  const std::pair<const char*, double F::*> validity[] = {{"AUROC", &F::auroc},
                                                          {"average precision", &F::average_precision},
                                                          {"F1", &F::f1},
                                                          {"calibration error", &F::calibration_error},
                                                          {"class accuracy", &F::class_accuracy}};
  for (const auto& [name, member] : validity)
    line(name, 1, "", [member = member](const F& f) { return f.*member; });
  struct Block {
    const char* title;
    double factor;
    const char* suffix;
    double M::*member;
  };
  const Block blocks[] = {{"relative error", 100, " %", &M::relative_error},
                          {"R2 as learned", 1, "", &M::scaled_r_squared},
                          {"Spearman", 1, "", &M::spearman},
                          {"coverage", 100, " %", &M::coverage}};
  for (const Block& block : blocks) {
    head(block.title);
    for (std::size_t m = 0; m < first.metrics.size(); ++m)
      line(first.metrics[m].name, block.factor, block.suffix,
           [&](const F& f) { return f.metrics[m].*block.member; });
  }
  return out;
}

void evaluate(const EvalFlags& flags) {
  const Evaluation evaluation(flags);
  if (!flags.page.empty()) {
    write_file(flags.page, evaluation.page());
    log_note("wrote " + flags.page);
  }
  evaluation.print();
}

}  // namespace

void add_predict_eval(CLI::App& predict) {
  auto flags = std::make_shared<EvalFlags>();
  CLI::App* verb = predict.add_subcommand("eval", "predictions against what simulations said");
  verb->add_option("sets", flags->sets, "folders of data sets, or folders of such folders")
      ->required()
      ->type_name("SET");
  verb->add_option("--model", flags->model, "of nullor predict train")->required()->type_name("FILE");
  verb->add_option("--part", flags->part, "test: samples that training did not look at; or all")
      ->check(CLI::IsMember({"test", "all"}))
      ->capture_default_str();
  verb->add_flag("--baselines", flags->baselines,
                 "beside each figure those of box rule, ridge regression, neighbours and perceptron");
  verb->add_flag("--legal,!--all-rows", flags->legal_only,
                 "leave out illegal geometries, which a rule tells (the default); or not");
  verb->add_option("--rows", flags->most_rows, "judged of each set at most, the first ones; 0: all")
      ->capture_default_str();
  verb->add_flag("--partial", flags->partial, "take the shards that are there");
  verb->add_option("--plot", flags->page, "page with calibration, scatter and coverage (.html)")
      ->type_name("FILE");
  verb->add_flag("--json", flags->json, "results on standard output as JSON");
  verb->add_option("--jobs", flags->jobs, "threads; 0: all cores")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  verb->callback([flags] { evaluate(*flags); });
}

}  // namespace nullor
