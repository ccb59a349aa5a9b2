#pragma once
/// One sample of a circuit on a graphics device: operating point, small-signal response and transient, by the
/// threads of one block. The methods are those of LaneEngine and LaneTransient.

#include "nullor/simulate/cuda_newton.h"
#include "nullor/simulate/step_control.h"

namespace nullor {

/// Numbers that lie somewhere else.
struct CudaNumbers {
  double* first = nullptr;
  std::size_t count = 0;
  double& operator[](std::size_t k) const { return first[k]; }
  std::size_t size() const { return count; }
};

template <class Team>
class CudaSample {
 public:
  CudaSample(const Team& team, const CudaCircuit& circuit, const CudaWork& work, const CudaBatch& batch,
             int job)
      : team_(team),
        circuit_(circuit),
        w_(work),
        job_(batch.jobs[job]),
        objects_(batch.objects + static_cast<std::size_t>(job) * circuit.object_bytes),
        values_(batch.values + static_cast<std::size_t>(job) * static_cast<std::size_t>(circuit.values)),
        results_(batch.results + static_cast<std::size_t>(job) * static_cast<std::size_t>(circuit.results)),
        waves_(batch.waves + static_cast<std::size_t>(job) * static_cast<std::size_t>(circuit.most_points) *
                                 static_cast<std::size_t>(1 + circuit.outputs)),
        newton_(team, circuit, work, objects_, values_) {}

  CudaOutcome run() {
    CudaOutcome out;
    out.failed = stages(out.points);
    out.evaluations = newton_.evaluations();
    return out;
  }

 private:
  /// Of one Newton step's error beside the tolerance: offsets drift by less than a microvolt between two
  /// temperatures.
  static constexpr double kSweepShare = 1e-9;

  using Newton = CudaNewton<Team>;
  using Problem = typename Newton::Problem;
  using Steps = StepControlOf<CudaNumbers, Team>;

  CudaStage stages(int& points) {
    if (!set_up(job_.environment)) return CudaStage::program;
    const double* start = values_ + circuit_.start_at;
    team_.each(circuit_.n + 1, [&](int k) {
      w_.x[k] = job_.has_start ? start[k] : 0;
      w_.history[k] = 0;
    });
    sources(circuit_.b_at);
    if (!operating_point(job_.has_start)) return CudaStage::operating_point;
    team_.each(circuit_.n + 1, [&](int k) { results_[circuit_.x_at + k] = w_.x[k]; });
    if (circuit_.frequencies > 0 && !respond()) return CudaStage::response;
    if (circuit_.moves) {
      const CudaStage stage = move(points);
      if (stage != CudaStage::done) return stage;
    }
    return circuit_.temperatures == 0 || sweep() ? CudaStage::done : CudaStage::sweep;
  }

  /// False where devices have another size here than for who made them.
  bool set_up(const Environment<double>& environment) {
    bool same = true;
    for (int k = 0; k < circuit_.groups; ++k) {
      const CudaGroup& group = circuit_.group[k];
      with_cuda_device(group.kind, [&]<class Instance>(Instance) {
        using Device = typename Instance::Device;
        same = sizeof(Device) == group.object_bytes;
        if (!same) return;
        auto* device = reinterpret_cast<Device*>(objects_ + group.first_object);
        team_.each(group.devices, [&](int d) { device[d].setup(environment); });
      });
      if (!same) return false;
    }
    return true;
  }

  void sources(int at) {
    team_.each(circuit_.n, [&](int k) { w_.b[k] = values_[at + k]; });
    team_.sync();
  }

  bool operating_point(bool has_start) {
    Problem problem;
    problem.max_iterations = circuit_.options.itl1;
    if (has_start) {
      newton_.remember();
      problem.max_iterations = std::min(problem.max_iterations, 30);
    } else {
      newton_.guess();
      problem.start_from_guess = true;
    }
    return newton_.solve(problem) || by_conductances();
  }

