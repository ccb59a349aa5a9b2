// Devices written as equations in the netlist (examples/device_as_text) are the devices of the same equations
// in C++: equal waveforms and equal gradients, in both engines.

#include <gtest/gtest.h>

#include <cmath>

#include "nullor/neural/collocation_gradient.h"
#include "nullor/neural/neural_session.h"
#include "nullor/simulate/gradient.h"

namespace nullor {
namespace {

/// Signals and measurements of the built-in device and of the text, and their parameters in one order.
struct Pair {
  std::string deck;
  std::vector<std::pair<std::string, std::string>> signals;
  std::pair<std::string, std::string> measures;
  std::vector<std::pair<std::string, std::string>> parameters;
  double tolerance;  ///< relative to the size of a signal
};

const std::vector<Pair>& pairs() {
  static const std::vector<Pair> all = {
      {"ferroelectric",
       {{"v(b)", "v(c)"}, {"@nfe[p]", "v(xfe.pol)"}},
       {"t_built_in", "t_text"},
       {{"fe:alpha", "xfe.alpha"},
        {"fe:beta", "xfe.beta"},
        {"fe:gamma", "xfe.gamma"},
        {"fe:rho", "xfe.rho"},
        {"fe:t_fe", "xfe.t_fe"},
        {"nfe:area", "xfe.area"},
        {"r1", "r2"}},
       1e-8},
      {"memristor",
       {{"v(a)", "v(b)"}, {"@n1[w]", "v(x1.w)"}},
       {"i_built_in", "i_text"},
       {{"film:r_on", "x1.r_on"},
        {"film:r_off", "x1.r_off"},
        {"film:v_on", "x1.v_on"},
        {"film:v_off", "x1.v_off"},
        {"film:k_on", "x1.k_on"},
        {"film:k_off", "x1.k_off"},
        {"film:a_on", "x1.a_on"},
        {"film:a_off", "x1.a_off"},
        {"film:p", "x1.sharp"},
        {"film:leak", "x1.leak"},
        {"n1:w0", "x1.w0"}},
       1e-8},
      // The built-in junction keeps its gmin out of the pumping current, which is 1e-10 of it.
      {"laser",
       {{"v(a1)", "v(a2)"}, {"v(p1)", "v(p2)"}},
       {"one_built_in", "one_text"},
       {{"dfb:tau_n", "x2.tau_n"},
        {"dfb:tau_p", "x2.tau_p"},
        {"dfb:n_tr", "x2.n_tr"},
        {"dfb:gain0", "x2.gain0"},
        {"dfb:volume", "x2.volume"},
        {"dfb:gamma", "x2.gamma"},
        {"dfb:beta", "x2.beta"},
        {"dfb:epsilon", "x2.epsilon"},
        {"dfb:eta", "x2.eta"},
        {"dfb:wavelength", "x2.wavelength"},
        {"dfb:cj", "x2.cj"}},
       1e-8}};
  return all;
}

Circuit example(const std::string& name) {
  return read_circuit(std::string(NULLOR_SOURCE_DIR) + "/examples/device_as_text/" + name + ".cir");
}

class TextDevice : public testing::TestWithParam<bool> {};

TEST_P(TextDevice, HasTheWaveformsOfTheBuiltInDevice) {
  for (const Pair& pair : pairs()) {
    Circuit circuit = example(pair.deck);
    const AnalysisCard card = circuit.analyses.front();
    std::unique_ptr<EngineSession> session;
    if (GetParam()) {
      TrainingOptions how;
      how.tolerance = 1e-7;  // equal equations are solved equally well as Newton's iteration is exact
      session = std::make_unique<NeuralSession>(std::move(circuit), how);
    } else {
      session = std::make_unique<EngineSession>(std::move(circuit));
    }
    const std::vector<Table> tables = session->run(card);
    for (const auto& [built_in, text] : pair.signals) {
      const Column* a = tables[0].find(built_in);
      const Column* b = tables[0].find(text);
      ASSERT_TRUE(a && b) << built_in << " " << text;
      EXPECT_EQ(a->quantity, b->quantity) << text;
      double size = 0, difference = 0;
      for (std::size_t k = 0; k < a->real.size(); ++k) {
        size = std::max(size, std::fabs(a->real[k]));
        difference = std::max(difference, std::fabs(a->real[k] - b->real[k]));
      }
      EXPECT_GT(size, 0);
      EXPECT_LT(difference, pair.tolerance * size) << pair.deck << " " << text;
    }
  }
}

TEST_P(TextDevice, HasTheGradientsOfTheBuiltInDevice) {
  for (const Pair& pair : pairs()) {
    Engine engine(example(pair.deck));
    TrainingOptions how;
    how.tolerance = 1e-8;  // a derivative is as exact as Newton's iteration
    CollocationGradient neural{how};
    std::vector<std::string> built_in, text;
    for (const auto& [a, b] : pair.parameters) built_in.push_back(a), text.push_back(b);
    const auto run = [&](const std::string& of, const std::vector<std::string>& wrt) {
      return gradient(engine, {of, wrt, "tran", {}, GetParam() ? &neural : nullptr});
    };
    const GradientResult a = run(pair.measures.first, built_in), b = run(pair.measures.second, text);
    EXPECT_NEAR(a.value, b.value, pair.tolerance * std::fabs(a.value)) << pair.deck;
    double largest = 0;  // percent of the result by percent of a parameter
    for (const GradientRow& row : a.rows) largest = std::max(largest, std::fabs(row.derivative * row.value));
    for (std::size_t k = 0; k < a.rows.size(); ++k) {
      EXPECT_NEAR(
          a.rows[k].derivative, b.rows[k].derivative,
          100 * pair.tolerance *
              std::max(std::fabs(a.rows[k].derivative), 1e-3 * largest / std::max(a.rows[k].value, 1e-300)))
          << pair.deck << " " << a.rows[k].name;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, TextDevice, testing::Bool(),
                         [](const auto& info) { return info.param ? "neural" : "numeric"; });

// A node may carry numbers that are no volts: where one carries 1e8, the others keep their own tolerances.
TEST(Nature, KeepsLargeNumbersOutOfTheScaleOfVoltages) {
  const std::string text =
      "title\nv1 in 0 sin(0 1 20meg)\nr1 in out 1k\nc1 out 0 100p\n"
      "bn n 0 i={v(n) - 1e8}\n.tran 10n 2u\n";
  const auto error = [&](const std::string& extra) {
    TrainingOptions how;
    NeuralSession session(read_circuit_text(text + extra), how);
    const Table t = session.run(session.circuit().analyses.front()).front();
    const double w = 4e7 * std::acos(-1.0), rc = 1e-7, gain = 1 / (1 + w * rc * w * rc);
    double worst = 0;
    for (std::size_t k = 0; k < t.rows(); ++k) {
      const double time = t.columns[0].real[k];
      const double exact =
          gain * (std::sin(w * time) - w * rc * std::cos(w * time) + w * rc * std::exp(-time / rc));
      worst = std::max(worst, std::fabs(t.find("out")->real[k] - exact));
    }
    return worst;
  };
  EXPECT_GT(error(""), 1e-3) << "as a voltage of 100 MV it would make a volt small";
  EXPECT_LT(error(".nature v(n) units=photons abstol=1\n"), 1e-5);
}

}  // namespace
}  // namespace nullor
