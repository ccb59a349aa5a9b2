#pragma once

#include "nullor/devices/mos_process.h"

namespace nullor {

/// MOSFET level 2, Grove-Frohman with the extensions of SPICE2.
///
///   id = beta f/(1 - c) ((vgs - vbin - e v/2) v - 2/3 g (B(v)^3 - B(0)^3)),  v = min(vds, vdsat) (1) B(v) =
///   sqrt(phi - vbs + v),  vbin = vbi + (e - 1)(phi - vbs),  e = 1 + delta pi eps_si / (4 Cox W)   (2) g =
///   gamma (1 - xj/(2L) (sqrt(1 + 2 xd B(0)/xj) + sqrt(1 + 2 xd B(vds)/xj) - 2))                      (3) von
///   = vbin + g B(0) + n Vt (the last with nfs only),  n = 1 + q nfs/Cox - d(g B(0))/dvbs + (e - 1)   (4) f =
///   (ucrit eps_si / (Cox (vgs - von)))^uexp, at most 1                                               (5)
///   vdsat = u + h^2/2 (1 - sqrt(1 + 4 (u + phi - vbs)/h^2)),  u = (vgs - vbin)/e,  h = g/e               (6)
///   with vmax, x = B(vdsat) instead solves, at w = u + phi - vbs, y = B(0), z = vmax L / mobility,
///   x^4 + 4/3 h x^3 - 2 (w + z) x^2 - 2 h z x + 2 w (y^2 + z) - y^4 - 4/3 h y^3 = 0 (7) c = lambda vds, or
///   without lambda  xd/L sqrt(a + sqrt(1 + a^2)),  a = (vds - vdsat)/4                (8) with vmax  c = D/L
///   (sqrt(r^2 + (vds - vdsat)) - r),  D = xd/sqrt(neff),  r = vmax D/(2 mobility)      (9)
///
/// With nfs the current below von is that at von times exp((vgs - von) / n Vt). A channel L (1 - c) shorter
/// than the junction's depletion width xd sqrt(pb) approaches zero hyperbolically.
///
/// Deviations from SPICE: the quartic (7) is solved between y and the root of (6), where it decreases, and
/// not by Ferrari's formula, which fails on some biases; where that has no root vdsat is 0, and
/// with a forward biased bulk it takes B(0)^2 for phi - vbs. The
/// narrow-channel term of m parallel devices is that of one. The width below which a channel of undoped
/// description counts as punched through has no step. Like utra in SPICE, xqc has no effect.
///
/// Charges: mos_charge.h (they conserve charge, SPICE's Meyer capacitances do not). Source: A. Vladimirescu,
/// S. Liu, UCB/ERL M80/7 (1980), section 3; (7): G. Baum, H. Beneking, IEEE Trans. Electron Devices 17, 481
/// (1970), as given there.
template <class P>
struct Mos2 : MosProcess<P, Mos2<P>> {
  using Base = MosProcess<P, Mos2<P>>;
  static constexpr DeviceKind kind = {.name = "mosfet2",
                                      .title = "MOSFET level 2, Grove-Frohman",
                                      .letter = 'm',
                                      .model_types = "nmos pmos",
                                      .levels = "2",
                                      .model_required = true};

  P lambda = 0, ucrit = 1e4, uexp = 0, neff = 1;

  template <class Self, class V>
  static void describe(Self& d, V&& v) {
    v.model("lambda", d.lambda, "1/V", "channel-length modulation");
    v.model("ucrit", d.ucrit, "V/cm", "critical field of the mobility");
    v.model("uexp", d.uexp, "", "exponent of the mobility's decay");
    v.model("neff", d.neff, "", "total channel charge coefficient");
    v.ignored("utra xqc");
    Base::describe_process(d, v);
  }

  P factor, critical, reach,
      width_b;  // derived: e - 1, voltage where (5) begins [V], D [m/V^0.5], xd sqrt(pb) [m]
  bool decays = false, shortens = false, has_lambda = false;

