#pragma once

#include "nullor/devices/bsim4/card_table.h"

namespace nullor::bsim4 {

/// Threshold voltage, subthreshold swing and their dependence on stress and well edges.
template <class P>
struct ThresholdCard {
    P toxe = kNotGiven, toxp = kNotGiven, toxm = kNotGiven, toxref = 3e-9, dtox = 0, epsrox = 3.9, eot =
      1.5e-9, vddeot = kNotGiven, tempeot = 300.15, leffeot = 1, weffeot = 10, ados = 1, bdos = 1, phig =
      4.05, epsrgate = 11.7, easub = 4.05, epsrsub = 11.7, ni0sub = 1.45e10, bg0sub = 1.16, tbgasub =
      7.02e-4, tbgbsub = 1108, voffl = 0, saref = 1e-6, sbref = 1e-6, wlod = 0, ku0 = 0, lku0 = 0, wku0 = 0,
      pku0 = 0, llodku0 = 0, wlodku0 = 0, tku0 = 0, kvsat = 0, kvth0 = 0, lkvth0 = 0, wkvth0 = 0, pkvth0 =
      0, llodvth = 0, wlodvth = 0, stk2 = 0, lodk2 = 1, steta0 = 0, lodeta0 = 1, web = 0, wec = 0, scref =
      1e-6;
    Binned<P> xj{1.5e-7}, nsub{6e16}, ndep{kNotGiven}, nsd{1e20}, phin{0}, ngate{0}, gamma1{kNotGiven},
      gamma2{kNotGiven}, vbx{kNotGiven}, vbm{-3}, xt{1.55e-7}, vfb{kNotGiven}, vth0{kNotGiven},
      k1{kNotGiven}, k2{kNotGiven}, k3{80}, k3b{0}, w0{2.5e-6}, lpe0{1.74e-7}, lpeb{0}, dvt0{2.2},
      dvt1{0.53}, dvt2{-0.032}, dvt0w{0}, dvt1w{5.3e6}, dvt2w{-0.032}, dvtp0{0}, dvtp1{0}, dvtp2{0},
      dvtp3{0}, dvtp4{0}, dvtp5{0}, dsub{kNotGiven}, eta0{0.08}, etab{-0.07}, teta0{0}, cdsc{2.4e-4},
      cdscb{0}, cdscd{0}, cit{0}, nfactor{1}, tnfactor{0}, voff{-0.08}, tvoff{0}, minv{0}, kt1{-0.11},
      kt1l{0}, kt2{0.022}, kvth0we{0}, k2we{0}, ku0we{0};