  /// A conductance from every node to ground, lowered by decades.
  bool by_conductances() {
    team_.sync();
    team_.each(circuit_.n + 1, [&](int k) { w_.x[k] = 0; });
    team_.sync();
    newton_.guess();
    Problem problem;
    problem.max_iterations = circuit_.options.itl1 / 2 > 20 ? circuit_.options.itl1 / 2 : 20;
    problem.start_from_guess = true;
    for (double g = 1e-2; g > 0.5 * circuit_.options.gmin; g /= 10) {
      problem.node_conductance = g;
      if (!newton_.solve(problem)) return false;
      problem.start_from_guess = false;
    }
    problem.node_conductance = 0;
    return newton_.solve(problem);
  }

  /// One thread a frequency.
  bool respond() {
    newton_.linearize(true);
    const int stride = team_.threads(), n = circuit_.n;
    double* next = w_.response + team_.thread();
    const auto array = [&](int size) {
      const CudaComplexArray out{next, stride};
      next += 2 * size * stride;
      return out;
    };
    const CudaComplexArray a = array(circuit_.response.places), inverse = array(n + 1), y = array(n + 1),
                           x = array(n + 1);
    const double* b = values_ + circuit_.ac_at;
    bool failed = false;
    team_.each(circuit_.frequencies, [&](int f) {
      const double omega = 6.283185307179586477 * circuit_.frequency[f];
      if (!respond_alone(circuit_.response, w_.g, w_.c, omega, b, b + n, a, inverse, y, x)) failed = true;
      x.set(n, 0, 0);
      double* out = results_ + circuit_.ac_out_at + 2 * f * circuit_.outputs;
      for (int o = 0; o < circuit_.outputs; ++o) {
        out[2 * o] = x.re(circuit_.output[o]);
        out[2 * o + 1] = x.im(circuit_.output[o]);
      }
    });
    return !team_.any(failed);
  }

  /// From the temperature of the operating point to the one end, and then to the other.
  bool sweep() {
    sources(circuit_.b_at);
    const int n = circuit_.n + 1, all = circuit_.temperatures;
    double *first = w_.points, *last = first + n, *before = last + n;
    int middle = 0;
    const auto distance = [&](int k) { return abs(circuit_.temperature[k] - job_.environment.temperature); };
    for (int k = 1; k < all; ++k) middle = distance(k) < distance(middle) ? k : middle;
    const double* known = results_ + circuit_.x_at;
    team_.each(n, [&](int k) { w_.x[k] = known[k]; });
    team_.sync();
    if (!solve_at(middle, 0)) return false;
    team_.each(n, [&](int k) { first[k] = w_.x[k]; });
    for (int direction = -1; direction <= 1; direction += 2) {
      team_.each(n, [&](int k) { last[k] = before[k] = first[k]; });
      for (int t = middle + direction; t >= 0 && t < all; t += direction) {
        // In a straight line through the last two solutions.
        team_.each(n, [&](int k) { w_.x[k] = 2 * last[k] - before[k]; });
        team_.sync();
        if (!solve_at(t, kSweepShare)) return false;
        team_.each(n, [&](int k) {
          before[k] = last[k];
          last[k] = w_.x[k];
        });
      }
    }
    return true;
  }

  bool solve_at(int t, double share) {
    Environment<double> environment = job_.environment;
    environment.temperature = circuit_.temperature[t];
    team_.sync();
    set_up(environment);
    newton_.remember();
    Problem problem;
    problem.max_iterations = 30;
    problem.share = share;
    if (!newton_.solve(problem) && !by_conductances()) return false;
    double* out = results_ + circuit_.sweep_out_at + t * circuit_.outputs;
    team_.each(circuit_.outputs,
               [&](int o) { out[o] = circuit_.output[o] < circuit_.n ? w_.x[circuit_.output[o]] : 0; });
    team_.sync();
    return true;
  }

