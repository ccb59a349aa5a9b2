#pragma once
/// The time functions of independent sources: PULSE, SIN, EXP, PWL, SFFM and AM with ngspice 39's argument
/// orders and defaults.

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string_view>
#include <utility>
#include <vector>

#include "nullor/devices/device.h"

namespace nullor {

/// One time function. P as in devices: with P = Dual<1> seeded in an argument, value() carries its exact
/// derivative.
///
///   pulse v1 v2 td tr tf pw per np    trapezoid from v1 to v2, np periods (0: without end) (1) sin   vo va
///   freq td theta phase   vo + va exp(-(t - td) theta) sin(2 pi freq (t - td) + phase) (2) exp   v1 v2 td1
///   tau1 td2 tau2     rises from td1, falls from td2                                                   (3)
///   pwl   t1 v1 t2 v2 ...             straight lines; repeats from `repeat_from` on, delayed by `delay`
///   sffm  vo va fc mdi fs phc phs     vo + va sin(2 pi fc t + phc + mdi sin(2 pi fs t + phs)) (4) am    va
///   vo mf fc td phc phs      va (vo + sin(2 pi mf t' + phs)) sin(2 pi fc t' + phs), t' = t - td > 0, else 0
///   (5)
///
/// Phases in degrees. Zero counts as not given for tr, tf (print step), pw, per (stop time), freq, fc, fs, mf
/// (1 / stop time), tau1, tau2, td1 (print step) and td2 (td1 + print step). (5) uses phs twice and phc
/// nowhere, as ngspice 39 computes it.
template <class P>
struct Waveform {
  enum class Kind { pulse, sin, exp, pwl, sffm, am } kind = Kind::pulse;
  std::vector<P> arguments;
  double step = 0;                 ///< print step of the transient analysis [s]
  double stop = 0;                 ///< its end [s]
  double delay = 0;                ///< pwl: `td` [s]
  double repeat_from = kNotGiven;  ///< pwl: `r` [s]; NaN: no repetition

  /// The kind called `name`; false if there is none.
  static bool parse_kind(std::string_view name, Kind& kind) {
    constexpr std::string_view names[] = {"pulse", "sin", "exp", "pwl", "sffm", "am"};
    for (int k = 0; k < 6; ++k) {
      if (names[k] != name) continue;
      kind = static_cast<Kind>(k);
      return true;
    }
    return false;
  }

  /// Empty, or what is wrong with the arguments.
  std::string_view check() const {
    if (kind == Kind::pulse && nullor::value(argument(6)) < 0) return "has a negative period";
    if (kind != Kind::pwl) return arguments.size() < 2 ? "needs at least two values" : "";
    if (arguments.size() < 2 || arguments.size() % 2 != 0) return "needs pairs of time and value";
    for (std::size_t k = 2; k < arguments.size(); k += 2)
      if (!(nullor::value(arguments[k]) > nullor::value(arguments[k - 2])))
        return "has times that do not increase";
    if (given(repeat_from) && !(repeat_from < pwl_end())) return "repeats from beyond its last time";
    return "";
  }

  /// Value of the source at time t.
  P value(double t) const {
    switch (kind) {
      case Kind::pulse:
        return pulse(t);
      case Kind::sin:
        return sine(t);
      case Kind::exp:
        return exponential(t);
      case Kind::pwl:
        return pwl(t);
      case Kind::sffm:
        return sffm(t);
      case Kind::am:
        return am(t);
    }
    return P(0.0);
  }

  /// Upper bound of the number of corners that breakpoints(t0, t1) appends.
  double corner_count(double t0, double t1) const {
    if (kind == Kind::pulse) {
      const double per = nullor::value(or_default(6, stop)), np = nullor::value(argument(7));
      const double span = std::max(0.0, t1 - std::max(t0, nullor::value(argument(2))));
      const double periods = per > 0 ? span / per + 3 : 1;
      return 4 * (np > 0 ? std::min(np + 1, periods) : periods);
    }
    if (kind == Kind::pwl) {
      const double span = std::max(0.0, t1 - std::max(t0, delay));
      const double periods = given(repeat_from) ? span / (pwl_end() - repeat_from) + 3 : 1;
      return static_cast<double>(arguments.size() / 2) * periods;
    }
    return 2;
  }

  /// Appends the times in [t0, t1] where the source has a corner, in ascending order.
  void breakpoints(double t0, double t1, std::vector<double>& out) const {
    const auto put = [&](double t) {
      if (t >= t0 && t <= t1) out.push_back(t);
    };
    switch (kind) {
      case Kind::pulse:
        return pulse_breakpoints(t0, t1, out);
      case Kind::sin:
        return put(nullor::value(argument(3)));
      case Kind::exp:
        put(nullor::value(or_default(2, step)));
        return put(nullor::value(exp_fall()));
      case Kind::pwl:
        return pwl_breakpoints(t0, t1, out);
      case Kind::sffm:
        return;
      case Kind::am:
        return put(nullor::value(argument(4)));
    }
  }

 private:
  static constexpr double kTurn = 2 * std::numbers::pi;
  static constexpr double kDegree = std::numbers::pi / 180;

  P argument(std::size_t k) const { return k < arguments.size() ? arguments[k] : P(0.0); }
  P or_default(std::size_t k, double otherwise) const {
    const P x = argument(k);
    return select(x == P(0.0), P(otherwise), x);
  }

