#include "nullor/design/prediction_rows.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "nullor/base/file.h"
#include "nullor/base/test_folder.h"
#include "nullor/design/prediction_rows_test.h"
#include "nullor/design/stand_in_models.h"

namespace nullor {
namespace {

/// What a call says when it refuses.
template <class F>
std::string refusal_of_rows(F f) {
  try {
    f();
  } catch (const InputError& e) {
    return e.render();
  }
  return "no error";
}

void expect_contains(const std::string& text, const std::vector<std::string>& parts) {
  for (const std::string& part : parts)
    EXPECT_NE(text.find(part), std::string::npos) << part << "\nin " << text;
}

/// A common-source stage, a testbench for it, and its data set at two corners and two supplies.
class PredictionTest : public testing::Test {
 protected:
  void SetUp() override {
    write_file(
        folder_.path("a.cir"),
        ".subckt stage vdd gnd in out\nm1 out in gnd gnd nmos1 w={w} l={l} m={k*v}\nr1 vdd out {r}\n.ends\n"
        ".param l=1u k=2 unused=1\n");
    write_file(folder_.path("tt.sp"), ".model nmos1 nmos level=1 vto=0.5 kp=100u\n");
    write_file(folder_.path("ff.sp"), ".model nmos1 nmos level=1 vto=0.4 kp=120u\n");
    write_file(folder_.path("b.yaml"), "w: {min: 1u, max: 9u}\nr: {min: 1k, max: 9k}\n");
    write_file(folder_.path("t.toml"),
               "title = \"Stage\"\n[conditions]\nv = { value = 2, unit = \"V\" }\n"
               "temperature = { value = 27, unit = \"degC\" }\n[[setup]]\nname = \"s\"\n"
               "connect = { vdd = \"vdd\", gnd = \"0\", in = \"in\", out = \"out\" }\n"
               "deck = '''\nv1 vdd 0 {v}\nv2 in 0 0.7\n.op\n'''\n"
               "[[metric]]\nname = \"out\"\nsetup = \"s\"\nmeas = \"op find v(out)\"\nunit = \"V\"\n"
               "[[failure]]\nclass = \"low\"\nwhen = \"out < 1.5\"\n");
    query_.files.netlist = folder_.path("a.cir");
    query_.testbench = folder_.path("t.toml");
    query_.parameters = {"w", "r"};
    query_.values = {2e-6, 1e3, 3e-6, 5e3};
  }

  Dataset make(const std::string& name) const {
    DatasetOptions options;
    options.files.netlist = folder_.path("a.cir");
    options.files.models = {folder_.path("{corner}.sp")};
    options.testbench = folder_.path("t.toml");
    options.bounds = folder_.path("b.yaml");
    options.samples = 6;
    options.shard_size = 5;
    options.axes = {{"v", {"1", "3"}}, {"corner", {"tt", "ff"}}};
    const Dataset dataset(options);
    MakeOptions making;
    making.folder = folder_.path(name);
    making.jobs = 1;
    make_dataset(dataset, making);
    return dataset;
  }

