#pragma once

#include "nullor/devices/bsim4/card_table.h"

namespace nullor::bsim4 {

/// Junctions of source and drain with the body.
template <class P>
struct JunctionCard {
    P jss = 1e-4, jsws = 0, jswgs = 0, jsd = kNotGiven, jswd = kNotGiven, jswgd = kNotGiven, njs = 1, njd =
      kNotGiven, xtis = 3, xtid = kNotGiven, ijthsfwd = 0.1, ijthdfwd = kNotGiven, ijthsrev = 0.1, ijthdrev
      = kNotGiven, xjbvs = 1, xjbvd = kNotGiven, bvs = 10, bvd = kNotGiven, cjs = 5e-4, cjsws = 5e-10,
      cjswgs = kNotGiven, cjd = kNotGiven, cjswd = kNotGiven, cjswgd = kNotGiven, pbs = 1, pbsws = 1, pbswgs
      = kNotGiven, pbd = kNotGiven, pbswd = kNotGiven, pbswgd = kNotGiven, mjs = 0.5, mjsws = 0.33, mjswgs =
      kNotGiven, mjd = kNotGiven, mjswd = kNotGiven, mjswgd = kNotGiven, tcj = 0, tcjsw = 0, tcjswg = 0, tpb
      = 0, tpbsw = 0, tpbswg = 0, jtss = 0, jtssws = 0, jtsswgs = 0, jtsd = kNotGiven, jtsswd = kNotGiven,
      jtsswgd = kNotGiven, jtweff = 0, njts = 20, njtssw = 20, njtsswg = 20, njtsd = kNotGiven, njtsswd =
      kNotGiven, njtsswgd = kNotGiven, xtss = 0.02, xtsd = kNotGiven, xtssws = 0.02, xtsswd = kNotGiven,
      xtsswgs = 0.02, xtsswgd = kNotGiven, tnjts = 0, tnjtssw = 0, tnjtsswg = 0, tnjtsd = kNotGiven,
      tnjtsswd = kNotGiven, tnjtsswgd = kNotGiven, vtss = 10, vtssws = 10, vtsswgs = 10, vtsd = kNotGiven,
      vtsswd = kNotGiven, vtsswgd = kNotGiven;

