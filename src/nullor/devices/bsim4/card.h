#pragma once

#include "nullor/devices/bsim4/card_charge.h"
#include "nullor/devices/bsim4/card_current.h"
#include "nullor/devices/bsim4/card_junction.h"
#include "nullor/devices/bsim4/card_layout.h"
#include "nullor/devices/bsim4/card_threshold.h"

namespace nullor::bsim4 {

inline constexpr int kOfTheCard = -1;  ///< a switch of the element line that was left to the model card

/// Everything that a netlist can say about one BSIM4 transistor: its model card and its element line.
template <class P>
struct Card : ThresholdCard<P>, CurrentCard<P>, ChargeCard<P>, JunctionCard<P>, LayoutCard<P> {
  int version = 481, binunit = 1;
  int mobmod = 0, capmod = 2, cvchargemod = 0, igcmod = 0, igbmod = 0, diomod = 1, rdsmod = 0, rbodymod = 0,
      rgatemod = 0, permod = 1, geomod = 0, rgeomod = 0, fnoimod = 1, tnoimod = 0, tempmod = 0, trnqsmod = 0,
      acnqsmod = 0, wpemod = 0, gidlmod = 0, mtrlmod = 0, mtrlcompatmod = 0;

  P w = 5e-6, l = 5e-6, nf = 1, m = 1, ad = kNotGiven, as = kNotGiven, pd = kNotGiven, ps = kNotGiven,
    nrd = kNotGiven, nrs = kNotGiven, sa = 0, sb = 0, sd = kNotGiven, sca = kNotGiven, scb = kNotGiven,
    scc = kNotGiven, sc = kNotGiven, delvto = 0, mulu0 = 1, temp = kNotGiven, dtemp = 0, icvds = kNotGiven,
    icvgs = kNotGiven, icvbs = kNotGiven;
  P line_rbdb = kNotGiven, line_rbsb = kNotGiven, line_rbpb = kNotGiven, line_rbps = kNotGiven,
    line_rbpd = kNotGiven, line_xgw = kNotGiven, line_ngcon = kNotGiven;
  int drain_ends = 0, line_rbodymod = kOfTheCard, line_rgatemod = kOfTheCard, line_trnqsmod = kOfTheCard,
      line_acnqsmod = kOfTheCard, line_geomod = kOfTheCard, line_rgeomod = kOfTheCard;

  template <class Self, class V>
  static void describe(Self& d, V&& v) {
    describe_switches(d, v);
    describe_card<ThresholdCard<P>>(d, v);
    v.alias("vtho", "vth0");
    v.alias("lvtho", "lvth0");
    v.alias("wvtho", "wvth0");
    v.alias("pvtho", "pvth0");
    describe_card<CurrentCard<P>>(d, v);
    describe_card<ChargeCard<P>>(d, v);
    describe_card<JunctionCard<P>>(d, v);
    describe_card<LayoutCard<P>>(d, v);
    describe_line(d, v);
    v.ignored(
        "paramchk nmos pmos wnflag vgs_max vgd_max vgb_max vds_max vbs_max vbd_max vgsr_max vgdr_max "
        "vgbr_max vbsr_max vbdr_max");
  }

 private:
  template <class Self, class V>
  static void describe_switches(Self& d, V&& v) {
    v.model_switch("version", d.version, "450: 4.0 to 4.5; 480 and above: 4.6 to 4.8 (written 4.5, 4.8.1)");
    v.model_switch("binunit", d.binunit, "unit of the binned sizes, 1: um, 2: m");
    v.model_switch("mobmod", d.mobmod, "mobility, 0 to 6");
    v.model_switch("capmod", d.capmod, "charges, 0: piecewise, 1: single equation, 2: with charge thickness");
    v.model_switch("cvchargemod", d.cvchargemod, "Vgsteff of the charges, 0: own slope, 1: as the current's");
    v.model_switch("igcmod", d.igcmod,
                   "gate to channel tunnelling, 0: none, 1, 2: with the bias-dependent Vth");
    v.model_switch("igbmod", d.igbmod, "gate to body tunnelling, 0 or 1");
    v.model_switch("diomod", d.diomod,
                   "junctions, 0: resistance-free, 1: no breakdown, 2: resistance and breakdown");
    v.model_switch("rdsmod", d.rdsmod, "source and drain resistance, 0: inside the current, 1: outside");
    v.model_switch("rbodymod", d.rbodymod, "body resistances, 0: none, 1: given, 2: scaled");
    v.model_switch("rgatemod", d.rgatemod,
                   "gate resistance, 0: none, 1: electrode, 2: and channel, 3: in two parts");
    v.model_switch("permod", d.permod, "1: perimeters include the gate edge");
    v.model_switch("geomod", d.geomod, "source and drain geometry, 0 to 10");
    v.model_switch("rgeomod", d.rgeomod, "source and drain contacts, 0 to 8");
    v.model_switch("fnoimod", d.fnoimod, "flicker noise, 0: SPICE2, 1: unified");
    v.model_switch("tnoimod", d.tnoimod, "channel noise, 0: charge based, 1 and 2: holistic");
    v.model_switch("tempmod", d.tempmod, "temperature model, 0 to 3");
    v.model_switch("trnqsmod", d.trnqsmod, "1: channel charge with delay");
    v.model_switch("acnqsmod", d.acnqsmod, "1: the channel follows small signals with a lag");
    v.model_switch("wpemod", d.wpemod, "1: well proximity effect");
    v.model_switch("gidlmod", d.gidlmod, "drain leakage, 0, 1: bias weights decoupled");
    v.model_switch("mtrlmod", d.mtrlmod, "1: gate and substrate materials as given");
    v.model_switch("mtrlcompatmod", d.mtrlcompatmod, "1: mtrlmod with toxp as given");
  }

