// Testbench files: TOML into Testbench.
#include <set>

#include "nullor/base/file.h"
#include "nullor/design/testbench.h"
#include "nullor/design/toml_reader.h"

namespace nullor {
namespace {

/// An identifier that expressions can read.
std::string identifier(const TomlReader& read, const toml::node& node) {
  const std::string text = read.text(node);
  const bool good = !text.empty() && !std::isdigit(static_cast<unsigned char>(text[0])) &&
                    std::all_of(text.begin(), text.end(), [](unsigned char c) {
                      return std::islower(c) || std::isdigit(c) || c == '_';
                    });
  if (!good) read.refuse(node, "'" + text + "' is no name", "names are lower case letters, digits and _");
  return text;
}

Expression expression(const TomlReader& read, const toml::node& node) {
  return parse_expression(read.text(node), read.at(node));
}

class TestbenchReader {
 public:
  TestbenchReader(const std::string& text, const std::string& path) : read_(text, path) {
    out_.path = path;
    out_.text = text;
  }

  Testbench run() {
    // The last three are of circuits without sizes: function_bench.h.
    static const std::vector<std::string> known = {"title",  "conditions", "setup",    "metric", "failure",
                                                   "family", "ports",      "function", "sizing", "merit"};
    for (const auto& [key, value] : read_.root()) {
      if (std::find(known.begin(), known.end(), key.str()) == known.end())
        read_.unknown(value, key.str(), known);
    }
    const toml::table& root = read_.root();
    if (const toml::node* title = root.get("title")) out_.title = read_.text(*title);
    if (const toml::node* node = root.get("conditions")) conditions(*node);
    each(root, "setup", [&](const toml::table& t) { setup(t); });
    each(root, "metric", [&](const toml::table& t) { metric(t); });
    for (std::size_t k = 0; k < out_.setups.size(); ++k) check_order(k);
    check_stops();
    each(root, "failure", [&](const toml::table& t) { failure(t); });
    if (out_.setups.empty()) throw InputError(ErrorKind::usage, "'" + out_.path + "' has no [[setup]]");
    if (out_.kept().empty())
      throw InputError(ErrorKind::usage, "'" + out_.path + "' has no [[metric]] to keep");
    return std::move(out_);
  }

 private:
  template <class F>
  void each(const toml::table& root, const char* name, const F& take) {
    const toml::node* node = root.get(name);
    if (!node) return;
    const std::string like = std::string("[[") + name + "]]";
    for (const toml::node& item : read_.array(*node, like)) take(read_.table(item, like));
  }

  void conditions(const toml::node& node) {
    static const std::vector<std::string> known = {"value", "unit"};
    for (const auto& [name, value] : read_.ordered(read_.table(node, "[conditions]"))) {
      Condition out{name, 0, "", read_.at(*value)};
      if (!names_.insert(name).second) read_.refuse(*value, "'" + name + "' stands here twice");
      if (!value->is_table()) {
        out.value = read_.number(*value);
      } else {
        const toml::table& table = *value->as_table();
        if (!table.get("value")) read_.refuse(*value, "'" + name + "' has no value");
        for (const auto& [key, item] : table) {
          if (key == "value") {
            out.value = read_.number(item);
          } else if (key == "unit") {
            out.unit = read_.text(item);
          } else {
            read_.unknown(item, key.str(), known);
          }
        }
      }
      out_.conditions.push_back(std::move(out));
    }
  }

