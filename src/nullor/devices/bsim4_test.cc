// BSIM4: conformance over its switches, and agreement with ngspice.

#include "nullor/devices/bsim4.h"

#include "nullor/devices/conformance.h"
#include "nullor/devices/golden.h"

namespace nullor {
namespace {

// An invented process of about 130 nm; everything that a switch can leave out is in some card below.
const char* const kCard =
    "toxe=4e-9 toxm=4.1e-9 xj=1.4e-7 ngate=1e20 ndep=2e17 vth0=0.45 lvth0=2e-9 k1=0.52 k2=-0.02 k3=2 k3b=0.3 "
    "w0=1e-8 dvt0=1.5 dvt1=0.6 dvt0w=-1 dvt1w=1.5e6 voffl=4e-9 lpe0=9e-8 lpeb=-3e-8 cdscd=5e-3 nfactor=1.8 "
    "u0=0.032 ua=-6e-10 ub=1.7e-18 uc=5e-11 vsat=9e4 a0=1.2 ags=0.4 a2=0.5 pclm=0.1 pdiblcb=-0.03 pscbe1=7e8 "
    "pscbe2=1e-9 pvag=0.1 rdsw=80 prwg=0.02 prwb=0.01 alpha0=3e-8 alpha1=0.8 beta0=14 agidl=1e-9 bgidl=1.5e9 "
    "egidl=0.7 cgsl=5e-11 cgdl=4e-11 jss=2e-3 jsws=5e-10 w=2e-6 l=3e-7 ad=1e-12 as=1e-12 pd=5e-6 ps=6e-6 ";

void conforms(const std::string& more) { conformance::run<Bsim4>(kCard + more, 1.5); }

TEST(Conformance, Bsim4) { conforms("version=450 rbodymod=1 rsh=5 nrd=1 nrs=2 nf=2 m=3 dtemp=20"); }
TEST(Conformance, Bsim4PchannelResistancesOutside) {
  conforms(
      "type=1 vth0=-0.45 rdsmod=1 rgatemod=1 capmod=1 xpart=1 diomod=2 tempmod=0 jtss=1e-6 sa=1e-6 sb=2e-6 "
      "ku0=-3e-8");
}
TEST(Conformance, Bsim4TunnellingGate) {
  conforms(
      "toxe=2e-9 igcmod=2 igbmod=1 rgatemod=2 rbodymod=2 rbps0=60 rbpd0=70 rbsbx0=40 rbdbx0=45 gidlmod=1 "
      "mobmod=1 uc=-0.03");
}
TEST(Conformance, Bsim4ChannelWithDelay) {
  conforms(
      "rgatemod=3 trnqsmod=1 capmod=0 mobmod=2 ua=1e-15 lambda=1e-9 vtl=2e5 dvtp0=1e-9 dvtp1=0.2 a1=0.1 "
      "cvchargemod=1");
}
TEST(Conformance, Bsim4HighK) {
  conforms(
      "mtrlmod=1 mobmod=3 ud=0.5 eu=0.6 tnoimod=2 wpemod=1 kvth0we=1e-3 sca=3 diomod=0 dvtp2=1e-3 dvtp4=0.5 "
      "tempmod=0 epsrsub=12");
}

TEST(Golden, Bsim4Version45) {
  golden::compare<Bsim4>("bsim4_v45", {.conductance = 1e-15, .susceptance = 5e-3, .own_constants = true});
}
TEST(Golden, Bsim4WithVelocityEffects) {
  golden::compare<Bsim4>("bsim4_velocity", {.small_signal = false, .own_constants = true});
}
TEST(Golden, Bsim4Version48) {
  golden::compare<Bsim4>("bsim4_v48", {.conductance = 1e-15, .own_constants = true});
}

}  // namespace
}  // namespace nullor
