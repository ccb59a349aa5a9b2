/// The part of Elaborator that gives names their values.

#include <algorithm>
#include <numbers>
#include <utility>

#include "nullor/base/si.h"
#include "nullor/netlist/elaborator.h"
#include "nullor/netlist/expression_parser.h"
#include "nullor/netlist/text.h"

namespace nullor::netlist {
namespace {

constexpr std::size_t kMaxChain = 800;  // parameters that wait for each other; resolved by recursion

/// Names in a `.param` expression or a device value: other parameters.
class ParameterEnvironment : public Environment {
 public:
  ParameterEnvironment(Elaborator& elaborator, Scope& scope) : elaborator_(elaborator), scope_(scope) {}

  int name(Compiler& compiler, const Expression& in, const Expression::Node& node) override {
    const ParameterId id = elaborator_.find_parameter(scope_, node.name);
    if (id != kNoParameter) return compiler.builder().input(id);
    if (node.name == "pi") return compiler.builder().constant(std::numbers::pi);
    if (node.name == "time" || node.name == "hertz" || node.name == "freq") {
      fail(in_quotes(node.name) + " has no value here", in.locate(node),
           "only behavioural sources (b, e, g) follow it");
    }
    fail("there is no parameter " + in_quotes(node.name), in.locate(node),
         did_you_mean(node.name, elaborator_.parameter_names(scope_),
                      "define it with .param " + node.name + "=..."));
  }
  int probe(Compiler&, const Expression& in, const Expression::Node& node) override {
    fail(node.name + "() cannot be read here: this value is fixed before the simulation", in.locate(node),
         "a behavioural source (b, e, g, or r, c, l with an expression) reads voltages and currents");
  }
  int derivative(Compiler&, const Expression& in, const Expression::Node& node, Program, double) override {
    fail(node.name + "() has no meaning in a parameter", in.locate(node));
  }
  const UserFunction* function(std::string_view name) override {
    return elaborator_.find_function(scope_, name);
  }
  std::vector<std::string> function_names() const override { return elaborator_.function_names(scope_); }
  Rng* random() override { return &elaborator_.rng(); }
  bool behavioural() const override { return false; }
  int& depth() override { return elaborator_.compile_depth(); }

