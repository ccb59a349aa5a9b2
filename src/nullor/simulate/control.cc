#include "nullor/simulate/control.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "nullor/netlist/option_names.h"
#include "nullor/simulate/control_machine.h"
#include "nullor/simulate/control_text.h"

namespace nullor {
namespace {

constexpr std::array<std::string_view, 12> kRefused = {"shell",     "system", "!",        "cd",
                                                       "source",    "load",   "edit",     "aspice",
                                                       "codemodel", "osdi",   "pre_osdi", "rspice"};
// Commands of an interactive session that change nothing about results.
constexpr std::array<std::string_view, 23> kIgnored = {
    "status",  "rusage",   "listing", "show",      "showmod", "display", "version", "help",
    "history", "trace",    "iplot",   "stop",      "where",   "remcirc", "unalias", "alias",
    "define",  "undefine", "bug",     "inventory", "delete",  "probe",   "setseed"};
const std::vector<std::string> kKnown = {
    "run",      "op",    "dc",         "ac",     "tran",      "noise",   "tf",       "sens",
    "let",      "unlet", "print",      "echo",   "meas",      "set",     "unset",    "alter",
    "altermod", "write", "alterparam", "wrdata", "plot",      "setplot", "destroy",  "reset",
    "save",     "fft",   "spec",       "option", "linearize", "fourier", "settype",  "compose",
    "foreach",  "while", "dowhile",    "repeat", "if",        "break",   "continue", "quit"};

bool contains(auto const& list, std::string_view word) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

}  // namespace

using Flow = ControlMachine::Flow;

ControlSummary run_control(std::span<const ControlCommand> commands, Session& session,
                           const ControlOptions& options) {
  ControlMachine machine(session, options);
  machine.run(commands);
  return machine.finish();
}

void ControlMachine::fail(const std::string& what, std::string hint) const {
  throw InputError(ErrorKind::netlist, what, where_, std::move(hint));
}

Flow ControlMachine::run(std::span<const ControlCommand> commands) {
  for (const ControlCommand& command : commands) {
    const Flow flow = step(command);
    if (flow != Flow::normal) return flow;
  }
  return Flow::normal;
}

Flow ControlMachine::step(const ControlCommand& command) {
  where_ = command.where;
  if (++executed_ > options_.max_commands) {
    fail("the control block ran " + std::to_string(options_.max_commands) + " commands without an end",
         "is this loop endless?");
  }
  const std::string& verb = command.verb;
  const bool is_loop = verb == "while" || verb == "dowhile" || verb == "if";
  try {
    // A loop's condition is expanded anew at every turn.
    const std::string rest = is_loop ? command.rest : expand(command.rest);
    if (verb == "foreach") return foreach (command, rest);
    if (verb == "repeat") return repeat(command, rest);
    if (verb == "if") return run(condition(rest) ? command.body : command.otherwise);
    if (verb == "while" || verb == "dowhile") {
      bool stop = false;
      if (verb == "while" && !condition(rest)) return Flow::normal;
      do {
        if (const Flow flow = loop_body(command, stop); stop) return flow;
        where_ = command.where;
      } while (condition(rest));
      return Flow::normal;
    }
    if (verb == "break") return Flow::break_loop;
    if (verb == "continue") return Flow::continue_loop;
    if (verb == "quit" || verb == "exit") return Flow::quit;
    if (verb == "set") return set(rest), Flow::normal;
    if (verb == "unset") {
      for (const std::string& name : control_words(rest)) variables_.erase(name);
      return Flow::normal;
    }
    if (contains(kRefused, verb) || verb.starts_with('!')) {
      fail("'" + verb + "' is refused: a netlist may not start programs or read other files");
    }
    if (vector_command(verb, rest) || output_command(verb, rest) || session_command(verb, rest))
      return Flow::normal;
    if (contains(kIgnored, verb)) return Flow::normal;
    fail("unknown command '" + verb + "'", did_you_mean(verb, kKnown));
  } catch (const InputError& e) {
    if (e.where().file) throw;
    throw InputError(e.kind(), e.what(), where_, e.hint());
  }
}

// Runs a body once; `stop` says that the loop ends with the returned flow.
Flow ControlMachine::loop_body(const ControlCommand& command, bool& stop) {
  const Flow flow = run(command.body);
  if (++executed_ > options_.max_commands) {
    where_ = command.where;
    fail("the control block ran " + std::to_string(options_.max_commands) + " commands without an end",
         "is this loop endless?");
  }
  stop = flow == Flow::break_loop || flow == Flow::quit;
  return flow == Flow::quit ? Flow::quit : Flow::normal;
}

Flow ControlMachine::foreach (const ControlCommand& command, const std::string& rest) {
  Words words = control_words(rest, true);
  std::erase_if(words, [](const std::string& w) { return w == "(" || w == ")"; });
  if (words.empty()) fail("foreach needs a variable and values", "foreach x 1 2 3");
  for (std::size_t k = 1; k < words.size(); ++k) {
    variables_[words[0]] = {words[k]};
    bool stop = false;
    if (const Flow flow = loop_body(command, stop); stop) return flow;
  }
  return Flow::normal;
}

Flow ControlMachine::repeat(const ControlCommand& command, const std::string& rest) {
  // Without a count the loop goes on until break.
  const double times = trimmed(rest).empty() ? static_cast<double>(options_.max_commands) : number(rest);
  for (double k = 0; k < times; ++k) {
    bool stop = false;
    if (const Flow flow = loop_body(command, stop); stop) return flow;
  }
  return Flow::normal;
}

bool ControlMachine::condition(const std::string& text) const {
  const std::string expanded = normalize_condition(expand(text));
  const Samples<double> value = evaluate(expanded);
  return std::any_of(value.re.begin(), value.re.end(), [](double x) { return x != 0; }) ||
         std::any_of(value.im.begin(), value.im.end(), [](double x) { return x != 0; });
}

std::string ControlMachine::variable(const std::string& name) const {
  if (name == "curplot") return out_.plots.current().name;
  if (name == "curplottitle") return out_.plots.current().table.title;
  if (name == "curplotname") return out_.plots.current().table.plotname;
  const auto found = variables_.find(name);
  if (found == variables_.end()) {
    Words names;
    for (const auto& [known, value] : variables_) names.push_back(known);
    fail("no variable '$" + name + "'", did_you_mean(name, names));
  }
  std::string out;
  for (const std::string& word : found->second) out += (out.empty() ? "" : " ") + word;
  return out;
}

std::string ControlMachine::expand(std::string_view text) const {
  return substitute(
      text, [this](const std::string& name) { return variable(name); },
      [this](const std::string& name) {
        const Samples<double> samples = evaluate(name);
        std::string out;
        char digits[64];
        for (std::size_t k = 0; k < samples.size(); ++k) {
          std::snprintf(digits, sizeof digits, "%s%.15g", k == 0 ? "" : " ", samples.re[k]);
          out += digits;
          if (!samples.is_complex()) continue;
          std::snprintf(digits, sizeof digits, ",%.15g", samples.im[k]);
          out += digits;
        }
        return out;
      });
}

void ControlMachine::set(const std::string& rest) {
  for (auto& [name, values] : control_settings(rest)) {
    if (name == "temp" && values.size() == 1) {
      netlist::check_option("temp", number(values[0]), where_);
      session_.set_option("temp", number(values[0]));
    }
    variables_[name] = std::move(values);
  }
}

int ControlMachine::digits(int otherwise) const {
  const auto found = variables_.find("numdgt");
  if (found == variables_.end() || found->second.empty()) return otherwise;
  return std::clamp(std::atoi(found->second[0].c_str()), 1, 17);
}

bool ControlMachine::degrees() const {
  const auto found = variables_.find("units");
  return found != variables_.end() && found->second == Words{"degrees"};
}

Expression ControlMachine::parse(const std::string& text) const { return parse_expression(text, where_); }

Samples<double> ControlMachine::evaluate(const std::string& text) const {
  return out_.plots.evaluate(parse(text), degrees());
}

double ControlMachine::number(const std::string& text) const {
  const Samples<double> out = evaluate(text);
  if (out.size() != 1)
    fail("'" + text + "' has " + std::to_string(out.size()) + " samples where one number is wanted");
  return out.re[0];
}

}  // namespace nullor
