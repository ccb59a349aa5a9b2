#pragma once
/// Newton's method (lane_newton.h) on one sample, by the threads of one block.

#include "nullor/dae/cuda_devices.h"
#include "nullor/simulate/cuda_plan.h"
#include "nullor/simulate/cuda_team.h"

namespace nullor {

/// What a block has of its own, cut from one array.
struct CudaWork {
  double *x, *dx, *f, *q, *b, *charges, *history;  ///< (n + 1)
  double *g, *c, *j;                               ///< (nonzeros)
  double *last, *own_f, *own_q;                    ///< (rows)
  double *own_g, *own_c;                           ///< (entries)
  double *a, *inverse, *y;                         ///< (places), (n), (n)
  double* points;                                  ///< (5, 3, n + 1): of the transient
  double* response;                                ///< of all threads: (places + 3 n) complex numbers each
  std::size_t size;                                ///< doubles

  CudaWork(const CudaCircuit& c_, double* base) : size(0) {
    const auto take = [&](int count) {
      double* out = base ? base + size : nullptr;
      size += static_cast<std::size_t>(count);
      return out;
    };
    const int n = c_.n + 1;
    for (double** v : {&x, &dx, &f, &q, &b, &charges, &history}) *v = take(n);
    for (double** v : {&g, &c, &j}) *v = take(c_.nonzeros);
    for (double** v : {&last, &own_f, &own_q}) *v = take(c_.rows);
    for (double** v : {&own_g, &own_c}) *v = take(c_.entries);
    const int places = c_.steady.places > c_.moving.places ? c_.steady.places : c_.moving.places;
    a = take(places);
    inverse = take(n);
    y = take(n);
    points = take(15 * n);
    response = take(2 * (c_.response.places + 3 * n) * kCudaThreads);
  }
};

template <class Team>
class CudaNewton {
 public:
  /// A bend, as LaneNewton's.
  static constexpr double kBend = 0.01, kFloating = 1e-12;

  struct Problem {
    bool steady = true;
    double alpha = 0;             ///< [1/s]
    double node_conductance = 0;  ///< [S]
    int max_iterations = 100;
    bool start_from_guess = false;
    double share = 0;  ///< as LaneNewton::Problem
  };

  CudaNewton(const Team& team, const CudaCircuit& circuit, const CudaWork& work, const std::byte* objects,
             const double* values)
      : team_(team), circuit_(circuit), w_(work), objects_(objects), values_(values) {}

  /// Improves x; b holds the sources. All threads call it, and leave x and the charges there.
  bool solve(const Problem& problem) {
    for (int iteration = 0; iteration < problem.max_iterations; ++iteration) {
      const bool limited = evaluate(problem, iteration == 0 && problem.start_from_guess);
      const CudaElimination& e = problem.steady ? circuit_.steady : circuit_.moving;
      if (!factor_together(team_, e, w_.j, w_.a, w_.inverse)) return false;
      team_.each(circuit_.n, [&](int k) { w_.f[k] = -w_.f[k]; });
      team_.sync();
      solve_together(team_, e, w_.a, w_.inverse, w_.f, w_.y, w_.dx);
      const double left =
          step(problem, !problem.steady && iteration >= 2 ? rounding_of_currents(problem) : 0);
      if (!(left < 1e300)) return false;
      if (left <= 1 && !limited) {
        keep_charges(problem);
        return true;
      }
    }
    return false;
  }

  /// Devices were last evaluated at x.
  void remember() {
    for (int k = 0; k < circuit_.groups; ++k) {
      const CudaGroup& group = circuit_.group[k];
      team_.each(group.devices * group.rows,
                 [&](int r) { w_.last[group.first_row + r] = w_.x[group.unknowns[r]]; });
    }
    team_.sync();
  }

  /// First iterate of the devices: x of their inner unknowns.
  void guess() {
    for (int k = 0; k < circuit_.groups; ++k) {
      const CudaGroup& group = circuit_.group[k];
      with_cuda_device(group.kind, [&]<class Instance>(Instance) {
        team_.each(group.devices, [&](int d) {
          Instance::guess(object<Instance>(group, d), group, d, circuit_.nodes, circuit_.n, w_.x, w_.last);
        });
      });
    }
    team_.sync();
  }

  /// G, C and charges at x, nothing held back.
  void linearize(bool small_signal) {
    CudaAssembly assembly = here();
    assembly.small_signal = small_signal;
    evaluate_devices(assembly);
    gather({});
  }

  int evaluations() const { return evaluations_; }

 private:
  template <class Instance>
  const typename Instance::Device& object(const CudaGroup& group, int k) const {
    return reinterpret_cast<const typename Instance::Device*>(objects_ + group.first_object)[k];
  }

  CudaAssembly here() const {
    CudaAssembly out;
    out.x = w_.x;
    out.gmin = circuit_.options.gmin;
    out.last = w_.last;
    out.f = w_.own_f;
    out.q = w_.own_q;
    out.g = w_.own_g;
    out.c = w_.own_c;
    return out;
  }

