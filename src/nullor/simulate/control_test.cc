#include "nullor/simulate/control.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "nullor/base/file.h"
#include "nullor/base/test_folder.h"
#include "nullor/simulate/control_text.h"

namespace nullor {
namespace {

// A session without an engine: v(out) = gain * t, where gain is the value of "r1".
class FakeSession : public Session {
 public:
  explicit FakeSession(const std::string& control)
      : circuit_(read_circuit_text("fake\nr1 out 0 1\n.tran 1 4\n.control\n" + control + "\n.endc\n.end\n")) {
  }

  const Circuit& circuit() const override { return circuit_; }
  std::vector<Table> run(const AnalysisCard& card) override {
    ++runs;
    if (std::holds_alternative<OpCard>(card.what)) {
      return {{"fake", "Operating Point", "op", {{"v(out)", Quantity::voltage, {gain}, {}}}}};
    }
    if (std::holds_alternative<AcCard>(card.what)) {
      return {{"fake",
               "AC Analysis",
               "ac",
               {{"frequency", Quantity::frequency, {1, 10}, {}},
                {"v(out)", Quantity::voltage, {}, {{1, 0}, {0, -0.1}}}}}};
    }
    Table out{"fake",
              "Transient Analysis",
              "tran",
              {{"time", Quantity::time, {0, 0.5, 2.5, 4}, {}}, {"v(out)", Quantity::voltage, {}, {}}}};
    for (const double t : out.columns[0].real) out.columns[1].real.push_back(gain * t);
    return {out};
  }
  void alter(const std::string& device, const std::string& parameter,
             std::span<const double> values) override {
    log += device + "/" + parameter + "=" + std::to_string(values.size()) + ";";
    gain = values[0];
  }
  void alter_model(const std::string& model, const std::string& parameter, double) override {
    log += model + "." + parameter + ";";
  }
  void alter_parameter(const std::string& name, double value) override {
    log += name + ";";
    gain = value;
  }
  void set_target(const std::string&, double) override {}
  void set_option(const std::string& name, const OptionValue&) override { log += "option " + name + ";"; }
  void save(std::vector<Expression> what) override { log += "save " + std::to_string(what.size()) + ";"; }
  std::unique_ptr<Session> fresh() const override { return std::make_unique<FakeSession>(*this); }
  void reset() override { gain = 1; }
  std::optional<double> parameter(std::string_view) const override { return std::nullopt; }

  double gain = 1;
  int runs = 0;
  std::string log;

