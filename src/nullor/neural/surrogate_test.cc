#include "nullor/neural/surrogate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

#include "nullor/base/file.h"
#include "nullor/base/rng.h"
#include "nullor/base/test_folder.h"
#include "nullor/neural/surrogate_check.h"
#include "nullor/neural/surrogate_trainer.h"
#include "nullor/simulate/engine.h"

namespace nullor {
namespace {

// A pulse through an RC low-pass: smooth in r and c, with an exact solution.
constexpr const char* kRc =
    "t\n.param r=1k c=1n\nv1 in 0 pulse(0 1 1u 1u 1u 3u)\nr1 in out {r}\nc1 out 0 {c}\n.tran 0.1u 10u\n";

// An oscillator without sources that move: a tank with a cubic negative conductance.
constexpr const char* kOscillator =
    "t\n.param l=1u g=2m\nl1 a 0 {l}\nc1 a 0 1n\nb1 a 0 i='-{g}*v(a)+1m*v(a)*v(a)*v(a)'\n.ic v(a)=0.3\n"
    ".tran 1n 0.8u uic\n";

BoxSimulator box_of(const std::string& text, std::vector<SurrogateAxis> axes, double tolerance = 1e-5) {
  Circuit circuit = read_circuit_text(text);
  const auto card = std::get<TranCard>(circuit.analyses.front().what);
  TrainingOptions how;
  how.tolerance = tolerance;
  return BoxSimulator(std::move(circuit), card, {}, std::move(axes), how);
}

std::vector<SurrogateAxis> rc_axes() {
  return {{"r", "", 0.5e3, 2e3, true}, {"c", "", 0.7e-9, 1.4e-9, false}};
}

struct TrainedSurrogate {
  Surrogate surrogate;
  SurrogateReport report;
};

TrainedSurrogate train(BoxSimulator& box, int jobs = 1, std::function<void(SurrogateOptions&)> change = {}) {
  SurrogateOptions how;
  how.held_out = 20;
  how.jobs = jobs;
  if (change) change(how);
  TrainedSurrogate out;
  out.surrogate = train_surrogate(box, how, out.report);
  return out;
}

double exact_rc(double t, double tau) {
  const auto ramp = [&](double at) { return at <= 0 ? 0 : (at - tau * (1 - std::exp(-at / tau))) / 1e-6; };
  return ramp(t - 1e-6) - ramp(t - 2e-6) - ramp(t - 5e-6) + ramp(t - 6e-6);
}

}  // namespace

// The features differentiate themselves, and a polynomial inside their span is found exactly.
TEST(ParameterNetwork, ReproducesAPolynomialAndItsSlope) {
  const auto f = [](const double* u) { return 1 + u[0] - 2 * u[1] * u[1] * u[0] + 0.5 * u[0] * u[0] * u[0]; };
  ParameterSamples samples;
  samples.inputs = 2;
  samples.outputs = 1;
  Rng rng(3);
  for (int k = 0; k < 12; ++k) {
    const double u[2] = {rng.uniform(-1, 1), rng.uniform(-1, 1)};
    samples.u.insert(samples.u.end(), u, u + 2);
    samples.values.push_back(f(u));
    samples.values_u.push_back(1 - 2 * u[1] * u[1] + 1.5 * u[0] * u[0]);
    samples.values_u.push_back(-4 * u[0] * u[1]);
  }
  ParameterFit fit;
  const ParameterNetwork network = fit_parameter_network(samples, fit);
  EXPECT_LT(fit.left_out_error, 1e-12);
  for (int k = 0; k < 20; ++k) {
    const double u[2] = {rng.uniform(-1, 1), rng.uniform(-1, 1)};
    double value, slope[2];
    network.evaluate(u, &value, slope);
    EXPECT_NEAR(value, f(u), 1e-12);
    EXPECT_NEAR(slope[0], 1 - 2 * u[1] * u[1] + 1.5 * u[0] * u[0], 1e-11);
    EXPECT_NEAR(slope[1], -4 * u[0] * u[1], 1e-11);
  }
}

// No merged window is longer than those it came from, and knots stay window ends.
TEST(TimeMap, MergesWindows) {
  const std::vector<std::vector<WindowSystem::Window>> lists = {{{0, 1}, {1, 3}, {4, 6}},
                                                                {{0, 5}, {5, 1}, {6, 4}}};
  const auto merged = merge_windows(lists, {0, 4.5, 10});
  double t = 0;
  bool knot = false;
  for (const auto& w : merged) {
    EXPECT_DOUBLE_EQ(w.start, t);
    t += w.length;
    knot = knot || std::fabs(t - 4.5) < 1e-12;
    for (const auto& list : lists) {
      double spanned = 0;
      for (const auto& of : list)
        spanned +=
            std::max(0.0, std::min(w.start + w.length, of.start + of.length) - std::max(w.start, of.start)) /
            of.length;
      EXPECT_LT(spanned, 1 + 1e-9);
    }
  }
  EXPECT_NEAR(t, 10, 1e-12);
  EXPECT_TRUE(knot);
}

// Derivatives of a run are those of its values: central differences of runs on the same windows.
TEST(BoxSimulator, DifferentiatesItsRuns) {
  struct Case {
    const char* deck;
    std::vector<SurrogateAxis> axes;
  };
  const Case cases[] = {
      {kRc, rc_axes()},
      {kRc, {{"v1:td", "", 0.9e-6, 1.1e-6, false}, {"v1:v2", "", 0.5, 1.5, false}}},
      {kOscillator, {{"l", "", 0.9e-6, 1.1e-6, false}, {"g", "", 1.9e-3, 2.1e-3, false}}},
  };
  for (const Case& c : cases) {
    BoxSimulator box = box_of(c.deck, c.axes, 1e-7);
    box.lay_windows({{-1, -1}, {1, 1}, {-1, 1}, {1, -1}}, 1);
    EXPECT_EQ(box.oscillates(), c.deck == kOscillator);
    const std::vector<double> at = {0.3, -0.2};
    const SurrogateRun run = box.run(at);
    for (std::size_t j = 0; j < 2; ++j) {
      constexpr double kStep = 1e-3;
      std::vector<double> up = at, down = at;
      up[j] += kStep;
      down[j] -= kStep;
      const SurrogateRun a = box.run(up), b = box.run(down);
      std::vector<double> size(box.unknowns().size(), 0.0);
      const std::size_t points = box.points_per_signal();
      for (std::size_t k = 0; k < run.state.size(); ++k)
        size[k / points] = std::max(size[k / points], std::fabs(run.state[k]));
      for (std::size_t k = 0; k < run.state.size(); ++k) {
        if (box.algebraic()[k / points]) continue;
        const double difference = (a.state[k] - b.state[k]) / (2 * kStep);
        ASSERT_NEAR(run.state_u[j * run.state.size() + k], difference, 2e-4 * size[k / points])
            << j << " " << k;
      }
      for (std::size_t k = 0; k < run.knots.size(); ++k) {
        ASSERT_NEAR(run.knots_u[j * run.knots.size() + k], (a.knots[k] - b.knots[k]) / (2 * kStep),
                    1e-4 * run.knots.back());
      }
    }
  }
}

// Against the exact solution at points of the box; derivatives against differences of the network itself.
TEST(Surrogate, IsTheSolutionOverTheBox) {
  BoxSimulator box = box_of(kRc, rc_axes());
  const TrainedSurrogate t = train(box);
  ASSERT_TRUE(t.report.met);
  EXPECT_LT(t.report.runs, 60);
  const int out = t.surrogate.find("v(out)");
  ASSERT_GE(out, 0);
  std::vector<double> times, got(500);
  for (int k = 0; k < 500; ++k) times.push_back(10e-6 * k / 499);
  Rng rng(7);
  for (int trial = 0; trial < 10; ++trial) {
    const double r = rng.uniform(0.5e3, 2e3), c = rng.uniform(0.7e-9, 1.4e-9);
    const std::vector<double> u = t.surrogate.coordinates({{"R", r}, {"c", c}});
    t.surrogate.evaluate(u, out, times, got.data());
    double num = 0, den = 0;
    for (std::size_t k = 0; k < times.size(); ++k) {
      num += std::pow(got[k] - exact_rc(times[k], r * c), 2);
      den += std::pow(exact_rc(times[k], r * c), 2);
    }
    EXPECT_LT(std::sqrt(num / den), 1e-4);
    const auto n = static_cast<std::size_t>(t.surrogate.size()), o = static_cast<std::size_t>(out);
    std::vector<double> x(n), x_t(n), x_p(2 * n), up(n), down(n);
    const double time = 2.7e-6;
    t.surrogate.evaluate(u, time, x.data(), x_t.data(), x_p.data());
    EXPECT_NEAR(x[o], exact_rc(time, r * c), 1e-4);
    t.surrogate.evaluate(u, time + 1e-10, up.data(), nullptr, nullptr);
    t.surrogate.evaluate(u, time - 1e-10, down.data(), nullptr, nullptr);
    EXPECT_NEAR(x_t[o], (up[o] - down[o]) / 2e-10, 1e-4 * std::fabs(x_t[o]));
    const double dr = 1e-4 * r;
    if (r + dr < 2e3 && r - dr > 0.5e3) {
      t.surrogate.evaluate(t.surrogate.coordinates({{"r", r + dr}, {"c", c}}), time, up.data(), nullptr,
                           nullptr);
      t.surrogate.evaluate(t.surrogate.coordinates({{"r", r - dr}, {"c", c}}), time, down.data(), nullptr,
                           nullptr);
      EXPECT_NEAR(x_p[o] * r, (up[o] - down[o]) / 2e-4, 1e-4);
    }
  }
}

// The certificate is the error: one step of Newton's method reaches the solution on the same windows.
TEST(Surrogate, CertifiesItself) {
  BoxSimulator box = box_of(kRc, rc_axes(), 1e-6);
  const TrainedSurrogate t = train(box, 1, [](SurrogateOptions& how) { how.most_runs = 8; });
  const SurrogateCheck check = check_surrogate(box, t.surrogate, 1e-7, 1);
  EXPECT_GT(check.rank_correlation, 0.9);
  for (std::size_t k = 0; k < check.error.size(); ++k)
    EXPECT_NEAR(check.certificate[k], check.error[k], 0.1 * check.error[k] + 1e-6);
  std::vector<double> polished;
  const std::vector<double> u = {0.13, 0.77};
  const std::vector<double> before = certify(box, t.surrogate, u, &polished);
  const Waveform truth = box.reference(u, 1e-7);
  const double worst = *std::max_element(before.begin(), before.end());
  const double after = waveform_distance(box, t.surrogate.waveform(polished, t.surrogate.time_map(u)), truth);
  EXPECT_NEAR(waveform_distance(box, t.surrogate.at(u), truth), worst, 0.1 * worst + 1e-6);
  EXPECT_LT(after, 1e-6);
}

// Periods that differ across the box stand still in reference time.
TEST(Surrogate, FollowsAnOscillator) {
  BoxSimulator box = box_of(kOscillator, {{"l", "", 0.8e-6, 1.25e-6, true}});
  const TrainedSurrogate t = train(box);
  EXPECT_TRUE(t.report.met);
  EXPECT_LT(t.report.runs, 20);
  const SurrogateCheck check = check_surrogate(box, t.surrogate, 1e-7, 1);
  EXPECT_LT(check.worst, 1.2e-4);
}

TEST(Surrogate, IsTheSameForAnyNumberOfThreadsAndWhenResumed) {
  const TestFolder folder;
  const std::string path = folder.path("runs.safetensors");
  BoxSimulator box = box_of(kRc, rc_axes());
  const TrainedSurrogate one = train(box, 1, [&](SurrogateOptions& how) { how.checkpoint = path; });
  BoxSimulator again = box_of(kRc, rc_axes());
  const TrainedSurrogate three = train(again, 3);
  const Surrogate::Parts &a = one.surrogate.parts(), &b = three.surrogate.parts();
  EXPECT_EQ(a.network.weights(), b.network.weights());
  EXPECT_EQ(a.mode_values, b.mode_values);
  BoxSimulator third = box_of(kRc, rc_axes());
  const TrainedSurrogate resumed = train(third, 2, [&](SurrogateOptions& how) {
    how.checkpoint = path;
    how.resume = true;
  });
  EXPECT_EQ(resumed.report.reused, resumed.report.runs);
  EXPECT_EQ(a.network.weights(), resumed.surrogate.parts().network.weights());
  BoxSimulator other = box_of(kRc, {rc_axes()[0], {"c", "", 0.7e-9, 1.5e-9, false}});
  EXPECT_THROW(train(other, 1,
                     [&](SurrogateOptions& how) {
                       how.checkpoint = path;
                       how.resume = true;
                     }),
               InputError);
}

TEST(Surrogate, ComesBackFromItsFileAndRefusesOthers) {
  BoxSimulator box = box_of(kRc, rc_axes());
  const TrainedSurrogate t = train(box, 1, [](SurrogateOptions& how) { how.most_runs = 6; });
  const TestFolder folder;
  const std::string path = folder.path("surrogate.safetensors");
  t.surrogate.save(path);
  const Surrogate back = Surrogate::load(path);
  const std::vector<double> u = {0.1, -0.9};
  EXPECT_EQ(back.state(u), t.surrogate.state(u));
  EXPECT_EQ(back.parts().certificate.at_held_out, t.surrogate.parts().certificate.at_held_out);
  const std::string bytes = read_file(path);
  for (const std::size_t keep : {std::size_t{4}, std::size_t{40}, bytes.size() / 2, bytes.size() - 1}) {
    write_file(path, std::string_view(bytes).substr(0, keep));
    EXPECT_THROW(Surrogate::load(path), InputError) << keep;
  }
  // Every array in turn: one element short, no elements, a number that is none, one far too large.
  const TensorFile whole = t.surrogate.to_file();
  for (const auto& [name, tensor] : whole.tensors) {
    TensorFile file = whole;
    file.tensors.erase(name);
    EXPECT_THROW(Surrogate::from(file, "x"), InputError) << name;
    for (const double value : {std::nan(""), 1e300, -1.0}) {
      file = whole;
      if (tensor.values.empty()) continue;
      file.tensors[name].values.back() = value;
      std::vector<double> times = {0, 5e-6, 10e-6}, out(3);
      try {
        const Surrogate odd = Surrogate::from(file, "x");
        for (int i = 0; i < odd.size(); ++i) odd.evaluate(u, i, times, out.data());
        std::vector<double> x(static_cast<std::size_t>(odd.size()));
        odd.evaluate(u, 3e-6, x.data(), nullptr, nullptr);
      } catch (const InputError&) {
      }
    }
    file = whole;
    Tensor& cut = file.tensors[name];
    if (cut.shape[0] == 0) continue;
    const std::size_t row = cut.values.size() / cut.shape[0];
    cut.values.resize(cut.values.size() - row);
    --cut.shape[0];
    if (name == "saved") continue;  // fewer signals to show are as good
    EXPECT_THROW(Surrogate::from(file, "x"), InputError) << name;
  }
}

// Without runs: the residual alone leads to the same solution.
TEST(Surrogate, LearnsFromTheEquationAlone) {
  BoxSimulator box = box_of(kRc, rc_axes());
  SurrogateOptions how;
  how.tolerance = 1e-3;
  how.most_runs = 50;
  how.held_out = 20;
  how.jobs = 1;
  SurrogateReport report;
  const Surrogate s = train_surrogate_on_physics(box, how, report);
  EXPECT_TRUE(report.met);
  const int out = s.find("out");
  const std::vector<double> u = s.coordinates({{"r", 0.8e3}, {"c", 1.2e-9}});
  for (const double t : {0.5e-6, 1.7e-6, 4e-6, 8e-6}) {
    std::vector<double> got(1);
    s.evaluate(u, out, std::vector<double>{t}, got.data());
    EXPECT_NEAR(got[0], exact_rc(t, 0.8e3 * 1.2e-9), 1e-3);
  }
  BoxSimulator ring = box_of(kOscillator, {{"l", "", 0.9e-6, 1.1e-6, false}});
  EXPECT_THROW(train_surrogate_on_physics(ring, how, report), InputError);
}

TEST(Surrogate, SaysWhatItCannotDo) {
  BoxSimulator box = box_of(kRc, rc_axes());
  const TrainedSurrogate t = train(box, 1, [](SurrogateOptions& how) { how.most_runs = 6; });
  EXPECT_THROW((void)t.surrogate.coordinates({{"r", 1e3}}), InputError);
  EXPECT_THROW((void)t.surrogate.coordinates({{"r", 1e3}, {"c", 2e-9}}), InputError);
  EXPECT_THROW((void)t.surrogate.coordinates({{"r", 1e3}, {"q", 1e-9}}), InputError);
  EXPECT_THROW(box_of("t\nv1 a 0 1\ns1 a b a 0 sw\nr1 b 0 1k\n.model sw sw(vt=0.5)\n.tran 1n 1u\n",
                      {{"r1", "", 1, 2, false}}),
               InputError);
  EXPECT_THROW(box_of(kRc, {{"nothing", "", 1, 2, false}}), InputError);
}

}  // namespace nullor
