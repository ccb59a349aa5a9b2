#pragma once
/// What a device hands to the circuit equation  d/dt q(x) + f(x) + b(t) = 0:  flows f and charges q, row by
/// row.

#include <array>
#include <type_traits>

#include "nullor/math/depends.h"
#include "nullor/math/dual.h"

namespace nullor {

template <class Real>
struct is_dual : std::false_type {};
template <int N, class T>
struct is_dual<Dual<N, T>> : std::true_type {};

/// Collects one device's contributions at local unknowns x.
///
/// Rows are the device's own: terminals first (Kirchhoff's current law: flow leaving the node into the device
/// [A], charge [C]), then its internal unknowns (one equation each). Signs: `flow(p, i)` is a current i from
/// node p into the device.
template <class Real>
class Stamp {
 public:
  static constexpr int kMaxRows = 12;
  static constexpr int kMaxLinear = 20;

  template <class R>
  struct ScalarOf {
    using type = R;
  };
  template <int N, class T>
  struct ScalarOf<Dual<N, T>> {
    using type = T;
  };
  using Scalar = typename ScalarOf<Real>::type;

  /// `x`: local unknowns, `gmin` [S] the conductance placed across junctions. `seeds`, where x are dual
  /// numbers each with one derivative, of itself: the place of that derivative by local unknown, -1 for none.
  /// With it only the derivatives that are there are touched.
  Stamp(const Real* x, int rows, double junction_gmin, const int* seeds = nullptr)
      : gmin(junction_gmin), x_(x), rows_(rows), seeds_(seeds) {
    clear();
  }

  void flow(int row, const Real& current) { f_[at(row)] += current; }
  void charge(int row, const Real& charge) { q_[at(row)] += charge; }

  /// A current i from p to n through the device.
  void current(int p, int n, const Real& i) {
    flow(p, i);
    flow(n, -i);
  }
  /// A charge q on p with its image on n.
  void charges(int p, int n, const Real& q) {
    charge(p, q);
    charge(n, -q);
  }

  // Flows and charges that depend on K voltages against one unknown: `i` carries the derivatives by
  // x[plus[k]] - x[minus].
  template <int K>
  void flow(int row, const Dual<K, Scalar>& i, const int (&plus)[K], int minus) {
    add(f_[at(row)], i, plus, minus);
  }
  template <int K>
  void charge(int row, const Dual<K, Scalar>& q, const int (&plus)[K], int minus) {
    add(q_[at(row)], q, plus, minus);
  }

  // The next four take coefficients of x that may sit on unknowns which the device does not list as
  // `nonlinear`: the coefficient itself is the derivative there, and goes beside the dual numbers.

  /// A conductance g [S] between p and n; g is a Real, or a parameter that the unknowns do not enter.
  template <class G>
  void conductance(int p, int n, const G& g) {
    if constexpr (kOverLanes && std::is_convertible_v<G, Scalar>) {
      if (seeds_) return seeded_conductance(p, n, Scalar(g));
    }
    current(p, n, g * (x_[p] - x_[n]));
    add_linear(p, p, n, g, None{});
    add_linear(n, n, p, g, None{});
  }
  /// A capacitance c [F] between p and n.
  template <class G>
  void capacitance(int p, int n, const G& c) {
    charges(p, n, c * (x_[p] - x_[n]));
    add_linear(p, p, n, None{}, c);
    add_linear(n, n, p, None{}, c);
  }
  /// A flow g (x[p] - x[n]) in `row`.
  template <class G>
  void transfer(int row, int p, int n, const G& g) {
    flow(row, g * (x_[p] - x_[n]));
    add_linear(row, p, n, g, None{});
  }
  /// A charge c (x[p] - x[n]) in `row`.
  template <class G>
  void charge_transfer(int row, int p, int n, const G& c) {
    charge(row, c * (x_[p] - x_[n]));
    add_linear(row, p, n, None{}, c);
  }

  void clear() {
    for (int k = 0; k < rows_; ++k) f_[at(k)] = q_[at(k)] = Real(0.0);
    linear_count_ = 0;
  }

  const Real& f(int row) const { return f_[at(row)]; }
  const Real& q(int row) const { return q_[at(row)]; }

