// The JFET: conformance, and agreement with ngspice.

#include "nullor/devices/jfet.h"

#include "nullor/devices/conformance.h"
#include "nullor/devices/golden.h"

namespace nullor {
namespace {

TEST(Conformance, Jfet) {
  conformance::run<Jfet>(
      "vto=-1 beta=1e-3 lambda=0.02 rd=10 rs=10 cgs=1e-12 cgd=1e-12 b=0.8 tcv=1e-3 bex=-1 dtemp=10", 1);
}
TEST(Golden, Jfet) { golden::compare<Jfet>("jfet"); }

}  // namespace
}  // namespace nullor