 private:
  Circuit circuit_;
};

struct Ran {
  std::string text;
  ControlSummary summary;
  std::string log;
};

Ran run(const std::string& control, const std::string& folder = ".", std::int64_t most = 10000) {
  FakeSession session(control);
  Ran out;
  ControlOptions options{folder, [&](std::string_view text) { out.text += text; }, most};
  out.summary = run_control(session.circuit().control, session, options);
  out.log = session.log;
  return out;
}

TEST(Control, ComputesAndPrints) {
  EXPECT_EQ(run("op\nlet x = 3*v(out)\nprint x").text, "x = 3.000000e+00\n");
  EXPECT_EQ(run("ac dec 1 1 10\nprint v(out)[1]").text, "v(out)[1] = 0.000000e+00,-1.000000e-01\n");
  EXPECT_EQ(run("tran 1 4\nprint v(out)").text.substr(0, 18), "Index\ttime\tv(out)\n");
  EXPECT_EQ(run("set numdgt=3\nlet y = 1/3\nprint y").text, "y = 3.333e-01\n");
}

TEST(Control, LoopsAndBranches) {
  EXPECT_EQ(run("foreach x 1 2 5\necho v $x\nend").text, "v 1\nv 2\nv 5\n");
  EXPECT_EQ(run("let k = 0\nwhile k < 3\nlet k = k + 1\nend\nprint k").text, "k = 3.000000e+00\n");
  EXPECT_EQ(
      run("let k = 0\nrepeat 4\nlet k = k + 1\nif k eq 2\ncontinue\nend\nif k = 3\nbreak\nend\necho $&k\nend")
          .text,
      "1\n");
  EXPECT_EQ(run("let k = 9\ndowhile k < 3\nlet k = k + 1\nend\nprint k").text, "k = 1.000000e+01\n");
  EXPECT_EQ(run("if 1 > 2\necho a\nelse\necho b\nend").text, "b\n");
  EXPECT_EQ(run("echo a\nquit\necho b").text, "a\n");
}

TEST(Control, LetGoesOnWithAVectorMadeBeforeTheFirstAnalysis) {
  EXPECT_EQ(run("let n = 0\nrepeat 3\nop\nlet n = n + 1\nend\nprint n").text, "n = 3.000000e+00\n");
  EXPECT_EQ(run("let n = vector(2)\nop\nlet n[0] = 7\nop\nprint n[0]").text, "n[0] = 7.000000e+00\n");
  // One that the current plot has is that plot's own.
  EXPECT_EQ(run("op\nlet n = 1\nop\nlet n = 5\nprint op1.n").text, "op1.n = 1.000000e+00\n");
}

TEST(Control, SubstitutesVariablesAndVectors) {
  EXPECT_EQ(run("set a = ( 1 2 3 )\nforeach q $a\necho $q\nend").text, "1\n2\n3\n");
  EXPECT_EQ(run("let k = 7\necho \"k is $&k\"").text, "k is 7\n");
  EXPECT_EQ(run("op\necho $curplot").text, "op1\n");
  EXPECT_THROW(run("echo $nothing"), InputError);
}

TEST(Control, AltersTheCircuitAndRunsAgain) {
  const Ran out = run("foreach g 1 2 3\nalter r1 = $g\nrun\nmeas tran m find v(out) at=4\nend");
  ASSERT_EQ(out.summary.readings.size(), 3u);
  EXPECT_DOUBLE_EQ(out.summary.readings[2].value, 12);
  EXPECT_EQ(out.summary.plots.tables().size(), 3u);
  EXPECT_EQ(run("alter @v1[pulse] = [ 0 1 2 ]\naltermod nm vth0 = 0.3\naltermod @nm[u0] = 2\nalterparam w = "
                "2u\noption reltol=1e-4")
                .log,
            "v1/pulse=3;nm.vth0;nm.u0;w;option reltol;");
}

TEST(Control, ReachesOtherPlots) {
  EXPECT_EQ(run("tran 1 4\nop\nprint tran1.v(out)[3]").text, "tran1.v(out)[3] = 4.000000e+00\n");
  EXPECT_EQ(run("tran 1 4\nop\nsetplot tran1\nprint vecmax(v(out))").text, "vecmax(v(out)) = 4.000000e+00\n");
  EXPECT_THROW(run("setplot tran9"), InputError);
  EXPECT_EQ(run("tran 1 4\ndestroy all\nop").summary.plots.tables().size(), 1u);
}

TEST(Control, LinearizesOntoTheStep) {
  const auto tables = run("tran 1 4\nlinearize").summary.plots.tables();
  ASSERT_EQ(tables.size(), 2u);
  EXPECT_EQ(tables[1].columns[0].real, (std::vector<double>{0, 1, 2, 3, 4}));
  EXPECT_NEAR(tables[1].columns[1].real[1], 1, 1e-12);
}

TEST(Control, TakesSpectra) {
  const auto out = run("tran 1 4\nlinearize\nfft v(out)\nprint v(out)[0] frequency[1]");
  const auto tables = out.summary.plots.tables();
  ASSERT_EQ(tables.size(), 3u);
  EXPECT_EQ(tables[2].kind, "sp");
  EXPECT_EQ(tables[2].columns[0].real, (std::vector<double>{0, 0.125, 0.25, 0.375, 0.5}));
  EXPECT_EQ(tables[2].columns[1].quantity, Quantity::voltage);
  const auto spec = run("tran 1 4\nset specwindow=none\nspec 0 0.5 0.25 v(out)").summary.plots.tables();
  EXPECT_EQ(spec[1].columns[0].real, (std::vector<double>{0, 0.25, 0.5}));
  EXPECT_THROW(run("tran 1 4\nfft v(out)"), InputError);
  EXPECT_THROW(run("tran 1 4\nspec 0 5 0.25 v(out)"), InputError);
  EXPECT_THROW(run("op\nfft v(out)"), InputError);
}

TEST(Control, SavesWhatItIsTold) { EXPECT_EQ(run("save v(out) @r1[i]\nop").log, "save 2;"); }

TEST(Control, WritesFilesBelowOneFolderOnly) {
  const TestFolder made;
  const std::string folder = made.path();
  run("tran 1 4\nwrdata a.txt v(out)\nac dec 1 1 10\nwrdata sub/b.txt v(out)\nwrite c.raw", folder);
  EXPECT_EQ(read_file(folder + "/a.txt").substr(0, 67),
            " 0.00000000e+00  0.00000000e+00 \n 5.00000000e-01  5.00000000e-01 \n ");
  EXPECT_EQ(read_file(folder + "/sub/b.txt").substr(0, 50),
            " 1.00000000e+00  1.00000000e+00  0.00000000e+00 \n ");
  EXPECT_TRUE(std::filesystem::exists(folder + "/c.raw"));
  for (const char* bad : {"wrdata ../x v(out)", "write /tmp/x.raw", "wrdata a/../../x v(out)"}) {
    EXPECT_THROW(run("tran 1 4\n" + std::string(bad), folder), InputError) << bad;
  }
}

TEST(Control, RefusesProgramsAndEndlessLoops) {
  for (const char* bad : {"shell rm x", "system ls", "source other.cir", "cd /", "load x.raw"})
    EXPECT_THROW(run(bad), InputError);
  EXPECT_THROW(run("while 1\necho x\nend"), InputError);
  EXPECT_THROW(run("while 1\nend"), InputError);
  try {
    run("op\nprnt v(out)");
    FAIL();
  } catch (const InputError& e) {
    EXPECT_EQ(e.where().line, 6);
    EXPECT_EQ(e.hint(), "did you mean 'print'?");
  }
}

TEST(Control, CollectsPlots) {
  const auto drawn = run("tran 1 4\nplot v(out) v(out)*2 title 'two lines' xlimit 0 1").summary.drawn;
  ASSERT_EQ(drawn.size(), 1u);
  EXPECT_EQ(drawn[0].plotname, "two lines");
  EXPECT_EQ(drawn[0].columns.size(), 3u);
}

TEST(ControlText, SplitsExpressions) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(split_expressions("v(a) v(b)-v(c) 2 * x"), (Words{"v(a)", "v(b)-v(c)", "2 * x"}));
  EXPECT_EQ(split_expressions("v(a, b), c"), (Words{"v(a, b)", "c"}));
  EXPECT_EQ(control_words("a 'b c' \"\""), (Words{"a", "b c", ""}));
  EXPECT_EQ(normalize_condition("a ne 2 and b = 3 or c<>1"), "a != 2 && b == 3 || c!=1");
}

}  // namespace
}  // namespace nullor
