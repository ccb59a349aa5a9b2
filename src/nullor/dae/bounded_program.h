#pragma once
/// A Program outside its domain: what an iterate of Newton's method needs in order to find back.

#include "nullor/math/dual.h"
#include "nullor/netlist/program.h"

namespace nullor {

/// Runs a program whose functions go on where they have no finite value: ln, log10, sqrt, powers of a number
/// that is not positive, and the quotient by zero continue as their tangent in `kLeastArgument`,
///
///   g(a) = g(e) + g'(e) (a - e)        e = kLeastArgument
///
/// which points a Newton step back into the domain. Steps with a finite value are exact.
inline constexpr double kLeastArgument = 1e-12;

namespace bounded_program_detail {

inline bool has_edge(Program::Op op) {
  using Op = Program::Op;
  return op == Op::log || op == Op::log10 || op == Op::sqrt || op == Op::power || op == Op::power_abs ||
         op == Op::power_signed;
}

template <int N>
Dual<N> apply(const Program& program, const Program::Step& step, const Dual<N>& a, const Dual<N>& b,
              const Dual<N>& c) {
  using Op = Program::Op;
  const Dual<N> exact = program_detail::apply<Dual<N>>(step, a, b, c, program.tables);
  if (std::isfinite(exact.v)) return exact;
  const auto at = [&](Dual<N> x, double e, bool first) {
    Dual<1> edge(e);
    edge.d.set(0, 1.0);
    const double slope = (first ? program_detail::apply<Dual<1>>(step, edge, Dual<1>(b.v), Dual<1>(c.v), {})
                                : program_detail::apply<Dual<1>>(step, Dual<1>(a.v), edge, Dual<1>(c.v), {}))
                             .d[0];
    const double distance = x.v - e;
    x.v = e;
    Dual<N> out = first ? program_detail::apply<Dual<N>>(step, x, b, c, {})
                        : program_detail::apply<Dual<N>>(step, a, x, c, {});
    out.v += slope * distance;
    return out;
  };
  if (has_edge(step.op) && a.v <= 0) return at(a, kLeastArgument, true);
  if (step.op == Op::divide && b.v == 0) return at(b, kLeastArgument, false);
  return exact;
}

}  // namespace bounded_program_detail

template <int N>
Dual<N> run_bounded(const Program& program, const std::vector<Dual<N>>& inputs,
                    std::vector<Dual<N>>& registers) {
  using Op = Program::Op;
  registers.resize(std::max(registers.size(), program.steps.size()));
  const auto at = [&](int k) -> const Dual<N>& { return registers[static_cast<std::size_t>(k)]; };
  for (std::size_t k = 0; k < program.steps.size(); ++k) {
    const Program::Step& step = program.steps[k];
    if (step.op == Op::input) {
      registers[k] = inputs[static_cast<std::size_t>(step.a)];
    } else if (step.op == Op::constant) {
      registers[k] = Dual<N>(step.k);
    } else {
      const bool table = step.op == Op::table;
      registers[k] = bounded_program_detail::apply(program, step, at(step.a), at(table ? 0 : step.b),
                                                   at(table ? 0 : step.c));
    }
  }
  return registers[program.steps.size() - 1];
}

}  // namespace nullor
