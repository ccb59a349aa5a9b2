#pragma once

#include "nullor/devices/bsim4/size.h"

namespace nullor::bsim4 {

/// Areas, perimeters and end resistances of source and drain of a transistor with several fingers.
///
/// An end diffusion is isolated, shared with a neighbour or merged with it (geomod); inner ones are shared.
/// Source: BSIM4 manual, chapter 11.
template <class P>
struct Diffusion {
  P area, perimeter;
};

enum class End { isolated, shared, merged };

/// What geomod says about the ends, 0 to 8.
inline End end_of(int geomod, bool source) {
  constexpr End i = End::isolated, s = End::shared, m = End::merged;
  constexpr End ends[9][2] = {{i, i}, {i, s}, {s, i}, {s, s}, {i, m}, {s, m}, {m, i}, {m, s}, {m, m}};
  const int row = geomod < 0 || geomod > 8 ? 0 : geomod;
  return ends[row][source ? 0 : 1];
}

template <class P>
struct Fingers {
  P ends, inner;  ///< how many diffusions of each kind
};

/// Diffusions of the source or the drain among nf fingers. With even nf one of them has both ends: the
/// source, or with min = 1 the drain.
template <class P>
Fingers<P> count_fingers(const P& nf, bool drain_ends, bool source) {
  const bool odd = static_cast<int>(value(nf)) % 2 != 0;
  if (odd) return {P(1.0), max(P(nf - 1.0), P(0.0))};
  const bool at_ends = drain_ends != source;
  if (at_ends) return {P(2.0), max(P(nf - 2.0), P(0.0))};
  return {P(0.0), nf};
}

template <class P>
struct Contacts {
  P dmcg, dmci, dmdg, width, nf;
  int geomod = 0, rgeomod = 0;
  bool drain_ends = false;

  void setup(const Card<P>& c, const Size<P>& size) {
    dmcg = c.dmcg - c.dmcgt;
    dmci = given_or(c.dmci, c.dmcg);
    dmdg = c.dmdg - c.dmcgt;
    width = size.weff_cj;
    nf = size.nf;
    geomod = c.line_geomod == kOfTheCard ? c.geomod : c.line_geomod;
    rgeomod = c.line_rgeomod == kOfTheCard ? c.rgeomod : c.line_rgeomod;
    drain_ends = c.drain_ends == 1;
  }

  Diffusion<P> diffusion(bool source) const {
    const P isolated = dmcg + dmci;
    const Diffusion<P> shared_part{dmcg * width, 2.0 * dmcg};
    const Diffusion<P> isolated_part{isolated * width, 2.0 * isolated + width};
    if (geomod == 9 || geomod == 10) {
      const bool has_isolated = (geomod == 9) == source;
      if (!has_isolated) return {nf * shared_part.area, nf * shared_part.perimeter};
      return {isolated_part.area + (nf - 1.0) * shared_part.area,
              isolated_part.perimeter + (nf - 1.0) * shared_part.perimeter};
    }
    const Fingers<P> count = count_fingers(nf, drain_ends, source);
    const End end = end_of(geomod, source);
    const Diffusion<P> end_part = end == End::isolated ? isolated_part
                                  : end == End::shared ? shared_part
                                                       : Diffusion<P>{dmdg * width, 2.0 * dmdg};
    return {count.ends * end_part.area + count.inner * shared_part.area,
            count.ends * end_part.perimeter + count.inner * shared_part.perimeter};
  }

  /// Resistance of source or drain by rgeomod [Ohm]; 0: none.
  P resistance(const P& sheet, bool source) const {
    if (geomod == 9 || geomod == 10) {
      const bool has_isolated = (geomod == 9) == source;
      if (!has_isolated) return sheet * dmcg / (width * nf);
      const P end = 0.5 * sheet * dmcg / width;
      return value(nf) == 2 ? end : parallel(end, P(sheet * dmcg / (width * (nf - 2.0))));
    }
    const Fingers<P> count = count_fingers(nf, drain_ends, source);
    const P inner = value(count.inner) == 0 ? P(0.0) : P(sheet * dmcg / (width * count.inner));
    return parallel(inner, end_resistance(sheet, count.ends, source));
  }

 private:
  static P parallel(const P& a, const P& b) {
    if (value(a) <= 0) return b;
    if (value(b) <= 0) return a;
    return a * b / (a + b);
  }

  P end_resistance(const P& sheet, const P& ends, bool source) const {
    const End end = end_of(geomod, source);
    if (end == End::merged) {
      // geomod 5 and 7 divide by the number of ends, the other merged ones do not.
      const bool divided = geomod == 5 || geomod == 7;
      if (divided && value(ends) == 0) return P(0.0);
      return sheet * dmdg / (divided ? P(width * ends) : width);
    }
    if (value(ends) == 0) return P(0.0);
    const bool wide =
        source ? rgeomod == 1 || rgeomod == 2 || rgeomod == 5 : rgeomod == 1 || rgeomod == 3 || rgeomod == 7;
    if (wide) return sheet * dmcg / (width * ends);
    const P length = end == End::isolated ? P(3.0 * (dmcg + dmci)) : P(6.0 * dmcg);
    return sheet * width / (ends * length);
  }
};

}  // namespace nullor::bsim4