  void setup(const toml::table& table) {
    static const std::vector<std::string> known = {"name", "connect", "deck", "when", "reason", "stop"};
    TestSetup out;
    out.where = read_.at(table);
    for (const auto& [key, value] : table) {
      if (key == "name") {
        out.name = identifier(read_, value);
      } else if (key == "deck") {
        out.deck = read_.text(value);
        out.deck_where = read_.at(value);
      } else if (key == "when") {
        out.when = expression(read_, value);
      } else if (key == "reason") {
        out.reason = read_.text(value);
      } else if (key == "stop") {
        stops_.emplace_back(out_.setups.size(), &value);
      } else if (key == "connect") {
        for (const auto& [port, node] : read_.ordered(read_.table(value, "{ vdda = \"vdd\" }")))
          out.connect.emplace_back(lower_case(port), read_.text(*node));
      } else {
        read_.unknown(value, key.str(), known);
      }
    }
    if (out.name.empty() || out.connect.empty()) read_.refuse(table, "a set-up needs name, connect and deck");
    if (std::find(setups_.begin(), setups_.end(), out.name) != setups_.end())
      read_.refuse(table, "there are two set-ups '" + out.name + "'");
    setups_.push_back(out.name);
    out_.setups.push_back(std::move(out));
  }

  void metric(const toml::table& table) {
    static const std::vector<std::string> known = {
        "name",   "setup", "meas",   "value", "unit",         "sense",
        "hidden", "valid", "reason", "paper", "paper_factor", "devices_out_of_region"};
    MetricSpec out;
    out.where = read_.at(table);
    const toml::node* meas = nullptr;
    for (const auto& [key, value] : table) {
      if (key == "name") {
        out.name = identifier(read_, value);
      } else if (key == "setup") {
        out.setup = read_.text(value);
        if (std::find(setups_.begin(), setups_.end(), out.setup) == setups_.end())
          read_.refuse(value, "there is no set-up '" + out.setup + "'", did_you_mean(out.setup, setups_));
      } else if (key == "meas") {
        meas = &value;
      } else if (key == "value") {
        out.value = expression(read_, value);
      } else if (key == "devices_out_of_region") {
        out.devices_out_of_region = read_.flag(value);
      } else if (key == "unit") {
        out.unit = read_.text(value);
      } else if (key == "sense") {
        out.sense = sense(value);
      } else if (key == "hidden") {
        out.hidden = read_.flag(value);
      } else if (key == "valid") {
        out.valid = expression(read_, value);
      } else if (key == "reason") {
        out.reason = read_.text(value);
      } else if (key == "paper") {
        out.paper = read_.text(value);
      } else if (key == "paper_factor") {
        out.paper_factor = read_.number(value);
      } else {
        read_.unknown(value, key.str(), known);
      }
    }
    if (out.name.empty()) read_.refuse(table, "a metric needs a name");
    if ((meas != nullptr) + out.value.has_value() + out.devices_out_of_region != 1)
      read_.refuse(table, "'" + out.name + "' needs one of meas, value and devices_out_of_region");
    if (out.value.has_value() == !out.setup.empty())
      read_.refuse(table, out.value ? "'" + out.name + "' is computed and has no set-up of its own"
                                    : "'" + out.name + "' does not say on which set-up it is measured");
    if (meas) out.meas = measurement(out.name, *meas);
    if (out.value) check_names(*out.value);
    if (!names_.insert(out.name).second) read_.refuse(table, "'" + out.name + "' stands here twice");
    if (out.valid) check_names(*out.valid);
    metrics_.push_back(out.name);
    out_.metrics.push_back(std::move(out));
  }

  /// What decides on a set-up must come of those above it.
  void check_order(std::size_t setup) {
    const auto& when = out_.setups[setup].when;
    if (!when) return;
    check_names(*when);
    for (const Expression::Node& node : when->nodes) {
      for (const MetricSpec& metric : out_.metrics) {
        if (metric.name != node.name || metric.setup.empty()) continue;
        const auto at = std::find(setups_.begin(), setups_.end(), metric.setup) - setups_.begin();
        if (static_cast<std::size_t>(at) >= setup) {
          throw InputError(
              ErrorKind::usage,
              "'" + metric.name + "' is measured on set-up '" + metric.setup + "', which is not above",
              when->locate(node), "put that set-up first");
        }
      }
    }
  }

