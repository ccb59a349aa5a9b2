#pragma once

#include "nullor/devices/bsim4/card.h"
#include "nullor/devices/bsim4/functions.h"

namespace nullor::bsim4 {

template <class P>
P given_or(const P& x, const P& otherwise) {
  return given(x) ? x : otherwise;
}

/// Effective lengths and widths of one finger, and the sizes that binned parameters are divided by.
///
///   Leff = L + xl - 2 (lint + ll/L^lln + lw/W^lwn + lwl/(L^lln W^lwn)),  Weff likewise          (1)
///
/// Source: BSIM4 manual (University of California, Berkeley), chapter 1.
template <class P>
struct Size {
  P drawn_l, drawn_w, l, w;  ///< drawn, and with the offsets of the mask; w of one finger [m]
  P leff, weff;              ///< current [m]
  P leff_cv, weff_cv;        ///< charges [m]
  P weff_cj;                 ///< junctions, resistances [m]
  P nf;
  P inverse_l, inverse_w, inverse_lw;

  void setup(const Card<P>& c) {
    nf = c.nf;
    drawn_l = c.l;
    drawn_w = c.w / nf;
    l = drawn_l + c.xl;
    w = drawn_w + c.xw;
    const P l_lln = pow(l, c.lln), w_lwn = pow(w, c.lwn), l_wln = pow(l, c.wln), w_wwn = pow(w, c.wwn);
    const auto shift = [](const P& by_l, const P& by_w, const P& by_lw, const P& l0, const P& w0) {
      return P(by_l / l0 + by_w / w0 + by_lw / (l0 * w0));
    };
    const P short_l = shift(c.ll, c.lw, c.lwl, l_lln, w_lwn);
    const P short_w = shift(c.wl, c.ww, c.wwl, l_wln, w_wwn);
    const P short_l_cv =
        shift(given_or(c.llc, c.ll), given_or(c.lwc, c.lw), given_or(c.lwlc, c.lwl), l_lln, w_lwn);
    const P short_w_cv =
        shift(given_or(c.wlc, c.wl), given_or(c.wwc, c.ww), given_or(c.wwlc, c.wwl), l_wln, w_wwn);
    const P dlc = given_or(c.dlc, c.lint), dwc = given_or(c.dwc, c.wint), dwj = given_or(c.dwj, dwc);
    leff = l - 2.0 * (c.lint + short_l);  // (1)
    weff = w - 2.0 * (c.wint + short_w);
    leff_cv = l - 2.0 * (dlc + short_l_cv);
    weff_cv = w - 2.0 * (dwc + short_w_cv);
    weff_cj = w - 2.0 * (dwj + short_w_cv);
    const double unit = c.binunit == 1 ? 1e-6 : 1.0;
    inverse_l = unit / leff;
    inverse_w = unit / weff;
    inverse_lw = unit * unit / (leff * weff);
  }

  P operator()(const Binned<P>& b) const {
    return b.value + b.l * inverse_l + b.w * inverse_w + b.p * inverse_lw;
  }
  /// With another value at infinite size.
  P operator()(const Binned<P>& b, const P& value) const {
    return value + b.l * inverse_l + b.w * inverse_w + b.p * inverse_lw;
  }

  std::string check() const {
    if (!(value(nf) > 0)) return "needs a number of fingers nf > 0";
    if (!(value(leff) > 0)) return "has an effective channel length that is not positive";
    if (!(value(weff) > 0)) return "has an effective channel width that is not positive";
    if (!(value(leff_cv) > 0)) return "has an effective length of the charges that is not positive";
    if (!(value(weff_cv) > 0)) return "has an effective width of the charges that is not positive";
    if (!(value(weff_cj) > 0)) return "has an effective width of the junctions that is not positive";
    return {};
  }
};

}  // namespace nullor::bsim4
