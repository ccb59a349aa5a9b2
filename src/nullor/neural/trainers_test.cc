#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

#include "nullor/base/file.h"
#include "nullor/base/test_folder.h"
#include "nullor/neural/adam_checkpoint.h"
#include "nullor/neural/adam_step.h"
#include "nullor/neural/lm_window.h"
#include "nullor/neural/neural_session.h"
#include "nullor/neural/trainer_registry.h"
#include "nullor/neural/window_loss.h"
#include "nullor/simulate/engine.h"

namespace nullor {
namespace {

constexpr const char* kRc = "t\nv1 in 0 pwl(0 0 1u 1)\nr1 in out 1k\nc1 out 0 1n\n.tran 0.1u 4u\n.end\n";
// Nonlinear charges, a nonlinear device with an internal state, an algebraic node.
constexpr const char* kCell =
    "t\nvbl bl 0 pulse(0 1.5 2n 0.5n 0.5n 14n)\nvwl wl 0 pulse(0 2.5 3n 0.5n 0.5n 16n)\nr1 bl b2 1k\n"
    "m1 b2 wl cell 0 nch w=500n l=100n\nnfe cell 0 fe area=1e-14 p0=-0.0853\ncp cell 0 1f\n"
    ".model nch nmos level=44 vto=0.35 kp=300u gamma=0.4 phi=0.8 cox=12m\n"
    ".model fe ferroelectric alpha=-8e8 beta=1.1e11 rho=2 t_fe=4n\n.tran 20p 10n\n.end\n";

struct Start {
  explicit Start(const char* deck) : engine(read_circuit_text(deck)) {
    card = std::get<TranCard>(engine.circuit().analyses.front().what);
    std::vector<double> charges;
    x = start_transient(engine.dae(), engine.newton(), engine.options(), card, charges).x;
    scale = EquationScale::find(engine.dae(), engine.options().gmin, x, card.stop);
  }
  Engine engine;
  TranCard card;
  std::vector<double> x;
  EquationScale scale;
};

Waveform train(Engine& e, const TrainingOptions& how, TrainingReport* report = nullptr) {
  Waveform out;
  const auto& card = std::get<TranCard>(e.circuit().analyses.front().what);
  const TrainingReport made =
      trainer_named(how.trainer).train(e.dae(), e.newton(), e.options(), card, how, out);
  EXPECT_TRUE(made.finished) << how.trainer;
  if (report) *report = made;
  return out;
}

TrainingOptions quick_adam() {
  TrainingOptions how;
  how.trainer = "adam";
  how.adam.hidden = {20, 20};
  how.adam.epochs = 1500;
  how.adam.points = 64;
  how.adam.schedule = Schedule::cosine;
  return how;
}

double rc(double t) {
  const double tau = 1e-6;
  const auto ramp = [&](double at) { return at <= 0 ? 0.0 : (at - tau * (1 - std::exp(-at / tau))) / 1e-6; };
  return ramp(t) - ramp(t - 1e-6);
}

double rc_error(const Waveform& w) {
  double num = 0, den = 0;
  std::vector<double> x(static_cast<std::size_t>(w.size()));
  for (int k = 0; k < 500; ++k) {
    const double t = 4e-6 * (k + 0.5) / 500;
    w.evaluate(t, x.data());
    num += std::pow(x[static_cast<std::size_t>(w.find("out"))] - rc(t), 2);
    den += rc(t) * rc(t);
  }
  return std::sqrt(num / den);
}

}  // namespace

// (2) of circuit_residual.h: both derivatives against central differences of the residual.
TEST(CircuitResidual, DifferentiatesTheCircuitEquation) {
  Start s(kCell);
  const auto n = static_cast<std::size_t>(s.engine.dae().size());
  CircuitResidual residual(s.engine.dae(), 1e-12, s.scale.unknown);
  Rng rng(3);
  std::vector<double> x(n + 1), x_t(n + 1), b(n + 1), lambda(n + 1), by_x(n), by_slope(n);
  for (std::size_t i = 0; i < n; ++i) {
    x[i] = s.scale.unknown[i] * rng.uniform(-0.2, 0.9);
    x_t[i] = s.scale.unknown[i] * rng.uniform(-1, 1) / 1e-9;
    lambda[i] = rng.uniform(-1, 1) / s.scale.row[i];
  }
  const auto value = [&] {
    residual.evaluate(x.data(), x_t.data(), 0, b.data(), false);
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += lambda[i] * residual.residual()[i];
    return sum;
  };
  residual.evaluate(x.data(), x_t.data(), 0, b.data(), true);
  residual.pull(lambda.data(), by_x.data(), by_slope.data());
  const auto difference = [&](double& at, double step) {
    const double kept = at;
    at = kept + step;
    const double above = value();
    at = kept - step;
    const double below = value();
    at = kept;
    return (above - below) / (2 * step);
  };
  for (std::size_t i = 0; i < n; ++i) {
    const double unit = s.scale.unknown[i];
    EXPECT_NEAR(by_x[i] * unit, difference(x[i], 1e-6 * unit) * unit, 1e-6) << i;
    EXPECT_NEAR(by_slope[i] * unit, difference(x_t[i], 1e3 * unit) * unit, 1e-6 * unit) << i;
  }
}

// The gradient of the loss, through circuit, ansatz and network, against central differences of the loss.
TEST(WindowLoss, HasTheGradientOfItsDifferences) {
  for (const bool hard : {false, true}) {
    for (const double causal : {0.0, 2.0}) {
      Start s(kCell);
      AdamOptions how;
      how.hidden = {6, 5};
      how.points = 40;
      how.hard_start = hard;
      how.causal = causal;
      how.initial_weight = 3;
      WindowLoss<double> loss(s.engine.dae(), 1e-12, s.scale, how);
      loss.set_window(1.5e-9, 2.5e-9, s.x);
      Rng rng(7);
      for (double& p : loss.network().parameters()) p = 0.4 * rng.normal();
      loss.evaluate();
      const std::vector<double> gradient = loss.network().gradient(), weights = loss.weights();
      loss.fix_weights(weights);
      const auto weighted = [&] {
        const auto terms = loss.evaluate();
        if (causal == 0) return terms.loss;
        double sum = how.initial_weight * terms.initial;
        for (std::size_t j = 0; j < weights.size(); ++j)
          sum += weights[j] * loss.point_losses()[j] / static_cast<double>(weights.size());
        return sum;
      };
      double largest = 0;
      for (const double g : gradient) largest = std::max(largest, std::fabs(g));
      for (std::size_t k = 0; k < gradient.size(); k += 3) {
        double& p = loss.network().parameters()[k];
        const double at = p;
        p = at + 1e-5;
        const double above = weighted();
        p = at - 1e-5;
        const double below = weighted();
        p = at;
        EXPECT_NEAR(gradient[k], (above - below) / 2e-5, 2e-6 * largest) << k << " " << hard << " " << causal;
      }
    }
  }
}

// The waveform that a window hands over is the one its loss was about.
TEST(WindowLoss, GivesTheWaveformItTrained) {
  for (const bool hard : {false, true}) {
    Start s(kCell);
    AdamOptions how;
    how.hidden = {6, 5};
    how.hard_start = hard;
    WindowLoss<double> loss(s.engine.dae(), 1e-12, s.scale, how);
    loss.set_window(0, 1e-9, s.x);
    Rng rng(7);
    for (double& p : loss.network().parameters()) p = 0.4 * rng.normal();
    std::vector<double> x(s.x.size());
    loss.waveform().evaluate(0, x.data());
    double off = 0;
    for (std::size_t i = 0; i + 1 < x.size(); ++i) {
      if (s.scale.charged[i]) off = std::max(off, std::fabs(x[i] - s.x[i]) / s.scale.unknown[i]);
    }
    if (hard) {
      EXPECT_LT(off, 1e-14);
    } else {
      EXPECT_GT(off, 0);
      EXPECT_LE(off * off, loss.evaluate().initial * static_cast<double>(x.size()));
    }
  }
}

TEST(LmWindow, HasTheJacobianOfItsDifferences) {
  Start s(kCell);
  LevenbergMarquardtOptions how;
  how.hidden = {5, 4};
  how.points = 8;
  LmWindow window(s.engine.dae(), 1e-12, s.scale, how, 1);
  window.begin(1.5e-9, 1e-9, s.x);
  Rng rng(7);
  for (double& p : window.network().parameters()) p = 0.4 * rng.normal();
  LmWindow::Matrix jacobian, none;
  Eigen::VectorXd rho, above, below;
  window.residuals(rho, &jacobian);
  for (std::size_t k = 0; k < window.network().parameters().size(); ++k) {
    double& p = window.network().parameters()[k];
    const double at = p;
    p = at + 1e-6;
    window.residuals(above, nullptr);
    p = at - 1e-6;
    window.residuals(below, nullptr);
    p = at;
    const Eigen::VectorXd difference = (above - below) / 2e-6;
    EXPECT_LT((difference - jacobian.col(static_cast<Eigen::Index>(k))).norm(),
              1e-6 * (1 + difference.norm()))
        << k;
  }
}

// Adam's first steps, by hand: with one gradient each moves by the rate.
TEST(AdamStep, MovesByItsRateAtFirst) {
  AdamStep<double> step(2);
  std::vector<double> p = {1, 1};
  step.apply({50, -0.1}, 0.1, 0.1, p);
  EXPECT_NEAR(p[0], 0.9, 1e-8);
  EXPECT_NEAR(p[1], 1.1, 1e-6);
  // Descends a quadratic.
  for (int k = 0; k < 2000; ++k) step.apply({2 * (p[0] - 3), 20 * (p[1] + 1)}, 1, 0.02, p);
  EXPECT_NEAR(p[0], 3, 1e-3);
  EXPECT_NEAR(p[1], -1, 1e-3);
}

// Every trainer that is registered finds the exact solution of an RC circuit, each as well as it can.
TEST(Trainers, SolveAnRcCircuit) {
  for (const Trainer& trainer : trainers()) {
    Engine e(read_circuit_text(kRc));
    TrainingOptions how = quick_adam();
    how.trainer = std::string(trainer.name);
    TrainingReport report;
    const Waveform w = train(e, how, &report);
    EXPECT_LT(rc_error(w), how.trainer == "adam" ? 3e-2 : 1e-5) << trainer.name;
    EXPECT_EQ(w.end(), 4e-6);
  }
  EXPECT_THROW(trainer_named("newton"), InputError);
}

TEST(Adam, ConvergesWithEveryOption) {
  Engine e(read_circuit_text(kRc));
  TrainingOptions how = quick_adam();
  how.adam.windows = 4;
  how.adam.hard_start = true;
  how.adam.epochs = 600;
  how.adam.causal = 1;
  how.adam.log_loss = true;
  how.adam.double_precision = true;
  TrainingReport report;
  const Waveform w = train(e, how, &report);
  EXPECT_EQ(w.windows(), 4u);
  EXPECT_EQ(w.window_start(1), 1e-6);  // the corner of the source
  EXPECT_LT(rc_error(w), 1e-2);
  ASSERT_EQ(report.curve.columns.size(), 6u);
  EXPECT_LT(report.curve.columns[1].real.back(), report.curve.columns[1].real.front());
}

// A training that is interrupted ends in the same numbers as one that is not.
TEST(Adam, ResumesExactly) {
  const TestFolder folder;
  const std::string path = folder.path("adam.safetensors");
  TrainingOptions how = quick_adam();
  how.adam.epochs = 150;
  how.adam.windows = 2;
  Engine a(read_circuit_text(kRc));
  const Waveform whole = train(a, how);
  how.adam.checkpoint = path;
  how.adam.checkpoint_interval = 0;  // at every epoch
  how.time_limit = 0.004;
  Waveform out;
  const auto& card = std::get<TranCard>(a.circuit().analyses.front().what);
  int parts = 0;
  for (;; ++parts) {
    Engine b(read_circuit_text(kRc));
    const TrainingReport report =
        trainer_named("adam").train(b.dae(), b.newton(), b.options(), card, how, out);
    if (report.finished) break;
    ASSERT_TRUE(report.out_of_time);
    how.adam.resume = true;
    how.time_limit *= 1.5;
  }
  EXPECT_GT(parts, 0);
  ASSERT_EQ(out.windows(), 2u);
  for (std::size_t w = 0; w < 2; ++w)
    EXPECT_EQ(out.network(w)->parameters(), whole.network(w)->parameters()) << parts << " interruptions";
  how.adam.rate = 1e-3;
  EXPECT_THROW(train(a, how), InputError);  // another task
}

TEST(LevenbergMarquardt, EndsWindowsAtSwitchingInstants) {
  Engine e(read_circuit_text(
      "t\nv1 in 0 10\nr1 in a 10k\nc1 a 0 10n\ns1 a 0 a 0 sw\n.model sw sw(vt=4 vh=2 ron=1k roff=10meg)\n.ic "
      "v(a)=0\n.tran 1u 200u uic\n.end\n"));
  TrainingOptions how;
  how.trainer = "lm";
  const Waveform w = train(e, how);
  const double on = 1e-4 * std::log(10 / 4.0);
  std::vector<double> x(static_cast<std::size_t>(w.size()));
  const auto a = static_cast<std::size_t>(w.find("a"));
  w.evaluate(on * 0.999, x.data());
  EXPECT_NEAR(x[a], 10 * (1 - std::exp(-on * 0.999 / 1e-4)), 0.01);
  w.evaluate(on * 1.05, x.data());
  EXPECT_LT(x[a], 5.7);
}

// Windows of both kinds in one file, and files that are cut or wrong.
TEST(Waveform, KeepsPerceptronsInItsFile) {
  Features features(1, {0.5, 1}, {0.1, -0.2}, {1, 1});
  Waveform w({{"a", "V"}, {"b", "A"}}, features);
  Perceptron network({1, 4, 3, 2});
  Rng rng(1);
  network.draw(rng, 3, 1);
  DenseMatrix weights(2, 3);
  for (double& v : weights.a) v = rng.normal();
  const double start[] = {0.5, -0.5};
  w.append(0, 1, network);
  w.append(1, 2, start, weights);
  w.append(3, 1, network);
  const TestFolder folder;
  const std::string path = folder.path("mixed.safetensors");
  w.save(path);
  const Waveform back = Waveform::load(path);
  std::vector<double> x(2), y(2), x_t(2), y_t(2), before(2), after(2), many(3);
  for (const double t : {0.3, 1.7, 3.9}) {
    w.evaluate(t, x.data(), x_t.data());
    back.evaluate(t, y.data(), y_t.data());
    EXPECT_EQ(x, y);
    EXPECT_EQ(x_t, y_t);
    back.evaluate(t - 1e-6, before.data());
    back.evaluate(t + 1e-6, after.data());
    EXPECT_NEAR(x_t[1], (after[1] - before[1]) / 2e-6, 1e-8);
  }
  const std::vector<double> times = {0.3, 1.7, 3.9};
  back.evaluate(1, times, many.data());
  for (std::size_t k = 0; k < 3; ++k) {
    w.evaluate(times[k], x.data());
    EXPECT_NEAR(many[k], x[1], 1e-13);
  }
  EXPECT_EQ(back.network(1), nullptr);
  ASSERT_NE(back.network(2), nullptr);
  EXPECT_EQ(back.network(2)->layer(1).weight.size(), 12u);
  EXPECT_EQ(back.trained_weights(), w.trained_weights());

  TensorFile file = read_safetensors(path);
  for (const char* name : {"kind", "layer1.weight", "layer2.bias", "weights", "slope"}) {
    TensorFile broken = file;
    broken.tensors.erase(name);
    EXPECT_THROW(Waveform::from(broken, path), InputError) << name;
    broken = file;
    Tensor& tensor = broken.tensors[name];
    tensor.values.resize(tensor.values.size() / tensor.shape[0] * (tensor.shape[0] + 1));
    ++tensor.shape[0];
    EXPECT_THROW(Waveform::from(broken, path), InputError) << name;
  }
}

}  // namespace nullor
