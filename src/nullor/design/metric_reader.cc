#include "nullor/design/metric_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "nullor/simulate/measure.h"

namespace nullor {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

class MetricReader {
 public:
  MetricReader(const Testbench& bench, const std::vector<SetupResult>& results,
               const std::function<std::optional<double>(std::string_view)>& parameter, SampleOutcome& out)
      : bench_(bench), results_(results), parameter_(parameter), out_(out) {}

  void run() {
    for (const MetricSpec& metric : bench_.metrics) {
      std::string why;
      double value = read(metric, why);
      if (why.empty() && !std::isfinite(value)) why = "it is not a finite number";
      if (why.empty()) known_[metric.name] = value;
      if (why.empty() && metric.valid) why = invalid(metric);
      if (!why.empty()) {
        value = kMissing;
        known_.erase(metric.name);
      }
      out_.values.push_back(value);
      out_.missing.push_back(std::move(why));
    }
    if (out_.failure == kNoFailure) classify();
  }

  bool has_ended(const TestSetup& setup, const Table& table) {
    return std::any_of(setup.stop.begin(), setup.stop.end(), [&](const std::string& name) {
      const MetricSpec& metric = metric_called(name);
      return measured_on(table, *metric.meas).ok();
    });
  }

  /// After run().
  std::optional<std::string> left_out(const TestSetup& setup) const {
    if (const std::string* name = unknown_name(*setup.when)) return root_of(*name);
    if (evaluate_scalar(*setup.when, names()) != 0) return std::nullopt;
    return setup.reason.empty() ? "not " + setup.when->text : setup.reason;
  }

 private:
  const SetupResult& result_of(const std::string& setup) const {
    for (std::size_t k = 0; k < bench_.setups.size(); ++k) {
      if (bench_.setups[k].name == setup) return results_[k];
    }
    static const SetupResult none;
    return none;
  }

  const MetricSpec& metric_called(const std::string& name) const {
    return *std::find_if(bench_.metrics.begin(), bench_.metrics.end(),
                         [&](const MetricSpec& m) { return m.name == name; });
  }

  const TestSetup& setup_of(const MetricSpec& metric) const {
    return *std::find_if(bench_.setups.begin(), bench_.setups.end(),
                         [&](const TestSetup& s) { return s.name == metric.setup; });
  }

  /// The metric at which the transient of a set-up ends, the earliest of its `stop`, or null. Engines that
  /// simulate on must not tell more than those that do not.
  const MetricSpec* end_of(const TestSetup& setup, const std::vector<Table>& tables) {
    const MetricSpec* first = nullptr;
    double when = 0;
    for (const std::string& name : setup.stop) {
      const MetricSpec& metric = metric_called(name);
      const Table* table = table_of(*metric.meas, tables);
      if (!table) continue;
      const Measured<double> found = measured_on(*table, *metric.meas);
      const double at = found.at.value_or(found.value);
      if (!found.ok() || (first && at >= when)) continue;
      first = &metric;
      when = at;
    }
    return first;
  }

  double read(const MetricSpec& metric, std::string& why) {
    if (metric.value) return computed(*metric.value, why);
    const SetupResult& result = result_of(metric.setup);
    if (metric.meas && metric.meas->analysis == "tran" && result.ran) {
      const MetricSpec* end = end_of(setup_of(metric), result.tables);
      if (end && end != &metric) {
        why = "the transient ends at " + end->name;
        return kMissing;
      }
    }
    if (!result.ran) {
      why = result.failure.empty() ? "set-up '" + metric.setup + "' was not run" : result.failure;
      return kMissing;
    }
    if (metric.meas) return measured(*metric.meas, result.tables, why);
    if (!result.regions) {
      why = "the engine does not tell regions";
      return kMissing;
    }
    return static_cast<double>(std::count_if(result.regions->begin(), result.regions->end(),
                                             [](const DeviceRegion& d) { return d.margin < 0; }));
  }

  static const Table* table_of(const MeasureCard& card, const std::vector<Table>& tables) {
    const Table* table = nullptr;
    for (const Table& candidate : tables) {
      if (candidate.kind == card.analysis) table = &candidate;
    }
    return table;
  }

  Measured<double> measured_on(const Table& table, const MeasureCard& card) const {
    const TableWaveforms waveforms(table);
    VectorScope<double> scope = names();
    scope.waveforms = &waveforms;
    return measure(card, scope);
  }

  double measured(const MeasureCard& card, const std::vector<Table>& tables, std::string& why) {
    const Table* table = table_of(card, tables);
    if (!table) {
      why = "set-up has no " + card.analysis + " analysis";
      return kMissing;
    }
    const Measured<double> result = measured_on(*table, card);
    why = result.failure;
    return result.value;
  }

  double computed(const Expression& expression, std::string& why) {
    if (const std::string* name = unknown_name(expression)) {
      why = root_of(*name);
      return kMissing;
    }
    return evaluate_scalar(expression, names());
  }

  std::string invalid(const MetricSpec& metric) {
    if (const std::string* name = unknown_name(*metric.valid)) return root_of(*name);
    if (evaluate_scalar(*metric.valid, names()) != 0) return "";
    return metric.reason.empty() ? "not " + metric.valid->text : metric.reason;
  }