 private:
  Elaborator& elaborator_;
  Scope& scope_;
};

const ParameterText* find_text(const Scope& scope, const std::string& name) {
  for (auto block = scope.blocks.rbegin(); block != scope.blocks.rend(); ++block) {
    const auto found = (*block)->parameter_index.find(name);
    if (found != (*block)->parameter_index.end()) return &(*block)->parameters[found->second];
  }
  return nullptr;
}

}  // namespace

ParameterId Elaborator::find_parameter(Scope& scope, const std::string& name) {
  if (name == "temper") return ParameterTable::kTemperature;
  for (Scope* s = &scope; s; s = s->caller) {
    if (const ParameterId id = resolve_here(*s, name); id != kNoParameter) return id;
  }
  return kNoParameter;
}

ParameterId Elaborator::resolve_here(Scope& scope, const std::string& name) {
  if (const auto slot = scope.slots.find(name);
      slot != scope.slots.end() && slot->second.id != kNoParameter) {
    return slot->second.id;
  }
  const ParameterText* text = find_text(scope, name);
  const auto given = std::find_if(scope.overrides.begin(), scope.overrides.end(),
                                  [&](const NamedValue& value) { return value.name == name; });
  if (!text && given == scope.overrides.end()) return kNoParameter;
  Scope::Slot& slot = scope.slots[name];
  if (given != scope.overrides.end()) {
    const Value& value = given->value;
    slot.id = add_entry(
        scope.inside(name), !scope.is_top(),
        value.parameter == kNoParameter ? Program::constant(value.constant) : Program::input(value.parameter),
        given->where);
    return slot.id;
  }
  return define(scope, name, slot, SourceText(source_, *text->line), text->value);
}

ParameterId Elaborator::define(Scope& scope, const std::string& name, Scope::Slot& slot,
                               const SourceText& source, std::string_view value) {
  const Location where = source.at(value.data());
  if (slot.resolving) {
    std::string cycle;
    bool inside = false;
    for (const auto& [s, n] : resolving_) {
      inside = inside || (s == &scope && n == name);
      if (inside) cycle += n + " -> ";
    }
    fail("parameters depend on each other: " + cycle + name, where);
  }
  if (resolving_.size() > kMaxChain) {
    fail("this chain of parameters is too long", where, "define parameters before they are used");
  }
  slot.resolving = true;
  resolving_.emplace_back(&scope, name);
  Program program;
  if (const auto number = parse_si(value)) {
    program = Program::constant(*number);
  } else {
    ParameterEnvironment environment(*this, scope);
    program = Compiler(environment).compile(expression_at(source, value));
  }
  resolving_.pop_back();
  Scope::Slot& again = scope.slots[name];  // the map may have grown meanwhile
  again.resolving = false;
  again.id = add_entry(scope.inside(name), !scope.is_top(), std::move(program), where);
  return again.id;
}

ParameterId Elaborator::add_entry(std::string name, bool local, Program program, Location where) {
  for (const Program::Step& step : program.steps) {
    local = local || (step.op == Program::Op::input && local_[static_cast<std::size_t>(step.a)]);
  }
  local_.push_back(local);
  values_.push_back(program.run<double>(std::span<const double>(values_), registers_));
  return circuit_.parameters.add({std::move(name), std::move(program), std::move(where)});
}

double Elaborator::number(const Value& value) const {
  return value.parameter == kNoParameter ? value.constant
                                         : values_[static_cast<std::size_t>(value.parameter)];
}

const Expression& Elaborator::expression_at(const SourceText& source, std::string_view piece) {
  const auto found = expressions_.find(piece.data());
  if (found != expressions_.end()) return found->second;
  return expressions_.emplace(piece.data(), parse_piece(source, piece)).first->second;
}

Value Elaborator::value_of(Scope& scope, const SourceText& source, std::string_view piece) {
  if (const auto number = parse_si(piece)) return {*number};
  if (const auto number = parse_si(trim(without_delimiters(piece)))) return {*number};
  // A top-level place is read once; keeping its tree would only cost memory.
  if (scope.is_top()) return value_of(scope, parse_piece(source, piece));
  return value_of(scope, expression_at(source, piece));
}

Value Elaborator::value_of(Scope& scope, const Expression& expression) {
  ParameterEnvironment environment(*this, scope);
  Program program = Compiler(environment).compile(expression);
  const Program::Step& last = program.steps.back();
  if (last.op == Program::Op::constant) return {last.k};
  if (last.op == Program::Op::input) return {0.0, last.a};
  return {0.0, add_entry({}, false, std::move(program), expression.where)};
}

Value Elaborator::product(const Value& a, const Value& b, const Location& where) {
  if (a.parameter == kNoParameter && b.parameter == kNoParameter) return {a.constant * b.constant};
  if (a.parameter == kNoParameter && a.constant == 1) return b;
  if (b.parameter == kNoParameter && b.constant == 1) return a;
  ProgramBuilder builder;
  const auto operand = [&](const Value& v) {
    return v.parameter == kNoParameter ? builder.constant(v.constant) : builder.input(v.parameter);
  };
  const int left = operand(a);
  const int right = operand(b);
  return {0.0,
          add_entry({}, false, builder.finish(builder.apply(Program::Op::multiply, left, right)), where)};
}

const UserFunction* Elaborator::find_function(Scope& scope, std::string_view name) {
  const std::string key(name);
  for (Scope* s = &scope; s; s = s->caller) {
    for (auto block = s->blocks.rbegin(); block != s->blocks.rend(); ++block) {
      const auto found = (*block)->functions.find(key);
      if (found == (*block)->functions.end()) continue;
      auto& text = const_cast<FunctionText&>(found->second);
      if (!text.parsed) {
        const SourceText source(source_, *text.line);
        text.parsed =
            std::make_unique<UserFunction>(UserFunction{key, text.arguments, parse_piece(source, text.body)});
      }
      return text.parsed.get();
    }
  }
  return nullptr;
}

std::vector<std::string> Elaborator::parameter_names(const Scope& scope) const {
  std::vector<std::string> out;
  for (const Scope* s = &scope; s; s = s->caller) {
    for (const Block* block : s->blocks) {
      for (const ParameterText& text : block->parameters) out.push_back(text.name);
    }
  }
  return out;
}

std::vector<std::string> Elaborator::function_names(const Scope& scope) const {
  std::vector<std::string> out;
  for (const Scope* s = &scope; s; s = s->caller) {
    for (const Block* block : s->blocks) {
      for (const auto& [name, text] : block->functions) out.push_back(name);
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace nullor::netlist
