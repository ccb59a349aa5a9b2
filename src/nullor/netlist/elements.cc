#include "nullor/netlist/elements.h"

#include <array>

#include "nullor/netlist/behaviour.h"
#include "nullor/netlist/text.h"

namespace nullor::netlist {
namespace {

struct Letter {
  char letter;
  const char* what;
  void (*read)(Elaborator&, ElementLine&);  ///< null: known to other simulators, not here
};
constexpr std::array<Letter, 25> kLetters = {{
    {'r', "resistor", read_resistor},
    {'c', "capacitor", read_reactance},
    {'l', "inductor", read_reactance},
    {'k', "coupling of inductors", read_coupling},
    {'v', "voltage source", read_source},
    {'i', "current source", read_source},
    {'b', "behavioural source", read_behavioural},
    {'e', "voltage-controlled voltage source", read_controlled},
    {'g', "voltage-controlled current source", read_controlled},
    {'f', "current-controlled current source", read_controlled},
    {'h', "current-controlled voltage source", read_controlled},
    {'s', "voltage-controlled switch", read_switch},
    {'w', "current-controlled switch", read_switch},
    {'t', "lossless transmission line", read_line},
    {'d', "diode", read_semiconductor},
    {'q', "bipolar transistor", read_semiconductor},
    {'m', "mosfet", read_semiconductor},
    {'j', "jfet", read_semiconductor},
    {'n', "device by model type", read_semiconductor},
    {'z', "mesfet", nullptr},
    {'a', "xspice code model", nullptr},
    {'o', "lossy transmission line", nullptr},
    {'u', "uniform rc line", nullptr},
    {'p', "coupled transmission lines", nullptr},
    {'y', "single lossy line", nullptr},
}};

}  // namespace

std::string describe_letters() {
  std::string out;
  for (const Letter& entry : kLetters) {
    if (entry.read) out += std::string(1, entry.letter) + " ";
  }
  return out + "x";
}

void read_element(Elaborator& elaborator, Scope& scope, const SourceText& text, const LogicalLine&) {
  ElementLine element{scope, Cursor(text), {}, {}};
  const std::string_view name = element.cursor.word();
  const Location where = text.at(text.text.data());
  if (name.empty()) fail("expected the name of an element, got " + in_quotes(text.text.substr(0, 1)), where);
  element.name = lower(name);
  element.instance.letter = element.name[0];
  element.instance.where = where;
  for (const Letter& entry : kLetters) {
    if (entry.letter != element.instance.letter) continue;
    if (!entry.read) {
      fail("elements of letter '" + std::string(1, entry.letter) + "' (" + entry.what + ") are not supported",
           where);
    }
    return entry.read(elaborator, element);
  }
  fail("no element begins with '" + std::string(name.substr(0, 1)) + "'", where,
       "known letters: " + describe_letters() + "; a comment begins with '*'");
}

void fail_element(const ElementLine& element, const std::string& what, Location where, std::string hint) {
  fail(in_quotes(element.name) + " " + what, std::move(where), std::move(hint));
}

void read_node(Elaborator& elaborator, ElementLine& element) {
  element.cursor.skip_separators();
  const bool named = element.cursor.at_assignment();
  const std::string_view word = named ? std::string_view{} : element.cursor.word();
  if (word.empty()) {
    fail_element(element, "expects another node, after " + std::to_string(element.instance.nodes.size()),
                 element.cursor.where());
  }
  char small[64];
  if (word.size() <= sizeof small) {  // no allocation for the usual short names
    std::transform(word.begin(), word.end(), small, to_lower);
    element.instance.nodes.push_back(elaborator.node(element.scope, {small, word.size()}));
  } else {
    element.instance.nodes.push_back(elaborator.node(element.scope, lower(word)));
  }
}

void read_nodes(Elaborator& elaborator, ElementLine& element, int count) {
  element.instance.nodes.reserve(static_cast<std::size_t>(count));
  for (int k = 0; k < count; ++k) read_node(elaborator, element);
}

Value read_value(Elaborator& elaborator, ElementLine& element, const char* what) {
  return elaborator.value_of(element.scope, element.cursor.source(), element.cursor.value(what));
}

const NamedValue* find_named(const Instance& instance, std::string_view name) {
  for (const NamedValue& parameter : instance.parameters) {
    if (parameter.name == name) return &parameter;
  }
  return nullptr;
}

void add_named(ElementLine& element, std::string name, Value value, Location where) {
  if (find_named(element.instance, name)) fail_element(element, "is given " + name + " twice", where);
  element.instance.parameters.reserve(element.instance.parameters.size() + 1);
  element.instance.parameters.push_back({std::move(name), value, std::move(where), {}});
}

void read_named(Elaborator& elaborator, ElementLine& element) {
  const std::string_view written = element.cursor.word();
  const Location where = element.cursor.where(written);
  std::string name = lower(written);
  element.cursor.accept('=');
  std::vector<Value> values = {read_value(elaborator, element, "a value after '='")};
  while (element.cursor.accept(','))
    values.push_back(read_value(elaborator, element, "another value after ','"));
  if (values.size() == 1 && name != "tc") {
    add_named(element, std::move(name), values[0], where);
    return;
  }
  if (name != "ic" && name != "tc") fail_element(element, "takes one value for " + name, where);
  for (std::size_t k = 0; k < values.size(); ++k)
    add_named(element, name + std::to_string(k + 1), values[k], where);
}

void read_tail(Elaborator& elaborator, ElementLine& element, bool area,
               std::initializer_list<std::string_view> names) {
  Cursor& cursor = element.cursor;
  Instance& instance = element.instance;
  while (!cursor.at_end()) {
    if (cursor.at_assignment()) {
      const std::string_view written = cursor.peek_word();
      const std::string name = lower(written);
      if (names.size() > 0 && std::find(names.begin(), names.end(), name) == names.end()) {
        const std::vector<std::string> known(names.begin(), names.end());
        fail_element(element, "has no parameter " + in_quotes(written), cursor.where(written),
                     did_you_mean(name, known));
      }
      read_named(elaborator, element);
      continue;
    }
    const std::string_view word = cursor.peek_word();
    if (same_name(word, "off") || same_name(word, "on")) {
      (same_name(word, "off") ? instance.off : instance.on) = true;
      cursor.word();
    } else if (!word.empty() && (is_letter(word[0]) || word[0] == '_') && names.size() == 0) {
      cursor.word();
      add_named(element, lower(word), {1.0}, cursor.where(word));
    } else if (area && !find_named(instance, "area")) {
      const Location where = cursor.where();
      add_named(element, "area", read_value(elaborator, element, "an area"), where);
    } else {
      fail_element(element,
                   "has something unexpected here: " + in_quotes(word.empty() ? cursor.rest() : word),
                   word.empty() ? cursor.source().at(cursor.last()) : cursor.where());
    }
  }
}

std::vector<std::string_view> read_words(ElementLine& element) {
  std::vector<std::string_view> out;
  while (!element.cursor.at_end() && !element.cursor.at_assignment()) {
    const std::size_t before = element.cursor.position();
    const std::string_view word = element.cursor.word();
    if (word.empty()) {
      if (element.cursor.accept('(') || element.cursor.accept(')') || element.cursor.accept(',')) continue;
      element.cursor.seek(before);
      break;
    }
    out.push_back(word);
  }
  return out;
}

std::function<int(Compiler&, int)> temperature_factor(Elaborator& elaborator, BehaviourBuilder& builder,
                                                      ElementLine& element, bool divide) {
  using Op = Program::Op;
  Value tc[2] = {{0.0}, {0.0}}, dtemp{0.0}, temperature{0.0, ParameterTable::kTemperature};
  std::erase_if(element.instance.parameters, [&](const NamedValue& p) {
    if (p.name == "tc1")
      tc[0] = p.value;
    else if (p.name == "tc2")
      tc[1] = p.value;
    else if (p.name == "dtemp")
      dtemp = p.value;
    else if (p.name == "temp")
      temperature = p.value;
    else
      return false;
    return true;
  });
  const auto zero = [](const Value& v) { return v.parameter == kNoParameter && v.constant == 0; };
  if (zero(tc[0]) && zero(tc[1])) return {};
  double tnom = 27;
  const auto& options = elaborator.circuit().options;
  if (const auto found = options.find("tnom"); found != options.end()) {
    if (const double* given = std::get_if<double>(&found->second)) tnom = *given;
  }
  return [=, &builder](Compiler& compiler, int root) {
    ProgramBuilder& b = compiler.builder();
    const int t = b.apply(Op::add, builder.value(b, temperature), builder.value(b, dtemp));
    const int rise = b.apply(Op::subtract, t, b.constant(tnom));
    const int second = b.apply(Op::multiply, builder.value(b, tc[1]), rise);
    const int slope = b.apply(Op::add, builder.value(b, tc[0]), second);
    const int factor = b.apply(Op::add, b.constant(1), b.apply(Op::multiply, slope, rise));
    return b.apply(divide ? Op::divide : Op::multiply, root, factor);
  };
}

}  // namespace nullor::netlist
