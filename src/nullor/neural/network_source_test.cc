#include "nullor/neural/network_source.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "nullor/base/test_folder.h"
#include "nullor/neural/collocation.h"
#include "nullor/neural/neural_session.h"
#include "nullor/neural/tran_card_test.h"
#include "nullor/simulate/engine.h"

namespace nullor {
namespace {

const std::string kRing = std::string(NULLOR_SOURCE_DIR) + "/examples/neural/ring_oscillator.cir";

Waveform trained(Circuit circuit, double tolerance) {
  Engine engine(std::move(circuit));
  TrainingOptions how;
  how.tolerance = tolerance;
  Waveform out;
  train_checked(engine, tran_of(engine.circuit()), {}, how, out);
  return out;
}

/// A folder with a network "low_pass.safetensors" of 1 - exp(-t / 1us), and the deck given.
class NetworkSource : public testing::Test {
 protected:
  void SetUp() override {
    trained(read_circuit_text("low pass\nv1 in 0 1\nr1 in out 1k\nc1 out 0 1n ic=0\n.tran 10n 5u uic\n"),
            1e-6)
        .save(folder_.path("low_pass.safetensors"));
  }
  Circuit deck(const std::string& lines) {
    const std::string path = folder_.path("deck.cir");
    std::ofstream(path) << "deck\n" << lines << ".tran 10n 5u\n.end\n";
    Circuit out = read_circuit(path, {});
    load_networks(out);
    return out;
  }
  std::string refusal(const std::string& lines) {
    try {
      Engine engine(deck(lines));
    } catch (const InputError& error) {
      return error.render();
    }
    return "accepted";
  }

  const TestFolder folder_;
};

// The numerical engine filters what the network plays: v(b) = 1 - (1 + t / tau) exp(-t / tau).
TEST_F(NetworkSource, PlaysIntoANumericalRun) {
  Circuit circuit = deck("v1 a 0 network(\"low_pass.safetensors\" \"v(out)\")\nr1 a b 1k\nc1 b 0 1n\n");
  circuit.options["reltol"] = 1e-5;
  Engine engine(std::move(circuit));
  const Table table = engine.run_tran(tran_of(engine.circuit()), {})[0];
  const Column *a = table.find("v(a)"), *b = table.find("v(b)");
  for (std::size_t k = 0; k < table.rows(); ++k) {
    const double s = table.columns[0].real[k] / 1e-6;
    EXPECT_NEAR(a->real[k], 1 - std::exp(-s), 1e-6);
    EXPECT_NEAR(b->real[k], 1 - (1 + s) * std::exp(-s), 1e-4);
  }
}

TEST_F(NetworkSource, PlaysACurrent) {
  Engine engine(deck("i1 0 a network(\"low_pass.safetensors\", \"out\")\nr1 a 0 2\n"));
  const Table table = engine.run_tran(tran_of(engine.circuit()), {})[0];
  EXPECT_NEAR(table.find("v(a)")->real.back(), 2 * (1 - std::exp(-5.0)), 1e-5);
}

TEST_F(NetworkSource, NamesWhatIsMissing) {
  const auto refuses = [&](const std::string& line, const std::string& why) {
    const std::string message = refusal(line + "r1 a 0 1\n");
    EXPECT_NE(message.find(why), std::string::npos) << message;
    EXPECT_NE(message.find("deck.cir:2:"), std::string::npos) << message;
  };
  refuses("v1 a 0 network(\"low_pass.safetensors\" \"v(ouut)\")\n", "did you mean 'out'?");
  refuses("v1 a 0 network(\"nothing.safetensors\" \"v(out)\")\n", "nothing.safetensors");
  refuses("v1 a 0 network(low_pass.safetensors out)\n", "in quotes");
  refuses("v1 a 0 network(\"low_pass.safetensors\" \"v(out)\"\n", "no ')'");
  refuses("v1 a 0 sin(0 1 1k) network(\"low_pass.safetensors\" \"v(out)\")\n", "two time functions");
}

TEST_F(NetworkSource, RefusesACircuitThatWasNotGivenItsNetworks) {
  const std::string path = folder_.path("deck.cir");
  std::ofstream(path) << "deck\nv1 a 0 network(\"low_pass.safetensors\" \"v(out)\")\nr1 a 0 1\n.op\n";
  EXPECT_THROW(Dae(read_circuit(path, {})), InputError);
}

// Newton's method that begins from the solution takes fewer iterations and arrives at the same waveform.
TEST(NetworkGuess, SavesIterations) {
  const auto network = std::make_shared<const Waveform>(trained(read_circuit(kRing), 1e-5));
  Engine engine(read_circuit(kRing));
  const TranCard& card = tran_of(engine.circuit());
  const int n3 = engine.dae().unknown("n3");
  const auto run = [&](bool guessed, std::vector<double>& values) {
    Transient transient(engine.dae(), engine.newton(), engine.options());
    if (guessed) transient.set_guess(guess_from(network, engine.dae()));
    const TransientSummary summary =
        transient.run(card, [&](double, const std::vector<double>& x, const StepFormula&) {
          values.push_back(x[static_cast<std::size_t>(n3)]);
          return true;
        });
    EXPECT_TRUE(summary.finished);
    return static_cast<double>(summary.iterations) / static_cast<double>(summary.accepted);
  };
  std::vector<double> plain, guessed;
  const double alone = run(false, plain), helped = run(true, guessed);
  EXPECT_LT(helped, alone);
  ASSERT_EQ(plain.size(), guessed.size());
  for (std::size_t k = 0; k < plain.size(); ++k) EXPECT_NEAR(plain[k], guessed[k], 2e-3);
}

TEST(NetworkGuess, RefusesANetworkOfAnotherCircuit) {
  const auto network = std::make_shared<const Waveform>(trained(read_circuit(kRing), 1e-3));
  Engine other(read_circuit_text("divider\nv1 a 0 1\nr1 a b 1\nr2 b 0 1\n.op\n"));
  EXPECT_THROW(guess_from(network, other.dae()), InputError);
}

}  // namespace
}  // namespace nullor
