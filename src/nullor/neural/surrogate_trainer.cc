#include "nullor/neural/surrogate_trainer.h"

#include <fmt/format.h>

#include <Eigen/Dense>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "nullor/base/parallel.h"
#include "nullor/neural/box_points.h"
#include "nullor/neural/surrogate_checkpoint.h"
#include "nullor/neural/surrogate_fit.h"

namespace nullor {
namespace {

using Point = std::vector<double>;
double distance(const Point& a, const Point& b) {
  double sum = 0;
  for (std::size_t j = 0; j < a.size(); ++j) sum += (a[j] - b[j]) * (a[j] - b[j]);
  return std::sqrt(sum);
}

class Training {
 public:
  Training(BoxSimulator& box, const SurrogateOptions& how, SurrogateReport& report)
      : box_(box),
        how_(how),
        report_(report),
        axes_(box.axes().size()),
        training_points_(axes_, how.seed),
        held_out_points_(axes_, how.seed + 0x9e3779b9u) {}

  Surrogate run() {
    say(fmt::format("windows shared by the box ..."));
    std::vector<Point> probes = box_corners(axes_);
    constexpr int kInside = 6;
    for (int k = 0; k < kInside; ++k) probes.push_back(training_points_.next(false));
    box_.lay_windows(probes, how_.jobs);
    report_.windows = static_cast<long>(box_.windows().size());
    if (how_.resume) checkpoint_ = load_checkpoint(how_.checkpoint, box_);

    std::vector<Point> first = {Point(axes_, 0.0)};
    const std::size_t start = std::min<std::size_t>(2 * axes_ + 2, static_cast<std::size_t>(how_.most_runs));
    while (first.size() < start) first.push_back(training_points_.next(true));
    add_runs(first);
    for (;;) {
      ++report_.rounds;
      surrogate_ = fit_surrogate(box_, runs_, how_.tolerance, fit_);
      report_.left_out_error = fit_.left_out_error;
      const std::vector<Scored> worst = score(candidates());
      const double error = worst.front().error;
      say(fmt::format("round {:2}: {:4} runs, {:3} modes, {:4} features, left out {:.1e}, residual {:.1e}",
                      report_.rounds, runs_.size(), surrogate_.parts().modes,
                      surrogate_.parts().network.features(), fit_.left_out_error, error));
      show_progress(error);
      std::vector<Scored> more = worst;
      if (error <= kEnough * how_.tolerance) {
        more = certify_held_out();
        if (surrogate_.certificate().worst <= how_.tolerance) {
          report_.met = true;
          break;
        }
      }
      report_.out_of_time = how_.time_limit > 0 && seconds() > how_.time_limit;
      if (report_.out_of_time || runs_.size() >= static_cast<std::size_t>(how_.most_runs)) {
        certify_held_out();
        report_.met = surrogate_.certificate().worst <= how_.tolerance;
        break;
      }
      add_runs(spread(more));
    }
    report_.runs = static_cast<long>(runs_.size());
    report_.order = fit_.order;
    report_.degree = fit_.degree;
    report_.seconds = seconds();
    return std::move(surrogate_);
  }

 private:
  static constexpr double kEnough = 0.7;  // of the tolerance, at the candidates; held-out points decide

  struct Scored {
    Point u;
    double error = 0;
  };

  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
  }
  void say(const std::string& line) const {
    if (how_.say) how_.say(line);
  }
  void show_progress(double error) {
    if (first_error_ == 0) first_error_ = std::max(error, 2 * how_.tolerance);
    const double part =
        std::log(first_error_ / std::max(error, 1e-300)) / std::log(first_error_ / how_.tolerance);
    if (how_.progress) how_.progress(std::clamp(part, 0.0, 0.99));
  }

  void add_runs(const std::vector<Point>& points) {
    std::vector<SurrogateRun> fresh(points.size());
    std::vector<char> known(points.size(), 0);
    for (std::size_t k = 0; k < points.size(); ++k) {
      for (const SurrogateRun& run : checkpoint_) {
        if (run.u == points[k]) fresh[k] = run, known[k] = 1;
      }
      report_.reused += known[k];
    }
    parallel_for(points.size(), how_.jobs, [&](std::size_t k) {
      if (!known[k]) fresh[k] = box_.run(points[k]);
    });
    for (SurrogateRun& run : fresh) runs_.push_back(std::move(run));
    if (!how_.checkpoint.empty()) save_checkpoint(how_.checkpoint, box_, runs_);
  }

  // New points of the box, and its corners as long as they are not trained at.
  std::vector<Point> candidates() {
    constexpr std::size_t kFresh = 32;
    std::vector<Point> out;
    for (std::size_t k = 0; k < kFresh; ++k) out.push_back(training_points_.next(true));
    for (Point& corner : box_corners(axes_)) {
      const auto trained = [&](const SurrogateRun& run) { return run.u == corner; };
      if (std::none_of(runs_.begin(), runs_.end(), trained)) out.push_back(std::move(corner));
    }
    return out;
  }

