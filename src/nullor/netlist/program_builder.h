#pragma once
/// Builds a Program instruction by instruction: constants are folded, equal instructions are shared, and what
/// the result does not need is dropped at the end.

#include <functional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "nullor/netlist/program.h"

namespace nullor::netlist {

class ProgramBuilder {
 public:
  using Op = Program::Op;
  using Points = std::vector<std::pair<double, double>>;

  int constant(double value);
  int input(int index);
  int apply(Op op, int a, int b = 0, int c = 0);
  /// Piecewise linear; `points` ascending in x.
  int table(int x, Points points, bool extrapolate);

  /// The number, when register `r` holds one.
  bool is_constant(int r) const { return program_.steps[static_cast<std::size_t>(r)].op == Op::constant; }
  double constant_at(int r) const { return program_.steps[static_cast<std::size_t>(r)].k; }
  std::size_t size() const { return program_.steps.size(); }

  /// The program whose value is register `root`.
  Program finish(int root) const;

 private:
  struct Hash {
    std::size_t operator()(const Program::Step& step) const;
  };
  struct Equal {
    bool operator()(const Program::Step& x, const Program::Step& y) const;
  };
  int add(const Program::Step& step);

  Program program_;
  std::unordered_map<Program::Step, int, Hash, Equal> known_;
};

}  // namespace nullor::netlist
