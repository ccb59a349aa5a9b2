#pragma once

#include "nullor/devices/bsim4/card_table.h"

namespace nullor::bsim4 {

/// Charges, gate resistance and noise.
template <class P>
struct ChargeCard {
  P xpart = 0, cgso = kNotGiven, cgdo = kNotGiven, cgbo = kNotGiven, voffcvl = 0, rshg = 0.1,
    noia = kNotGiven, noib = kNotGiven, noic = 8.75e9, em = 4.1e7, ef = 1, af = 1, kf = 0, lintnoi = 0,
    ntnoi = 1, tnoia = 1.5, tnoib = 3.5, tnoic = 0, rnoia = 0.577, rnoib = 0.5164, rnoic = 0.395,
    idovvds = 1e-9;
  Binned<P> cgsl{0}, cgdl{0}, ckappas{0.6}, ckappad{kNotGiven}, cf{kNotGiven}, clc{1e-7}, cle{0.6}, vfbcv{-1},
      acde{1}, moin{15}, noff{1}, voffcv{0}, tvoffcv{0}, minvcv{0}, xrcrg1{12}, xrcrg2{1};

  using Self = ChargeCard;
  static constexpr Number<Self, P> numbers[] = {
      {"xpart", &Self::xpart, "", "charge partition: below 0.5 40/60, 0.5 50/50, above 0/100"},
      {"cgso", &Self::cgso, "F/m", "gate-source overlap capacitance outside the lightly doped region"},
      {"cgdo", &Self::cgdo, "F/m", "gate-drain overlap capacitance outside the lightly doped region"},
      {"cgbo", &Self::cgbo, "F/m", "gate-body overlap capacitance"},
      {"voffcvl", &Self::voffcvl, "Vm", "its length dependence"},
      {"rshg", &Self::rshg, "Ohm", "sheet resistance of the gate"},
      {"noia", &Self::noia, "1/(eV m3)", "flicker noise, trap density"},
      {"noib", &Self::noib, "1/(eV m)", "flicker noise, trap density"},
      {"noic", &Self::noic, "m/eV", "flicker noise, trap density"},
      {"em", &Self::em, "V/m", "flicker noise, saturation field"},
      {"ef", &Self::ef, "", "flicker noise, frequency exponent"},
      {"af", &Self::af, "", "flicker noise exponent (fnoimod 0)"},
      {"kf", &Self::kf, "A^(2-af) s^(1-ef) F", "flicker noise coefficient (fnoimod 0)"},
      {"lintnoi", &Self::lintnoi, "m", "length offset of the noise"},
      {"ntnoi", &Self::ntnoi, "", "short channel noise factor (tnoimod 0)"},
      {"tnoia", &Self::tnoia, "", "length dependence of the channel noise"},
      {"tnoib", &Self::tnoib, "", "length dependence of the partition noise"},
      {"tnoic", &Self::tnoic, "", "length dependence of the correlation"},
      {"rnoia", &Self::rnoia, "", "channel noise"},
      {"rnoib", &Self::rnoib, "", "partition noise"},
      {"rnoic", &Self::rnoic, "", "correlation of gate and drain noise"},
      {"idovvds", &Self::idovvds, "S", "least channel conductance in the noise"},
  };
  static constexpr BinnedNumber<Self, P> binned_numbers[] = {
      {"cgsl", &Self::cgsl, "F/m", "overlap capacitance with the lightly doped source"},
      {"cgdl", &Self::cgdl, "F/m", "overlap capacitance with the lightly doped drain"},
      {"ckappas", &Self::ckappas, "V", "bias dependence of cgsl"},
      {"ckappad", &Self::ckappad, "V", "bias dependence of cgdl"},
      {"cf", &Self::cf, "F/m", "fringe capacitance"},
      {"clc", &Self::clc, "m", "short channel constant of the charges"},
      {"cle", &Self::cle, "", "short channel exponent of the charges"},
      {"vfbcv", &Self::vfbcv, "V", "flat-band voltage of capmod 0"},
      {"acde", &Self::acde, "m/V", "charge thickness in accumulation and depletion"},
      {"moin", &Self::moin, "", "gate dependence of the surface potential"},
      {"noff", &Self::noff, "", "slope of Vgsteff for charges"},
      {"voffcv", &Self::voffcv, "V", "offset of Vgsteff for charges"},
      {"tvoffcv", &Self::tvoffcv, "1/K", "its temperature coefficient"},
      {"minvcv", &Self::minvcv, "", "fit of Vgsteff for charges (cvchargemod 1)"},
      {"xrcrg1", &Self::xrcrg1, "", "intrinsic gate resistance"},
      {"xrcrg2", &Self::xrcrg2, "", "intrinsic gate resistance, diffusion"},
  };
};

}  // namespace nullor::bsim4
