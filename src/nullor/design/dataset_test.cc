#include "nullor/design/dataset.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "nullor/base/file.h"
#include "nullor/base/source_folder_test.h"
#include "nullor/design/dataset_compare.h"
#include "nullor/design/dataset_export.h"

namespace nullor {
namespace {

namespace fs = std::filesystem;

/// A divider with a failure, cheap to measure: 24 samples at two supplies, shards of seven rows.
class DatasetTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "nullor_dataset_" +
              testing::UnitTest::GetInstance()->current_test_info()->name() + std::to_string(::getpid());
    fs::remove_all(folder_);
    write_file(path("d.cir"), "* divider\n.subckt divider a b\nra a b {r}\nrb b 0 {r*q}\n.ends\n");
    write_file(path("b.yaml"), "r: {min: 100, max: 10k, type: log}\nq: {min: 0.1, max: 2}\n");
    write_file(
        path("t.toml"),
        "title = \"Divider\"\n[conditions]\nvdd = { value = 2, unit = \"V\" }\n[[setup]]\nname = \"s\"\n"
        "connect = { a = \"in\", b = \"out\" }\ndeck = '''\nv1 in 0 {vdd}\nr1 out 0 1k\n.op\n'''\n"
        "[[metric]]\nname = \"out\"\nsetup = \"s\"\nmeas = \"op find v(out)\"\nunit = \"V\"\npaper = "
        "\"OUT\"\n"
        "paper_factor = 1000\nvalid = \"out > 0.4\"\nreason = \"too low, much too low\"\n"
        "[[failure]]\nclass = \"low\"\nmissing = \"out\"\n");
    options_.files.netlist = path("d.cir");
    options_.testbench = path("t.toml");
    options_.bounds = path("b.yaml");
    options_.samples = 24;
    options_.shard_size = 7;
    options_.axes = {{"vdd", {"1", "2"}}};
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  MakeOptions make(const std::string& name, int jobs = 1) const {
    MakeOptions out;
    out.folder = path(name);
    out.jobs = jobs;
    return out;
  }
  std::string merged(const std::string& name) const {
    return write_samples(merge_dataset(path(name), false));
  }

