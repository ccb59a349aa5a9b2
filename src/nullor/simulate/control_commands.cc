// Commands that compute with vectors or act on the session.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "nullor/netlist/option_names.h"
#include "nullor/simulate/control_machine.h"
#include "nullor/simulate/control_text.h"
#include "nullor/simulate/measure.h"

namespace nullor {

bool ControlMachine::vector_command(const std::string& verb, const std::string& rest) {
  if (verb == "let") return let(rest), true;
  if (verb == "compose") return compose(rest), true;
  if (verb == "meas" || verb == "measure") return measure_command(rest), true;
  if (verb == "linearize") return linearize(rest), true;
  if (verb == "fft") return fft_command(rest), true;
  if (verb == "spec") return spec_command(rest), true;
  if (verb == "fourier" || verb == "four") return fourier_command(rest), true;
  if (verb == "settype") return set_type(rest), true;
  if (verb == "unlet") {
    for (const std::string& name : control_words(lowered(rest))) out_.plots.current().vectors.erase(name);
    return true;
  }
  if (verb == "setplot") {
    const std::string name = lowered(trimmed(rest));
    if (name.empty()) return true;
    if (name == "new") return out_.plots.add(Table{"", "Anonymous", "unknown", {}}), true;
    std::vector<std::string> names;
    for (const auto& plot : out_.plots.plots()) names.push_back(plot->name);
    if (!out_.plots.select(name)) fail("no plot '" + name + "'", did_you_mean(name, names));
    return true;
  }
  if (verb == "destroy") {
    const auto words = control_words(lowered(rest));
    if (words.size() == 1 && words[0] == "all") return out_.plots.remove_all(), true;
    if (words.empty()) out_.plots.remove(out_.plots.current().name);
    for (const std::string& name : words) {
      if (!out_.plots.remove(name)) fail("no plot '" + name + "'");
    }
    return true;
  }
  return false;
}

bool ControlMachine::session_command(const std::string& verb, const std::string& rest) {
  constexpr std::array<std::string_view, 7> kAnalyses = {"op", "dc", "ac", "tran", "noise", "tf", "sens"};
  if (std::find(kAnalyses.begin(), kAnalyses.end(), verb) != kAnalyses.end())
    return analysis(verb + " " + rest), true;
  if (verb == "run") {
    if (session_.circuit().analyses.empty())
      fail("'run' has nothing to run", "add .tran, .ac, .dc or .op to the netlist");
    for (const AnalysisCard& card : session_.circuit().analyses) {
      if (!std::holds_alternative<FourierCard>(card.what)) run_analysis(card);
    }
    return true;
  }
  if (verb == "alter") return alter(rest, false), true;
  if (verb == "altermod") return alter(rest, true), true;
  if (verb == "alterparam") {
    const auto equal = rest.find('=');
    if (equal == std::string::npos) fail("alterparam needs 'name = value'");
    session_.alter_parameter(lowered(trimmed(rest.substr(0, equal))), number(rest.substr(equal + 1)));
    return true;
  }
  if (verb == "option" || verb == "options") {
    for (const auto& [name, values] : control_settings(rest)) {
      netlist::check_option_name(name, where_);
      std::optional<OptionValue> value;
      if (!values.empty() && netlist::is_text_option(name))
        value = lowered(values[0]);
      else if (!values.empty())
        value = number(values[0]);
      netlist::check_option(name, value, where_);
      session_.set_option(name, value.value_or(1.0));
    }
    return true;
  }
  if (verb == "save") {
    std::vector<Expression> what;
    for (const std::string& text : split_expressions(rest)) what.push_back(parse(text));
    return session_.save(std::move(what)), true;
  }
  if (verb == "reset") return session_.reset(), true;
  return false;
}

void ControlMachine::analysis(const std::string& text) { run_analysis(parse_analysis(text, where_)); }

void ControlMachine::run_analysis(const AnalysisCard& card) {
  if (const auto* tran = std::get_if<TranCard>(&card.what)) transient_step_ = tran->step;
  for (Table& table : session_.run(card)) out_.plots.add(std::move(table));
}

// let name = expression, let name[index] = expression
void ControlMachine::let(const std::string& rest) {
  const auto equal = rest.find('=');
  if (equal == std::string::npos) fail("let needs 'name = expression'");
  std::string name = lowered(trimmed(rest.substr(0, equal)));
  Samples<double> value = evaluate(rest.substr(equal + 1));
  const auto bracket = name.find('[');
  const std::string element = bracket == std::string::npos ? "" : name.substr(bracket);
  name = name.substr(0, bracket);
  if (name.empty()) fail("let needs a name before '='");
  auto& vectors = out_.plots.home_of(name).vectors;
  if (element.empty()) {
    vectors[name] = std::move(value);
    return;
  }
  const double index = number(element.substr(1, element.rfind(']') - 1));
  const auto found = vectors.find(name);
  if (found == vectors.end())
    fail("no vector '" + name + "' to put an element into", "make it first: let " + name + " = vector(10)");
  Samples<double>& target = found->second;
  if (!(index >= 0) || index >= static_cast<double>(target.size())) {
    fail("'" + name + "' has " + std::to_string(target.size()) + " elements, index " + std::to_string(index) +
         " is not one of them");
  }
  const auto k = static_cast<std::size_t>(index);
  target.re[k] = value.re.at(0);
  if (value.is_complex() && !target.is_complex()) target.im.resize(target.size());
  if (target.is_complex()) target.im[k] = value.is_complex() ? value.im.at(0) : 0;
}

// compose name values a b c, compose name start=.. stop=.. step=.. (or lin=points)
void ControlMachine::compose(const std::string& rest) {
  const Words words = control_words(rest);
  if (words.size() < 2) fail("compose needs a name and values");
  Samples<double> out;
  if (lowered(words[1]) == "values") {
    for (std::size_t k = 2; k < words.size(); ++k) out.re.push_back(number(words[k]));
  } else {
    std::map<std::string, double> given;
    for (std::size_t k = 1; k < words.size(); ++k) {
      const auto equal = words[k].find('=');
      if (equal != std::string::npos)
        given[lowered(words[k].substr(0, equal))] = number(words[k].substr(equal + 1));
    }
    const double start = given["start"], stop = given["stop"];
    double points = given.contains("lin") ? given["lin"]
                    : given["step"] != 0  ? std::floor((stop - start) / given["step"] + 1 + 1e-9)
                                          : 0;
    if (!(points >= 1) || points > 1e7) fail("compose needs start=, stop= and step= or lin=");
    const double step =
        given.contains("lin") ? (points > 1 ? (stop - start) / (points - 1) : 0) : given["step"];
    for (double k = 0; k < points; ++k) out.re.push_back(start + k * step);
  }
  if (out.re.empty()) fail("compose was given no values");
  out_.plots.current().vectors[lowered(words[0])] = std::move(out);
}

void ControlMachine::measure_command(const std::string& rest) {
  const MeasureCard card = parse_measure(rest, where_);
  const Plot& plot = out_.plots.current();
  const TableWaveforms waveforms(plot.table);
  const Measured<double> result = measure(card, out_.plots.scope(plot, waveforms, degrees()));
  out_.readings.push_back({card.name, result.value, result.unit, result.failure, result.at});
  char line[200];
  if (result.ok()) {
    std::snprintf(line, sizeof line, "%-20s=  %.*e", card.name.c_str(), digits(6), result.value);
    std::string text = line;
    if (result.at) {
      std::snprintf(line, sizeof line, " at=  %.*e", digits(6), *result.at);
      text += line;
    }
    say(text + "\n");
    out_.plots.current().vectors[lowered(card.name)] = Samples<double>::constant(result.value);
  } else {
    say(card.name + " failed: " + result.failure + "\n");
  }
}

// alter r1 = 2k | alter r1 resistance = 2k | alter @r1[resistance] = 2k | alter @v1[pulse] = [ 0 1 ... ]
void ControlMachine::alter(const std::string& rest, bool model) {
  std::string left, right;
  if (const auto equal = rest.find('='); equal != std::string::npos) {
    left = rest.substr(0, equal);
    right = rest.substr(equal + 1);
  } else {
    const Words words = control_words(rest);
    if (words.size() < 2) fail("alter needs a device and a value");
    for (std::size_t k = 0; k + 1 < words.size(); ++k) left += words[k] + " ";
    right = words.back();
  }
  std::string cleaned;
  for (const char c : lowered(left)) cleaned += c == '@' || c == '[' || c == ']' || c == ',' ? ' ' : c;
  Words names = control_words(cleaned);
  if (names.empty() || names.size() > 2) fail("alter needs a device and at most one parameter name");
  names.resize(2);
  std::vector<double> values;
  std::string list(trimmed(right));
  if (list.starts_with('[') && list.ends_with(']')) {
    for (const std::string& word : control_words(list.substr(1, list.size() - 2)))
      values.push_back(number(word));
  } else {
    values.push_back(number(list));
  }
  if (!model) return session_.alter(names[0], names[1], values);
  if (names[1].empty() || values.size() != 1) fail("altermod needs a model, a parameter and one value");
  session_.alter_model(names[0], names[1], values[0]);
}

void ControlMachine::set_type(const std::string& rest) {
  constexpr std::array<std::pair<std::string_view, Quantity>, 8> kTypes = {
      {{"time", Quantity::time},
       {"frequency", Quantity::frequency},
       {"voltage", Quantity::voltage},
       {"current", Quantity::current},
       {"temperature", Quantity::temperature},
       {"phase", Quantity::phase},
       {"decibel", Quantity::decibel},
       {"notype", Quantity::none}}};
  const Words words = control_words(lowered(rest));
  if (words.empty()) fail("settype needs a type and vectors");
  const auto type =
      std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& t) { return t.first == words[0]; });
  const Quantity quantity = type == kTypes.end() ? Quantity::none : type->second;
  Plot& plot = out_.plots.current();
  for (std::size_t k = 1; k < words.size(); ++k) {
    if (const auto found = plot.vectors.find(words[k]); found != plot.vectors.end())
      found->second.quantity = quantity;
    for (Column& column : plot.table.columns) {
      if (column.name == words[k]) column.quantity = quantity;
    }
  }
}

}  // namespace nullor
