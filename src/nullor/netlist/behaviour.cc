#include "nullor/netlist/behaviour.h"

#include <algorithm>
#include <array>
#include <numbers>

#include "nullor/netlist/text.h"

namespace nullor::netlist {
namespace {

struct Constant {
  std::string_view name;
  double value;
};
constexpr std::array<Constant, 7> kConstants = {{{"pi", std::numbers::pi},
                                                 {"e", std::numbers::e},
                                                 {"c", 2.99792458e8},
                                                 {"kelvin", -273.15},
                                                 {"echarge", 1.602176634e-19},
                                                 {"boltz", 1.380649e-23},
                                                 {"planck", 6.62607015e-34}}};

}  // namespace

bool reads_circuit(const Expression& expression) {
  using Kind = Expression::Kind;
  return std::any_of(expression.nodes.begin(), expression.nodes.end(), [](const Expression::Node& node) {
    if (node.kind == Kind::call) {
      return node.name == "v" || node.name == "i" || node.name == "ddt" || node.name == "idt";
    }
    return node.kind == Kind::name && node.name == "time";
  });
}

BehaviourBuilder::BehaviourBuilder(Elaborator& elaborator, Scope& scope, bool is_voltage)
    : elaborator_(elaborator), scope_(scope), source_(std::make_shared<BehaviouralSource>()) {
  source_->is_voltage = is_voltage;
}

void BehaviourBuilder::formula(const Expression& expression, const std::function<int(Compiler&, int)>& wrap) {
  source_->formula = Compiler(*this).compile(expression, wrap);
}

int BehaviourBuilder::add(const BehaviouralInput& input) {
  auto& inputs = source_->inputs;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    const BehaviouralInput& old = inputs[k];
    if (old.kind == input.kind && old.positive == input.positive && old.negative == input.negative &&
        old.instance == input.instance && old.parameter == input.parameter &&
        old.derivative == input.derivative) {
      return static_cast<int>(k);
    }
  }
  inputs.push_back(input);
  return static_cast<int>(inputs.size()) - 1;
}

int BehaviourBuilder::voltage_input(int positive, int negative) {
  BehaviouralInput input;
  input.positive = positive;
  input.negative = negative;
  return add(input);
}

int BehaviourBuilder::current_input(int instance) {
  BehaviouralInput input;
  input.kind = BehaviouralInput::Kind::current;
  input.instance = instance;
  return add(input);
}

int BehaviourBuilder::current_input(std::string_view element, const Location& where) {
  BehaviouralInput input;
  input.kind = BehaviouralInput::Kind::current;
  source_->inputs.push_back(input);
  const int index = static_cast<int>(source_->inputs.size()) - 1;
  // The element may stand further down; its index is filled in when all are known.
  elaborator_.refer_input(source_, static_cast<std::size_t>(index), scope_, element, where);
  return index;
}

int BehaviourBuilder::parameter_input(ParameterId id) {
  BehaviouralInput input;
  input.kind = id == ParameterTable::kTemperature ? BehaviouralInput::Kind::temperature
                                                  : BehaviouralInput::Kind::parameter;
  input.parameter = id == ParameterTable::kTemperature ? kNoParameter : id;
  return add(input);
}

int BehaviourBuilder::derivative_input(Program argument, bool integral, double start) {
  source_->derivatives.push_back({std::move(argument), integral, start});
  BehaviouralInput input;
  input.kind = BehaviouralInput::Kind::derivative;
  input.derivative = static_cast<int>(source_->derivatives.size()) - 1;
  return add(input);
}

int BehaviourBuilder::value(ProgramBuilder& builder, const Value& value) {
  return value.parameter == kNoParameter ? builder.constant(value.constant)
                                         : builder.input(parameter_input(value.parameter));
}

int BehaviourBuilder::name(Compiler& compiler, const Expression& in, const Expression::Node& node) {
  const ParameterId id = elaborator_.find_parameter(scope_, node.name);
  if (id != kNoParameter) return compiler.builder().input(parameter_input(id));
  if (node.name == "time") {
    BehaviouralInput input;
    input.kind = BehaviouralInput::Kind::time;
    return compiler.builder().input(add(input));
  }
  if (node.name == "hertz" || node.name == "freq") {
    fail("sources that depend on frequency are not supported", in.locate(node),
         "describe them with r, l, c or ddt()");
  }
  for (const Constant& constant : kConstants) {
    if (constant.name == node.name) return compiler.builder().constant(constant.value);
  }
  fail("there is no parameter " + in_quotes(node.name), in.locate(node),
       did_you_mean(node.name, elaborator_.parameter_names(scope_),
                    "write v(" + node.name + ") for the voltage of a node"));
}

int BehaviourBuilder::probe(Compiler& compiler, const Expression& in, const Expression::Node& node) {
  const auto argument = [&](std::size_t k) -> const Expression::Node& {
    return in.nodes[static_cast<std::size_t>(node.arguments[k])];
  };
  const std::size_t count = node.arguments.size();
  if (node.name == "i") {
    if (count != 1) fail("i() takes the name of one element", in.locate(node));
    // The same element read twice is one input.
    const std::string key = lower(argument(0).name);
    for (const auto& [known, index] : currents_) {
      if (known == key) return compiler.builder().input(index);
    }
    const int index = current_input(key, in.locate(argument(0)));
    currents_.emplace_back(key, index);
    return compiler.builder().input(index);
  }
  if (node.name != "v") {
    fail(node.name + "() is known after an ac analysis only", in.locate(node),
         "a source can read v() and i()");
  }
  if (count < 1 || count > 2) fail("v() takes one or two nodes", in.locate(node));
  int nodes[2] = {0, 0};
  for (std::size_t k = 0; k < count; ++k) {
    nodes[k] = elaborator_.node(scope_, argument(k).name);
    elaborator_.require_node(nodes[k], in.locate(argument(k)));
  }
  if (nodes[0] == nodes[1]) return compiler.builder().constant(0);
  return compiler.builder().input(voltage_input(nodes[0], nodes[1]));
}

int BehaviourBuilder::derivative(Compiler& compiler, const Expression&, const Expression::Node& node,
                                 Program argument, double start) {
  if (node.name == "ddt" && argument.is_constant()) return compiler.builder().constant(0);
  return compiler.builder().input(derivative_input(std::move(argument), node.name == "idt", start));
}

}  // namespace nullor::netlist
