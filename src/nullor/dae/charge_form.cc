#include "nullor/dae/charge_form.h"

#include <map>

#include "nullor/netlist/program_builder.h"

namespace nullor {
namespace {

using Op = Program::Op;
using Kind = BehaviouralInput::Kind;

std::size_t u(int k) { return static_cast<std::size_t>(k); }

/// Appends `program` to what is being built; returns the register of its value.
int append(netlist::ProgramBuilder& builder, const Program& program) {
  std::vector<int> at;
  for (const Program::Step& step : program.steps) {
    const int count = Program::operands(step.op);
    const auto operand = [&](int r, int position) { return count > position ? at[u(r)] : 0; };
    if (step.op == Op::constant) {
      at.push_back(builder.constant(step.k));
    } else if (step.op == Op::input) {
      at.push_back(builder.input(step.a));
    } else if (step.op == Op::table) {
      at.push_back(builder.table(at[u(step.a)], program.tables[u(step.b)], step.c != 0));
    } else {
      at.push_back(builder.apply(step.op, operand(step.a, 0), operand(step.b, 1), operand(step.c, 2)));
    }
  }
  return at.back();
}

/// The factors c_k of every step of a formula.
class Factors {
 public:
  explicit Factors(const BehaviouralSource& source) : source_(source), stays_(source.derivatives.size(), 0) {
    for (std::size_t k = 0; k < source.derivatives.size(); ++k) {
      if (source.derivatives[k].integral) stays_[k] = 1;
      for (const int input : source.derivatives[k].argument.inputs()) {
        const BehaviouralInput& read = source.inputs[u(input)];
        if (read.kind == Kind::derivative) stays_[u(read.derivative)] = 1;
      }
    }
    for (const Program::Step& step : source.formula.steps) visit(step);
  }

  bool stays(int derivative) const { return stays_[u(derivative)]; }
  /// Derivatives in the formula's value and the registers of their factors.
  const std::map<int, int>& of_value() const { return terms_.back(); }
  netlist::ProgramBuilder& builder() { return builder_; }

 private:
  using Terms = std::map<int, int>;  // derivative -> register of its factor

  void visit(const Program::Step& step) {
    Terms terms;
    int fixed = -1;  // register of the value, when only parameters enter it
    if (step.op == Op::constant) {
      fixed = builder_.constant(step.k);
    } else if (step.op == Op::input) {
      const BehaviouralInput& input = source_.inputs[u(step.a)];
      if (input.kind == Kind::derivative) terms[input.derivative] = builder_.constant(1);
      if (input.kind == Kind::parameter || input.kind == Kind::temperature) fixed = builder_.input(step.a);
    } else {
      fixed = operation(step, terms);
    }
    fixed_.push_back(fixed);
    terms_.push_back(std::move(terms));
  }

  int operation(const Program::Step& step, Terms& terms) {
    const int count = Program::operands(step.op);
    const int operands[3] = {step.a, step.b, step.c};
    bool all_fixed = step.op != Op::table, any = false;
    for (int k = 0; k < count; ++k) {
      all_fixed = all_fixed && fixed_[u(operands[k])] >= 0;
      any = any || !terms_[u(operands[k])].empty();
    }
    if (all_fixed) {
      const auto at = [&](int k) { return k < count ? fixed_[u(operands[k])] : 0; };
      return builder_.apply(step.op, at(0), at(1), at(2));
    }
    if (!any) return -1;
    const Terms& a = terms_[u(step.a)];
    if (step.op == Op::add || step.op == Op::subtract) {
      terms = a;
      for (const auto& [derivative, factor] : terms_[u(step.b)]) {
        const auto [at, is_new] = terms.try_emplace(derivative, builder_.constant(0));
        at->second = builder_.apply(step.op, at->second, factor);
      }
    } else if (step.op == Op::negate) {
      for (const auto& [derivative, factor] : a) terms[derivative] = builder_.apply(Op::negate, factor);
    } else if (step.op == Op::multiply && fixed_[u(step.a)] >= 0) {
      for (const auto& [derivative, factor] : terms_[u(step.b)])
        terms[derivative] = builder_.apply(Op::multiply, fixed_[u(step.a)], factor);
    } else if ((step.op == Op::multiply || step.op == Op::divide) && fixed_[u(step.b)] >= 0) {
      for (const auto& [derivative, factor] : a)
        terms[derivative] = builder_.apply(step.op, factor, fixed_[u(step.b)]);
    } else {
      for (int k = 0; k < count; ++k) {
        for (const auto& [derivative, factor] : terms_[u(operands[k])]) stays_[u(derivative)] = 1;
      }
    }
    return -1;
  }

  const BehaviouralSource& source_;
  netlist::ProgramBuilder builder_;
  std::vector<char> stays_;
  std::vector<int> fixed_;  ///< per step
  std::vector<Terms> terms_;
};

}  // namespace

ChargeForm charge_form(const BehaviouralSource& source) {
  ChargeForm out{source, {}};
  if (source.derivatives.empty()) return out;
  Factors factors(source);
  netlist::ProgramBuilder& builder = factors.builder();
  int sum = -1;
  std::vector<char> taken(source.derivatives.size(), 0);
  for (const auto& [derivative, factor] : factors.of_value()) {
    if (factors.stays(derivative)) continue;
    taken[u(derivative)] = 1;
    const int charge =
        builder.apply(Op::multiply, factor, append(builder, source.derivatives[u(derivative)].argument));
    sum = sum < 0 ? charge : builder.apply(Op::add, sum, charge);
  }
  if (sum < 0) return out;
  out.charge = builder.finish(sum);
  out.source.derivatives.clear();
  std::vector<int> place(source.derivatives.size(), -1);
  for (std::size_t k = 0; k < taken.size(); ++k) {
    if (taken[k]) continue;
    place[k] = static_cast<int>(out.source.derivatives.size());
    out.source.derivatives.push_back(source.derivatives[k]);
  }
  for (BehaviouralInput& input : out.source.inputs) {
    if (input.kind == Kind::derivative) input.derivative = place[u(input.derivative)];
  }
  return out;
}

}  // namespace nullor
