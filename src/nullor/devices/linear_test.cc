// Conformance of the linear devices and switches; the others have one file each.

#include "nullor/devices/capacitor.h"
#include "nullor/devices/conformance.h"
#include "nullor/devices/ferroelectric.h"
#include "nullor/devices/golden.h"
#include "nullor/devices/inductor.h"
#include "nullor/devices/mutual_inductor.h"
#include "nullor/devices/resistor.h"
#include "nullor/devices/sources.h"
#include "nullor/devices/switches.h"
#include "nullor/devices/transmission_line.h"

namespace nullor {
namespace {

using conformance::run;

TEST(Conformance, Resistor) { run<Resistor>("r=1e3 tc1=1e-3 tc2=1e-5 m=2 dtemp=10"); }
TEST(Conformance, ResistorOfSheet) { run<Resistor>("rsh=100 l=1e-5 w=2e-6 narrow=1e-7 short=2e-7"); }
TEST(Conformance, Capacitor) { run<Capacitor>("c=1e-12 tc1=1e-3 tc2=1e-5 m=2 dtemp=10"); }
TEST(Conformance, CapacitorOfArea) { run<Capacitor>("cj=1e-3 cjsw=1e-9 l=1e-5 w=2e-6 narrow=1e-7 del=1e-8"); }
TEST(Conformance, Inductor) { run<Inductor>("l=1e-6 tc1=1e-3 m=3 dtemp=-5"); }
TEST(Conformance, Coil) { run<Inductor>("csect=1e-4 length=0.02 nt=10 mu=2"); }

// ngspice 39's v = 2 pi 1e6 L over 1 A at 1 MHz, of short and long coils.
TEST(Inductor, OfACoilAgreesWithNgspice) {
  const auto at_1mhz = [](const char* parameters) {
    Inductor<double> coil{};
    conformance::apply(coil, parameters);
    coil.setup({});
    return 2e6 * std::numbers::pi * coil.inductance;
  };
  EXPECT_NEAR(at_1mhz("csect=1e-4 length=0.02 nt=10"), 3.153914, 1e-6);
  EXPECT_NEAR(at_1mhz("dia=4e-3 length=0.02 mu=3 nt=20"), 5.477492, 1e-6);
  EXPECT_NEAR(at_1mhz("csect=1e-4 length=0.005 mu=2 nt=10"), 15.67581, 1e-5);
  EXPECT_NEAR(at_1mhz("dia=4e-3 length=0.002 nt=5"), 0.6517650, 1e-7);
}

TEST(Conformance, MutualInductor) { run<MutualInductor>("k=0.7 l1=1e-6 l2=3e-6"); }
TEST(Conformance, VoltageSource) { run<VoltageSource>("dc=1"); }
TEST(Conformance, CurrentSource) { run<CurrentSource>("dc=1"); }
TEST(Conformance, VoltageControlledVoltageSource) { run<VoltageControlledVoltageSource>("gain=7"); }
TEST(Conformance, VoltageControlledCurrentSource) { run<VoltageControlledCurrentSource>("gain=7e-3 m=2"); }
TEST(Conformance, CurrentControlledCurrentSource) { run<CurrentControlledCurrentSource>("gain=5 m=2"); }
TEST(Conformance, CurrentControlledVoltageSource) { run<CurrentControlledVoltageSource>("gain=5"); }
TEST(Conformance, VoltageSwitch) { run<VoltageSwitch>("vt=0.1 vh=0.3 ron=5 roff=1e6"); }
TEST(Conformance, VoltageSwitchGradual) { run<VoltageSwitch>("vt=0.1 vh=-0.3 ron=5 roff=1e6 on=1"); }
TEST(Conformance, CurrentSwitch) { run<CurrentSwitch>("it=0.1 ih=0.3 ron=5 roff=1e6"); }
TEST(Conformance, TransmissionLine) { run<TransmissionLine>("z0=50 td=1e-9"); }
TEST(Conformance, FerroelectricCapacitor) { run<FerroelectricCapacitor>("c_lin=1e-12 gamma=1e9 rho=2"); }

TEST(Golden, Resistor) { golden::compare<Resistor>("resistor"); }
TEST(Golden, Capacitor) { golden::compare<Capacitor>("capacitor"); }

// A switch turns over at the far edge of its band, with negative hysteresis at the near edge.
TEST(Switch, FollowsItsHysteresis) {
  for (const double vh : {0.3, -0.3}) {
    VoltageSwitch<double> s{};
    s.threshold = 1, s.h = vh, s.roff = 1e6;
    s.setup({});
    const auto current = [&](double u) {
      const std::vector<double> x = {1, 0, u, 0};
      const double i = conformance::evaluate(s, x)[0];
      s.accept(x.data());
      return i;
    };
    const double rising = vh > 0 ? 1.3 : 0.7, falling = vh > 0 ? 0.7 : 1.3;
    current(0.0);
    EXPECT_EQ(current(rising - 0.01), 1e-6);
    const double below[] = {1, 0, rising - 0.01, 0};
    EXPECT_NEAR(s.event(below), -0.01, 1e-12);
    EXPECT_EQ(current(rising + 0.01), 1.0);
    EXPECT_EQ(current(2.0), 1.0);
    EXPECT_EQ(current(falling + 0.01), 1.0);
    EXPECT_EQ(current(falling - 0.01), 1e-6);
  }
}

}  // namespace
}  // namespace nullor