  using Self = JunctionCard;
  static constexpr Number<Self, P> numbers[] = {
      {"jss", &Self::jss, "A/m2", "source bottom saturation current density"},
      {"jsws", &Self::jsws, "A/m", "source isolation edge saturation current density"},
      {"jswgs", &Self::jswgs, "A/m", "source gate edge saturation current density"},
      {"jsd", &Self::jsd, "A/m2", "drain bottom saturation current density"},
      {"jswd", &Self::jswd, "A/m", "drain isolation edge saturation current density"},
      {"jswgd", &Self::jswgd, "A/m", "drain gate edge saturation current density"},
      {"njs", &Self::njs, "", "source emission coefficient"},
      {"njd", &Self::njd, "", "drain emission coefficient"},
      {"xtis", &Self::xtis, "", "source saturation current temperature exponent"},
      {"xtid", &Self::xtid, "", "drain saturation current temperature exponent"},
      {"ijthsfwd", &Self::ijthsfwd, "A", "source forward limiting current"},
      {"ijthdfwd", &Self::ijthdfwd, "A", "drain forward limiting current"},
      {"ijthsrev", &Self::ijthsrev, "A", "source reverse limiting current"},
      {"ijthdrev", &Self::ijthdrev, "A", "drain reverse limiting current"},
      {"xjbvs", &Self::xjbvs, "", "source breakdown scale"},
      {"xjbvd", &Self::xjbvd, "", "drain breakdown scale"},
      {"bvs", &Self::bvs, "V", "source breakdown voltage"},
      {"bvd", &Self::bvd, "V", "drain breakdown voltage"},
      {"cjs", &Self::cjs, "F/m2", "source bottom capacitance"},
      {"cjsws", &Self::cjsws, "F/m", "source isolation edge capacitance"},
      {"cjswgs", &Self::cjswgs, "F/m", "source gate edge capacitance"},
      {"cjd", &Self::cjd, "F/m2", "drain bottom capacitance"},
      {"cjswd", &Self::cjswd, "F/m", "drain isolation edge capacitance"},
      {"cjswgd", &Self::cjswgd, "F/m", "drain gate edge capacitance"},
      {"pbs", &Self::pbs, "V", "source bottom built-in potential"},
      {"pbsws", &Self::pbsws, "V", "source isolation edge built-in potential"},
      {"pbswgs", &Self::pbswgs, "V", "source gate edge built-in potential"},
      {"pbd", &Self::pbd, "V", "drain bottom built-in potential"},
      {"pbswd", &Self::pbswd, "V", "drain isolation edge built-in potential"},
      {"pbswgd", &Self::pbswgd, "V", "drain gate edge built-in potential"},
      {"mjs", &Self::mjs, "", "source bottom grading"},
      {"mjsws", &Self::mjsws, "", "source isolation edge grading"},
      {"mjswgs", &Self::mjswgs, "", "source gate edge grading"},
      {"mjd", &Self::mjd, "", "drain bottom grading"},
      {"mjswd", &Self::mjswd, "", "drain isolation edge grading"},
      {"mjswgd", &Self::mjswgd, "", "drain gate edge grading"},
      {"tcj", &Self::tcj, "1/K", "temperature coefficient of the bottom capacitance"},
      {"tcjsw", &Self::tcjsw, "1/K", "temperature coefficient of the isolation edge capacitance"},
      {"tcjswg", &Self::tcjswg, "1/K", "temperature coefficient of the gate edge capacitance"},
      {"tpb", &Self::tpb, "V/K", "temperature coefficient of the bottom potential"},
      {"tpbsw", &Self::tpbsw, "V/K", "temperature coefficient of the isolation edge potential"},
      {"tpbswg", &Self::tpbswg, "V/K", "temperature coefficient of the gate edge potential"},
      {"jtss", &Self::jtss, "A/m2", "source bottom trap-assisted current density"},
      {"jtssws", &Self::jtssws, "A/m", "source isolation edge trap-assisted current density"},
      {"jtsswgs", &Self::jtsswgs, "A/m", "source gate edge trap-assisted current density"},
      {"jtsd", &Self::jtsd, "A/m2", "drain bottom trap-assisted current density"},
      {"jtsswd", &Self::jtsswd, "A/m", "drain isolation edge trap-assisted current density"},
      {"jtsswgd", &Self::jtsswgd, "A/m", "drain gate edge trap-assisted current density"},
      {"jtweff", &Self::jtweff, "m", "width dependence of the trap-assisted current"},
      {"njts", &Self::njts, "", "bottom trap-assisted emission coefficient"},
      {"njtssw", &Self::njtssw, "", "isolation edge trap-assisted emission coefficient"},
      {"njtsswg", &Self::njtsswg, "", "gate edge trap-assisted emission coefficient"},
      {"njtsd", &Self::njtsd, "", "the same of the drain bottom"},
      {"njtsswd", &Self::njtsswd, "", "the same of the drain isolation edge"},
      {"njtsswgd", &Self::njtsswgd, "", "the same of the drain gate edge"},
      {"xtss", &Self::xtss, "", "temperature dependence of jtss"},
      {"xtsd", &Self::xtsd, "", "temperature dependence of jtsd"},
      {"xtssws", &Self::xtssws, "", "temperature dependence of jtssws"},
      {"xtsswd", &Self::xtsswd, "", "temperature dependence of jtsswd"},
      {"xtsswgs", &Self::xtsswgs, "", "temperature dependence of jtsswgs"},
      {"xtsswgd", &Self::xtsswgd, "", "temperature dependence of jtsswgd"},
      {"tnjts", &Self::tnjts, "", "temperature coefficient of njts"},
      {"tnjtssw", &Self::tnjtssw, "", "temperature coefficient of njtssw"},
      {"tnjtsswg", &Self::tnjtsswg, "", "temperature coefficient of njtsswg"},
      {"tnjtsd", &Self::tnjtsd, "", "temperature coefficient of njtsd"},
      {"tnjtsswd", &Self::tnjtsswd, "", "temperature coefficient of njtsswd"},
      {"tnjtsswgd", &Self::tnjtsswgd, "", "temperature coefficient of njtsswgd"},
      {"vtss", &Self::vtss, "V", "source bottom trap-assisted voltage"},
      {"vtssws", &Self::vtssws, "V", "source isolation edge trap-assisted voltage"},
      {"vtsswgs", &Self::vtsswgs, "V", "source gate edge trap-assisted voltage"},
      {"vtsd", &Self::vtsd, "V", "drain bottom trap-assisted voltage"},
      {"vtsswd", &Self::vtsswd, "V", "drain isolation edge trap-assisted voltage"},
      {"vtsswgd", &Self::vtsswgd, "V", "drain gate edge trap-assisted voltage"},
  };
};

}  // namespace nullor::bsim4
