// Self-heating of the MOSFETs: conformance.

#include "nullor/devices/conformance.h"
#include "nullor/devices/self_heating.h"

namespace nullor {
namespace {

TEST(Conformance, SelfHeatingMos1) {
  conformance::run<SelfHeatingMos1>(
      "vto=0.7 kp=1e-4 gamma=0.5 lambda=0.02 tox=1e-8 rd=10 rs=10 w=1e-5 l=1e-6 rth0=100");
}
TEST(Conformance, SelfHeatingEkv) {
  conformance::run<SelfHeatingEkv>("kp=1e-4 theta=0.1 w=1e-5 l=1e-6 rth0=100");
}

}  // namespace
}  // namespace nullor
