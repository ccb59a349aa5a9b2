#pragma once
/// Expression tree -> Program. What names, probes and user functions mean is asked of an Environment:
/// parameters see other parameters, behavioural sources also see voltages, currents, time and derivatives.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "nullor/base/rng.h"
#include "nullor/netlist/expression.h"
#include "nullor/netlist/program.h"
#include "nullor/netlist/program_builder.h"

namespace nullor::netlist {

/// `.func name(parameters) {body}`.
struct UserFunction {
  std::string name;
  std::vector<std::string> parameters;
  Expression body;
};

class Compiler;

class Environment {
 public:
  virtual ~Environment() = default;

  /// Register of a name that is not a function argument. Throws InputError for unknown names.
  virtual int name(Compiler& compiler, const Expression& in, const Expression::Node& node) = 0;
  /// Register of a probe such as v(a, b).
  virtual int probe(Compiler& compiler, const Expression& in, const Expression::Node& node) = 0;
  /// Register of ddt(u) or idt(u, start); `argument` compiles u in a builder of its own.
  virtual int derivative(Compiler& compiler, const Expression& in, const Expression::Node& node,
                         Program argument, double start) = 0;
  virtual const UserFunction* function(std::string_view name) = 0;
  virtual std::vector<std::string> function_names() const = 0;
  /// The generator of agauss() and its kin; null where they make no sense.
  virtual Rng* random() = 0;
  /// True inside behavioural sources, where pow() and pwr() differ from `.param`, as in ngspice.
  virtual bool behavioural() const = 0;
  /// How deep the compiler is in trees, shared by expressions that are compiled while another one waits for
  /// them.
  virtual int& depth() { return depth_; }

 private:
  int depth_ = 0;
};

class Compiler {
 public:
  explicit Compiler(Environment& environment) : environment_(environment) {}

  /// Compiles all of `expression`; `wrap`, when given, turns the register of its value into that of the
  /// result. Throws InputError.
  Program compile(const Expression& expression, const std::function<int(Compiler&, int)>& wrap = {});

  ProgramBuilder& builder() { return *builder_; }

 private:
  /// The arguments of one call of a user function.
  struct Frame;

  int node(const Expression& in, int index, const Frame* frame);
  int binary(const Expression& in, const Expression::Node& node, const Frame* frame);
  int call(const Expression& in, const Expression::Node& node, const Frame* frame);
  int user_call(const UserFunction& function, const Expression& in, const Expression::Node& node,
                const Frame* frame);
  int random(const Expression& in, const Expression::Node& node, const Frame* frame);
  int piecewise(const Expression& in, const Expression::Node& node, const Frame* frame);
  int derivative(const Expression& in, const Expression::Node& node, const Frame* frame);
  int argument(const Expression& in, const Expression::Node& node, std::size_t k, const Frame* frame);
  double constant_argument(const Expression& in, const Expression::Node& node, std::size_t k,
                           const Frame* frame);

  Environment& environment_;
  ProgramBuilder* builder_ = nullptr;
  int calls_ = 0;
  std::size_t visits_ = 0;
};

/// Names of all built-in functions, for messages.
const std::vector<std::string>& builtin_functions();

}  // namespace nullor::netlist