  void setup(const Environment<P>& environment) {
    this->setup_process(environment, P(1.45e16));
    factor = this->delta * (0.25 * 3.14159265358979323846 * Base::kSilicon) / (this->cox_area * this->width);
    critical = 100.0 * Base::kSilicon * ucrit / this->cox_area;
    reach = this->xd / sqrt(neff);
    P potential = this->pb, unused = P(1.0);
    this->shift.apply(potential, unused, this->mj);
    width_b = this->doped ? P(this->xd * sqrt(potential)) : P(0.25e-6);
    decays = value(uexp) != 0 && value(ucrit) > 0;
    shortens = this->doped && value(this->xj) > 0;
    has_lambda = value(lambda) > 0;
  }

  /// Everything at one bias of the n-channel device, vds >= 0.
  template <class Real>
  MosOperating<Real> operating(const Real& vgs, const Real& vds, const Real& vbs) const {
    const Real root_s = this->depletion_root(vbs), root_d = this->depletion_root(Real(vbs - vds));
    const Real bulk = this->t_phi - vbs, vbin = Base::vbi + factor * bulk;
    Real g = Real(this->t_gamma), g_slope = Real(0.0);  // (3) and its derivative by vbs
    if (shortens) {
      const P per_xj = 2.0 * this->xd / this->xj, part = 0.5 * this->xj / this->length;
      const Real at_s = sqrt(Real(1.0 + per_xj * root_s)), at_d = sqrt(Real(1.0 + per_xj * root_d));
      g = this->t_gamma * (1.0 - part * (at_s + at_d - 2.0));
      g_slope = -0.5 * this->t_gamma * part * per_xj *
                (root_slope(vbs, root_s) / at_s + root_slope(Real(vbs - vds), root_d) / at_d);
    }
    const Real vth = vbin + g * root_s;
    MosOperating<Real> at{Real(0.0), vth, Real(0.0)};
    Real n = Real(1.0);
    if (this->weak_inversion) {
      n = max(Real(1.0 + this->surface_states + factor - g * root_slope(vbs, root_s) - g_slope * root_s),
              Real(0.1));  // (4)
      at.von = vth + this->vt * n;
    }
    const Real gate = this->weak_inversion ? Real(max(vgs, at.von)) : vgs;
    const Real mobility_factor = decay(Real(vgs - at.von));
    const Real e = Real(1.0 + factor), u = (gate - vbin) / e, h = max(Real(g / e), Real(0.0));
    at.vdsat = saturation(u, h, bulk, root_s, Real(this->mobility * mobility_factor));
    const Real v = min(vds, at.vdsat), root_v = this->depletion_root(Real(vbs - v));
    const Real body = (2.0 / 3.0) * g * (root_v * root_v * root_v - root_s * root_s * root_s);
    const Real rest = remaining(vds, at.vdsat, Real(this->mobility * mobility_factor));
    const Real id =
        this->beta * mobility_factor / rest * ((gate - vbin - 0.5 * (1.0 + factor) * v) * v - body);  // (1)
    at.current = select(at.vdsat > Real(0.0), id, Real(0.0));
    if (this->weak_inversion) at.current = at.current * this->weak_factor(vgs, at.von, n);
    return at;
  }

 private:
  /// d B / d vbs where B(v) = root at v.
  template <class Real>
  Real root_slope(const Real& v, const Real& root) const {
    return select(v <= Real(0.0), Real(-0.5 / root),
                  Real(-0.5 * root * root / (this->t_phi * this->root_phi)));
  }

  /// (5).
  template <class Real>
  Real decay(const Real& drive) const {
    if (!decays) return Real(1.0);
    return branch(
        drive > Real(critical),
        [&] { return Real(exp(Real(-uexp * log(Real(max(drive, Real(critical)) / critical))))); },
        [&] { return Real(1.0); });
  }

