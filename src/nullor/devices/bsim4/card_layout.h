#pragma once

#include "nullor/devices/bsim4/card_table.h"

namespace nullor::bsim4 {

/// Geometry and the network of body resistances.
template <class P>
struct LayoutCard {
    P tnom = kNotGiven, lint = 0, ll = 0, lln = 1, lw = 0, lwn = 1, lwl = 0, llc = kNotGiven, lwc =
      kNotGiven, lwlc = kNotGiven, wint = 0, wl = 0, wln = 1, ww = 0, wwn = 1, wwl = 0, wlc = kNotGiven, wwc
      = kNotGiven, wwlc = kNotGiven, dlc = kNotGiven, dwc = kNotGiven, dlcig = kNotGiven, dlcigd =
      kNotGiven, dwj = kNotGiven, xl = 0, xw = 0, dmcg = 0, dmci = kNotGiven, dmdg = 0, dmcgt = 0, xgw = 0,
      xgl = 0, ngcon = 1, gbmin = 1e-12, rbpb = 50, rbpd = 50, rbps = 50, rbdb = 50, rbsb = 50, rbps0 =
      kNotGiven, rbpsl = 0, rbpsw = 0, rbpsnf = 0, rbpd0 = kNotGiven, rbpdl = 0, rbpdw = 0, rbpdnf = 0,
      rbpbx0 = 100, rbpbxl = 0, rbpbxw = 0, rbpbxnf = 0, rbpby0 = 100, rbpbyl = 0, rbpbyw = 0, rbpbynf = 0,
      rbsbx0 = kNotGiven, rbsby0 = kNotGiven, rbdbx0 = kNotGiven, rbdby0 = kNotGiven, rbsdbxl = 0, rbsdbxw =
      0, rbsdbxnf = 0, rbsdbyl = 0, rbsdbyw = 0, rbsdbynf = 0;

