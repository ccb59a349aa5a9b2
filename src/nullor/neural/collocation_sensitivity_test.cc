#include "nullor/neural/collocation_sensitivity.h"

#include <gtest/gtest.h>

#include <cmath>

#include "nullor/neural/collocation_gradient.h"
#include "nullor/simulate/difference_gradient.h"

namespace nullor {
namespace {

struct Case {
  const char* example;
  const char* of;
  const char* measure;  ///< added to the deck
};

// Gradients follow unknowns of the equations: one is measured where the example measures a device quantity.
constexpr Case kCases[] = {
    {"neural/amplifier.cir", "swing", ""},
    {"neural/ring_oscillator.cir", "period", ""},
    {"neural/feram.cir", "late", ".meas tran late find v(cell) at=3.8n"},
    {"filter/rc_pulse.cir", "late", ".meas tran late find v(out) at=5.55u"},
    {"neural/memristor.cir", "current", ".meas tran current find i(v1) at=12m"},
    {"neural/optical_link.cir", "p_one", ""},
    {"neural/self_heating.cir", "drift", ""},
};

Circuit circuit_of(const Case& c) {
  const std::string path = std::string(NULLOR_SOURCE_DIR) + "/examples/" + c.example;
  Circuit circuit = read_circuit(path);
  if (*c.measure) {
    // Read by the same reader, from a deck that holds nothing else of interest.
    const Circuit extra = read_circuit_text(std::string("t\nr1 a 0 1\n") + c.measure + "\n.end\n");
    circuit.measures.insert(circuit.measures.begin(), extra.measures.begin(), extra.measures.end());
  }
  return circuit;
}

GradientResult by(const Case& c, CollocationGradient::Direction direction) {
  TrainingOptions how;
  how.tolerance = 1e-5;
  CollocationGradient neural(how, direction);
  Engine engine(circuit_of(c));
  return gradient(engine, {c.of, {}, "tran", {}, &neural});
}

}  // namespace

// Every parameter of every example: the two directions share devices and windows, and nothing of the order of
// work.
TEST(CollocationSensitivity, EqualsTheAdjoint) {
  using Direction = CollocationGradient::Direction;
  for (const Case& c : kCases) {
    const GradientResult backward = by(c, Direction::adjoint), forward = by(c, Direction::forward);
    ASSERT_EQ(backward.rows.size(), forward.rows.size());
    int compared = 0;
    for (std::size_t k = 0; k < forward.rows.size(); ++k) {
      const GradientRow &a = backward.rows[k], &b = forward.rows[k];
      // Below this a parameter does not matter: one percent of it moves the objective by 1e-5 of itself. At a
      // value of zero, what others of the same unit do is the measure.
      double floor = b.value == 0 ? 0 : 1e-3 * std::fabs(backward.value / b.value);
      for (std::size_t j = 0; b.value == 0 && j < forward.rows.size(); ++j) {
        if (j != k && forward.rows[j].unit == b.unit)
          floor = std::max(floor, std::fabs(forward.rows[j].derivative));
      }
      if (floor == 0 && b.value == 0) continue;
      EXPECT_NEAR(a.derivative, b.derivative, 1e-9 * std::max(std::fabs(b.derivative), floor))
          << c.example << " " << a.name;
      compared += b.derivative != 0;
    }
    EXPECT_GT(compared, 4) << c.example;
  }
}

// The third route: differences of the numerical engine, where few runs are enough for a quick test.
TEST(CollocationSensitivity, EqualsDifferences) {
  const Case& c = kCases[3];
  GradientResult forward = by(c, CollocationGradient::Direction::forward);
  std::erase_if(forward.rows, [](const GradientRow& row) {
    return row.name != "r" && row.name != "c" && row.name != "v1:v2" && row.name != "v1:pw";
  });
  DifferenceOptions how;
  how.jobs = 1;
  how.points = 8000;
  int compared = 0;
  for (const DifferenceRow& row : difference_gradient(circuit_of(c), forward, how)) {
    for (const GradientRow& of : forward.rows) {
      if (of.name != row.name || !row.ok || of.value == 0) continue;
      EXPECT_NEAR(of.derivative, row.derivative,
                  1e-5 * std::max(std::fabs(row.derivative), std::fabs(forward.value / of.value)))
          << row.name;
      ++compared;
    }
  }
  EXPECT_EQ(compared, 4);
}

}  // namespace nullor
