#include "nullor/design/function_bench.h"

#include <algorithm>
#include <cmath>

#include "nullor/base/file.h"
#include "nullor/design/toml_reader.h"

namespace nullor {
namespace {

class FunctionReader {
 public:
  FunctionReader(const std::string& text, const std::string& path) : read_(text, path) {
    out_.bench = parse_testbench(text, path);
  }

  FunctionBench run() {
    const toml::table& root = read_.root();
    if (const toml::node* family = root.get("family")) {
      const auto found = graph::family_named(read_.text(*family));
      if (!found) read_.refuse(*family, "'" + read_.text(*family) + "' is no family of circuits");
      out_.family = *found;
    }
    if (const toml::node* node = root.get("ports")) {
      for (const auto& [name, value] : read_.ordered(read_.table(*node, "[ports]"))) port(name, *value);
    }
    if (const toml::node* node = root.get("function")) {
      for (const toml::node& item : read_.array(*node, "[[function]]"))
        out_.goals.push_back(goal(item, "[[function]]"));
    }
    if (const toml::node* node = root.get("sizing")) {
      for (const toml::node& item : read_.array(*node, "[[sizing]]"))
        out_.sizing.push_back(goal(item, "[[sizing]]"));
    }
    if (const toml::node* node = root.get("merit")) {
      out_.merit = read_.text(*node);
      known_metric(*node, out_.merit);
    }
    if (out_.ports.empty() || out_.goals.empty()) {
      throw InputError(ErrorKind::usage, "'" + out_.bench.path + "' does not say what circuits are for", {},
                       "it needs [ports] and [[function]]");
    }
    for (const TestSetup& setup : out_.bench.setups) check_connections(setup);
    return std::move(out_);
  }

 private:
  graph::PortRole role(const toml::node& node) const {
    const std::string text = read_.text(node);
    const auto found = text == "NET" ? std::optional(graph::PortRole::internal) : graph::role_of(text);
    if (!found) {
      read_.refuse(node, "'" + text + "' is no role of a port", "for example VIN, VOUT or NET");
    }
    return *found;
  }

  void roles(const toml::node& node, FunctionPort& out) const {
    if (!node.is_array()) {
      out.roles.push_back(role(node));
      return;
    }
    for (const toml::node& item : *node.as_array()) out.roles.push_back(role(item));
  }

  void port(const std::string& name, const toml::node& node) {
    FunctionPort out{.name = lower_case(name)};
    if (!node.is_table()) {
      roles(node, out);
    } else {
      for (const auto& [key, value] : *node.as_table()) {
        if (key == "role") {
          roles(value, out);
        } else if (key == "optional") {
          out.optional = read_.flag(value);
        } else {
          static const std::vector<std::string> known = {"role", "optional"};
          read_.unknown(value, key.str(), known);
        }
      }
    }
    if (out.roles.empty()) read_.refuse(node, "'" + name + "' has no role");
    out_.ports.push_back(std::move(out));
  }

  void known_metric(const toml::node& node, const std::string& name) const {
    const bool there = std::any_of(out_.bench.metrics.begin(), out_.bench.metrics.end(),
                                   [&](const MetricSpec& m) { return m.name == name; });
    if (!there) read_.refuse(node, "there is no metric '" + name + "'");
  }

  FunctionGoal goal(const toml::node& node, const char* section) const {
    FunctionGoal out;
    for (const auto& [key, value] : read_.table(node, section)) {
      if (key == "metric") {
        out.metric = read_.text(value);
        known_metric(value, out.metric);
      } else if (key == "at_least") {
        out.at_least = read_.number(value);
      } else if (key == "at_most") {
        out.at_most = read_.number(value);
      } else if (key == "reason") {
        out.reason = read_.text(value);
      } else {
        static const std::vector<std::string> known = {"metric", "at_least", "at_most", "reason"};
        read_.unknown(value, key.str(), known);
      }
    }
    if (out.metric.empty() || (!out.at_least && !out.at_most))
      read_.refuse(node, "an entry of " + std::string(section) + " needs a metric, and at_least or at_most");
    return out;
  }

  void check_connections(const TestSetup& setup) const {
    for (const auto& [port, node] : setup.connect) {
      const bool there = std::any_of(out_.ports.begin(), out_.ports.end(),
                                     [&](const FunctionPort& p) { return p.name == port; });
      if (!there)
        throw InputError(ErrorKind::usage, "set-up '" + setup.name + "' connects '" + port + "'", setup.where,
                         "it is not in [ports]");
    }
  }

  TomlReader read_;
  FunctionBench out_;
};

}  // namespace

double FunctionGoal::shortfall(double value) const {
  if (std::isnan(value)) return 2;
  double out = 0;
  constexpr double kLeast = 1e-12;
  if (at_least) out = std::max(out, (*at_least - value) / std::max(std::fabs(*at_least), kLeast));
  if (at_most) out = std::max(out, (value - *at_most) / std::max(std::fabs(*at_most), kLeast));
  return std::min(out, 1.0);
}

FunctionBench parse_function_bench(const std::string& text, const std::string& path) {
  return FunctionReader(text, path).run();
}

FunctionBench read_function_bench(const std::string& path) {
  return parse_function_bench(read_file(path), path);
}

}  // namespace nullor