  std::vector<Scored> score(const std::vector<Point>& points) {
    std::vector<Scored> out(points.size());
    std::vector<std::vector<double>> errors(points.size());
    parallel_for(points.size(), how_.jobs, [&](std::size_t k) {
      errors[k] = certify(box_, surrogate_, points[k]);
      const double worst =
          errors[k].empty() ? INFINITY : *std::max_element(errors[k].begin(), errors[k].end());
      out[k] = {points[k], std::isfinite(worst) ? worst : INFINITY};
    });
    report_.certified += static_cast<long>(points.size());
    std::stable_sort(out.begin(), out.end(),
                     [](const Scored& a, const Scored& b) { return a.error > b.error; });
    return out;
  }

  std::vector<Scored> certify_held_out() {
    const std::vector<std::vector<double>> points =
        certify_at_held_out(box_, how_, held_out_points_, surrogate_);
    report_.certified += static_cast<long>(points.size());
    std::vector<Scored> out;
    for (std::size_t k = 0; k < points.size(); ++k)
      out.push_back({points[k], surrogate_.certificate().at_held_out[k]});
    std::stable_sort(out.begin(), out.end(),
                     [](const Scored& x, const Scored& y) { return x.error > y.error; });
    say(fmt::format("          {} points held out: residual {:.1e}", points.size(),
                    surrogate_.certificate().worst));
    return out;
  }

  // The worst points that are not near each other, a quarter of the runs so far.
  std::vector<Point> spread(const std::vector<Scored>& scored) const {
    const std::size_t left = static_cast<std::size_t>(how_.most_runs) - runs_.size();
    const std::size_t wanted = std::min(left, std::max<std::size_t>(2, runs_.size() / 4));
    const double apart =
        std::pow(static_cast<double>(runs_.size() + wanted), -1 / static_cast<double>(axes_));
    std::vector<Point> out;
    for (const Scored& s : scored) {
      const auto near = [&](const Point& p) { return distance(p, s.u) < apart; };
      if (out.size() < wanted && std::none_of(out.begin(), out.end(), near)) out.push_back(s.u);
    }
    return out;
  }

  BoxSimulator& box_;
  const SurrogateOptions& how_;
  SurrogateReport& report_;
  std::size_t axes_;
  BoxFilling training_points_, held_out_points_;
  std::vector<SurrogateRun> runs_, checkpoint_;
  Surrogate surrogate_;
  ParameterFit fit_;
  double first_error_ = 0;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

}  // namespace

std::vector<std::vector<double>> certify_at_held_out(const BoxSimulator& box, const SurrogateOptions& how,
                                                     BoxFilling& filling, Surrogate& surrogate) {
  std::vector<Point> points;
  for (int k = 0; k < how.held_out; ++k) points.push_back(filling.next(false));
  std::vector<std::vector<double>> errors(points.size());
  parallel_for(points.size(), how.jobs,
               [&](std::size_t k) { errors[k] = certify(box, surrogate, points[k]); });
  SurrogateCertificate& c = surrogate.certificate();
  c = {how.tolerance, 0, std::vector<double>(box.unknowns().size(), 0.0), {}, {}};
  for (std::size_t k = 0; k < points.size(); ++k) {
    double worst = errors[k].empty() ? INFINITY : 0;
    for (std::size_t i = 0; i < c.of_signal.size(); ++i) {
      const double error = errors[k].empty() || !std::isfinite(errors[k][i]) ? INFINITY : errors[k][i];
      worst = std::max(worst, error);
      c.of_signal[i] = std::max(c.of_signal[i], error);
    }
    c.held_out.insert(c.held_out.end(), points[k].begin(), points[k].end());
    c.at_held_out.push_back(worst);
    c.worst = std::max(c.worst, worst);
  }
  return points;
}

Surrogate train_surrogate(BoxSimulator& box, const SurrogateOptions& how, SurrogateReport& report) {
  return Training(box, how, report).run();
}

std::vector<double> certify(const BoxSimulator& box, const Surrogate& surrogate, const std::vector<double>& u,
                            std::vector<double>* polished) {
  const std::vector<double> before = surrogate.state(u);
  std::vector<double> after = before;
  if (!box.correct(u, surrogate.time_map(u).time, after)) return {};
  std::vector<double> difference(before.size());
  for (std::size_t k = 0; k < before.size(); ++k) difference[k] = before[k] - after[k];
  std::vector<double> out = box.relative_error(difference, after);
  if (polished) *polished = std::move(after);
  return out;
}

}  // namespace nullor
