/// Resistors, capacitors, inductors and their coupling.

#include "nullor/base/si.h"
#include "nullor/netlist/behaviour.h"
#include "nullor/netlist/elements.h"
#include "nullor/netlist/expression_parser.h"
#include "nullor/netlist/text.h"

namespace nullor::netlist {
namespace {

using Op = Program::Op;

/// The value of an r, c or l: a number, or a formula that reads the circuit.
struct PassiveValue {
  std::optional<Expression> formula;
  bool is_charge = false;  ///< q=: the formula is the charge, not the capacitance
};

void set_value(Elaborator& elaborator, ElementLine& element, PassiveValue& out, std::string_view name,
               std::string_view piece) {
  const Location where = element.cursor.where(piece);
  if (!parse_si(piece)) {
    Expression expression = parse_piece(element.cursor.source(), piece);
    if (name == "q" || name == "flux" || reads_circuit(expression)) {
      if (out.formula) fail_element(element, "is given its value twice", where);
      out.is_charge = name == "q";
      out.formula = std::move(expression);
      return;
    }
  }
  add_named(element, std::string(name), elaborator.value_of(element.scope, element.cursor.source(), piece),
            where);
}

/// True for "tj rmod" behind the nodes of a resistor: a third node, of its temperature rise, and a model.
/// Only a word that is no number, parameter or model can be that node.
bool at_thermal_node(Elaborator& elaborator, ElementLine& element) {
  Cursor& cursor = element.cursor;
  if (element.instance.letter != 'r' || cursor.at_end() || cursor.at_assignment()) return false;
  const std::size_t start = cursor.position();
  const std::string_view node = cursor.word();
  const bool next = !node.empty() && !cursor.at_end() && !cursor.at_assignment();
  const std::string_view model = next ? cursor.word() : std::string_view();
  cursor.seek(start);
  return !model.empty() && is_letter(node[0]) && elaborator.has_model(element.scope, model) &&
         !elaborator.has_model(element.scope, node) &&
         elaborator.find_parameter(element.scope, lower(node)) == kNoParameter;
}

/// Nodes, positional value or model, and name=value pairs of r, c and l.
PassiveValue read_passive(Elaborator& elaborator, ElementLine& element) {
  const char letter = element.instance.letter;
  const std::string own(1, letter);
  Cursor& cursor = element.cursor;
  PassiveValue out;
  std::string_view model;
  read_nodes(elaborator, element, 2);
  if (at_thermal_node(elaborator, element)) read_nodes(elaborator, element, 1);
  while (!cursor.at_end()) {
    if (cursor.accept(',')) continue;
    if (cursor.at_assignment()) {
      const std::string name = lower(cursor.peek_word());
      const bool is_value = name == own || (letter == 'c' && name == "q");
      if (!is_value) {
        read_named(elaborator, element);
        continue;
      }
      cursor.word();
      cursor.accept('=');
      set_value(elaborator, element, out, name, cursor.value("a value after '='"));
      continue;
    }
    const std::string_view piece = cursor.value("a value or a model");
    if (is_letter(piece[0]) && elaborator.has_model(element.scope, piece)) {
      if (!model.empty()) fail_element(element, "names two models", cursor.where(piece));
      model = piece;
    } else if (is_letter(piece[0]) && (find_named(element.instance, own) || out.formula)) {
      fail_element(element, "has a word that is no model: " + in_quotes(piece), cursor.where(piece));
    } else if (is_letter(piece[0]) && cursor.at_end() &&
               piece.find_first_of("+-*/()^") == std::string_view::npos &&
               elaborator.find_parameter(element.scope, lower(piece)) == kNoParameter) {
      elaborator.use_model(element.scope, piece, element.instance,
                           cursor.where(piece));  // names the likely model
    } else {
      set_value(elaborator, element, out, own, piece);
    }
  }
  if (!model.empty()) {
    element.instance.model =
        elaborator.use_model(element.scope, model, element.instance, cursor.where(model));
  }
  if (model.empty() && !out.formula && !find_named(element.instance, own)) {
    fail_element(element, "has no value", cursor.where(),
                 "write it after the nodes, as in '" + element.name + " a b 1k'");
  }
  if (out.formula && find_named(element.instance, own))
    fail_element(element, "is given its value twice", out.formula->where);
  return out;
}

void check_formula_parameters(ElementLine& element) {
  for (const NamedValue& parameter : element.instance.parameters) {
    if (parameter.name != "m") {
      fail_element(element, "has a formula, which does not go with " + in_quotes(parameter.name),
                   parameter.where);
    }
  }
}

}  // namespace

void read_resistor(Elaborator& elaborator, ElementLine& element) {
  const PassiveValue value = read_passive(elaborator, element);
  if (value.formula) {
    BehaviourBuilder builder(elaborator, element.scope, false);
    const auto factor = temperature_factor(elaborator, builder, element, false);
    const auto& nodes = element.instance.nodes;
    builder.formula(*value.formula, [&](Compiler& compiler, int r) {  // i = v / r
      if (factor) r = factor(compiler, r);
      ProgramBuilder& b = compiler.builder();
      return b.apply(Op::divide, b.input(builder.voltage_input(nodes[0], nodes[1])), r);
    });
    element.instance.behaviour = builder.take();
    check_formula_parameters(element);
  }
  elaborator.add(element);
}

void read_reactance(Elaborator& elaborator, ElementLine& element) {
  const PassiveValue value = read_passive(elaborator, element);
  if (value.formula) {
    const bool inductor = element.instance.letter == 'l';
    BehaviourBuilder builder(elaborator, element.scope, inductor);
    const auto factor = temperature_factor(elaborator, builder, element, false);
    const auto& nodes = element.instance.nodes;
    if (value.is_charge) {  // i = dq/dt
      BehaviourBuilder& b = builder;
      Program charge = Compiler(b).compile(*value.formula, factor);
      const int input = b.derivative_input(std::move(charge), false, 0.0);
      b.formula(Program::input(input));
    } else {  // c: i = c dv/dt; l: v = l di/dt
      const int self = static_cast<int>(elaborator.circuit().instances.size());
      const int driven = inductor ? builder.current_input(self) : builder.voltage_input(nodes[0], nodes[1]);
      builder.formula(*value.formula, [&](Compiler& compiler, int x) {
        if (factor) x = factor(compiler, x);
        ProgramBuilder& b = compiler.builder();
        return b.apply(Op::multiply, x,
                       b.input(builder.derivative_input(Program::input(driven), false, 0.0)));
      });
    }
    element.instance.behaviour = builder.take();
    check_formula_parameters(element);
  }
  elaborator.add(element);
}

void read_coupling(Elaborator& elaborator, ElementLine& element) {
  Cursor& cursor = element.cursor;
  std::vector<std::string_view> inductors;
  while (!cursor.at_end() && !cursor.at_assignment() && to_lower(cursor.peek()) == 'l')
    inductors.push_back(cursor.word());
  if (inductors.size() < 2) {
    fail_element(element, "couples at least two inductors, got " + std::to_string(inductors.size()),
                 cursor.where());
  }
  const Location where = cursor.where();
  if (cursor.at_assignment()) {  // k=0.9
    if (!same_name(cursor.peek_word(), "k")) cursor.fail("expected the coupling coefficient");
    cursor.word();
    cursor.accept('=');
  }
  const Value coefficient = read_value(elaborator, element, "the coupling coefficient");
  add_named(element, "k", coefficient, where);
  if (!cursor.at_end())
    fail_element(element, "has something unexpected after its coefficient", cursor.where());
  // More than two inductors: every pair is coupled; further pairs get names of their own.
  for (std::size_t i = 0; i < inductors.size(); ++i) {
    for (std::size_t j = i + 1; j < inductors.size(); ++j) {
      ElementLine pair = element;
      if (i + j > 1) pair.name += "#" + std::to_string(i + 1) + "#" + std::to_string(j + 1);
      pair.instance.references = {-1, -1};
      const int index = elaborator.add(pair);
      elaborator.refer(index, 0, element.scope, inductors[i], "l", cursor.where(inductors[i]));
      elaborator.refer(index, 1, element.scope, inductors[j], "l", cursor.where(inductors[j]));
    }
  }
}

}  // namespace nullor::netlist
