#include <algorithm>
#include <array>
#include <cmath>

#include "nullor/base/si.h"
#include "nullor/netlist/analysis_card.h"
#include "nullor/netlist/analysis_parser.h"
#include "nullor/netlist/compile.h"
#include "nullor/netlist/expression_parser.h"
#include "nullor/netlist/text.h"

namespace nullor::netlist {
namespace {

/// No names at all.
class NumberEnvironment : public Environment {
 public:
  int name(Compiler& compiler, const Expression& in, const Expression::Node& node) override {
    if (node.name == "pi") return compiler.builder().constant(3.14159265358979323846);
    fail("expected a number, got " + in_quotes(node.name), in.locate(node));
  }
  int probe(Compiler&, const Expression& in, const Expression::Node& node) override {
    fail("expected a number, got " + node.name + "()", in.locate(node));
  }
  int derivative(Compiler&, const Expression& in, const Expression::Node& node, Program, double) override {
    fail("expected a number, got " + node.name + "()", in.locate(node));
  }
  const UserFunction* function(std::string_view) override { return nullptr; }
  std::vector<std::string> function_names() const override { return {}; }
  Rng* random() override { return nullptr; }
  bool behavioural() const override { return false; }
};

class AnalysisReader {
 public:
  AnalysisReader(Cursor& cursor, const Evaluate& evaluate) : cursor_(cursor), evaluate_(evaluate) {}

  AnalysisCard run() {
    AnalysisCard out;
    out.where = cursor_.where();
    const std::string word = lower(cursor_.word());
    if (word == "op") {
      out.what = OpCard{};
    } else if (word == "dc") {
      out.what = dc();
    } else if (word == "ac") {
      out.what = AcCard{frequencies()};
    } else if (word == "tran") {
      out.what = tran();
    } else if (word == "noise") {
      out.what = noise();
    } else if (word == "tf") {
      TransferCard card;
      card.output = expression("the output, such as v(out)");
      card.source = name("the input source");
      out.what = std::move(card);
    } else if (word == "sens") {
      out.what = sensitivity();
    } else if (word == "four" || word == "fourier") {
      FourierCard card;
      const Location where = cursor_.where();
      card.frequency = number("the fundamental frequency");
      if (!(card.frequency > 0)) fail("the fundamental frequency must be positive", where);
      do {
        card.outputs.push_back(expression("an output, such as v(out)"));
      } while (!cursor_.at_end());
      out.what = std::move(card);
    } else {
      fail("there is no analysis " + in_quotes(word), out.where,
           did_you_mean(word,
                        std::array<std::string, 8>{"op", "dc", "ac", "tran", "noise", "tf", "sens", "four"}));
    }
    if (!cursor_.at_end()) cursor_.fail("." + word + " has more words than expected");
    return out;
  }

  SweepAxis step() {
    SweepAxis axis;
    axis.where = cursor_.where();
    scale(axis);
    bool is_parameter = false;
    if (same_name(cursor_.peek_word(), "param")) {
      cursor_.word();
      is_parameter = true;
    }
    axis.target =
        name(is_parameter ? "the parameter to step" : "what to step: param NAME, temp, or a source");
    if (axis.target == "temper") axis.target = "temp";
    scale(axis);
    if (same_name(cursor_.peek_word(), "list")) {
      cursor_.word();
      axis.scale = SweepAxis::Scale::list;
    }
    if (axis.scale == SweepAxis::Scale::list) {
      do {
        axis.list.push_back(number("a value"));
        cursor_.accept(',');
      } while (!cursor_.at_end());
      return axis;
    }
    range(axis);
    if (!cursor_.at_end()) cursor_.fail(".step has more words than expected", "one .step card per axis");
    return axis;
  }

 private:
  double number(const char* what) {
    const std::string_view piece = cursor_.value(what);
    return evaluate_(cursor_.source(), piece);
  }

  std::string name(const char* what) {
    cursor_.at_end();
    std::string_view out = cursor_.word();
    if (out.empty()) cursor_.fail(std::string("expected ") + what);
    return lower(out);
  }

  Expression expression(const char* what) { return parse_piece(cursor_.source(), cursor_.value(what)); }

  void scale(SweepAxis& axis) {
    const std::string_view word = cursor_.peek_word();
    using Scale = SweepAxis::Scale;
    if (same_name(word, "lin"))
      axis.scale = Scale::linear;
    else if (same_name(word, "dec"))
      axis.scale = Scale::decade;
    else if (same_name(word, "oct"))
      axis.scale = Scale::octave;
    else
      return;
    cursor_.word();
  }