  std::string folder_;
  DatasetOptions options_;
};

TEST_F(DatasetTest, HasTheSameBytesForAnyNumberOfThreadsAndAnyOrder) {
  const Dataset d(options_);
  EXPECT_EQ(d.layout().rows(), 48u);
  EXPECT_EQ(d.layout().shards(), 7u);
  const MakeSummary one = make_dataset(d, make("one"));
  EXPECT_EQ(one.made, 7u);
  EXPECT_EQ(one.rows, 48u);
  EXPECT_GT(one.classes.back(), 0u);
  EXPECT_EQ(one.classes.front() + one.classes.back(), 48u);
  make_dataset(d, make("three", 3));
  for (const std::uint64_t first : {4u, 0u, 2u}) {
    MakeOptions part = make("parts");
    part.resume = true;
    part.shards = {first, first == 4 ? 7 : first + 2};
    make_dataset(d, part);
  }
  EXPECT_EQ(merged("three"), merged("one"));
  EXPECT_EQ(merged("parts"), merged("one"));
  EXPECT_EQ(read_file(manifest_path(path("three"))), read_file(manifest_path(path("one"))));
  options_.seed = 2;
  make_dataset(Dataset(options_), make("other"));
  EXPECT_NE(merged("other"), merged("one"));
}

TEST_F(DatasetTest, GoesOnWithWhatIsMissing) {
  const Dataset d(options_);
  make_dataset(d, make("whole"));
  const std::string all = merged("whole");
  fs::remove(shard_path(path("whole"), 3));
  write_file(shard_path(path("whole"), 3) + ".tmp123-0", "half a shard");
  EXPECT_EQ(dataset_status(d.layout(), path("whole")).missing, (std::vector<std::uint64_t>{3}));
  EXPECT_THROW(merge_dataset(path("whole"), false), InputError);
  EXPECT_EQ(merge_dataset(path("whole"), true).rows(), 41u);
  EXPECT_THROW(make_dataset(d, make("whole")), InputError);  // without resume
  MakeOptions again = make("whole");
  again.resume = true;
  const MakeSummary summary = make_dataset(Dataset::open(path("whole")), again);
  EXPECT_EQ(summary.found, 6u);
  EXPECT_EQ(summary.made, 1u);
  EXPECT_EQ(merged("whole"), all);
  EXPECT_FALSE(fs::exists(shard_path(path("whole"), 3) + ".tmp123-0"));
}

TEST_F(DatasetTest, StopsBetweenRowsWithoutHalfAShard) {
  const Dataset d(options_);
  MakeOptions how = make("stopped");
  int asked = 0;
  how.stop = [&] { return ++asked > 10; };
  const MakeSummary summary = make_dataset(d, how);
  EXPECT_TRUE(summary.stopped);
  EXPECT_EQ(summary.made, 1u);
  EXPECT_EQ(dataset_status(d.layout(), path("stopped")).finished, 1u);
}

TEST_F(DatasetTest, RefusesAFolderOfAnotherSetAndChangedFiles) {
  make_dataset(Dataset(options_), make("set"));
  MakeOptions again = make("set");
  again.resume = true;
  DatasetOptions more = options_;
  more.samples = 25;
  try {
    make_dataset(Dataset(more), again);
    ADD_FAILURE();
  } catch (const InputError& e) {
    EXPECT_NE(std::string(e.what()).find("samples is 25, was 24"), std::string::npos) << e.what();
  }
  write_file(path("d.cir"), "* divider\n.subckt divider a b\nra a b {2*r}\nrb b 0 {r*q}\n.ends\n");
  try {
    Dataset::open(path("set"));
    ADD_FAILURE();
  } catch (const InputError& e) {
    EXPECT_EQ(e.kind(), ErrorKind::input_output);
    EXPECT_NE(std::string(e.what()).find("d.cir has changed"), std::string::npos) << e.what();
  }
  write_file(manifest_path(path("set")), "{}");
  EXPECT_THROW(Dataset::open(path("set")), InputError);
  EXPECT_THROW(Dataset::open(path("nowhere")), InputError);
}

TEST_F(DatasetTest, RefusesShardsThatAreNotItsOwn) {
  const Dataset d(options_);
  make_dataset(d, make("set"));
  write_file(shard_path(path("set"), 1), read_file(shard_path(path("set"), 2)));
  EXPECT_THROW(merge_dataset(path("set"), false), InputError);
  write_file(shard_path(path("set"), 1), read_file(shard_path(path("set"), 2)).substr(0, 3000));
  EXPECT_THROW(merge_dataset(path("set"), false), InputError);
}

std::string message(const DatasetOptions& o) {
  try {
    const Dataset d(o);
    (void)d;
  } catch (const InputError& e) {
    return e.what();
  }
  return "accepted";
}

TEST_F(DatasetTest, SaysWhatDoesNotFit) {
  DatasetOptions o = options_;
  o.axes = {{"vddd", {"1"}}};
  EXPECT_EQ(message(o), "there is no axis 'vddd'");
  o.axes = {{"corner", {"tt"}}};
  EXPECT_EQ(message(o), "no model file has a {corner} in its name");
  o.axes = {{"vdd", {"one"}}};
  EXPECT_EQ(message(o), "'one' of axis 'vdd' is not a number");
  o.axes = {};
  o.set = {{"temp", 3}};
  EXPECT_NE(message(o).find("has no condition 'temp'"), std::string::npos);
  o = options_;
  o.samples = 0;
  EXPECT_NE(message(o), "accepted");
  EXPECT_EQ(parse_axis("draw=3:5").values, (std::vector<std::string>{"3", "4", "5"}));
  EXPECT_EQ(parse_axis("corner=tt,ss").values, (std::vector<std::string>{"tt", "ss"}));
  EXPECT_THROW(parse_axis("corner"), InputError);
  EXPECT_THROW(parse_axis("draw=5:3"), InputError);
}

TEST_F(DatasetTest, DrawsConditionsThatHaveBounds) {
  write_file(path("b.yaml"), "vdd: {min: 1, max: 3}\nr: {min: 100, max: 10k, type: log}\nq: {value: 2}\n");
  EXPECT_EQ(message(options_), "'vdd' has bounds and is an axis");
  options_.axes = {};
  options_.set = {{"vdd", 3}};
  EXPECT_EQ(message(options_), "'vdd' has bounds and a value by --set");
  options_.set = {};
  const Dataset d(options_);
  EXPECT_EQ(d.columns().parameters, (std::vector<std::string>{"r", "q"}));
  make_dataset(d, make("set"));
  const SampleTable t = merge_dataset(path("set"), false);
  ASSERT_EQ(t.rows(), 24u);
  double least = 3, most = 1;
  for (std::size_t r = 0; r < t.rows(); ++r) {
    const double vdd = t.conditions[r], ra = t.parameters[2 * r];
    EXPECT_EQ(std::vector<double>({vdd, ra, 2}), d.sampler().at(r));
    least = std::min(least, vdd), most = std::max(most, vdd);
    const double load = 1 / (1 / (2 * ra) + 1e-3), out = vdd * load / (load + ra);
    EXPECT_EQ(std::isnan(t.metrics[r]), !(out > 0.4));
    if (out > 0.4) {
      EXPECT_NEAR(t.metrics[r], out, 1e-9);
    }
  }
  EXPECT_LT(least, 1.3);
  EXPECT_GT(most, 2.7);
}

TEST_F(DatasetTest, KeepsParametersAndReasonsOfFailures) {
  const Dataset d(options_);
  make_dataset(d, make("set"));
  const SampleTable t = merge_dataset(path("set"), false);
  for (std::size_t r = 0; r < t.rows(); ++r) {
    EXPECT_EQ(t.sample[r], static_cast<std::int64_t>(r / 2));
    EXPECT_EQ(t.axis[r], static_cast<std::int32_t>(r % 2));
    const double vdd = t.conditions[r], ra = t.parameters[2 * r], q = t.parameters[2 * r + 1];
    EXPECT_EQ(vdd, r % 2 ? 2 : 1);
    EXPECT_EQ(std::vector<double>({ra, q}), d.sampler().at(r / 2));
    const double load = 1 / (1 / (ra * q) + 1e-3), out = vdd * load / (load + ra);
    if (out > 0.4) {
      EXPECT_NEAR(t.metrics[r], out, 1e-9);
      EXPECT_EQ(t.failure[r], 0);
    } else {
      EXPECT_TRUE(std::isnan(t.metrics[r]));
      EXPECT_EQ(t.columns.classes[static_cast<std::size_t>(t.failure[r])], "low");
      EXPECT_EQ(t.reason(r), "out: too low, much too low");
    }
    EXPECT_EQ(t.sim_success[r], 1);
  }
}

TEST_F(DatasetTest, ExportsWhatOthersRead) {
  const Dataset d(options_);
  make_dataset(d, make("set"));
  const SampleTable t = merge_dataset(path("set"), false);
  const std::string csv = samples_csv(t);
  EXPECT_EQ(csv.substr(0, csv.find('\n')), "sample,vdd,r,q,vdd,out,class,sim_success,reason");
  EXPECT_NE(csv.find(",,low,1,\"out: too low, much too low\"\n"), std::string::npos);
  EXPECT_EQ(static_cast<std::size_t>(std::count(csv.begin(), csv.end(), '\n')), t.rows() + 1);
  const PaperFiles files = paper_files(d, t);
  const auto topology = nlohmann::json::parse(files.topology)["topologies"][0];
  const auto samples = nlohmann::json::parse(files.samples);
  // Pins: two ports, two of each resistor.
  EXPECT_EQ(topology["netlist"]["nodes"].size(), 6u);
  EXPECT_EQ(topology["netlist"]["device_to_pin_ids"]["rb"], nlohmann::json({4, 5}));
  // Clique of b (port, ra, rb) and its pairs: 3 + a with ra: 1 + inside the devices: 2.
  EXPECT_EQ(topology["netlist"]["edges"].size(), 6u);
  EXPECT_EQ(topology["netlist"]["adjacency_matrix"].size(), 200u);
  ASSERT_EQ(samples.size(), t.rows());
  for (std::size_t r = 0; r < t.rows(); ++r) {
    EXPECT_EQ(samples[r]["parameters"]["2"][0].get<double>(), t.parameters[2 * r]);
    EXPECT_NEAR(samples[r]["parameters"]["4"][0].get<double>(), t.parameters[2 * r] * t.parameters[2 * r + 1],
                1e-9);
    const double out = samples[r]["performance"]["OUT"];
    EXPECT_EQ(out, std::isnan(t.metrics[r]) ? 1e9 : t.metrics[r] * 1000);
  }
  if (std::system("python3 -c 'import numpy' 2>/dev/null") != 0) return;
  write_file(path("x.npz"), samples_npz(t));
  write_file(path("x.npy"), samples_npy(t));
  write_file(
      path("check.py"),
      "import numpy as np, sys\nz = np.load('" + path("x.npz") + "'); y = np.load('" + path("x.npy") +
          "')\nassert z['metrics'].shape == (48, 1) and z['class_names'][-1] == b'low'\n"
          "assert np.array_equal(np.isnan(z['metrics'][:, 0]), z['failure'] == len(z['class_names']) - 1)\n"
          "assert np.array_equal(y['out'], z['metrics'][:, 0], equal_nan=True)\n"
          "assert np.array_equal(y['r'], z['parameters'][:, 0])\n");
  EXPECT_EQ(std::system(("python3 " + path("check.py")).c_str()), 0);
}

// The same decks through ngspice, with steps so short that neither engine's choice of them matters.
TEST_F(DatasetTest, AgreesWithNgspiceMetricByMetric) {
  if (std::system("ngspice --version > /dev/null 2>&1") != 0) GTEST_SKIP() << "no ngspice";
  std::string bench = read_file(kSourceFolder + "/share/testbenches/amplifier.toml");
  const std::string tolerance = ".options reltol=1e-6 trtol=1\n";
  ASSERT_NE(bench.find(tolerance), std::string::npos);
  write_file(path("fine.toml"),
             bench.replace(bench.find(tolerance), tolerance.size(), ".options reltol=1e-7 trtol=0.1\n"));
  DatasetOptions options;
  options.files.netlist = kSourceFolder + "/examples/dataset/two_stage.cir";
  options.testbench = path("fine.toml");
  options.bounds = kSourceFolder + "/examples/dataset/two_stage.yaml";
  options.samples = 40;
  options.sampling = Sampling::latin_hypercube;
  options.seed = 3;
  const Comparison c = compare_engines(Dataset(options), 4, 1);
  EXPECT_TRUE(c.differences.empty()) << c.differences.front();
  for (const MetricAgreement& m : c.metrics) {
    if (m.name == "triode_devices") continue;  // ngspice does not tell
    const bool in_time = m.name.starts_with("slew") || m.name.starts_with("settling");
    EXPECT_EQ(m.only_one, 0) << m.name;
    EXPECT_GE(m.both, m.name.starts_with("settling") ? 1 : 4) << m.name;
    EXPECT_LT(m.largest, in_time ? 2e-3 : m.name == "tc" ? 0.02 : 4e-3) << m.name;
    EXPECT_LT(m.median, in_time ? 1e-3 : 1e-4) << m.name;
  }
}

}  // namespace
}  // namespace nullor