  using Self = LayoutCard;
  static constexpr Number<Self, P> numbers[] = {
      {"tnom", &Self::tnom, "degC", "temperature of the parameters"},
      {"lint", &Self::lint, "m", "length offset, each side"},
      {"ll", &Self::ll, "m^(1+lln)", "length dependence of the length offset"},
      {"lln", &Self::lln, "", "its exponent"},
      {"lw", &Self::lw, "m^(1+lwn)", "width dependence of the length offset"},
      {"lwn", &Self::lwn, "", "its exponent"},
      {"lwl", &Self::lwl, "m^(1+lln+lwn)", "area dependence of the length offset"},
      {"llc", &Self::llc, "m^(1+lln)", "ll of the charges"},
      {"lwc", &Self::lwc, "m^(1+lwn)", "lw of the charges"},
      {"lwlc", &Self::lwlc, "m^(1+lln+lwn)", "lwl of the charges"},
      {"wint", &Self::wint, "m", "width offset, each side"},
      {"wl", &Self::wl, "m^(1+wln)", "length dependence of the width offset"},
      {"wln", &Self::wln, "", "its exponent"},
      {"ww", &Self::ww, "m^(1+wwn)", "width dependence of the width offset"},
      {"wwn", &Self::wwn, "", "its exponent"},
      {"wwl", &Self::wwl, "m^(1+wln+wwn)", "area dependence of the width offset"},
      {"wlc", &Self::wlc, "m^(1+wln)", "wl of the charges"},
      {"wwc", &Self::wwc, "m^(1+wwn)", "ww of the charges"},
      {"wwlc", &Self::wwlc, "m^(1+wln+wwn)", "wwl of the charges"},
      {"dlc", &Self::dlc, "m", "length offset of the charges"},
      {"dwc", &Self::dwc, "m", "width offset of the charges"},
      {"dlcig", &Self::dlcig, "m", "source overlap length of gate tunnelling"},
      {"dlcigd", &Self::dlcigd, "m", "drain overlap length of gate tunnelling"},
      {"dwj", &Self::dwj, "m", "width offset of the junctions"},
      {"xl", &Self::xl, "m", "length offset of the mask"},
      {"xw", &Self::xw, "m", "width offset of the mask"},
      {"dmcg", &Self::dmcg, "m", "distance of contact centre and gate edge"},
      {"dmci", &Self::dmci, "m", "distance of contact centre and isolation"},
      {"dmdg", &Self::dmdg, "m", "distance of diffusion centre and gate edge"},
      {"dmcgt", &Self::dmcgt, "m", "dmcg of the test structure"},
      {"xgw", &Self::xgw, "m", "distance of gate contact and channel edge"},
      {"xgl", &Self::xgl, "m", "offset of the drawn gate length"},
      {"ngcon", &Self::ngcon, "", "number of gate contacts"},
      {"gbmin", &Self::gbmin, "S", "conductance beside each body resistance"},
      {"rbpb", &Self::rbpb, "Ohm", "resistance of inner and outer body"},
      {"rbpd", &Self::rbpd, "Ohm", "resistance of inner body and drain body"},
      {"rbps", &Self::rbps, "Ohm", "resistance of inner body and source body"},
      {"rbdb", &Self::rbdb, "Ohm", "resistance of drain body and outer body"},
      {"rbsb", &Self::rbsb, "Ohm", "resistance of source body and outer body"},
      {"rbps0", &Self::rbps0, "Ohm", "scale of rbps (rbodymod 2)"},
      {"rbpsl", &Self::rbpsl, "", "length exponent of rbps"},
      {"rbpsw", &Self::rbpsw, "", "width exponent of rbps"},
      {"rbpsnf", &Self::rbpsnf, "", "finger exponent of rbps"},
      {"rbpd0", &Self::rbpd0, "Ohm", "scale of rbpd (rbodymod 2)"},
      {"rbpdl", &Self::rbpdl, "", "length exponent of rbpd"},
      {"rbpdw", &Self::rbpdw, "", "width exponent of rbpd"},
      {"rbpdnf", &Self::rbpdnf, "", "finger exponent of rbpd"},
      {"rbpbx0", &Self::rbpbx0, "Ohm", "scale of rbpb, along the channel (rbodymod 2)"},
      {"rbpbxl", &Self::rbpbxl, "", "its length exponent"},
      {"rbpbxw", &Self::rbpbxw, "", "its width exponent"},
      {"rbpbxnf", &Self::rbpbxnf, "", "its finger exponent"},
      {"rbpby0", &Self::rbpby0, "Ohm", "scale of rbpb, across the channel (rbodymod 2)"},
      {"rbpbyl", &Self::rbpbyl, "", "its length exponent"},
      {"rbpbyw", &Self::rbpbyw, "", "its width exponent"},
      {"rbpbynf", &Self::rbpbynf, "", "its finger exponent"},
      {"rbsbx0", &Self::rbsbx0, "Ohm", "scale of rbsb, along the channel (rbodymod 2)"},
      {"rbsby0", &Self::rbsby0, "Ohm", "scale of rbsb, across the channel (rbodymod 2)"},
      {"rbdbx0", &Self::rbdbx0, "Ohm", "scale of rbdb, along the channel (rbodymod 2)"},
      {"rbdby0", &Self::rbdby0, "Ohm", "scale of rbdb, across the channel (rbodymod 2)"},
      {"rbsdbxl", &Self::rbsdbxl, "", "length exponent of rbsb and rbdb, along the channel"},
      {"rbsdbxw", &Self::rbsdbxw, "", "width exponent of rbsb and rbdb, along the channel"},
      {"rbsdbxnf", &Self::rbsdbxnf, "", "finger exponent of rbsb and rbdb, along the channel"},
      {"rbsdbyl", &Self::rbsdbyl, "", "length exponent of rbsb and rbdb, across the channel"},
      {"rbsdbyw", &Self::rbsdbyw, "", "width exponent of rbsb and rbdb, across the channel"},
      {"rbsdbynf", &Self::rbsdbynf, "", "finger exponent of rbsb and rbdb, across the channel"},
  };
};

}  // namespace nullor::bsim4
