// The bipolar transistor: conformance, and agreement with ngspice.

#include "nullor/devices/bjt.h"

#include "nullor/devices/conformance.h"
#include "nullor/devices/golden.h"

namespace nullor {
namespace {

TEST(Conformance, Bjt) {
  conformance::run<Bjt>(
      "is=1e-15 bf=120 br=3 vaf=60 var=20 ikf=5e-3 ikr=2e-3 ise=1e-13 isc=1e-12 rb=100 rbm=10 re=1 rc=20 "
      "cje=1e-12 cjc=1e-12 "
      "xcjc=0.6 cjs=1e-12 mjs=0.4 tf=1e-10 tr=1e-9 xtf=2 vtf=3 itf=1e-2 xtb=1.2 iss=1e-16 kf=1e-16 dtemp=10",
      0.8);
}
TEST(Conformance, BjtPnp) {
  conformance::run<Bjt>(
      "type=1 is=1e-15 bf=120 rb=100 rbm=10 irb=1e-5 cjs=1e-12 mjs=0.4 area=2 areab=3 areac=4", 0.8);
}
TEST(Golden, Bjt) { golden::compare<Bjt>("bjt", {.conductance = 1e-11}); }
TEST(Golden, BjtWithSubstrateDiode) { golden::compare<Bjt>("bjt_substrate", {.small_signal = false}); }
TEST(Golden, BjtWithBaseResistance) { golden::compare<Bjt>("bjt_base", {.small_signal = false}); }

}  // namespace
}  // namespace nullor
