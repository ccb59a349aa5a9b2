#include <gtest/gtest.h>

#include "nullor/netlist/test_deck.h"

namespace nullor {
namespace {

using test::deck;
using test::error_of;

template <class T>
T card(const std::string& text) {
  return std::get<T>(parse_analysis(text, {}).what);
}

TEST(Analysis, IsReadFromACommand) {
  const auto tran = card<TranCard>("tran 1n 1u 10n 0.5n uic");
  EXPECT_EQ(tran.stop, 1e-6);
  EXPECT_EQ(tran.max_step, 0.5e-9);
  EXPECT_TRUE(tran.use_initial_conditions);
  EXPECT_TRUE(card<TranCard>("tran 1n 1u uic").use_initial_conditions);
  const auto ac = card<AcCard>("AC dec 10 0.1 1G");
  EXPECT_EQ(ac.sweep.points, 10);
  EXPECT_EQ(ac.sweep.stop, 1e9);
  const auto dc = card<DcCard>("DC temp -40 125 0.1 V1 5 0 -1");
  EXPECT_EQ(dc.axes[0].target, "temp");
  EXPECT_EQ(dc.axes[1].step, -1);
  const auto noise = card<NoiseCard>("noise v(out, ref) Vin dec 10 1 1meg 1");
  EXPECT_EQ(noise.source, "vin");
  EXPECT_EQ(noise.points_per_summary, 1);
  EXPECT_EQ(to_string(noise.output), "v(out, ref)");
  EXPECT_EQ(card<TransferCard>("tf i(vx) vin").source, "vin");
  EXPECT_TRUE(card<SensitivityCard>("sens v(out) ac dec 1 1 10").ac);
  EXPECT_EQ(card<FourierCard>("four 1k v(a) v(b)").outputs.size(), 2U);
  EXPECT_EQ(card<TranCard>("tran 1n {2*1u}").stop, 2e-6);
  EXPECT_THROW(parse_analysis("tran 1n {x}", {}), InputError);
}

TEST(Analysis, OfADeckKnowsParameters) {
  const auto d = deck(".param t=1u\nR1 a 0 1\n.op\n.tran 't/100' {10*t}\n.ac lin 1 1k 1k\n");
  ASSERT_EQ(d.circuit.analyses.size(), 3U);
  EXPECT_DOUBLE_EQ(std::get<TranCard>(d.circuit.analyses[1].what).stop, 10e-6);
  EXPECT_EQ(d.circuit.analyses[1].where.str(), "deck.cir:5:2");
}

TEST(Step, IsReadInEveryForm) {
  const auto d = deck(
      ".param r=1\nR1 a 0 {r}\n.step param r 1 10 1\n.step param r list 1 2,5\n.step dec param r 1 100 "
      "5\n.step temp -40 125 "
      "55\n.step V1 0 1 0.1\n.step r oct 1 8 1\n");
  const auto& steps = d.circuit.steps;
  ASSERT_EQ(steps.size(), 6U);
  EXPECT_EQ(steps[0].axis.target, "r");
  EXPECT_EQ(steps[1].axis.list, (std::vector<double>{1, 2, 5}));
  EXPECT_EQ(steps[2].axis.scale, SweepAxis::Scale::decade);
  EXPECT_EQ(steps[3].axis.target, "temp");
  EXPECT_EQ(steps[4].axis.target, "v1");
  EXPECT_EQ(steps[5].axis.scale, SweepAxis::Scale::octave);
}

TEST(Measure, IsReadInEveryForm) {
  using Request = MeasureCard::Request;
  const auto m = [](const std::string& text) { return parse_measure(text, {}); };
  const auto rise = m("tran tr TRIG v(out) VAL='0.1*vdd' RISE=1 TARG v(out) val = 0.9 rise=last td=1n");
  EXPECT_EQ(rise.request, Request::trig_targ);
  EXPECT_EQ(to_string(*rise.trigger.right), "(0.10000000000000001 * vdd)");
  EXPECT_EQ(rise.target.number, -1);
  EXPECT_TRUE(rise.target.delay);
  EXPECT_TRUE(m("tran d trig at=10n targ v(b)=0.5 fall=2").trigger.at);
  const auto when = m("ac gbw when vdb(opout)=0");
  EXPECT_EQ(to_string(*when.trigger.left), "vdb(opout)");
  EXPECT_EQ(when.trigger.edge, MeasureCard::Event::Edge::cross);
  EXPECT_EQ(to_string(*m("tran x when v(a)=v(b) cross=3").trigger.right), "v(b)");
  const auto find = m("ac cmrr find vdb(cm3) at = 0.1 ");
  EXPECT_EQ(find.trigger.at->root().number, 0.1);
  const auto phase = m("ac ph find vp(opout) when vdb(opout)=0 fall=1");
  EXPECT_EQ(phase.request, Request::find);
  EXPECT_EQ(phase.trigger.edge, MeasureCard::Event::Edge::fall);
  const auto range = m("tran v_min MIN v(vout1) from=0 to= 50u");
  EXPECT_EQ(range.to->root().number, 50e-6);
  EXPECT_EQ(to_string(m("dc vos param = 'vout25-vdd*ratio'").what), "(vout25 - (vdd * ratio))");
  EXPECT_EQ(to_string(m("dc p param='-1*i*v'").what), "(((-1) * i) * v)");
  const std::pair<const char*, Request> kinds[] = {{"avg", Request::avg},      {"max", Request::max},
                                                   {"pp", Request::pp},        {"rms", Request::rms},
                                                   {"integ", Request::integ},  {"max_at", Request::max_at},
                                                   {"min_at", Request::min_at}};
  for (const auto& [word, request] : kinds)
    EXPECT_EQ(m(std::string("tran x ") + word + " v(a)").request, request);
  EXPECT_TRUE(m("tran s deriv v(a) at=1n").trigger.at);
  EXPECT_TRUE(m("tran s deriv v(a) when v(b)=1").trigger.left);
  EXPECT_EQ(to_string(m("tran x find par('v(a)*2') at=1").what), "(v(a) * 2)");
}

TEST(Options, AreNumbersFlagsOrWords) {
  const auto d = deck(
      "R1 a 0 1\n.param t=85\n.options reltol=1e-5 method=Gear noacct savecurrents abstol = 1p\n.temp {t}\n");
  EXPECT_EQ(std::get<double>(d.circuit.options.at("reltol")), 1e-5);
  EXPECT_EQ(std::get<std::string>(d.circuit.options.at("method")), "gear");
  EXPECT_EQ(std::get<double>(d.circuit.options.at("noacct")), 1);
  EXPECT_EQ(std::get<double>(d.circuit.options.at("abstol")), 1e-12);
  EXPECT_EQ(std::get<double>(d.circuit.options.at("temp")), 85);
  EXPECT_TRUE(d.circuit.save_device_currents);
}

TEST(InitialConditions, NameNodes) {
  const auto d = deck(
      ".param v0=2\n.subckt s a\nR1 a q 1\nC1 q 0 1p\n.ic v(q)=3\n.ends\nX1 a s\n.ic v(a)={v0} "
      "V(0)=0\n.nodeset v(a)=1\n");
  ASSERT_EQ(d.circuit.initial_conditions.size(), 3U);
  EXPECT_EQ(d.circuit.nodes[static_cast<std::size_t>(d.circuit.initial_conditions[0].first)], "x1.q");
  EXPECT_EQ(d.number(d.circuit.initial_conditions[1].second), 2);
  EXPECT_EQ(d.circuit.node_sets.size(), 1U);
}

TEST(Outputs, AreExpressions) {
  const auto d = deck(
      "R1 a 0 1\n.save v(a) @r1[i] all\n.probe i(r1)\n.print tran v(a) v(a)*2\n.plot ac vdb(a) (0,10)\n");
  EXPECT_EQ(d.circuit.saves.size(), 4U);
  EXPECT_EQ(d.circuit.saves[1].root().name, "@r1[i]");
  EXPECT_EQ(d.circuit.prints[0].what.size(), 2U);
  EXPECT_TRUE(d.circuit.prints[1].plot);
  EXPECT_EQ(d.circuit.prints[1].what.size(), 1U);
}

TEST(Control, IsATreeOfCommands) {
  const auto d = deck(
      "R1 a 0 1\n.control\n* comment\nsave all\n.options savecurrents\nlet K = 1 $ comment\nforeach x 1 2 "
      "3\n  alter R1 = $x\n"
      "  if $x > 2\n    run\n  else\n    op\n  end\nend\nrepeat 3\nstep\nend\nwhile k < 3\nend\nwrdata "
      "Out.TXT v(A)\n.endc\n");
  const auto& c = d.circuit.control;
  ASSERT_EQ(c.size(), 6U);
  EXPECT_EQ(c[1].verb, "let");
  EXPECT_EQ(c[1].rest, "K = 1");
  EXPECT_EQ(c[2].rest, "x 1 2 3");
  ASSERT_EQ(c[2].body.size(), 2U);
  EXPECT_EQ(c[2].body[0].rest, "R1 = $x");
  EXPECT_EQ(c[2].body[1].body[0].verb, "run");
  EXPECT_EQ(c[2].body[1].otherwise[0].verb, "op");
  EXPECT_EQ(c[5].rest, "Out.TXT v(A)") << "file names keep their case";
  EXPECT_TRUE(d.circuit.save_device_currents);
}

}  // namespace
}  // namespace nullor
