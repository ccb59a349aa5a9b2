#include <algorithm>
#include <cmath>

#include "nullor/base/rng.h"
#include "nullor/graph/sized_parts.h"
#include "nullor/netlist/program_builder.h"

namespace nullor::graph {
namespace {

constexpr int kPoints = 4;
constexpr double kTolerance = 1e-9;

/// A `.param` of the deck itself that has a number.
bool is_free(const ParameterTable::Entry& entry) {
  return !entry.name.empty() && entry.name.find_first_of(".:") == std::string::npos &&
         entry.program.is_constant();
}

}  // namespace

bool are_equal(double a, double b) {
  return std::fabs(a - b) <= kTolerance * std::max(std::fabs(a), std::fabs(b));
}

SizedTable::SizedTable(const ParameterTable& parameters) : table_(parameters) {
  const std::vector<double> own = table_.evaluate();
  points_.push_back(own);
  Rng rng(1);
  for (int point = 1; point < kPoints; ++point) {
    ParameterTable moved = table_;
    for (std::size_t id = 0; id < own.size(); ++id) {
      if (!is_free(table_.entries()[id])) continue;
      const double factor = rng.uniform(0.5, 2);
      moved.override_value(static_cast<ParameterId>(id), own[id] == 0 ? factor : factor * own[id]);
    }
    points_.push_back(moved.evaluate());
  }
}

Value SizedTable::add(ParameterTable::Entry entry) {
  std::vector<double> registers;
  for (std::vector<double>& values : points_)
    values.push_back(entry.program.run<double>(std::span<const double>(values), registers));
  return {0, table_.add(std::move(entry))};
}

Value SizedTable::named(std::string name, Value value, const Location& where) {
  return add(
      {std::move(name),
       value.parameter == kNoParameter ? Program::constant(value.constant) : Program::input(value.parameter),
       where});
}

Value SizedTable::apply(Program::Op op, Value a, Value b) {
  netlist::ProgramBuilder builder;
  const auto operand = [&](const Value& v) {
    return v.parameter == kNoParameter ? builder.constant(v.constant) : builder.input(v.parameter);
  };
  const int left = operand(a), right = operand(b);
  Program program = builder.finish(builder.apply(op, left, right));
  const Program::Step& last = program.steps.back();
  if (last.op == Program::Op::constant) return {last.k};
  if (last.op == Program::Op::input) return {0, last.a};
  return add({{}, std::move(program), {}});
}

bool SizedTable::equal(Value a, Value b) {
  for (const std::vector<double>& values : points_) {
    if (!are_equal(at(values, a), at(values, b))) return false;
  }
  equalities_.emplace_back(a, b);
  return true;
}

}  // namespace nullor::graph