  P pulse(double t) const {  // (1)
    const P v1 = argument(0), v2 = argument(1), np = argument(7);
    const P tr = or_default(3, step), tf = or_default(4, step), pw = or_default(5, stop),
            per = or_default(6, stop);
    const P since = t - argument(2);
    const P period = max(P(0.0), P(floor(P(since / per))));
    const P x = since - period * per;
    const P slope = select(x < tr, P(x / tr), P(1.0 - (x - tr - pw) / tf));
    const P level =
        select(x <= P(0.0) || x >= tr + pw + tf, P(0.0), select(x >= tr && x <= tr + pw, P(1.0), slope));
    const P on = select(np > P(0.0) && period >= np, P(0.0), level);
    return v1 + (v2 - v1) * on;
  }

  P sine(double t) const {  // (2)
    const P since = max(P(0.0), P(t - argument(3)));
    const P angle = kTurn * or_default(2, 1 / stop) * since + kDegree * argument(5);
    return argument(0) + argument(1) * nullor::sin(angle) * nullor::exp(P(-since * argument(4)));
  }

  P exp_fall() const {
    const P td2 = argument(4);
    return select(td2 == P(0.0), P(or_default(2, step) + step), td2);
  }
  P exponential(double t) const {  // (3)
    const P rise = max(P(0.0), P(t - or_default(2, step))), fall = max(P(0.0), P(t - exp_fall()));
    const P up = -nullor::expm1(P(-rise / or_default(3, step))),
            down = -nullor::expm1(P(-fall / or_default(5, step)));
    return argument(0) + (argument(1) - argument(0)) * (up - down);
  }

  P sffm(double t) const {  // (4)
    const P carrier = kTurn * or_default(2, 1 / stop) * t + kDegree * argument(5);
    const P signal = kTurn * or_default(4, 1 / stop) * t + kDegree * argument(6);
    return argument(0) + argument(1) * nullor::sin(P(carrier + argument(3) * nullor::sin(signal)));
  }

  P am(double t) const {  // (5)
    const P since = t - argument(4), phase = kDegree * argument(6);
    const P signal = argument(1) + nullor::sin(P(kTurn * or_default(2, 1 / stop) * since + phase));
    const P wave = argument(0) * signal * nullor::sin(P(kTurn * argument(3) * since + phase));
    return select(since <= P(0.0), P(0.0), wave);
  }

  double pwl_end() const { return nullor::value(arguments[arguments.size() - 2]); }

  /// Interval and shift come from the first lane's times: the times of a pwl source do not differ between
  /// lanes.
  P pwl(double t) const {
    double u = t - delay;
    const double end = pwl_end();
    P shift = P(0.0);
    if (given(repeat_from) && u >= end) {
      const double cycles = std::floor((u - repeat_from) / (end - repeat_from));
      shift = cycles * (arguments[arguments.size() - 2] - repeat_from);
      u -= cycles * (end - repeat_from);
    }
    const std::size_t count = arguments.size() / 2;
    if (u <= nullor::value(arguments[0])) return arguments[1];
    std::size_t low = 0, high = count - 1;
    if (u >= end) return arguments[2 * count - 1];
    while (high - low > 1) {
      const std::size_t middle = (low + high) / 2;
      (nullor::value(arguments[2 * middle]) <= u ? low : high) = middle;
    }
    const P ta = arguments[2 * low], tb = arguments[2 * high];
    const P va = arguments[2 * low + 1], vb = arguments[2 * high + 1];
    return va + (vb - va) * ((t - delay) - shift - ta) / (tb - ta);
  }

  void pulse_breakpoints(double t0, double t1, std::vector<double>& out) const {
    const double td = nullor::value(argument(2)), tr = nullor::value(or_default(3, step)),
                 tf = nullor::value(or_default(4, step)), pw = nullor::value(or_default(5, stop)),
                 per = nullor::value(or_default(6, stop)), np = nullor::value(argument(7));
    const double corners[] = {0, tr, tr + pw, tr + pw + tf};
    const double first = per > 0 ? std::max(0.0, std::floor((t0 - td) / per) - 1) : 0;
    for (double k = first; td + k * per <= t1; ++k) {
      if (np > 0 && k >= np) break;
      for (double corner : corners)
        if (const double t = td + k * per + corner; t >= t0 && t <= t1 && corner <= per) out.push_back(t);
      if (!(per > 0)) break;
    }
  }

  void pwl_breakpoints(double t0, double t1, std::vector<double>& out) const {
    const double end = pwl_end();
    const double period = given(repeat_from) ? end - repeat_from : 0;
    const double first = period > 0 ? std::max(0.0, std::floor((t0 - delay - end) / period)) : 0;
    for (double k = first; delay + k * period <= t1; ++k) {
      for (std::size_t j = 0; j < arguments.size(); j += 2) {
        const double corner = nullor::value(arguments[j]);
        const double t = delay + k * period + corner;
        const bool passed =
            k > 0 && corner <= repeat_from;  // the restart coincides with the end of the cycle before
        if (!passed && t >= t0 && t <= t1) out.push_back(t);
      }
      if (!(period > 0)) break;
    }
  }
};

}  // namespace nullor