  /// f, q, g, c and the matrix j at x; true where a device held back.
  bool evaluate(const Problem& problem, bool at_guess) {
    CudaAssembly assembly = here();
    assembly.limiting = true;
    assembly.at_guess = at_guess;
    const bool limited = evaluate_devices(assembly);
    gather(problem);
    return team_.any(limited);
  }

  bool evaluate_devices(const CudaAssembly& assembly) {
    bool limited = false;
    for (int k = 0; k < circuit_.groups; ++k) {
      const CudaGroup& group = circuit_.group[k];
      with_cuda_device(group.kind, [&]<class Instance>(Instance) {
        team_.each(group.devices, [&](int d) {
          limited = Instance::evaluate(object<Instance>(group, d), group, d, assembly) || limited;
        });
      });
    }
    ++evaluations_;
    team_.sync();
    return limited;
  }

  /// Sums what devices wrote down, one thread a row or a nonzero.
  void gather(const Problem& problem) {
    const double *linear_g = values_ + circuit_.g_at, *linear_c = values_ + circuit_.c_at;
    team_.each(circuit_.n, [&](int k) {
      double f = 0, q = 0;
      for (int i = circuit_.nonzeros_of.start[k]; i < circuit_.nonzeros_of.start[k + 1]; ++i) {
        const int place = circuit_.nonzeros_of.item[i];
        f += linear_g[place] * w_.x[circuit_.column[place]];
        q += linear_c[place] * w_.x[circuit_.column[place]];
      }
      for (int i = circuit_.rows_of.start[k]; i < circuit_.rows_of.start[k + 1]; ++i) {
        f += w_.own_f[circuit_.rows_of.item[i]];
        q += w_.own_q[circuit_.rows_of.item[i]];
      }
      w_.q[k] = q;
      f += w_.b[k];
      if (!problem.steady) f += problem.alpha * q + w_.history[k];
      w_.f[k] = f + held_by(problem, k) * w_.x[k];
    });
    team_.each(circuit_.nonzeros, [&](int place) {
      double g = linear_g[place], c = linear_c[place];
      for (int i = circuit_.entries_of.start[place]; i < circuit_.entries_of.start[place + 1]; ++i) {
        g += w_.own_g[circuit_.entries_of.item[i]];
        c += w_.own_c[circuit_.entries_of.item[i]];
      }
      const int unknown = circuit_.diagonal[place];
      if (unknown >= 0) g += held_by(problem, unknown);
      w_.g[place] = g;
      w_.c[place] = c;
      w_.j[place] = g + problem.alpha * c;
    });
    team_.sync();
  }

  double held_by(const Problem& problem, int unknown) const {
    return (circuit_.is_held[unknown] ? problem.node_conductance : 0) +
           (circuit_.floats[unknown] ? kFloating : 0);
  }

  /// x += dx; the largest step beside its tolerance, or the largest error left (share).
  double step(const Problem& problem, double rounding) {
    const double bend = problem.share > 0 ? 1 / (2 * kBend * problem.share) : 0;
    double worst = 0;
    team_.each(circuit_.n, [&](int k) {
      const auto nature = static_cast<Nature>(circuit_.nature[k]);
      const double dx = w_.dx[k], next = w_.x[k] + dx;
      const double tolerance = circuit_.options.reltol * max(abs(w_.x[k]), abs(next)) + circuit_.absolute[k] +
                               (nature == Nature::current ? rounding : 0);
      double ratio = abs(dx) / tolerance;
      if (!(ratio < 1e300)) ratio = 2e300;
      // Branch currents follow from the voltages, with the same error.
      if (bend > 0 && ratio < 1e300) {
        if (nature == Nature::voltage) ratio = bend * dx * dx / tolerance;
        if (nature == Nature::current) ratio = 0;
      }
      worst = max(worst, ratio);
      w_.x[k] = next;
    });
    return team_.most(worst);
  }

  double rounding_of_currents(const Problem& problem) const {
    double most = 0;
    team_.each(circuit_.n, [&](int k) { most = max(most, abs(problem.alpha * w_.q[k])); });
    return team_.most(most) * (8 * 2.220446049250313e-16);
  }

  /// Charges, moved on with the last step.
  void keep_charges(const Problem& problem) {
    team_.each(circuit_.n, [&](int k) {
      double q = w_.q[k];
      if (!problem.steady) {
        for (int i = circuit_.nonzeros_of.start[k]; i < circuit_.nonzeros_of.start[k + 1]; ++i) {
          const int place = circuit_.nonzeros_of.item[i];
          q += w_.c[place] * w_.dx[circuit_.column[place]];
        }
      }
      w_.charges[k] = q;
    });
    team_.sync();
  }

  const Team& team_;
  const CudaCircuit& circuit_;
  const CudaWork& w_;
  const std::byte* objects_;
  const double* values_;
  int evaluations_ = 0;
};

}  // namespace nullor