  void range(SweepAxis& axis) {
    axis.start = number("the start value");
    axis.stop = number("the stop value");
    const Location where = cursor_.where();
    axis.step = number("the step");
    if (axis.scale == SweepAxis::Scale::linear) {
      if (axis.step == 0 && axis.start != axis.stop) fail("the step is zero", where);
      if ((axis.stop - axis.start) * axis.step < 0) {
        fail("a step of " + format_si(axis.step) + " never leads from " + format_si(axis.start) + " to " +
                 format_si(axis.stop),
             where);
      }
    } else if (!(axis.step >= 1) || !(axis.start * axis.stop > 0)) {
      fail("a logarithmic sweep needs at least one point and limits of one sign", where);
    }
  }

  DcCard dc() {
    DcCard card;
    do {
      SweepAxis axis;
      axis.where = cursor_.where();
      if (card.axes.size() == 2) fail("dc sweeps at most two sources", axis.where);
      axis.target = name("the source, parameter or 'temp' to sweep");
      range(axis);
      card.axes.push_back(std::move(axis));
    } while (!cursor_.at_end());
    return card;
  }

  FrequencySweep frequencies() {
    FrequencySweep out;
    const Location where = cursor_.where();
    const std::string word = lower(cursor_.word());
    using Scale = FrequencySweep::Scale;
    if (word == "dec")
      out.scale = Scale::decade;
    else if (word == "oct")
      out.scale = Scale::octave;
    else if (word == "lin")
      out.scale = Scale::linear;
    else
      fail("expected dec, oct or lin" + (word.empty() ? "" : ", got " + in_quotes(word)), where);
    const Location at = cursor_.where();
    const double points = number("the number of points");
    if (!(points >= 1 && points <= 1e8)) fail("the number of points must be at least 1", at);
    out.points = static_cast<int>(std::lround(points));
    const Location range = cursor_.where();
    out.start = number("the first frequency");
    out.stop = number("the last frequency");
    if (out.start < 0 || (out.start == 0 && out.scale != Scale::linear))
      fail("the first frequency must be positive", range);
    if (out.stop < out.start) fail("the last frequency is below the first", range);
    return out;
  }

  TranCard tran() {
    TranCard card;
    const Location where = cursor_.where();
    card.step = number("the time step");
    card.stop = number("the stop time");
    for (double* value : {&card.start, &card.max_step}) {
      if (cursor_.at_end() || same_name(cursor_.peek_word(), "uic")) break;
      *value = number("a time");
    }
    if (same_name(cursor_.peek_word(), "uic")) {
      cursor_.word();
      card.use_initial_conditions = true;
    }
    if (!(card.stop > 0)) fail("the stop time must be positive", where);
    if (!(card.step > 0)) fail("the time step must be positive", where);
    if (card.start < 0 || card.start >= card.stop)
      fail("the start time must lie between 0 and the stop time", where);
    if (card.max_step < 0) fail("the largest step must be positive", where);
    return card;
  }

  NoiseCard noise() {
    NoiseCard card;
    card.output = expression("the output, such as v(out)");
    card.source = name("the input source");
    card.sweep = frequencies();
    if (!cursor_.at_end()) {
      card.points_per_summary = static_cast<int>(std::clamp(number("points per summary"), 0.0, 1e9));
    }
    return card;
  }

  SensitivityCard sensitivity() {
    SensitivityCard card;
    card.output = expression("the output, such as v(out)");
    if (same_name(cursor_.peek_word(), "dc")) cursor_.word();
    if (same_name(cursor_.peek_word(), "ac")) {
      cursor_.word();
      card.ac = true;
      card.sweep = frequencies();
    }
    return card;
  }

  Cursor& cursor_;
  const Evaluate& evaluate_;
};

}  // namespace

double evaluate_constant(const SourceText& source, std::string_view piece) {
  if (const auto number = parse_si(piece)) return *number;
  NumberEnvironment environment;
  const Program program = Compiler(environment).compile(parse_piece(source, piece));
  std::vector<double> registers;
  return program.run<double>({}, registers);
}

bool is_analysis(std::string_view word) {
  for (const std::string_view name : {"op", "dc", "ac", "tran", "noise", "tf", "sens", "four", "fourier"}) {
    if (same_name(word, name)) return true;
  }
  return false;
}

AnalysisCard read_analysis(Cursor& cursor, const Evaluate& evaluate) {
  return AnalysisReader(cursor, evaluate).run();
}

StepCard read_step(Cursor& cursor, const Evaluate& evaluate) {
  return {AnalysisReader(cursor, evaluate).step()};
}

}  // namespace nullor::netlist

namespace nullor {

AnalysisCard parse_analysis(std::string_view text, const Location& where) {
  netlist::Cursor cursor(netlist::SourceText(text, where));
  return netlist::read_analysis(cursor, netlist::evaluate_constant);
}

}  // namespace nullor