  /// Why a metric is missing, told of the measurement at the bottom of it.
  std::string root_of(const std::string& name) const {
    for (std::size_t k = 0; k < out_.missing.size(); ++k) {
      const MetricSpec& metric = bench_.metrics[k];
      if (metric.name != name) continue;
      const bool told = metric.value && out_.missing[k].find(": ") != std::string::npos;
      return told ? out_.missing[k] : name + ": " + out_.missing[k];
    }
    return "'" + name + "' has no value";
  }

  /// The first metric that an expression reads and that is missing.
  const std::string* unknown_name(const Expression& expression) const {
    for (const Expression::Node& node : expression.nodes) {
      if (node.kind != Expression::Kind::name || known_.contains(node.name)) continue;
      const bool metric = std::any_of(bench_.metrics.begin(), bench_.metrics.end(),
                                      [&](const MetricSpec& m) { return m.name == node.name; });
      if (metric) return &node.name;
    }
    return nullptr;
  }

  VectorScope<double> names() const {
    VectorScope<double> scope;
    scope.other = [this](std::string_view name) -> std::optional<Samples<double>> {
      if (const auto found = known_.find(name); found != known_.end())
        return Samples<double>::constant(found->second);
      if (const auto value = parameter_(name)) return Samples<double>::constant(*value);
      return std::nullopt;
    };
    return scope;
  }

  bool holds(const FailureRule& rule) const {
    if (!rule.missing.empty() && std::none_of(rule.missing.begin(), rule.missing.end(),
                                              [&](const auto& m) { return !known_.contains(m); }))
      return false;
    if (!std::all_of(rule.found.begin(), rule.found.end(), [&](const auto& m) { return known_.contains(m); }))
      return false;
    return !rule.when || (!unknown_name(*rule.when) && evaluate_scalar(*rule.when, names()) != 0);
  }

  void classify() {
    const std::vector<std::string> classes = bench_.classes();
    for (const FailureRule& rule : bench_.failures) {
      if (!holds(rule)) continue;
      const auto place = std::find(classes.begin(), classes.end(), rule.failure);
      out_.failure = static_cast<int>(place - classes.begin());
      out_.reason = reason(rule);
      return;
    }
  }

  /// The rule's own words, then what it saw: why metrics are missing, what others are, which devices.
  std::string reason(const FailureRule& rule) const {
    std::string seen;
    const auto add = [&](const std::string& text) { seen += (seen.empty() ? "" : "; ") + text; };
    for (std::size_t k = 0; k < bench_.metrics.size(); ++k) {
      const MetricSpec& metric = bench_.metrics[k];
      const auto in = [&](const std::vector<std::string>& list) {
        return std::find(list.begin(), list.end(), metric.name) != list.end();
      };
      const bool read = rule.when && std::any_of(rule.when->nodes.begin(), rule.when->nodes.end(),
                                                 [&](const auto& n) { return n.name == metric.name; });
      if (in(rule.missing) && !out_.missing[k].empty()) add(metric.name + ": " + out_.missing[k]);
      if ((read || in(rule.found)) && out_.missing[k].empty())
        add(fmt::format("{} = {:.4g}{}{}", metric.name, out_.values[k], metric.unit.empty() ? "" : " ",
                        metric.unit));
      if (read && metric.devices_out_of_region) add(device_list(metric.setup));
    }
    if (rule.reason.empty()) return seen;
    return seen.empty() ? rule.reason : rule.reason + " (" + seen + ")";
  }

  std::string device_list(const std::string& setup) const {
    constexpr std::size_t kListed = 4;
    std::vector<DeviceRegion> low;
    for (const DeviceRegion& d : result_of(setup).regions.value_or(std::vector<DeviceRegion>{})) {
      if (d.margin < 0) low.push_back(d);
    }
    std::stable_sort(low.begin(), low.end(),
                     [](const auto& a, const auto& b) { return a.margin < b.margin; });
    std::string out;
    for (std::size_t k = 0; k < std::min(kListed, low.size()); ++k)
      out += fmt::format("{}{} lacks {:.3g} mV", k ? ", " : "", low[k].name, -1e3 * low[k].margin);
    return low.size() > kListed ? out + ", ..." : out;
  }

  const Testbench& bench_;
  const std::vector<SetupResult>& results_;
  const std::function<std::optional<double>(std::string_view)>& parameter_;
  SampleOutcome& out_;
  std::map<std::string, double, std::less<>> known_;
};

}  // namespace

std::optional<std::string> left_out(const Testbench& bench, std::size_t setup,
                                    const std::vector<SetupResult>& results,
                                    const std::function<std::optional<double>(std::string_view)>& parameter) {
  if (!bench.setups[setup].when) return std::nullopt;
  SampleOutcome so_far;
  MetricReader reader(bench, results, parameter, so_far);
  reader.run();
  return reader.left_out(bench.setups[setup]);
}

bool has_ended(const Testbench& bench, std::size_t setup, const Table& table,
               const std::function<std::optional<double>(std::string_view)>& parameter) {
  SampleOutcome none;
  return MetricReader(bench, {}, parameter, none).has_ended(bench.setups[setup], table);
}

void read_metrics(const Testbench& bench, const std::vector<SetupResult>& results,
                  const std::function<std::optional<double>(std::string_view)>& parameter,
                  SampleOutcome& outcome) {
  MetricReader(bench, results, parameter, outcome).run();
}

}  // namespace nullor