  template <class Self, class V>
  static void describe_line(Self& d, V&& v) {
    v.instance("w", d.w, "m", "drawn width, all fingers");
    v.instance("l", d.l, "m", "drawn length");
    v.instance("nf", d.nf, "", "number of fingers");
    v.instance("m", d.m, "", "number of parallel devices");
    v.instance("ad", d.ad, "m2", "drain area");
    v.instance("as", d.as, "m2", "source area");
    v.instance("pd", d.pd, "m", "drain perimeter");
    v.instance("ps", d.ps, "m", "source perimeter");
    v.instance("nrd", d.nrd, "", "squares of the drain");
    v.instance("nrs", d.nrs, "", "squares of the source");
    v.instance("sa", d.sa, "m", "distance from gate to diffusion edge, one side; 0: no stress effect");
    v.instance("sb", d.sb, "m", "the same, other side");
    v.instance("sd", d.sd, "m", "distance between fingers");
    v.instance("sca", d.sca, "", "well proximity, first integral");
    v.instance("scb", d.scb, "", "well proximity, second integral");
    v.instance("scc", d.scc, "", "well proximity, third integral");
    v.instance("sc", d.sc, "m", "distance to a single well edge");
    v.instance("delvto", d.delvto, "V", "shift of the threshold voltage");
    v.alias("delvt0", "delvto");
    v.instance("mulu0", d.mulu0, "", "factor on the mobility");
    v.instance("temp", d.temp, "degC", "device temperature");
    v.instance("dtemp", d.dtemp, "K", "temperature above the circuit's");
    v.instance("icvds", d.icvds, "V", "initial drain-source voltage");
    v.alias("ic1", "icvds");
    v.instance("icvgs", d.icvgs, "V", "initial gate-source voltage");
    v.alias("ic2", "icvgs");
    v.instance("icvbs", d.icvbs, "V", "initial body-source voltage");
    v.alias("ic3", "icvbs");
    v.instance("rbdb", d.line_rbdb, "Ohm", "resistance of drain body and outer body");
    v.instance("rbsb", d.line_rbsb, "Ohm", "resistance of source body and outer body");
    v.instance("rbpb", d.line_rbpb, "Ohm", "resistance of inner and outer body");
    v.instance("rbps", d.line_rbps, "Ohm", "resistance of inner body and source body");
    v.instance("rbpd", d.line_rbpd, "Ohm", "resistance of inner body and drain body");
    v.instance("xgw", d.line_xgw, "m", "distance of gate contact and channel edge");
    v.instance("ngcon", d.line_ngcon, "", "number of gate contacts");
    v.instance_switch("min", d.drain_ends, "1: the drain has both ends when the fingers are even");
    v.instance_switch("rbodymod", d.line_rbodymod, "body resistances; -1: as the card says");
    v.instance_switch("rgatemod", d.line_rgatemod, "gate resistance; -1: as the card says");
    v.instance_switch("trnqsmod", d.line_trnqsmod, "charge delay; -1: as the card says");
    v.instance_switch("acnqsmod", d.line_acnqsmod, "small-signal charge delay; -1: as the card says");
    v.instance_switch("geomod", d.line_geomod, "source and drain geometry; -1: as the card says");
    v.instance_switch("rgeomod", d.line_rgeomod, "source and drain contacts; -1: as the card says");
  }
};

}  // namespace nullor::bsim4
