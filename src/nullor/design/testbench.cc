#include "nullor/design/testbench.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace nullor {
namespace {

std::vector<std::string> names_in(const Expression& expression) {
  std::vector<std::string> out;
  for (const Expression::Node& node : expression.nodes) {
    if (node.kind == Expression::Kind::name) out.push_back(node.name);
  }
  return out;
}

/// All expressions of a measurement.
std::vector<const Expression*> expressions_of(const MeasureCard& card) {
  std::vector<const Expression*> out = {&card.what};
  const auto add = [&](const std::optional<Expression>& e) {
    if (e) out.push_back(&*e);
  };
  for (const MeasureCard::Event* event : {&card.trigger, &card.target}) {
    for (const auto* e : {&event->left, &event->right, &event->at, &event->delay}) add(*e);
  }
  add(card.from);
  add(card.to);
  return out;
}

/// What some metrics need of a testbench.
class Needs {
 public:
  explicit Needs(const Testbench& bench) : bench_(bench) {}

  void add(const std::string& name) {
    const auto metric = std::find_if(bench_.metrics.begin(), bench_.metrics.end(),
                                     [&](const MetricSpec& m) { return m.name == name; });
    if (metric == bench_.metrics.end() || !metrics.insert(name).second) return;
    if (metric->value) add(*metric->value);
    if (metric->valid) add(*metric->valid);
    if (metric->meas) {
      for (const Expression* e : expressions_of(*metric->meas)) add(*e);
    }
    const auto setup = std::find_if(bench_.setups.begin(), bench_.setups.end(),
                                    [&](const TestSetup& s) { return s.name == metric->setup; });
    if (setup == bench_.setups.end() || !setups.insert(setup->name).second) return;
    if (setup->when) add(*setup->when);
    for (const std::string& name : setup->stop) add(name);
  }

  bool has(const FailureRule& rule) const {
    std::vector<std::string> read = rule.missing;
    read.insert(read.end(), rule.found.begin(), rule.found.end());
    if (rule.when) {
      for (const std::string& name : names_in(*rule.when)) read.push_back(name);
    }
    return std::all_of(read.begin(), read.end(), [&](const std::string& name) {
      return metrics.contains(name) || std::none_of(bench_.metrics.begin(), bench_.metrics.end(),
                                                    [&](const MetricSpec& m) { return m.name == name; });
    });
  }

  std::set<std::string> metrics, setups;

 private:
  void add(const Expression& expression) {
    for (const std::string& name : names_in(expression)) add(name);
  }

  const Testbench& bench_;
};

}  // namespace

const Condition* Testbench::condition(std::string_view name) const {
  for (const Condition& c : conditions) {
    if (c.name == name) return &c;
  }
  return nullptr;
}

void Testbench::set(const std::vector<std::pair<std::string, double>>& values) {
  for (const auto& [name, value] : values) {
    const auto found = std::find_if(conditions.begin(), conditions.end(),
                                    [&name = name](const Condition& c) { return c.name == name; });
    if (found == conditions.end()) {
      std::vector<std::string> names;
      for (const Condition& c : conditions) names.push_back(c.name);
      throw InputError(ErrorKind::usage, "'" + path + "' has no condition '" + name + "'", {},
                       did_you_mean(name, names, fmt::format("it has {}", fmt::join(names, ", "))));
    }
    found->value = value;
  }
}

std::vector<std::size_t> Testbench::kept() const {
  std::vector<std::size_t> out;
  for (std::size_t k = 0; k < metrics.size(); ++k) {
    if (!metrics[k].hidden) out.push_back(k);
  }
  return out;
}

Testbench Testbench::reduced_to(const std::vector<std::string>& names) const {
  Needs needs(*this);
  for (const std::string& name : names) needs.add(name);
  Testbench out = *this;
  std::erase_if(out.setups, [&](const TestSetup& s) { return !needs.setups.contains(s.name); });
  std::erase_if(out.metrics, [&](const MetricSpec& m) { return !needs.metrics.contains(m.name); });
  std::erase_if(out.failures, [&](const FailureRule& rule) { return !needs.has(rule); });
  return out;
}

std::vector<std::string> Testbench::classes() const {
  std::vector<std::string> out = {"ok", "illegal_geometry", "no_operating_point", "no_convergence",
                                  "time_limit"};
  for (const FailureRule& rule : failures) {
    if (std::find(out.begin(), out.end(), rule.failure) == out.end()) out.push_back(rule.failure);
  }
  return out;
}

}  // namespace nullor
