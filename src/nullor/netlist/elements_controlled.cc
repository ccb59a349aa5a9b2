/// Controlled sources. Linear ones stay what they are; polynomials, tables and formulas become
/// BehaviouralSource.

#include <algorithm>

#include "nullor/netlist/assignments.h"
#include "nullor/netlist/behaviour.h"
#include "nullor/netlist/elements.h"
#include "nullor/netlist/expression_parser.h"
#include "nullor/netlist/text.h"

namespace nullor::netlist {
namespace {

using Op = Program::Op;

constexpr int kMaxDimensions = 20;

bool gives_voltage(char letter) { return letter == 'e' || letter == 'h'; }

/// The polynomial of n controls in the order of SPICE: constant, linear terms, then every product of two, of
/// three ... with non-descending indices.
Program polynomial(BehaviourBuilder& behaviour, const std::vector<int>& inputs,
                   const std::vector<Value>& coefficients) {
  ProgramBuilder b;
  std::vector<int> x;
  for (const int input : inputs) x.push_back(b.input(input));
  int sum = b.constant(0);
  // Each term of one degree gives terms of the next by one more factor of the same or a later control.
  struct Term {
    int product;
    std::size_t last;
  };
  std::vector<Term> degree = {{b.constant(1), 0}};
  std::size_t next = 0;
  while (next < coefficients.size()) {
    for (const Term& term : degree) {
      if (next == coefficients.size()) break;
      const int c = behaviour.value(b, coefficients[next]);
      if (!(b.is_constant(c) && b.constant_at(c) == 0)) {
        sum = b.apply(Op::add, sum, b.apply(Op::multiply, c, term.product));
      }
      ++next;
    }
    std::vector<Term> higher;
    for (const Term& term : degree) {
      for (std::size_t k = term.last; k < x.size() && higher.size() < coefficients.size(); ++k) {
        higher.push_back({b.apply(Op::multiply, term.product, x[k]), k});
      }
    }
    degree = std::move(higher);
  }
  return b.finish(sum);
}

void finish(Elaborator& elaborator, ElementLine& element, BehaviourBuilder& builder) {
  element.instance.behaviour = builder.take();
  elaborator.add(element);
}

/// poly(n), after the word.
void read_poly(Elaborator& elaborator, ElementLine& element) {
  Cursor& cursor = element.cursor;
  const char letter = element.instance.letter;
  const Location where = cursor.where();
  cursor.accept('(');
  const double n = elaborator.number(read_value(elaborator, element, "the number of controls"));
  cursor.accept(')');
  if (!(n >= 1 && n <= kMaxDimensions && n == static_cast<int>(n))) {
    fail_element(element, "needs 1 to " + std::to_string(kMaxDimensions) + " controls in poly()", where);
  }
  BehaviourBuilder builder(elaborator, element.scope, gives_voltage(letter));
  std::vector<int> inputs;
  for (int k = 0; k < static_cast<int>(n); ++k) {
    cursor.skip_separators();
    if (letter == 'f' || letter == 'h') {
      const std::string_view name = cursor.word();
      if (name.empty()) fail_element(element, "expects the name of a voltage source", cursor.where());
      inputs.push_back(builder.current_input(name, cursor.where(name)));
      continue;
    }
    ElementLine controls{element.scope, cursor, {}, element.name};
    const Location place = cursor.where();
    read_nodes(elaborator, controls, 2);
    cursor = controls.cursor;
    for (const int node : controls.instance.nodes) elaborator.require_node(node, place);
    inputs.push_back(builder.voltage_input(controls.instance.nodes[0], controls.instance.nodes[1]));
  }
  std::vector<Value> coefficients;
  for (cursor.skip_separators(); !cursor.at_end() && !cursor.at_assignment(); cursor.skip_separators()) {
    coefficients.push_back(read_value(elaborator, element, "a coefficient"));
  }
  if (coefficients.empty()) fail_element(element, "has no coefficients after poly()", cursor.where());
  // SPICE takes the only coefficient of a one-dimensional polynomial as its slope.
  if (inputs.size() == 1 && coefficients.size() == 1) coefficients.insert(coefficients.begin(), Value{0.0});
  builder.formula(polynomial(builder, inputs, coefficients));
  read_tail(elaborator, element, false, {"m"});
  finish(elaborator, element, builder);
}

/// table {expression} = (x, y) (x, y) ..., after the word.
void read_table(Elaborator& elaborator, ElementLine& element) {
  Cursor& cursor = element.cursor;
  const char first = cursor.peek();
  if (first == '=')
    fail_element(element, "expects an expression after table", cursor.where(),
                 "as in: table {v(a)} = (0,0) (1,2)");
  const std::string_view piece = first == '(' ? cursor.enclosed() : cursor.value("an expression after table");
  const Expression x = parse_piece(cursor.source(), piece);
  cursor.accept('=');
  ProgramBuilder::Points points;
  for (cursor.skip_separators(); !cursor.at_end() && !cursor.at_assignment(); cursor.skip_separators()) {
    const Location where = cursor.where();
    const double at = elaborator.number(read_value(elaborator, element, "an abscissa"));
    cursor.skip_separators();
    const double y = elaborator.number(read_value(elaborator, element, "the value of this point"));
    if (!points.empty() && !(at > points.back().first))
      fail_element(element, "has a table whose abscissas do not ascend", where);
    points.emplace_back(at, y);
  }
  if (points.empty()) fail_element(element, "has a table without points", cursor.where());
  BehaviourBuilder builder(elaborator, element.scope, gives_voltage(element.instance.letter));
  builder.formula(x, [&](Compiler& compiler, int r) { return compiler.builder().table(r, points, false); });
  read_tail(elaborator, element, false, {"m"});
  finish(elaborator, element, builder);
}

/// v={...}, i={...}, value={...} with tc1, tc2, temp, dtemp and m; the formula may hold blanks.
void read_formula(Elaborator& elaborator, ElementLine& element) {
  Cursor& cursor = element.cursor;
  const SourceText& source = cursor.source();
  const char letter = element.instance.letter;
  std::optional<Expression> formula;
  bool is_voltage = gives_voltage(letter);
  for (const Assignment& a : split_assignments(source, cursor.position())) {
    const std::string name = lower(a.name);
    const Location where = source.at(a.name.data());
    const bool is_formula =
        letter == 'b' ? name == "v" || name == "i" : name == "value" || name == "vol" || name == "cur";
    if (is_formula) {
      if (formula) fail_element(element, "has two formulas", where);
      if (letter == 'b') is_voltage = name == "v";
      if ((name == "vol" && letter == 'g') || (name == "cur" && letter == 'e')) {
        fail_element(
            element,
            name == "vol" ? "is a current source: write cur=" : "is a voltage source: write vol=", where);
      }
      formula = parse_piece(source, a.value);
    } else if (name == "tc1" || name == "tc2" || name == "temp" || name == "dtemp" || name == "m") {
      add_named(element, name, elaborator.value_of(element.scope, source, a.value), where);
    } else {
      const std::vector<std::string> known = {"v", "i", "tc1", "tc2", "temp", "dtemp", "m", "value"};
      fail_element(element, "has no parameter " + in_quotes(a.name), where, did_you_mean(name, known));
    }
  }
  if (!formula) {
    fail_element(element,
                 letter == 'b' ? "expects v={expression} or i={expression}" : "expects value={expression}",
                 cursor.where());
  }
  BehaviourBuilder builder(elaborator, element.scope, is_voltage);
  builder.formula(*formula, temperature_factor(elaborator, builder, element, false));
  finish(elaborator, element, builder);
}

}  // namespace

void read_behavioural(Elaborator& elaborator, ElementLine& element) {
  read_nodes(elaborator, element, 2);
  read_formula(elaborator, element);
}

void read_controlled(Elaborator& elaborator, ElementLine& element) {
  Cursor& cursor = element.cursor;
  const char letter = element.instance.letter;
  const bool by_current = letter == 'f' || letter == 'h';
  read_nodes(elaborator, element, 2);
  const std::string_view word = cursor.peek_word();
  const Location where = cursor.where();
  for (const std::string_view refused :
       {"laplace", "freq", "pwl", "nand", "and", "or", "nor", "chebyshev", "delay"}) {
    if (same_name(word, refused) && !by_current)
      fail_element(element, "uses " + in_quotes(word) + ", which is not supported", where);
  }
  if (same_name(word, "poly")) {
    cursor.word();
    return read_poly(elaborator, element);
  }
  if (!by_current && same_name(word, "table")) {
    cursor.word();
    return read_table(elaborator, element);
  }
  if (!by_current && (same_name(word, "value") || same_name(word, "vol") || same_name(word, "cur"))) {
    // The '=' of value={...} may be missing.
    const std::size_t start = cursor.position();
    if (!cursor.at_assignment()) {
      cursor.word();
      const Expression formula = parse_piece(cursor.source(), cursor.value("an expression"));
      BehaviourBuilder builder(elaborator, element.scope, gives_voltage(letter));
      builder.formula(formula);
      read_tail(elaborator, element, false, {"m"});
      return finish(elaborator, element, builder);
    }
    cursor.seek(start);
    return read_formula(elaborator, element);
  }
  std::string_view sensed;
  if (by_current) {
    sensed = cursor.word();
    if (sensed.empty()) fail_element(element, "expects the voltage source whose current controls it", where);
    element.instance.references = {-1};
  } else {
    read_nodes(elaborator, element, 2);
    for (std::size_t k = 2; k < 4; ++k) elaborator.require_node(element.instance.nodes[k], where);
  }
  cursor.skip_separators();
  const Location gain = cursor.where();
  if (!cursor.at_assignment()) add_named(element, "gain", read_value(elaborator, element, "the gain"), gain);
  read_tail(elaborator, element, false, {"m", "gain"});
  if (!find_named(element.instance, "gain")) fail_element(element, "has no gain", gain);
  const int index = elaborator.add(element);
  if (by_current) elaborator.refer(index, 0, element.scope, sensed, "vlehb", cursor.where(sensed));
}

}  // namespace nullor::netlist
