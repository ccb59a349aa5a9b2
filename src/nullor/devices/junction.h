#pragma once
/// Parts of a pn junction shared by diodes, bipolar transistors, JFETs and MOSFETs.

#include "nullor/devices/limiting.h"
#include "nullor/devices/temperature.h"

namespace nullor {

/// Coefficient of the flicker noise of m equal devices that carry the current i together [A^2]:
///
///   m kf (|i| / m)^af
inline double flicker_of(double i, double kf, double af, double m) {
  return m * kf * std::pow(std::fabs(i) / m, af);
}

/// Argument beyond which exponentials continue as straight lines: 80 thermal voltages are 2 V, far above any
/// junction that carries a physical current, and e^80 leaves room for all products at 1000 V.
inline constexpr double kMaxExponent = 80;

/// e^u, continued by its tangent above kMaxExponent.
template <class Real>
Real limited_exp(const Real& u) {
  return branch(
      u < Real(kMaxExponent), [&] { return Real(exp(min(u, Real(kMaxExponent)))); },
      [&] { return Real((u - (kMaxExponent - 1)) * 5.5406223843935098e34); });
}

/// Ideal diode without breakdown.
///
///   i = is (e^(v / vte) - 1)               v > -3 vte     (1)
///   i = -is (1 + (3 vte / (e v))^3)         below          (2)
///
/// (2) joins (1) with equal value and slope, and keeps a slope in reverse. Returns i / is.
/// Source: P. Antognetti, G. Massobrio, Semiconductor Device Modeling with SPICE (1988), chapter 1.
template <class P>
struct JunctionCurrent {
  P vte, inverse_vte, knee, reverse_scale;

  void setup(const P& emission_voltage) {
    vte = emission_voltage;
    inverse_vte = 1.0 / vte;
    knee = -3.0 * vte;
    const P a = 3.0 * vte / 2.718281828459045;
    reverse_scale = a * a * a;
  }

  template <class Real>
  Real operator()(const Real& v) const {
    return branch(
        v >= Real(knee), [&] { return Real(limited_exp(Real(v * inverse_vte)) - 1.0); },
        [&] {
          const Real w = min(v, Real(knee));
          return Real(-1.0 - reverse_scale / (w * w * w));  // (2)
        });
  }
};

/// Depletion charge of a graded junction.
///
///   q = c0 pb (1 - (1 - v/pb)^(1-m)) / (1 - m)                          v < fc pb     (1)
///   c = c0 (1 - fc)^-(1+m) (1 - fc (1 + m) + m v / pb)                  above: the tangent of the
///   capacitance (2)
///
/// Source: P. Antognetti, G. Massobrio, Semiconductor Device Modeling with SPICE (1988), chapter 1.
template <class P>
struct DepletionCharge {
  P knee, inverse_pb, one_m, scale, q_knee, c_knee, half_slope;
  bool square_root = false;

  void setup(const P& c0, const P& pb, const P& m, const P& fc) {
    knee = fc * pb;
    inverse_pb = 1.0 / pb;
    one_m = 1.0 - m;
    scale = c0 * pb / one_m;
    const P log_fc = log(P(1.0 - fc));
    q_knee = scale * (1.0 - exp(P(one_m * log_fc)));
    c_knee = c0 * exp(P(-m * log_fc));
    half_slope = 0.5 * m * inverse_pb * c0 * exp(P(-(1.0 + m) * log_fc));
    if constexpr (std::is_same_v<P, double>)
      square_root = m == 0.5;  // spares exp and log, loses the derivative by m
  }

  template <class Real>
  Real operator()(const Real& v) const {
    return branch(
        v < Real(knee),
        [&] {
          const Real rest = 1.0 - min(v, Real(knee)) * inverse_pb;
          if (square_root) return Real(scale * (1.0 - sqrt(rest)));
          return Real(scale * (1.0 - exp(Real(one_m * log(rest)))));  // (1)
        },
        [&] {
          const Real over = v - knee;
          return Real(q_knee + over * (c_knee + half_slope * over));  // (2)
        });
  }
};

/// Built-in potential and zero-bias capacitance over temperature, as SPICE computes them.
///
///   pb(T) = F pb_ref + pbfact(T), F = T / 300.15 K,  with pbfact from the band gap                    (1)
///   c(T) = c_ref (1 + m (4e-4 (T - 300.15) - (pb(T) - pb_ref) / pb_ref))                             (2)
///
/// where the reference values follow from the given ones at tnom by the same equations backward.
/// Source: A. Vladimirescu, S. Liu, UCB/ERL M80/7 (1980); T. Quarles, UCB/ERL M89/42 (1989), appendix on
/// temperature.
template <class P>
struct JunctionTemperature {
  static constexpr double kReference = 300.15;
  P f, f_nominal, shift, shift_nominal, dt, dt_nominal;

  static P potential_shift(const P& t, const P& ratio) {
    constexpr double reference_gap = 1.1150877;
    const P vt = thermal_voltage(t);
    const P arg =
        (kElementaryCharge / (2 * kBoltzmann)) * (reference_gap / kReference - silicon_bandgap(t) / t);
    return -2.0 * vt * (1.5 * log(ratio) + arg);
  }
  void setup(const P& t, const P& tnom) {
    f = t * (1 / kReference);
    f_nominal = tnom * (1 / kReference);
    shift = potential_shift(t, f);
    shift_nominal = potential_shift(tnom, f_nominal);
    dt = t - kReference;
    dt_nominal = tnom - kReference;
  }
  /// pb and c at tnom become pb and c at t.
  void apply(P& pb, P& c, const P& m) const {
    const P reference = (pb - shift_nominal) / f_nominal;
    c = c / (1.0 + m * (4e-4 * dt_nominal - (pb - reference) / reference));
    pb = max(P(shift + f * reference), P(0.05));  // (1), with a floor where it gets very hot
    c = c * (1.0 + m * (4e-4 * dt - (pb - reference) / reference));  // (2)
  }
};

}  // namespace nullor
