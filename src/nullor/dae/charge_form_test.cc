#include "nullor/dae/charge_form.h"

#include <gtest/gtest.h>

#include "nullor/dae/dae.h"

namespace nullor {
namespace {

const std::string kCircuit = "title\n.param k=3\nra a 0 1\nrb b 0 1\n";

struct Split {
  Circuit circuit;
  ChargeForm form;

  explicit Split(const std::string& formula)
      : circuit(read_circuit_text(kCircuit + "b1 a b i={" + formula + "}\n")),
        form(charge_form(*circuit.instances.back().behaviour)) {}

  /// A program at v(a), v(b) = 2, 5, k = 3, time 7; derivatives that stayed read 11.
  double at(const Program& program) const {
    std::vector<double> in, registers;
    for (const BehaviouralInput& input : form.source.inputs) {
      using Kind = BehaviouralInput::Kind;
      if (input.kind == Kind::voltage)
        in.push_back(circuit.nodes[std::size_t(input.positive)] == "a" ? 2 : 5);
      if (input.kind == Kind::parameter) in.push_back(3);
      if (input.kind == Kind::time) in.push_back(7);
      if (input.kind == Kind::derivative) in.push_back(input.derivative < 0 ? 0 : 11);
    }
    return program.run<double>(in, registers);
  }
  double flow() const { return at(form.source.formula); }
  double charge() const { return form.charge.empty() ? 0 : at(form.charge); }
  std::size_t unknowns() const { return form.source.derivatives.size(); }
};

TEST(ChargeForm, MakesDerivativesInSumsCharges) {
  const std::tuple<const char*, double, double> cases[] = {
      {"ddt(v(a))", 0, 2},
      {"v(b) - ddt(v(a)*v(b))", 5, -10},
      {"k*ddt(v(a))/2 + k", 3, 3},
      {"-(v(a) - 2*(ddt(v(b)) - ddt(v(a))*k))", -2, 2 * (5 - 3 * 2)},
      {"sqr(k)*ddt(exp(v(a)-2)) + time", 7, 9},
      {"ddt(k*v(a)) + ddt(v(a))", 0, 8},
  };
  for (const auto& [formula, flow, charge] : cases) {
    const Split split(formula);
    EXPECT_EQ(split.unknowns(), 0U) << formula;
    EXPECT_DOUBLE_EQ(split.flow(), flow) << formula;
    EXPECT_DOUBLE_EQ(split.charge(), charge) << formula;
  }
}

TEST(ChargeForm, LeavesOthersAsUnknowns) {
  const std::tuple<const char*, std::size_t, double, double> cases[] = {
      {"v(b)*ddt(v(a))", 1, 55, 0},  // a factor that moves
      {"time*ddt(v(a))", 1, 77, 0},
      {"sqr(ddt(v(a)))", 1, 121, 0},
      {"v(a) > 0 ? ddt(v(a)) : 0", 1, 11, 0},
      {"ddt(v(a)) + sqr(ddt(v(a)))", 1, 121, 2},  // each ddt() stands for itself
      {"idt(v(a)) + ddt(v(b))", 1, 11, 5},
      {"k/ddt(v(a)) + 2*ddt(v(b))", 1, 3.0 / 11, 10},
      {"ddt(ddt(v(a)))", 1, 0, 11},  // the inner one is read by the outer
  };
  for (const auto& [formula, unknowns, flow, charge] : cases) {
    const Split split(formula);
    EXPECT_DOUBLE_EQ(split.flow(), flow) << formula;
    EXPECT_DOUBLE_EQ(split.charge(), charge) << formula;
    EXPECT_EQ(split.unknowns(), unknowns) << formula;
  }
}

}  // namespace
}  // namespace nullor