  /// Row `row` depends on x[p] - x[n] with slopes g (flow) and c (charge).
  template <class T>
  struct LinearTerm {
    int row = 0, p = 0, n = 0;
    T g{}, c{};
  };
  int linear_count() const { return linear_count_; }
  const LinearTerm<Scalar>& linear(int k) const { return linear_[at(k)]; }

  const double gmin;

 private:
  static std::size_t at(int k) { return static_cast<std::size_t>(k); }

  struct None {};
  static Scalar scalar(None) { return Scalar(0.0); }
  static Scalar scalar(const Scalar& g) { return g; }
  template <class G>
  static Scalar scalar(const G& g) {
    if constexpr (std::is_same_v<G, Real> && is_dual<Real>::value) {
      return g.v;
    } else {
      return Scalar(g);
    }
  }
  template <class G, class C>
  void add_linear(int row, int p, int n, const G& g, const C& c) {
    if constexpr (is_dual<Real>::value) linear_[at(linear_count_++)] = {row, p, n, scalar(g), scalar(c)};
  }

  // Dual numbers over doubles are added whole: their derivatives fill registers.
  static constexpr bool kOverLanes = is_dual<Real>::value && !std::is_same_v<Scalar, double>;

  void add_derivative(Real& sum, int unknown, const Scalar& x) {
    const int seed = seeds_[unknown];
    if (seed >= 0) sum.d.set(seed, sum.d[seed] + x);
  }
  template <int K>
  void add(Real& sum, const Dual<K, Scalar>& y, const int (&plus)[K], int minus) {
    if (kOverLanes && seeds_) {
      sum.v += y.v;
      Scalar all = y.d[0];
      for (int k = 1; k < K; ++k) all += y.d[k];
      for (int k = 0; k < K; ++k) add_derivative(sum, plus[k], y.d[k]);
      add_derivative(sum, minus, -all);
      return;
    }
    auto d = y.d[0] * (x_[plus[0]].d - x_[minus].d);
    for (int k = 1; k < K; ++k) d = d + y.d[k] * (x_[plus[k]].d - x_[minus].d);
    sum += Real(y.v, d);
  }
  void seeded_conductance(int p, int n, const Scalar& g) {
    const Scalar i = g * (x_[p].v - x_[n].v);
    f_[at(p)].v += i;
    f_[at(n)].v -= i;
    for (const int row : {p, n}) {
      add_derivative(f_[at(row)], p, row == p ? g : -g);
      add_derivative(f_[at(row)], n, row == p ? -g : g);
    }
    if (seeds_[p] >= 0 && seeds_[n] >= 0) return;
    add_linear(p, p, n, g, None{});
    add_linear(n, n, p, g, None{});
  }

  const Real* x_;
  int rows_;
  const int* seeds_;
  int linear_count_ = 0;
  // Constructed by clear() and the calls above, as far as they are used: zeroing all of it would cost as much
  // as a device.
  template <class T, int size>
  union Unset {
    T item[size];
    Unset() {}
    T& operator[](std::size_t k) { return item[k]; }
    const T& operator[](std::size_t k) const { return item[k]; }
  };
  Unset<Real, kMaxRows> f_, q_;
  Unset<LinearTerm<Scalar>, is_dual<Real>::value ? kMaxLinear : 1> linear_;
};

/// How much the small-signal noise of a device amounts to at one operating point.
class NoiseSources {
 public:
  virtual ~NoiseSources() = default;
  /// Thermal noise of a conductance g [S] between rows p and n: 4 k T g [A^2/Hz], at the device's temperature
  /// [K].
  virtual void thermal(const char* name, int p, int n, double g, double temperature) = 0;
  /// Shot noise of a current i [A]: 2 q |i| [A^2/Hz].
  virtual void shot(const char* name, int p, int n, double i) = 0;
  /// Flicker noise: coefficient / f^exponent [A^2/Hz].
  virtual void flicker(const char* name, int p, int n, double coefficient, double exponent) = 0;
};

/// Receives named operating-point quantities: id [A], gm [S], ...
class OperatingPointInfo {
 public:
  virtual ~OperatingPointInfo() = default;
  virtual void add(const char* name, double value, const char* unit) = 0;
};

}  // namespace nullor
