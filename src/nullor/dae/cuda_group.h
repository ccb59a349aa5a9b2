#pragma once
/// What one device adds to the circuit equation, in the program for graphics devices
/// (simulate/cuda_sample.h): one thread takes one device at a time and writes down what it adds, and nobody
/// adds to the same place.

#include <cstddef>

#include "nullor/devices/device.h"

namespace nullor {

/// All devices of one kind. Arrays lie in the device's memory.
struct CudaGroup {
  int kind = 0;  ///< line of lane_devices.def
  int devices = 0, rows = 0, entries = 0;
  std::size_t object_bytes = 0,
              first_object = 0;        ///< of a device; where the first one lies in a sample's objects
  int first_row = 0, first_entry = 0;  ///< among those of all groups
  const int* unknowns = nullptr;       ///< (devices, rows); ground: n
  const int *row = nullptr, *column = nullptr;  ///< (entries): local
  const int* entry_of = nullptr;                ///< (rows, rows): the entry there, or -1
};

/// One evaluation: where devices read, and where they write, each into rows and entries of its own.
struct CudaAssembly {
  const double* x = nullptr;  ///< (n + 1)
  double gmin = 0;            ///< [S]
  double* last = nullptr;     ///< by row: where the device was last evaluated
  double *f = nullptr, *q = nullptr;
  double *g = nullptr, *c = nullptr;
  bool limiting = false, at_guess = false, small_signal = false;  ///< as LaneAssembly
};

template <template <class> class D>
struct CudaInstance {
  using Device = D<double>;
  static constexpr int kSeeds = static_cast<int>(std::size(Device::nonlinear));
  using Real = Dual<kSeeds>;
  static constexpr int kMostRows = Stamp<double>::kMaxRows;

  /// True where the device held its voltages back.
  static bool evaluate(const Device& device, const CudaGroup& group, int k, const CudaAssembly& a) {
    const int* u = group.unknowns + k * group.rows;
    const int first = group.first_row + k * group.rows;
    double x[kMostRows], from[kMostRows];
    for (int r = 0; r < group.rows; ++r) from[r] = x[r] = a.x[u[r]];
    const bool held = hold_back(device, a, a.last + first, from);
    for (int r = 0; r < group.rows; ++r) a.last[first + r] = from[r];

    Real point[kMostRows];
    int seed_of[kMostRows];
    for (int r = 0; r < group.rows; ++r) {
      point[r] = Real(from[r]);
      seed_of[r] = -1;
    }
    for (int s = 0; s < kSeeds; ++s) {
      point[Device::nonlinear[s]].d.set(s, 1.0);
      seed_of[Device::nonlinear[s]] = s;
    }
    Stamp<Real> out(point, group.rows, a.gmin);
    if constexpr (requires { device.eval_ac(point, out); }) {
      a.small_signal ? device.eval_ac(point, out) : device.eval(point, out);
    } else {
      device.eval(point, out);
    }

    double *f = a.f + first, *q = a.q + first;
    double* g = a.g + group.first_entry + k * group.entries;
    double* c = a.c + group.first_entry + k * group.entries;
    for (int r = 0; r < group.rows; ++r) {
      f[r] = out.f(r).v;
      q[r] = out.q(r).v;
    }
    for (int e = 0; e < group.entries; ++e) {
      const int seed = seed_of[group.column[e]];
      g[e] = seed < 0 ? 0.0 : out.f(group.row[e]).d[seed];
      c[e] = seed < 0 ? 0.0 : out.q(group.row[e]).d[seed];
    }
    for (int t = 0; t < out.linear_count(); ++t) {
      const auto& term = out.linear(t);
      for (int end = 0; end < 2; ++end) {
        const int column = end == 0 ? term.p : term.n;
        if (seed_of[column] >= 0) continue;
        const int e = group.entry_of[term.row * group.rows + column];
        g[e] += end == 0 ? term.g : -term.g;
        c[e] += end == 0 ? term.c : -term.c;
      }
    }
    if (!held) return false;
    for (int e = 0; e < group.entries; ++e) {
      const double back = x[group.column[e]] - from[group.column[e]];
      f[group.row[e]] += g[e] * back;
      q[group.row[e]] += c[e] * back;
    }
    return true;
  }

  /// First iterate: into `last` and, from unknown `nodes` on, into x.
  static void guess(const Device& device, const CudaGroup& group, int k, int nodes, int ground, double* x,
                    double* last) {
    const int* u = group.unknowns + k * group.rows;
    double* own = last + group.first_row + k * group.rows;
    for (int r = 0; r < group.rows; ++r) own[r] = x[u[r]];
    if constexpr (requires { device.template initial_guess<double>(own); }) {
      device.template initial_guess<double>(own);
      for (int r = static_cast<int>(std::size(Device::terminals)); r < group.rows; ++r) {
        if (u[r] >= nodes && u[r] != ground) x[u[r]] = own[r];
      }
    }
  }

 private:
  static bool hold_back(const Device& device, const CudaAssembly& a, const double* last, double* from) {
    if constexpr (requires { device.template limit<double>(from, last); }) {
      if (a.at_guess) {
        for (const int r : Device::nonlinear) from[r] = last[r];
        return true;
      }
      if (a.limiting) return device.template limit<double>(from, last);
    }
    return false;
  }
};

}  // namespace nullor