  TestFolder folder_;
  PredictionQuery query_;
};

TEST_F(PredictionTest, ReadsTheRowsOfADataSet) {
  make("set");
  const SampleTable table = merge_dataset(folder_.path("set"), false);
  const PredictionRows rows = read_prediction_rows(folder_.path("set"), false);
  ASSERT_EQ(rows.rows(), 24u);
  EXPECT_EQ(rows.name, "stage");
  EXPECT_EQ(rows.corners, (std::vector<std::string>{"tt", "ff"}));
  EXPECT_EQ(rows.conditions, (std::vector<std::string>{"v", "temperature"}));
  EXPECT_EQ(rows.metrics, std::vector<std::string>{"out"});
  EXPECT_EQ(rows.units, std::vector<std::string>{"V"});
  EXPECT_EQ(rows.classes.front(), "ok");
  EXPECT_EQ(rows.metric_values, table.metrics);
  EXPECT_EQ(rows.failure, table.failure);
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    EXPECT_EQ(rows.corner[row], static_cast<std::int32_t>(row % 2));
    EXPECT_DOUBLE_EQ(rows.condition_values[2 * row], row % 4 < 2 ? 1 : 3);
    EXPECT_DOUBLE_EQ(number(rows, row, "m1", 0), table.parameters[2 * row]);
    EXPECT_DOUBLE_EQ(number(rows, row, "m1", 1), 1e-6);
    EXPECT_DOUBLE_EQ(number(rows, row, "m1", 2), 2 * rows.condition_values[2 * row]);
    EXPECT_DOUBLE_EQ(number(rows, row, "r1", 0), table.parameters[2 * row + 1]);
  }
  const PredictionRows some = rows.picked({7, 2, 7});
  ASSERT_EQ(some.rows(), 3u);
  EXPECT_EQ(some.corner, (std::vector<std::int32_t>{1, 0, 1}));
  EXPECT_DOUBLE_EQ(number(some, 1, "m1", 0), number(rows, 2, "m1", 0));
  EXPECT_DOUBLE_EQ(some.metric_values[2], rows.metric_values[7]);
  EXPECT_DOUBLE_EQ(some.parameter_values[1], rows.parameter_values[15]);
}

TEST(PredictionRows, KeepsTheMetricsThatAreNamed) {
  PredictionRows rows;
  rows.name = "stage";
  rows.metrics = {"gain", "gbw", "power"};
  rows.units = {"dB", "Hz", "W"};
  rows.metric_values = {1, 2, 3, 4, 5, 6};
  const PredictionRows some = rows.with_metrics({"power", "gain"});
  EXPECT_EQ(some.metrics, (std::vector<std::string>{"power", "gain"}));
  EXPECT_EQ(some.units, (std::vector<std::string>{"W", "dB"}));
  EXPECT_EQ(some.metric_values, (std::vector<double>{3, 1, 6, 4}));
  expect_contains(refusal_of_rows([&] { (void)rows.with_metrics({"gwb"}); }),
                  {"'stage' has no metric 'gwb'", "did you mean 'gbw'?"});
  expect_contains(refusal_of_rows([&] { (void)rows.with_metrics({"noise_figure"}); }),
                  {"it has gain, gbw, power"});
}

TEST_F(PredictionTest, ReadsTheShardsThatAreThere) {
  make("set");
  std::filesystem::remove(shard_path(folder_.path("set"), 1));
  EXPECT_EQ(read_prediction_rows(folder_.path("set"), true).rows(), 19u);
  EXPECT_NE(refusal_of_rows([&] { read_prediction_rows(folder_.path("set"), false); }), "no error");
}

TEST_F(PredictionTest, RefusesADataSetOfAnotherCircuit) {
  make("set");
  const std::string text = read_file(folder_.path("a.cir"));
  write_file(folder_.path("a.cir"), text + "* changed\n");
  expect_contains(refusal_of_rows([&] { read_prediction_rows(folder_.path("set"), false); }),
                  {"a.cir", "has changed"});
  std::filesystem::remove(folder_.path("a.cir"));
  expect_contains(refusal_of_rows([&] { read_prediction_rows(folder_.path("set"), false); }), {"a.cir"});
}

TEST_F(PredictionTest, AQueryHasTheCircuitOfItsDataSet) {
  make("set");
  const PredictionRows learned = read_prediction_rows(folder_.path("set"), false);
  for (const bool with_models : {true, false}) {
    PredictionQuery query = query_;
    if (with_models) query.files.models = {folder_.path("{corner}.sp")};
    query.corner = "ff";
    query.set = {{"v", 4}};
    const PredictionRows rows = query_rows(query);
    EXPECT_EQ(rows.circuit->fingerprint(), learned.circuit->fingerprint());
    EXPECT_EQ(rows.corners, std::vector<std::string>{"ff"});
    EXPECT_EQ(rows.metrics, learned.metrics);
    EXPECT_EQ(rows.classes, learned.classes);
    EXPECT_TRUE(rows.metric_values.empty() && rows.failure.empty());
    ASSERT_EQ(rows.rows(), 2u);
    EXPECT_DOUBLE_EQ(number(rows, 1, "m1", 0), 3e-6);
    EXPECT_DOUBLE_EQ(number(rows, 1, "m1", 2), 8);
    EXPECT_DOUBLE_EQ(number(rows, 0, "r1", 0), 1e3);
    EXPECT_EQ(rows.condition_values, (std::vector<double>{4, 27, 4, 27}));
  }
}

TEST_F(PredictionTest, ColumnsOfConditionsAreConditions) {
  query_.parameters = {"temperature", "w", "r", "v"};
  query_.values = {-40, 1e-6, 1e3, 1, 125, 1e-6, 1e3, 2};
  const PredictionRows rows = query_rows(query_);
  EXPECT_EQ(rows.parameters, (std::vector<std::string>{"w", "r"}));
  EXPECT_EQ(rows.condition_values, (std::vector<double>{1, -40, 2, 125}));
  EXPECT_DOUBLE_EQ(number(rows, 1, "m1", 2), 4);
}

TEST_F(PredictionTest, OtherParametersKeepTheirValues) {
  query_.parameters = {"w", "r", "m1:l", "unused"};
  query_.values = {2e-6, 1e3, 4e-6, 3};
  EXPECT_DOUBLE_EQ(number(query_rows(query_), 0, "m1", 1), 4e-6);
  write_file(folder_.path("v.sp"), ".param w=6u r=3k\n");
  query_.files.includes = {folder_.path("v.sp")};
  query_.parameters = {"r"};
  query_.values = {7e3};
  const PredictionRows one = query_rows(query_);
  EXPECT_DOUBLE_EQ(number(one, 0, "m1", 0), 6e-6);
  EXPECT_DOUBLE_EQ(number(one, 0, "r1", 0), 7e3);
  query_.parameters.clear();
  query_.values.clear();
  EXPECT_DOUBLE_EQ(number(query_rows(query_), 0, "r1", 0), 3e3);
}

TEST_F(PredictionTest, SaysWhichParameterIsMissing) {
  query_.parameters = {"w"};
  query_.values = {1e-6};
  expect_contains(refusal_of_rows([&] { query_rows(query_); }), {"missing parameter 'r'", "a.cir:3"});
}

TEST_F(PredictionTest, SaysWhichParameterIsUnknown) {
  query_.parameters = {"w", "r", "kk"};
  query_.values = {1e-6, 1e3, 1};
  const auto table = std::make_shared<SourceFile>(SourceFile{"q.csv", "w,r,kk\n"});
  query_.where = {{table, 1, 1}, {table, 1, 3}, {table, 1, 5}};
  expect_contains(refusal_of_rows([&] { query_rows(query_); }),
                  {"q.csv:1:5", "no parameter 'kk'", "did you mean 'k'"});
  query_.parameters = {"w", "r", "temperatur"};
  expect_contains(refusal_of_rows([&] { query_rows(query_); }), {"did you mean 'temperature'"});
  query_.parameters = {"w", "r", "r"};
  expect_contains(refusal_of_rows([&] { query_rows(query_); }), {"'r' is given twice"});
}

TEST_F(PredictionTest, RefusesQueriesThatAreNone) {
  PredictionQuery query = query_;
  query.values.pop_back();
  expect_contains(refusal_of_rows([&] { query_rows(query); }), {"3 values"});
  query = query_;
  query.values[3] = NAN;
  expect_contains(refusal_of_rows([&] { query_rows(query); }), {"row 2", "'r'"});
  query = query_;
  query.set = {{"w", 1}};
  expect_contains(refusal_of_rows([&] { query_rows(query); }), {"no condition 'w'"});
  query = query_;
  query.files.models = {folder_.path("{corner}.sp")};
  expect_contains(refusal_of_rows([&] { query_rows(query); }), {"corner"});
  query = query_;
  write_file(folder_.path("x.cir"), ".subckt stage vdd gnd in out\nx1 in out frobnicator\n.ends\n");
  query.files.netlist = folder_.path("x.cir");
  expect_contains(refusal_of_rows([&] { query_rows(query); }), {"x.cir:2", "'frobnicator'", "does not tell"});
  write_file(folder_.path("x.cir"), ".subckt stage vdd gnd in out\ne1 in out vdd gnd 2\n.ends\n");
  expect_contains(refusal_of_rows([&] { query_rows(query); }),
                  {"x.cir:2", "'e1' is nothing that a predictor knows"});
  write_file(folder_.path("x.cir"), ".subckt stage vdd gnd in\nr1 in gnd 2\n.ends\n");
  expect_contains(refusal_of_rows([&] { query_rows(query); }), {"does not have"});
}

TEST_F(PredictionTest, LengthsWithoutModelsAreMicrometresWhereTheyAreHuge) {
  write_file(folder_.path("u.cir"),
             ".subckt stage vdd gnd in out\nxm1 out in gnd gnd some__nfet w={w} l={l} m=3 nf=2\n"
             "xm2 out out vdd vdd other_pmos w='w*2' l=2 mult=2 m=2\nm3 vdd in gnd gnd nch w=4 l=1\n.ends\n"
             ".param l=0.5\n");
  query_.files.netlist = folder_.path("u.cir");
  query_.parameters = {"w"};
  query_.values = {3, 6};
  const PredictionRows rows = query_rows(query_);
  EXPECT_DOUBLE_EQ(number(rows, 1, "xm1", 0), 6e-6);
  EXPECT_DOUBLE_EQ(number(rows, 1, "xm1", 1), 0.5e-6);
  EXPECT_DOUBLE_EQ(number(rows, 1, "xm1", 2), 3);
  EXPECT_DOUBLE_EQ(number(rows, 1, "xm2", 0), 12e-6);
  EXPECT_DOUBLE_EQ(number(rows, 1, "xm2", 2), 4);
  EXPECT_DOUBLE_EQ(number(rows, 1, "m3", 0), 4e-6);
  query_.values = {3e-7, 6e-7};
  write_file(folder_.path("u.cir"),
             ".subckt stage vdd gnd in out\nxm1 out in gnd gnd some__nfet w={w} l=1u\n.ends\n");
  EXPECT_DOUBLE_EQ(number(query_rows(query_), 1, "xm1", 0), 6e-7);
}

TEST(StandInModels, DefineWhatIsMissingOnly) {
  const std::string lines = stand_in_models(
      "t\n.subckt known a b\nr1 a b 1\nd1 a b dd\n.ends\nx1 a b known\nxr a b some_res_poly r=2k\n"
      "xq c b e my_npn m=2\nxd a b a_diode area=3\nm1 d g s b mm w=1\n.model mm nmos\nq1 c b e s pp "
      "2\n.end\n");
  expect_contains(lines,
                  {".model dd d\n", ".model pp pnp\n", ".subckt some_res_poly n0 n1 r=1\nr0 n0 n1 {r}\n.ends",
                   ".subckt my_npn n0 n1 n2\nq0 n0 n1 n2 my_npn\n.model my_npn npn\n.ends",
                   ".subckt a_diode n0 n1 area=1\nd0 n0 n1 a_diode area={area}\n"});
  EXPECT_EQ(lines.find("known"), std::string::npos);
  EXPECT_EQ(lines.find("mm"), std::string::npos);
  expect_contains(refusal_of_rows([] { stand_in_models("t\nx1 a b a_res_poly w=1 l=2\n.end\n"); }),
                  {"only the models"});
}

TEST(ParameterTableFile, IsReadByColumns) {
  const TestFolder folder;
  const std::string path = folder.path("p.csv");
  write_file(path, "\xef\xbb\xbfW1, \"a\"\"b\" ,Cc\r\n1u,2,3p\r\n\r\n -1e-3 ,\"4\",5k\n");
  const ParameterColumns table = read_parameter_table(path);
  EXPECT_EQ(table.names, (std::vector<std::string>{"w1", "a\"b", "cc"}));
  EXPECT_EQ(table.values, (std::vector<double>{1e-6, 2, 3e-12, -1e-3, 4, 5e3}));
  EXPECT_EQ(table.where[2].line, 1);
  const auto refused = [&](const std::string& text) {
    write_file(path, text);
    return refusal_of_rows([&] { read_parameter_table(path); });
  };
  expect_contains(refused("a,b\n1,x\n"), {"p.csv:2:3", "'x' of 'b' is not a number"});
  expect_contains(refused("a,b\n1,2\n1,\n"), {"p.csv:3:3", "'b' has no value"});
  expect_contains(refused("a,b\n1\n"), {"p.csv:2:1", "1 cells"});
  expect_contains(refused("a,b\n1,2,3\n"), {"3 cells"});
  expect_contains(refused("a,A\n1,2\n"), {"p.csv:1:3", "two columns 'a'"});
  expect_contains(refused("a,\n1,2\n"), {"has no name"});
  expect_contains(refused("a,\"b\n1,2\n"), {"quote"});
  expect_contains(refused("a,b\n"), {"no rows"});
  expect_contains(refused(""), {"no rows"});
  expect_contains(refused("a\n1e308k\n"), {"not a number"});
}

}  // namespace
}  // namespace nullor
