#include "nullor/learn/predictor_network.h"

#include <gtest/gtest.h>

#include <cmath>

#include "nullor/learn/predictor_loss.h"
#include "nullor/netlist/circuit.h"

namespace nullor::learn {
namespace {

constexpr const char* kAmplifier = R"(amplifier
m1 out in tail 0 n w=1u l=1u m=1
m2 mid fb tail 0 n w=1u l=1u m=1
m3 mid mid vdd vdd p w=1u l=1u m=1
m4 out mid vdd vdd p w=1u l=1u m=1
m5 tail bias 0 0 n w=1u l=1u m=2
m6 bias bias 0 0 n w=1u l=1u m=1
i1 vdd bias 1u
c1 out 0 1p
.model n nmos
.model p pmos
)";

graph::SizedCircuit amplifier() {
  const Circuit c = read_circuit_text(kAmplifier);
  const std::vector<std::pair<std::string, int>> ports = {{"vdd", c.find_node("vdd")},
                                                          {"gnd", 0},
                                                          {"vinp", c.find_node("in")},
                                                          {"vinn", c.find_node("fb")},
                                                          {"vout", c.find_node("out")}};
  return graph::SizedCircuit(c, "", ports);
}

/// Loss and gradient in double; of the outputs by predictor_loss.
class Oracle {
 public:
  Oracle(const PredictorConfig& config, int rows)
      : circuit_(amplifier()),
        tokens_(circuit_tokens(circuit_, config.tokens)),
        network_(config, {5, 3, 2, 4}),
        rows_(rows) {
    Rng rng(7);
    for (const float w : network_.layout().start(Rng(3))) weights.push_back(w);
    // Zeros and ones would hide what they stand beside.
    for (double& w : weights) w += 0.1 * rng.normal();
    devices_.resize(static_cast<std::size_t>(rows * tokens_.device_count * 5));
    conditions_.resize(static_cast<std::size_t>(rows * 3));
    for (double& x : devices_) x = rng.normal();
    for (double& x : conditions_) x = rng.normal();
    for (int k = 0; k < rows * 2; ++k) truth_.push_back(k == 1 ? NAN : static_cast<float>(rng.normal()));
    for (int k = 0; k < rows; ++k) classes_.push_back(k % 4);
    whole_.present = rows * 2 - 1, whole_.rows = rows;
  }

  double loss(std::vector<double>* gradient = nullptr) {
    Tape<double> tape(network_.layout(), weights.data());
    tape.clear(gradient != nullptr);
    const PredictorOutputs out =
        network_.forward(tape, PredictorBatch<double>{&tokens_, rows_, devices_.data(), conditions_.data()});
    const bool validity = network_.config().validity;
    const auto seed = [&](Var x) { return gradient && x.node >= 0 ? tape.seed(x) : nullptr; };
    const auto value = [&](Var x) { return x.node >= 0 ? tape.value(x) : nullptr; };
    PredictorLoss loss =
        predictor_loss<double>(network_.config(), {truth_, classes_}, 4, value(out.metrics), value(out.valid),
                               value(out.classes), whole_, seed(out.metrics),
                               validity ? seed(out.valid) : nullptr, validity ? seed(out.classes) : nullptr);
    if (gradient) {
      gradient->assign(weights.size(), 0.0);
      tape.backward(gradient->data());
    }
    return loss.total(network_.config());
  }

  std::vector<double> weights;

 private:
  graph::SizedCircuit circuit_;
  CircuitTokens tokens_;
  PredictorNetwork network_;
  int rows_;
  std::vector<double> devices_, conditions_;
  std::vector<float> truth_;
  std::vector<int> classes_;
  PredictorLoss whole_;
};

void expect_gradient(PredictorConfig config) {
  config.layers = std::min(config.layers, 3);
  config.cross_layers = std::min(config.cross_layers, 2);
  config.width = 16, config.heads = 2, config.feed_forward = 16;
  Oracle oracle(config, 3);
  std::vector<double> gradient;
  oracle.loss(&gradient);
  Rng rng(11);
  double largest = 0;
  for (int trial = 0; trial < 200; ++trial) {
    const std::size_t k = rng.below(oracle.weights.size());
    const double middle = oracle.weights[k], step = 1e-6;
    oracle.weights[k] = middle + step;
    const double above = oracle.loss();
    oracle.weights[k] = middle - step;
    const double below = oracle.loss();
    oracle.weights[k] = middle;
    EXPECT_NEAR(gradient[k], (above - below) / (2 * step), 1e-7 + 1e-5 * std::abs(gradient[k]))
        << "weight " << k;
    largest = std::max(largest, std::abs(gradient[k]));
  }
  EXPECT_GT(largest, 1e-3);
}

TEST(PredictorNetwork, AttentionHasTheGradientOfItsLoss) { expect_gradient(predictor_config("attention")); }
TEST(PredictorNetwork, PaperHasTheGradientOfItsLoss) { expect_gradient(predictor_config("paper")); }
TEST(PredictorNetwork, MessagesHaveTheGradientOfTheirLoss) { expect_gradient(predictor_config("gnn")); }
TEST(PredictorNetwork, PooledHasTheGradientOfItsLoss) {
  PredictorConfig config = predictor_config("pooled");
  config.validity = false;
  expect_gradient(config);
}

// Twelve layers of attention and feed-forward, eight more of attention, two of both kinds in the decoder, at
// a width of 128. The paper says 4.3 million; what is in the rest it does not say.
TEST(PredictorConfig, PaperHasTheLayersOfThePaper) {
  const PredictorNetwork network(predictor_config("paper"), {34, 8, 11, 9});
  const double attention = 4 * 128 * 128, feed = 2 * 128 * 512;
  const double matrices = 12 * (attention + feed) + 8 * attention + 2 * (2 * attention + feed);
  EXPECT_NEAR(static_cast<double>(network.layout().size()), matrices, 0.03 * matrices);
}

TEST(PredictorConfig, SurvivesJson) {
  for (const char* name : {"attention", "paper", "gnn", "pooled", "32x2"}) {
    const PredictorConfig config = predictor_config(name);
    EXPECT_EQ(to_json(predictor_config_of_json(to_json(config), "file")), to_json(config)) << name;
  }
}

TEST(CircuitTokens, RelateByPinsThatShareANet) {
  const graph::SizedCircuit circuit = amplifier();
  const CircuitTokens tokens = circuit_tokens(circuit, {});
  ASSERT_EQ(tokens.size(), 1 + 8 + 5);
  // The two of the tail's mirror: gate to gate.
  int gates = 0, own = 0;
  for (const TokenRelation& r : tokens.relations) {
    gates += r.type == 1 * kPinClasses + 1 && r.to != r.from ? 1 : 0;
    own += r.to == r.from && r.type == 0 * kPinClasses + 1 ? 1 : 0;
  }
  EXPECT_EQ(gates, 4) << "m3 with m4, m5 with m6, both ways";
  EXPECT_EQ(own, 2) << "m3 and m6 are diodes";
}

TEST(CircuitTokens, RefuseMoreThanTheLimit) { EXPECT_THROW(circuit_tokens(amplifier(), {}, 10), InputError); }

}  // namespace
}  // namespace nullor::learn