  using Self = ThresholdCard;
  static constexpr Number<Self, P> numbers[] = {
      {"toxe", &Self::toxe, "m", "electrical gate oxide thickness"},
      {"toxp", &Self::toxp, "m", "physical gate oxide thickness"},
      {"toxm", &Self::toxm, "m", "oxide thickness at which the parameters were extracted"},
      {"toxref", &Self::toxref, "m", "reference oxide thickness of gate tunnelling"},
      {"dtox", &Self::dtox, "m", "toxe - toxp"},
      {"epsrox", &Self::epsrox, "", "relative permittivity of the gate oxide"},
      {"eot", &Self::eot, "m", "equivalent oxide thickness of a high-k gate (mtrlmod 1)"},
      {"vddeot", &Self::vddeot, "V", "gate voltage at which eot was measured"},
      {"tempeot", &Self::tempeot, "K", "temperature at which eot was measured"},
      {"leffeot", &Self::leffeot, "um", "effective length at which eot was measured"},
      {"weffeot", &Self::weffeot, "um", "effective width at which eot was measured"},
      {"ados", &Self::ados, "", "charge centroid: scale of the field"},
      {"bdos", &Self::bdos, "", "charge centroid: exponent"},
      {"phig", &Self::phig, "eV", "gate work function"},
      {"epsrgate", &Self::epsrgate, "", "relative permittivity of the gate"},
      {"easub", &Self::easub, "eV", "electron affinity of the substrate"},
      {"epsrsub", &Self::epsrsub, "", "relative permittivity of the substrate"},
      {"ni0sub", &Self::ni0sub, "1/cm3", "intrinsic density of the substrate at 300.15 K"},
      {"bg0sub", &Self::bg0sub, "eV", "band gap of the substrate at 0 K"},
      {"tbgasub", &Self::tbgasub, "eV/K", "first temperature coefficient of the band gap"},
      {"tbgbsub", &Self::tbgbsub, "K", "second temperature coefficient of the band gap"},
      {"voffl", &Self::voffl, "Vm", "length dependence of voff"},
      {"saref", &Self::saref, "m", "reference distance from the gate to the edge of its diffusion, one side"},
      {"sbref", &Self::sbref, "m", "the same, other side"},
      {"wlod", &Self::wlod, "m", "width of the stress effect"},
      {"ku0", &Self::ku0, "m", "stress effect on the mobility"},
      {"lku0", &Self::lku0, "m^llodku0", "length dependence of ku0"},
      {"wku0", &Self::wku0, "m^wlodku0", "width dependence of ku0"},
      {"pku0", &Self::pku0, "m^(llodku0+wlodku0)", "area dependence of ku0"},
      {"llodku0", &Self::llodku0, "", "length exponent of ku0"},
      {"wlodku0", &Self::wlodku0, "", "width exponent of ku0"},
      {"tku0", &Self::tku0, "", "temperature coefficient of ku0"},
      {"kvsat", &Self::kvsat, "", "stress effect on the saturation velocity"},
      {"kvth0", &Self::kvth0, "Vm", "stress effect on the threshold"},
      {"lkvth0", &Self::lkvth0, "m^llodvth", "length dependence of kvth0"},
      {"wkvth0", &Self::wkvth0, "m^wlodvth", "width dependence of kvth0"},
      {"pkvth0", &Self::pkvth0, "m^(llodvth+wlodvth)", "area dependence of kvth0"},
      {"llodvth", &Self::llodvth, "", "length exponent of kvth0"},
      {"wlodvth", &Self::wlodvth, "", "width exponent of kvth0"},
      {"stk2", &Self::stk2, "m", "stress effect on k2"},
      {"lodk2", &Self::lodk2, "", "exponent of stk2"},
      {"steta0", &Self::steta0, "m", "stress effect on eta0"},
      {"lodeta0", &Self::lodeta0, "", "exponent of steta0"},
      {"web", &Self::web, "", "weight of scb in the well proximity effect"},
      {"wec", &Self::wec, "", "weight of scc in the well proximity effect"},
      {"scref", &Self::scref, "m", "reference distance of the well proximity effect"},
  };
  static constexpr BinnedNumber<Self, P> binned_numbers[] = {
      {"xj", &Self::xj, "m", "junction depth"},
      {"nsub", &Self::nsub, "1/cm3", "substrate doping"},
      {"ndep", &Self::ndep, "1/cm3", "channel doping at the depletion edge for zero body bias"},
      {"nsd", &Self::nsd, "1/cm3", "source and drain doping"},
      {"phin", &Self::phin, "V", "non-uniform vertical doping effect on the surface potential"},
      {"ngate", &Self::ngate, "1/cm3", "poly gate doping; 0: no poly depletion"},
      {"gamma1", &Self::gamma1, "V^0.5", "body effect coefficient near the surface"},
      {"gamma2", &Self::gamma2, "V^0.5", "body effect coefficient in the bulk"},
      {"vbx", &Self::vbx, "V", "body bias at which the depletion width equals xt"},
      {"vbm", &Self::vbm, "V", "greatest body bias of the model"},
      {"xt", &Self::xt, "m", "doping depth"},
      {"vfb", &Self::vfb, "V", "flat-band voltage"},
      {"vth0", &Self::vth0, "V", "threshold voltage of a long channel at zero body bias"},
      {"k1", &Self::k1, "V^0.5", "first-order body effect"},
      {"k2", &Self::k2, "", "second-order body effect"},
      {"k3", &Self::k3, "", "narrow width effect"},
      {"k3b", &Self::k3b, "1/V", "body dependence of k3"},
      {"w0", &Self::w0, "m", "narrow width offset"},
      {"lpe0", &Self::lpe0, "m", "lateral non-uniform doping"},
      {"lpeb", &Self::lpeb, "m", "lateral non-uniform doping on the body effect"},
      {"dvt0", &Self::dvt0, "", "short channel effect"},
      {"dvt1", &Self::dvt1, "", "short channel effect, decay"},
      {"dvt2", &Self::dvt2, "1/V", "short channel effect, body dependence"},
      {"dvt0w", &Self::dvt0w, "", "narrow and short channel effect"},
      {"dvt1w", &Self::dvt1w, "1/m", "narrow and short channel effect, decay"},
      {"dvt2w", &Self::dvt2w, "1/V", "narrow and short channel effect, body dependence"},
      {"dvtp0", &Self::dvtp0, "m", "drain-induced shift of a long channel (pocket implant)"},
      {"dvtp1", &Self::dvtp1, "1/V", "drain-induced shift of a long channel, drain dependence"},
      {"dvtp2", &Self::dvtp2, "m^dvtp3 V", "drain-induced shift of Vth, second form"},
      {"dvtp3", &Self::dvtp3, "", "length exponent of dvtp2"},
      {"dvtp4", &Self::dvtp4, "1/V", "drain dependence of dvtp2"},
      {"dvtp5", &Self::dvtp5, "V", "offset of dvtp2"},
      {"dsub", &Self::dsub, "", "drain-induced barrier lowering, decay"},
      {"eta0", &Self::eta0, "", "drain-induced barrier lowering"},
      {"etab", &Self::etab, "1/V", "drain-induced barrier lowering, body dependence"},
      {"teta0", &Self::teta0, "", "temperature coefficient of eta0"},
      {"cdsc", &Self::cdsc, "F/m2", "coupling of source and drain to the channel"},
      {"cdscb", &Self::cdscb, "F/Vm2", "body dependence of cdsc"},
      {"cdscd", &Self::cdscd, "F/Vm2", "drain dependence of cdsc"},
      {"cit", &Self::cit, "F/m2", "interface trap capacitance"},
      {"nfactor", &Self::nfactor, "", "subthreshold swing"},
      {"tnfactor", &Self::tnfactor, "", "temperature coefficient of nfactor"},
      {"voff", &Self::voff, "V", "offset of Vgsteff in weak inversion"},
      {"tvoff", &Self::tvoff, "1/K", "temperature coefficient of voff"},
      {"minv", &Self::minv, "", "fit of Vgsteff in moderate inversion"},
      {"kt1", &Self::kt1, "V", "temperature coefficient of the threshold"},
      {"kt1l", &Self::kt1l, "Vm", "length dependence of kt1"},
      {"kt2", &Self::kt2, "", "body dependence of kt1"},
      {"kvth0we", &Self::kvth0we, "V", "well proximity effect on the threshold"},
      {"k2we", &Self::k2we, "", "well proximity effect on k2"},
      {"ku0we", &Self::ku0we, "", "well proximity effect on the mobility"},
  };
};

}  // namespace nullor::bsim4
