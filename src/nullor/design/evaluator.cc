#include "nullor/design/evaluator.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "nullor/base/file.h"

namespace nullor {
namespace {

nlohmann::json to_json(const Trial& trial) {
  return {{"u", trial.u},
          {"failure", trial.failure},
          {"values", trial.values},
          {"worst_at", trial.worst_at},
          {"shortfalls", trial.shortfalls},
          {"aim", trial.aim},
          {"shortfall_slopes", trial.shortfall_slopes},
          {"aim_slopes", trial.aim_slopes}};
}

Trial trial_of(const nlohmann::json& entry) {
  Trial out;
  entry.at("u").get_to(out.u);
  entry.at("failure").get_to(out.failure);
  entry.at("values").get_to(out.values);
  entry.at("worst_at").get_to(out.worst_at);
  entry.at("shortfalls").get_to(out.shortfalls);
  entry.at("aim").get_to(out.aim);
  entry.at("shortfall_slopes").get_to(out.shortfall_slopes);
  entry.at("aim_slopes").get_to(out.aim_slopes);
  return out;
}

/// Whether a trial made before tells all that is asked.
bool serves(const Trial& trial, bool with_slopes) {
  return !with_slopes || !trial.ok() || !trial.shortfall_slopes.empty() || !trial.aim_slopes.empty();
}

}  // namespace

Evaluator::Evaluator(SizingProblem& problem, const SizingOptions& options)
    : problem_(problem), options_(options) {
  best_.failure = "nothing was tried";
  if (options.journal.empty()) return;
  if (options.resume) read_journal();
  std::string kept;
  for (const auto& [u, trial] : on_file_) kept += to_json(trial).dump() + "\n";
  write_file(options.journal, kept);
  journal_.open(options.journal, std::ios::app);
  if (!journal_)
    throw InputError(ErrorKind::input_output, "cannot write the journal '" + options.journal + "'");
}

// A search is deterministic: it asks for the same points again and finds them here, until it is where it was
// interrupted. The last line may be half a line.
void Evaluator::read_journal() {
  std::ifstream file(options_.journal);
  if (!file) throw InputError(ErrorKind::input_output, "cannot read the journal '" + options_.journal + "'");
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    const auto entry = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (entry.is_discarded() && file.peek() == std::ifstream::traits_type::eof()) return;
    try {
      Trial trial = trial_of(entry);
      const bool fits = trial.u.size() == problem_.size() &&
                        (!trial.ok() || trial.values.size() == problem_.names().size()) &&
                        trial.worst_at.size() == trial.values.size();
      if (!fits) throw InputError(ErrorKind::input_output, "it is of another specification");
      on_file_[trial.u] = std::move(trial);
    } catch (const std::exception& error) {
      throw InputError(ErrorKind::input_output,
                       "line " + std::to_string(number) + " of the journal '" + options_.journal +
                           "' cannot be used: " + error.what(),
                       {}, "start again without --resume");
    }
  }
}

const Trial& Evaluator::keep(Trial trial, bool with_slopes) {
  if (with_slopes) ++result_.with_slopes;
  ++result_.evaluations;
  if (result_.evaluations == 1) result_.start = trial;
  if (better(trial, best_)) best_ = trial;
  if (best_.met() && result_.until_met == 0) result_.until_met = result_.evaluations;
  result_.worst.push_back(best_.worst());
  result_.aim.push_back(best_.met() ? best_.aim : std::numeric_limits<double>::quiet_NaN());
  if (options_.progress) options_.progress(result_.evaluations, best_.worst());
  Trial& kept = known_[trial.u];
  return kept = std::move(trial);
}

bool Evaluator::better(const Trial& a, const Trial& b) const {
  if (a.met() && b.met()) return a.aim < b.aim;
  return a.worst() < b.worst();
}

void Evaluator::check_budget() {
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - began_;
  result_.out_of_time = options_.time_limit > 0 && elapsed.count() > options_.time_limit;
  if (left() <= 0 || result_.out_of_time) throw SearchEnds{};
}

const Trial* Evaluator::on_file(const std::vector<double>& u, bool with_slopes) const {
  const auto old = on_file_.find(u);
  return old != on_file_.end() && serves(old->second, with_slopes) ? &old->second : nullptr;
}

const Trial& Evaluator::operator()(const std::vector<double>& point, bool with_slopes) {
  const std::vector<double> u = problem_.on_grid(point);
  const auto known = known_.find(u);
  if (known != known_.end() && serves(known->second, with_slopes)) return known->second;
  check_budget();
  Trial trial;
  if (const Trial* old = on_file(u, with_slopes)) {
    trial = *old;
  } else {
    trial = problem_.evaluate(u, with_slopes);
    if (journal_.is_open()) journal_ << to_json(trial).dump() << std::endl;
  }
  const Trial& kept = keep(std::move(trial), with_slopes);
  if (done()) throw SearchEnds{};
  return kept;
}

void Evaluator::prepare(std::vector<std::vector<double>> points) {
  for (auto& u : points) u = problem_.on_grid(std::move(u));
  std::vector<std::vector<double>> fresh;
  for (const auto& u : points) {
    if (!known_.contains(u) && std::find(fresh.begin(), fresh.end(), u) == fresh.end()) fresh.push_back(u);
  }
  if (fresh.empty()) return;
  check_budget();
  if (fresh.size() > static_cast<std::size_t>(left())) fresh.resize(static_cast<std::size_t>(left()));
  // What was begun together is made together: in lanes, the last digits depend on the company.
  std::vector<Trial> trials;
  for (const auto& u : fresh) {
    if (const Trial* old = on_file(u, false)) trials.push_back(*old);
  }
  if (trials.size() < fresh.size()) {
    trials = problem_.evaluate_many(fresh);
    for (const Trial& trial : trials) {
      if (journal_.is_open()) journal_ << to_json(trial).dump() << "\n";
    }
    if (journal_.is_open()) journal_.flush();
  }
  for (Trial& trial : trials) {
    keep(std::move(trial), false);
    if (done()) throw SearchEnds{};
  }
}

SizingResult Evaluator::result() const {
  SizingResult out = result_;
  out.best = best_;
  out.measured = problem_.measured();
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
  return out;
}

}  // namespace nullor