  /// What ends a transient is measured on it. The metrics stand below their set-ups.
  void check_stops() {
    for (const auto& [setup, node] : stops_) {
      TestSetup& of = out_.setups[setup];
      of.stop = metric_names(*node);
      for (const std::string& name : of.stop) {
        const MetricSpec& metric = *std::find_if(out_.metrics.begin(), out_.metrics.end(),
                                                 [&](const MetricSpec& m) { return m.name == name; });
        if (metric.setup != of.name || !metric.meas || metric.meas->analysis != "tran" || metric.valid)
          read_.refuse(*node, "'" + name + "' is not measured on the transient of '" + of.name + "'",
                       "a metric with setup = \"" + of.name + "\", meas = \"tran ...\" and without valid");
      }
    }
  }

  MeasureCard measurement(const std::string& name, const toml::node& node) {
    const std::string text = read_.text(node);
    const auto gap = text.find(' ');
    if (gap == std::string::npos)
      read_.refuse(node, "this is no measurement", "for example \"ac find vdb(out) at=0.1\"");
    return parse_measure(text.substr(0, gap) + " " + name + text.substr(gap), read_.at(node));
  }

  Sense sense(const toml::node& node) {
    static const std::vector<std::pair<std::string, Sense>> senses = {
        {"larger", Sense::larger}, {"smaller", Sense::smaller}, {"magnitude", Sense::magnitude}};
    const std::string text = read_.text(node);
    for (const auto& [name, sense] : senses) {
      if (name == text) return sense;
    }
    read_.refuse(node, "'" + text + "' is no sense", "larger, smaller or magnitude is better");
  }

  void failure(const toml::table& table) {
    static const std::vector<std::string> known = {"class", "missing", "found", "when", "reason"};
    FailureRule out;
    out.where = read_.at(table);
    for (const auto& [key, value] : table) {
      if (key == "class") {
        out.failure = identifier(read_, value);
      } else if (key == "missing") {
        out.missing = metric_names(value);
      } else if (key == "found") {
        out.found = metric_names(value);
      } else if (key == "when") {
        out.when = expression(read_, value);
        check_names(*out.when);
      } else if (key == "reason") {
        out.reason = read_.text(value);
      } else {
        read_.unknown(value, key.str(), known);
      }
    }
    if (out.failure.empty()) read_.refuse(table, "a failure needs a class");
    if (out.missing.empty() && out.found.empty() && !out.when)
      read_.refuse(table, "'" + out.failure + "' needs missing, found or when");
    out_.failures.push_back(std::move(out));
  }

  std::vector<std::string> metric_names(const toml::node& node) {
    const auto names = node.is_array() ? read_.texts(node) : std::vector<std::string>{read_.text(node)};
    for (const std::string& name : names) {
      if (std::find(metrics_.begin(), metrics_.end(), name) == metrics_.end())
        read_.refuse(node, "there is no metric '" + name + "'", did_you_mean(name, metrics_));
    }
    return names;
  }

  /// Names must be conditions or metrics that stand above.
  void check_names(const Expression& e) {
    static const std::set<std::string> constants = {"pi", "e", "c", "true", "false"};
    for (const Expression::Node& node : e.nodes) {
      if (node.kind == Expression::Kind::call && is_probe(node.name)) {
        throw InputError(ErrorKind::usage, "'" + node.name + "()' has no meaning outside of meas",
                         e.locate(node));
      }
    }
    for (const Expression::Node& node : e.nodes) {
      if (node.kind != Expression::Kind::name || names_.contains(node.name) || constants.contains(node.name))
        continue;
      const std::vector<std::string> known(names_.begin(), names_.end());
      throw InputError(ErrorKind::usage, "'" + node.name + "' is no condition and no metric above",
                       e.locate(node), did_you_mean(node.name, known));
    }
  }

  TomlReader read_;
  Testbench out_;
  std::set<std::string> names_;  ///< of conditions and metrics so far
  std::vector<std::string> setups_, metrics_;
  std::vector<std::pair<std::size_t, const toml::node*>> stops_;  ///< (set-up, what it says)
};

}  // namespace

Testbench parse_testbench(const std::string& text, const std::string& path) {
  return TestbenchReader(text, path).run();
}

Testbench read_testbench(const std::string& path) { return parse_testbench(read_file(path), path); }

}  // namespace nullor
