#pragma once
/// Formulas over voltages, currents and time, made into BehaviouralSource.

#include <functional>
#include <memory>
#include <string_view>

#include "nullor/netlist/elaborator.h"

namespace nullor::netlist {

class BehaviourBuilder : public Environment {
 public:
  BehaviourBuilder(Elaborator& elaborator, Scope& scope, bool is_voltage);

  /// Sets the formula to `expression`, wrapped: the wrapper gets the register of the expression's value.
  void formula(const Expression& expression, const std::function<int(Compiler&, int)>& wrap = {});
  /// Sets the formula to one made without an expression.
  void formula(Program program) { source_->formula = std::move(program); }

  /// Indices into BehaviouralSource::inputs, each input once.
  int voltage_input(int positive, int negative);
  int current_input(int instance);
  int current_input(std::string_view element, const Location& where);
  int parameter_input(ParameterId id);
  int derivative_input(Program argument, bool integral, double start);
  /// Register of a number that may be a parameter.
  int value(ProgramBuilder& builder, const Value& value);

  std::shared_ptr<const BehaviouralSource> take() { return source_; }

  int name(Compiler& compiler, const Expression& in, const Expression::Node& node) override;
  int probe(Compiler& compiler, const Expression& in, const Expression::Node& node) override;
  int derivative(Compiler& compiler, const Expression& in, const Expression::Node& node, Program argument,
                 double start) override;
  const UserFunction* function(std::string_view name) override {
    return elaborator_.find_function(scope_, name);
  }
  std::vector<std::string> function_names() const override { return elaborator_.function_names(scope_); }
  Rng* random() override { return nullptr; }
  bool behavioural() const override { return true; }
  int& depth() override { return elaborator_.compile_depth(); }

 private:
  int add(const BehaviouralInput& input);

  Elaborator& elaborator_;
  Scope& scope_;
  std::shared_ptr<BehaviouralSource> source_;
  std::vector<std::pair<std::string, int>> currents_;  ///< elements read by i(), with their inputs
};

/// True when the value of `expression` changes during a simulation: it reads v(), i(), time or a derivative.
bool reads_circuit(const Expression& expression);

}  // namespace nullor::netlist
