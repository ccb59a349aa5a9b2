#include "nullor/netlist/program.h"

#include <algorithm>

namespace nullor {

Program Program::constant(double value) {
  Program out;
  out.steps.push_back({Op::constant, 0, 0, 0, value});
  return out;
}

Program Program::input(int index) {
  Program out;
  out.steps.push_back({Op::input, index, 0, 0, 0.0});
  return out;
}

bool Program::is_constant() const {
  return std::none_of(steps.begin(), steps.end(), [](const Step& step) { return step.op == Op::input; });
}

std::vector<int> Program::inputs() const {
  std::vector<int> out;
  for (const Step& step : steps) {
    if (step.op == Op::input) out.push_back(step.a);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

int Program::operands(Op op) {
  switch (op) {
    case Op::constant:
    case Op::input:
      return 0;
    case Op::add:
    case Op::subtract:
    case Op::multiply:
    case Op::divide:
    case Op::power:
    case Op::modulo:
    case Op::less:
    case Op::less_equal:
    case Op::greater:
    case Op::greater_equal:
    case Op::equal:
    case Op::not_equal:
    case Op::logical_and:
    case Op::logical_or:
    case Op::minimum:
    case Op::maximum:
    case Op::atan2:
    case Op::power_signed:
    case Op::power_abs:
      return 2;
    case Op::choose:
      return 3;
    default:
      return 1;
  }
}

}  // namespace nullor
