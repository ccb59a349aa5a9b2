// f and q without derivatives against f and q with them.

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "nullor/dae/dae.h"
#include "nullor/dae/group_factories.h"

namespace nullor {
namespace {

constexpr int kPoints = 6;  // a full register and part of another

struct Both {
  std::vector<double> f, q, f_values, q_values;

  /// But for ground, the last element.
  void expect_equal(std::size_t stride, const std::string& name) const {
    for (std::size_t begin = 0; begin < f.size(); begin += stride) {
      double size_f = 0, size_q = 0;
      for (std::size_t i = begin; i + 1 < begin + stride; ++i) {
        ASSERT_TRUE(std::isfinite(f[i]) && std::isfinite(q[i])) << name;
        size_f = std::max(size_f, std::fabs(f[i]));
        size_q = std::max(size_q, std::fabs(q[i]));
      }
      for (std::size_t i = begin; i + 1 < begin + stride; ++i) {
        EXPECT_NEAR(f_values[i], f[i], 1e-13 * size_f) << name << " flow " << i % stride;
        EXPECT_NEAR(q_values[i], q[i], 1e-13 * size_q) << name << " charge " << i % stride;
      }
    }
  }
};

/// Both ways at random states in `span`; `evaluate(Assembly&)` and `values(const Points&)`.
template <class Evaluate, class Values>
Both both_ways(int size, int nonzeros, double span, Evaluate&& evaluate, Values&& values) {
  const auto stride = static_cast<std::size_t>(size) + 1;
  std::mt19937 rng(11);
  std::uniform_real_distribution<double> uniform(-span, span);
  std::vector<double> x(kPoints * stride, 0.0), time(kPoints), jacobian(std::size_t(nonzeros) + 1);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = i % stride == stride - 1 ? 0 : uniform(rng);
  for (double& t : time) t = std::fabs(uniform(rng)) * 1e-9;
  Both out;
  for (auto* v : {&out.f, &out.q, &out.f_values, &out.q_values}) v->assign(x.size(), 0.0);
  for (std::size_t k = 0; k < kPoints; ++k) {
    Assembly a;
    a.x = x.data() + k * stride;
    a.time = time[k];
    a.gmin = 1e-12;
    a.f = out.f.data() + k * stride;
    a.q = out.q.data() + k * stride;
    a.jacobian = jacobian.data();
    evaluate(a);
  }
  values({.count = kPoints,
          .x = x.data(),
          .time = time.data(),
          .gmin = 1e-12,
          .f = out.f_values.data(),
          .q = out.q_values.data(),
          .stride = stride});
  return out;
}

TEST(EvaluateValues, AgreesWithEvaluateForEveryRegisteredDevice) {
  for (const GroupFactory& factory : group_factories()) {
    const auto group = factory.make();
    group->add(0);
    const int size =
        static_cast<int>(group->terminals(0).size() + group->internals(0).size()) + group->references();
    std::vector<int> unknowns;
    for (int k = 0; k < size; ++k) unknowns.push_back(k);
    group->set_unknowns(0, unknowns);
    // What has no default, or one that leaves a thermal resistance out.
    for (const auto& [name, value] :
         {std::pair("r", 1e3), std::pair("c", 1e-12), std::pair("l", 1e-6), std::pair("z0", 50.0),
          std::pair("td", 1e-9), std::pair("rth", 60.0), std::pair("rth0", 60.0), std::pair("cth", 1e-3),
          std::pair("cth0", 1e-3)}) {
      const FoundParameter found = group->find(name);
      if (found.index < 0) continue;
      const double now = group->get_parameter(0, found.index);
      if (!given(now) || now == 0) group->set_parameter(0, found.index, value);
    }
    group->setup({});
    std::vector<std::pair<int, int>> entries;
    group->entries(entries, false);
    const SparsePattern pattern = SparsePattern::from_entries(size, std::move(entries));
    group->locate(pattern, size);
    both_ways(
        size, pattern.nonzeros(), 0.7, [&](Assembly& a) { group->evaluate(a); },
        [&](const Points& p) { group->evaluate_values(p); })
        .expect_equal(std::size_t(size) + 1, std::string(factory.kind->name));
  }
}

// Formulas, constant parts, shared and grounded nodes.
TEST(EvaluateValues, AgreesWithEvaluateInACircuit) {
  Dae dae(read_circuit_text(R"(formulas and transistors
v1 in 0 1
r1 in a 1k
c1 a 0 1p
d1 a 0 dm
q1 c a 0 qm
m1 c c a 0 mm w=1u l=1u
b1 c 0 i={v(a)*v(c) + ddt(v(a)*v(a)) + time}
b2 e 0 v={sin(v(a)) + idt(v(c))}
b3 e c i={v(a)*ddt(v(c))}
re e 0 1
.model dm d(cjo=1p rs=1)
.model qm npn(cje=1p tf=1n)
.model mm nmos level=44
)"));
  both_ways(
      dae.size(), dae.pattern().nonzeros(), 0.7, [&](Assembly& a) { dae.evaluate(a); },
      [&](const Points& p) { dae.evaluate_values(p); })
      .expect_equal(std::size_t(dae.size()) + 1, "circuit");
}

}  // namespace
}  // namespace nullor