  /// (6), or (7).
  template <class Real>
  Real saturation(const Real& u, const Real& h, const Real& bulk, const Real& y, const Real& mobility) const {
    const Real w = u + bulk;
    if (this->saturates) {
      const Real square = y * y;  // phi - vbs without forward bias
      return branch(
          u > Real(h * y),
          [&] {
            const Real z = this->length * this->vmax / mobility;
            const Real x = baum(h, Real(u + square), y, z, pinch_root(h, Real(u + square)));
            return Real(max(Real(x * x - square), Real(0.0)));
          },
          [&] { return Real(0.0); });
    }
    return branch(
        w > Real(0.0),
        [&] {
          const Real x = pinch_root(h, w);
          return Real(max(Real(x * x - bulk), Real(0.0)));
        },
        [&] { return Real(0.0); });
  }

  /// x^2 + h x = w: (6) with x = B(vdsat).
  template <class Real>
  static Real pinch_root(const Real& h, const Real& w) {
    const Real safe = max(w, Real(1e-12));
    return 2.0 * safe / (h + sqrt(Real(h * h + 4.0 * safe)));
  }

  template <class Real>
  static auto plain(const Real& x) {
    if constexpr (is_dual<Real>::value) {
      return plain(x.v);
    } else {
      return x;
    }
  }

  /// Newton step of (7) from x, and the quartic's value.
  template <class T>
  static T quartic(const T& h, const T& w, const T& y, const T& z, const T& x, T& slope) {
    slope = 2.0 * (2.0 * x * (x * x + h * x - w) - z * (2.0 * x + h));
    return (x - y) * ((x + y) * (x * x + y * y - 2.0 * w) + (4.0 / 3.0) * h * (x * x + x * y + y * y)) -
           2.0 * z * (x * x + h * x - w);
  }

  /// Root of (7) between y, where it is positive, and the pinch-off x of (6), where it is negative: bracketed
  /// Newton on plain numbers, then one step with derivatives, which makes them exact.
  template <class Real>
  static Real baum(const Real& h, const Real& w, const Real& y, const Real& z, const Real& pinch) {
    using T = decltype(plain(h));
    const T h0 = plain(h), w0 = plain(w), y0 = plain(y), z0 = plain(z);
    T low = min(y0, plain(pinch)), high = plain(pinch), x = high, slope = T(0.0);
    for (int k = 0; k < 40; ++k) {
      const T f = quartic(h0, w0, y0, z0, x, slope);
      const auto positive = f > T(0.0);
      low = select(positive, x, low);
      high = select(positive, high, x);
      const T next = x - f / min(slope, T(-1e-30));
      x = select(next >= low && next <= high, next, T(0.5 * (low + high)));
    }
    Real slope_at = Real(0.0);
    const Real f = quartic(h, w, y, z, Real(x), slope_at);
    return Real(x) - f / min(slope_at, Real(-1e-30));
  }

  /// 1 - c with its limit at punch-through; (8), (9).
  template <class Real>
  Real remaining(const Real& vds, const Real& vdsat, const Real& mobility) const {
    const P& l = this->length;
    Real c = Real(0.0);
    if (has_lambda) {
      c = lambda * vds;
    } else if (this->doped && this->saturates) {
      const Real r = 0.5 * this->vmax * reach / mobility, over = max(Real(vds - vdsat), Real(0.0));
      c = reach / l * over / (r + sqrt(Real(r * r + over)));  // (9)
    } else if (this->doped) {
      const Real a = 0.25 * (vds - vdsat), s = sqrt(Real(1.0 + a * a));
      const Real inside = branch(
          a > Real(0.0), [&] { return Real(a + s); }, [&] { return Real(1.0 / (s - a)); });
      c = this->xd / l * sqrt(inside);  // (8)
    }
    const Real left = l * (1.0 - c);
    return branch(
        left < Real(width_b),
        [&] { return Real(width_b / (l * (2.0 - min(left, Real(width_b)) / width_b))); },
        [&] { return Real(1.0 - c); });
  }
};

}  // namespace nullor