  CudaStage move(int& points) {
    sources(circuit_.waves_at);
    if (!operating_point(true)) return CudaStage::transient;
    newton_.linearize(false);
    double* next = w_.points;
    Steps steps(circuit_.options, circuit_.n, team_, [&](int size) {
      const CudaNumbers out{next, at(size)};
      next += size;
      return out;
    });
    auto& from = steps.last();
    team_.each(circuit_.n + 1, [&](int k) {
      from.x[at(k)] = w_.x[k];
      from.q[at(k)] = k < circuit_.n ? w_.q[k] : 0;
    });
    double* corners = const_cast<double*>(values_) + circuit_.corners_at;
    steps.begin({job_.first, job_.largest, job_.smallest, {corners, at(job_.corners)}});
    Problem problem;
    problem.steady = false;
    problem.max_iterations = circuit_.options.itl4;
    problem.share = 0.1;
    if (!record(0, points)) return CudaStage::points;
    CudaNumbers history{w_.history, at(circuit_.n)};
    int corner = 0;
    while (!steps.finished()) {
      const double h = steps.choose(), to = steps.last().time + h;
      const StepFormula formula = steps.formula(h, steps.order());
      steps.history(formula, steps.last(), steps.before(), history);
      steps.extrapolate(to);
      excite(to, corner);
      team_.sync();
      team_.each(circuit_.n, [&](int k) { w_.x[k] = steps.now.x[at(k)]; });
      team_.sync();
      problem.alpha = formula.a0;
      if (!newton_.solve(problem)) {
        team_.sync();
        if (!steps.shorten()) return CudaStage::transient;
        continue;
      }
      steps.now.time = to;
      team_.each(circuit_.n, [&](int k) {
        steps.now.x[at(k)] = w_.x[k];
        steps.now.q[at(k)] = w_.charges[k];
        steps.now.qd[at(k)] = formula.a0 * w_.charges[k] + w_.history[k];
      });
      if (!steps.judge()) continue;
      steps.rotate();
      if (!record(steps.last().time, points)) return CudaStage::points;
      steps.advance(false);
    }
    return CudaStage::done;
  }

  /// The sources at that time, which is in the interval that ends with `corner` or later.
  void excite(double time, int& corner) {
    const double* corners = values_ + circuit_.corners_at;
    while (corner > 0 && time < corners[corner - 1]) --corner;
    while (corner + 1 < job_.corners && time > corners[corner]) ++corner;
    const double from = corner > 0 ? corners[corner - 1] : 0;
    const double part = (time - from) / (corners[corner] - from);
    const double* wave = values_ + circuit_.waves_at + corner * circuit_.n;
    team_.each(circuit_.n, [&](int k) { w_.b[k] = wave[k] + part * (wave[circuit_.n + k] - wave[k]); });
  }

  /// False where there is no room left.
  bool record(double time, int& points) {
    if (time < circuit_.begin) return true;
    if (points == circuit_.most_points) return false;
    double* out = waves_ + points * (1 + circuit_.outputs);
    if (team_.thread() == 0) out[0] = time;
    team_.each(circuit_.outputs,
               [&](int o) { out[1 + o] = circuit_.output[o] < circuit_.n ? w_.x[circuit_.output[o]] : 0; });
    ++points;
    return true;
  }

  static std::size_t at(int k) { return static_cast<std::size_t>(k); }

  const Team& team_;
  const CudaCircuit& circuit_;
  const CudaWork& w_;
  const CudaJob& job_;
  std::byte* objects_;
  const double* values_;
  double* results_;
  double* waves_;
  Newton newton_;
};

/// The program: every block takes one sample after the other.
template <class Grid>
void run_cuda_samples(const Grid& grid, double* board, const CudaCircuit& circuit, const CudaBatch& batch) {
  const CudaTeam<Grid> team{grid, board};
  const CudaWork work(circuit, batch.work + circuit.work * static_cast<std::size_t>(grid.block()));
  for (int job = team.take(batch.taken); job < batch.count; job = team.take(batch.taken)) {
    CudaSample<CudaTeam<Grid>> sample(team, circuit, work, batch, job);
    const CudaOutcome outcome = sample.run();
    team.sync();
    if (grid.thread() == 0) batch.outcomes[job] = outcome;
  }
}

}  // namespace nullor
