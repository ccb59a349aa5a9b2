#include "nullor/simulate/unstable_rest.h"

#include <gtest/gtest.h>

#include "nullor/base/si.h"
#include "nullor/simulate/engine_session.h"

namespace nullor {
namespace {

std::string notes_of(const std::string& deck) {
  EngineSession session(read_circuit_text("title\n" + deck));
  session.run(session.circuit().analyses.front());
  std::string out;
  for (const std::string& note : session.take_notes()) out += note + "\n";
  return out;
}

const std::string kMos =
    ".model nch nmos level=44 vto=0.35 kp=200u\n.model pch pmos level=44 vto=-0.35 kp=80u\nvdd vdd 0 1\n";

std::string inverter(const std::string& a, const std::string& y) {
  return "mn" + a + " " + y + " " + a + " 0 0 nch w=1u l=100n\nmp" + a + " " + y + " " + a +
         " vdd vdd pch w=2.5u l=100n\nc" + a + " " + y + " 0 10f\n";
}

TEST(UnstableRest, FindsOscillatorsAndLatchesThatStandStill) {
  const std::string latch = kMos + inverter("a", "b") + inverter("b", "a");
  EXPECT_NE(notes_of(latch + ".tran 1p 300p\n").find("rests on an unstable operating point"),
            std::string::npos);
  const auto tenfold = [](const std::string& notes) {
    const std::string mark = "a deviation of v(a) grows tenfold every ";
    return parse_si_prefix(notes.substr(notes.find(mark) + mark.size()))->value;
  };
  // c dv/dt = g v - i_l,  l di_l/dt = v: the rate is g / 2 c.
  EXPECT_NEAR(tenfold(notes_of("l1 a 0 1n\nc1 a 0 1p\ng1 a 0 0 a 2m\n.tran 10p 20n\n")), 2.303e-9, 0.1e-9);
  // Without the inductance g / c.
  EXPECT_NEAR(tenfold(notes_of("c1 a 0 1u\ng1 a 0 0 a 1m\n.tran 1m 100m\n")), 2.303e-3, 0.1e-3);
}

// Whether rounding starts a ring within the time is the machine's affair; that it is no start at all is said.
TEST(UnstableRest, FindsRingsWithoutAStart) {
  const std::string path = std::string(NULLOR_SOURCE_DIR) + "/examples/neural/ring_oscillator.cir";
  for (const bool started : {false, true}) {
    Circuit circuit = read_circuit(path);
    if (!started) circuit.initial_conditions.clear();
    EngineSession session(std::move(circuit));
    session.run(session.circuit().analyses.front());
    const auto notes = session.take_notes();
    EXPECT_EQ(notes.size(), started ? 0U : 1U);
    for (const std::string& note : notes) {
      EXPECT_NE(note.find("on an unstable operating point"), std::string::npos) << note;
    }
  }
}

// Every one of them rests, or is moved by its source; none is unstable.
TEST(UnstableRest, IsSilentAboutStableCircuits) {
  const std::string decks[] = {
      "v1 a 0 1\nr1 a b 1k\nc1 b 0 1n\n.tran 1n 10u\n",
      "v1 a 0 pulse(0 1 5u 1n)\nr1 a b 1k\nc1 b 0 1n\n.tran 1n 10u\n",
      "l1 a 0 1n\nc1 a 0 1p\n.tran 10p 20n\n",                      // without damping
      "l1 a 0 1n\nc1 a 0 1p\nr1 a 0 1g\n.tran 10p 20n\n",           // nearly without
      "v1 a 0 1\nc1 a 0 1n\nc2 a b 1n\nc3 b 0 1n\n.tran 1n 10u\n",  // index 2, a node without conductance
      "v1 a 0 1\nl1 a b 1u\ni1 b 0 1m\n.tran 1n 10u\n",
      "v1 a 0 1\nb1 d 0 v={ddt(v(a))}\nb2 e 0 v={1n*ddt(v(d))}\nr1 e 0 1k\n.tran 1n 10u\n",  // index 3
      "v1 a 0 1\nr1 a b 1k\nd1 b 0 dm\n.model dm d is=1e-14 tt=5n cjo=1p\n.tran 1n 10u\n",
      "v1 p 0 1\nr1 p m 1k\ne1 o 0 p m 1e6\nr2 m o 10k\nc1 o 0 1n\n.tran 1n 10u\n",  // feedback
      kMos + inverter("vdd", "b") + inverter("b", "c") + ".tran 1p 2n\n",
      "v1 a 0 1\nt1 a 0 b 0 z0=50 td=1n\nr1 b 0 50\n.tran 0.1n 20n\n",
  };
  for (const std::string& deck : decks) EXPECT_EQ(notes_of(deck).find("unstable"), std::string::npos) << deck;
}

}  // namespace
}  // namespace nullor
