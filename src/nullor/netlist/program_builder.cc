#include "nullor/netlist/program_builder.h"

#include <bit>
#include <cstdint>

namespace nullor::netlist {

std::size_t ProgramBuilder::Hash::operator()(const Program::Step& step) const {
  std::uint64_t h = std::bit_cast<std::uint64_t>(step.k);
  for (const int part : {static_cast<int>(step.op), step.a, step.b, step.c}) {
    h = (h ^ static_cast<std::uint64_t>(part)) * 0x9e3779b97f4a7c15ULL;
    h ^= h >> 29;
  }
  return static_cast<std::size_t>(h);
}

bool ProgramBuilder::Equal::operator()(const Program::Step& x, const Program::Step& y) const {
  return x.op == y.op && x.a == y.a && x.b == y.b && x.c == y.c &&
         std::bit_cast<std::uint64_t>(x.k) == std::bit_cast<std::uint64_t>(y.k);
}

int ProgramBuilder::add(const Program::Step& step) {
  const auto [found, is_new] = known_.emplace(step, static_cast<int>(program_.steps.size()));
  if (is_new) program_.steps.push_back(step);
  return found->second;
}

int ProgramBuilder::constant(double value) { return add({Op::constant, 0, 0, 0, value}); }

int ProgramBuilder::input(int index) { return add({Op::input, index, 0, 0, 0.0}); }

int ProgramBuilder::apply(Op op, int a, int b, int c) {
  const int count = Program::operands(op);
  const bool fold = is_constant(a) && (count < 2 || is_constant(b)) && (count < 3 || is_constant(c));
  const Program::Step step{op, a, count < 2 ? 0 : b, count < 3 ? 0 : c, 0.0};
  if (!fold) {
    if (op == Op::choose && is_constant(a)) return constant_at(a) != 0 ? b : c;
    return add(step);
  }
  return constant(program_detail::apply<double>(step, constant_at(a), count < 2 ? 0.0 : constant_at(b),
                                                count < 3 ? 0.0 : constant_at(c), program_.tables));
}

int ProgramBuilder::table(int x, Points points, bool extrapolate) {
  program_.tables.push_back(std::move(points));
  const Program::Step step{Op::table, x, static_cast<int>(program_.tables.size()) - 1, extrapolate ? 1 : 0,
                           0.0};
  if (!is_constant(x)) return add(step);
  return constant(program_detail::apply<double>(step, constant_at(x), 0.0, 0.0, program_.tables));
}

Program ProgramBuilder::finish(int root) const {
  const auto& steps = program_.steps;
  const auto for_each_operand = [](const Program::Step& step, auto&& visit) {
    const int count = Program::operands(step.op);
    if (count > 0) visit(step.a);
    if (count > 1) visit(step.b);
    if (count > 2) visit(step.c);
  };
  std::vector<int> place(steps.size(), -1);
  place[static_cast<std::size_t>(root)] = 0;
  for (int k = root; k >= 0; --k) {
    if (place[static_cast<std::size_t>(k)] < 0) continue;
    for_each_operand(steps[static_cast<std::size_t>(k)],
                     [&](int r) { place[static_cast<std::size_t>(r)] = 0; });
  }
  Program out;
  for (int k = 0; k <= root; ++k) {
    const auto index = static_cast<std::size_t>(k);
    if (place[index] < 0) continue;
    Program::Step step = steps[index];
    const int count = Program::operands(step.op);
    if (count > 0) step.a = place[static_cast<std::size_t>(step.a)];
    if (count > 1) step.b = place[static_cast<std::size_t>(step.b)];
    if (count > 2) step.c = place[static_cast<std::size_t>(step.c)];
    if (step.op == Op::table) {
      out.tables.push_back(program_.tables[static_cast<std::size_t>(step.b)]);
      step.b = static_cast<int>(out.tables.size()) - 1;
    }
    place[index] = static_cast<int>(out.steps.size());
    out.steps.push_back(step);
  }
  return out;
}

}  // namespace nullor::netlist
