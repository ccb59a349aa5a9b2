// The junction diode: conformance, and agreement with ngspice.

#include "nullor/devices/diode.h"

#include "nullor/devices/conformance.h"
#include "nullor/devices/golden.h"

namespace nullor {
namespace {

TEST(Conformance, Diode) {
  conformance::run<Diode>(
      "is=1e-14 n=1.1 rs=5 cjo=1e-12 vj=0.8 m=0.4 tt=1e-9 xti=3 dtemp=10 trs1=1e-3 kf=1e-16", 0.7);
}
TEST(Golden, Diode) { golden::compare<Diode>("diode"); }
TEST(Golden, DiodeWithRecombination) {  // ngspice has an approximate derivative here
  golden::compare<Diode>("diode_recombination", {.admittance = 1e-2});
}

// Geometry and oxide capacitances.
TEST(Golden, DiodeLevel3) { golden::compare<Diode>("diode_level3"); }
TEST(Conformance, DiodeLevel3) {
  conformance::run<Diode>(
      "level=3 is=1e-3 jsw=1e-9 cj=1e-3 cjsw=1e-9 rs=1e-9 w=1e-5 l=2e-5 lm=3e-6 wp=2e-6 xm=1e-7 xp=2e-7 "
      "xom=9000",
      0.6);
}

TEST(Conformance, DiodeWithEverything) {
  conformance::run<Diode>(
      "is=1e-14 jsw=1e-15 ns=1.3 n=1.1 rs=5 cjo=1e-12 cjp=1e-13 tt=1e-9 ikf=1e-3 ikr=1e-3 bv=1.5 ibv=1e-3 "
      "nbv=1.2 isr=1e-12 "
      "nr=2 jtun=1e-13 jtunsw=1e-14 ntun=20 area=2 pj=3 dtemp=10 tlevc=1 cta=1e-3 tpb=1e-3 tcv=1e-4",
      1.2);
}

}  // namespace
}  // namespace nullor
