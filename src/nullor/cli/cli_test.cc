#include <gtest/gtest.h>

#include <bit>
#include <filesystem>

#include "nullor/base/error.h"
#include "nullor/base/file.h"
#include "nullor/base/test_folder.h"
#include "nullor/cli/app.h"
#include "nullor/cli/run_deck.h"
#include "nullor/cli/version.h"
#include "nullor/cli/write_tables.h"
#include "nullor/io/raw_file.h"
#include "nullor/simulate/engine_session.h"

namespace nullor {
namespace {

// A session without an engine: v(out) is "gain" at every time.
class FakeSession : public Session {
 public:
  explicit FakeSession(const std::string& text) : circuit_(read_circuit_text(text)) {}
  const Circuit& circuit() const override { return circuit_; }
  std::vector<Table> run(const AnalysisCard& card) override {
    if (std::holds_alternative<OpCard>(card.what)) {
      return {{"fake", "Operating Point", "op", {{"v(out)", Quantity::voltage, {gain}, {}}}}};
    }
    return {{"fake",
             "Transient Analysis",
             "tran",
             {{"time", Quantity::time, {0, 1}, {}}, {"v(out)", Quantity::voltage, {gain, gain}, {}}}}};
  }
  void alter(const std::string&, const std::string&, std::span<const double>) override {}
  void alter_model(const std::string&, const std::string&, double) override {}
  void alter_parameter(const std::string&, double) override {}
  void set_target(const std::string& target, double value) override {
    (target == "gain" ? gain : other) = value;
  }
  void set_option(const std::string&, const OptionValue&) override {}
  void save(std::vector<Expression>) override {}
  std::unique_ptr<Session> fresh() const override { return std::make_unique<FakeSession>(*this); }
  void reset() override {}
  std::optional<double> parameter(std::string_view name) const override {
    return name == "gain" ? std::optional(gain) : std::nullopt;
  }
  double gain = 3, other = 0;

 private:
  Circuit circuit_;
};

struct DeckRun {
  DeckResult result;
  std::string text;
};

DeckRun run(const std::string& cards) {
  FakeSession session("fake\nr1 out 0 1\n" + cards + "\n.end\n");
  DeckRun out;
  DeckOptions options;
  options.print = [&](std::string_view text) { out.text += text; };
  out.result = run_deck(session, options);
  return out;
}

TEST(RunDeck, RunsTheAnalysesAndMeasures) {
  const DeckRun out = run(
      ".op\n.tran 1 1\n.meas tran top max v(out)\n.meas tran twice param='2*top+gain'\n.print tran v(out)");
  ASSERT_EQ(out.result.tables.size(), 2u);
  ASSERT_EQ(out.result.readings.size(), 2u);
  EXPECT_EQ(out.result.readings[1].value, 9);
  EXPECT_EQ(out.text,
            "Operating Point\nv(out)  3  V\n\nTransient Analysis\nIndex\ttime\tv(out)\n"
            "0\t0.000000e+00\t3.000000e+00\n1\t1.000000e+00\t3.000000e+00\n\n");
}

TEST(RunDeck, StepsTheSameWithAnyNumberOfThreads) {
  const std::string deck =
      "t\n.param r=1k\nV1 in 0 1\nR1 in a {r}\nD1 a 0 dm\nC1 a 0 1n\n.model dm d(is=1e-14 cjo=1p)\n.step "
      "param r 1k 5k 0.25k\n"
      ".op\n.tran 10n 1u\n.meas tran m avg v(a)\n.end\n";
  const auto with = [&](int jobs) {
    EngineSession session(read_circuit_text(deck));
    std::string text;
    DeckOptions options;
    options.jobs = jobs;
    options.print = [&](std::string_view piece) { text += piece; };
    const DeckResult result = run_deck(session, options);
    for (const Reading& r : result.readings)
      text += r.name + std::to_string(std::bit_cast<std::uint64_t>(r.value)) + "\n";
    return std::pair(text, result.tables.size());
  };
  const auto one = with(1);
  EXPECT_EQ(one.second, 34u);
  EXPECT_EQ(with(4), one);
  EXPECT_EQ(with(100), one);
}

TEST(RunDeck, ShowsTheStepsBeforeAFailure) {
  EngineSession session(
      read_circuit_text("t\nV1 in 0 1\nR1 in 0 1k\n.step param R1 list 1k 2k 0 3k\n.op\n.end\n"));
  std::string text;
  DeckOptions options;
  options.jobs = 3;
  options.print = [&](std::string_view piece) { text += piece; };
  EXPECT_THROW(run_deck(session, options), InputError);
  EXPECT_NE(text.find("r1=2k"), std::string::npos);
  EXPECT_EQ(text.find("r1=3k"), std::string::npos);
}

TEST(RunDeck, StepsEveryCombination) {
  const DeckRun out =
      run(".param gain=1\n.param b=1\n.op\n.step param gain list 1 2\n.step param b list 5 6\n.meas op m "
          "max v(out)");
  EXPECT_EQ(out.result.tables.size(), 4u);
  ASSERT_EQ(out.result.readings.size(), 4u);
  EXPECT_EQ(out.result.readings[1].name, "m[b=5, gain=2]");
  EXPECT_EQ(out.result.readings[1].value, 2);
}

TEST(RunDeck, PrefersTheControlBlock) {
  const DeckRun out = run(".tran 1 1\n.meas tran top max v(out)\n.control\nop\nprint v(out)\nrun\n.endc");
  EXPECT_EQ(out.text.substr(0, 22), "v(out) = 3.000000e+00\n");
  EXPECT_EQ(out.result.tables.size(), 2u);
  EXPECT_EQ(out.result.readings.at(0).value, 3);
}

TEST(RunDeck, SaysWhenNothingIsAsked) { EXPECT_THROW(run(""), InputError); }

TEST(WriteTables, NamesOneFilePerTableWhereAFormatHoldsOne) {
  const TestFolder made;
  const std::string folder = made.path() + "/";
  const auto tables = run(".op\n.tran 1 1").result.tables;
  EXPECT_EQ(write_tables(tables, folder + "a.csv"),
            (std::vector<std::string>{folder + "a.op1.csv", folder + "a.tran1.csv"}));
  EXPECT_EQ(write_tables(tables, folder + "a.raw"), (std::vector<std::string>{folder + "a.raw"}));
  EXPECT_EQ(read_raw(read_file(folder + "a.raw")).size(), 2u);
  EXPECT_EQ(write_tables(tables, folder + "plain").size(), 1u);
  EXPECT_THROW(write_tables(tables, folder + "a.xyz"), InputError);
}

int command(std::vector<const char*> words) {
  words.insert(words.begin(), "nullor");
  return run_command_line(static_cast<int>(words.size()), words.data());
}

TEST(CommandLine, ReturnsTheContractedExitCodes) {
  EXPECT_EQ(command({"--version"}), 0);
  EXPECT_EQ(command({"run", "--help"}), 0);
  EXPECT_EQ(command({}), 2);
  EXPECT_EQ(command({"frobnicate"}), 2);
  EXPECT_EQ(command({"run"}), 2);
  EXPECT_EQ(command({"run", "/nonexistent/deck.cir"}), 7);
  EXPECT_EQ(command({"devices", "no such device"}), 2);
  EXPECT_EQ(command({"doctor"}), 0);
}

TEST(CommandLine, RunsSeveralDecksIntoOneResult) {
  const TestFolder made;
  const std::string folder = made.path() + "/";
  for (const char* name : {"first", "second"}) {
    write_file(folder + name + ".cir", std::string(name) + "\nv1 a 0 1\nr1 a 0 1k\n.dc v1 0 1 0.5\n.end\n");
  }
  const std::string a = folder + "first.cir", b = folder + "second.cir";
  const std::string raw = folder + "both.raw", page = folder + "both.html";
  EXPECT_EQ(command({"-q", "run", a.c_str(), b.c_str(), "-o", raw.c_str(), "--plot", page.c_str()}), 0);
  const auto tables = read_raw(read_file(raw));
  ASSERT_EQ(tables.size(), 2u);
  EXPECT_EQ(tables[1].title, "second");
  const std::string html = read_file(page);
  for (const char* text : {"2 circuits", "\"heading\":\"first\"", "\"heading\":\"second\""}) {
    EXPECT_NE(html.find(text), std::string::npos) << text;
  }
}

// Trained, read at a point by both spellings, refused outside the box.
TEST(CommandLine, TrainsAndReadsASurrogate) {
  const TestFolder made;
  const std::string folder = made.path();
  const std::string deck = folder + "/rc.cir", network = folder + "/rc.safetensors", csv = folder + "/rc.csv";
  write_file(
      deck,
      "t\n.param r=1k\nv1 in 0 pulse(0 1 1u 1u 1u 3u)\nr1 in out {r}\nc1 out 0 1n\n.tran 0.1u 10u\n.end\n");
  const auto call = [](std::vector<const char*> words) {
    words.insert(words.begin(), {"nullor", "-q"});
    return run_command_line(static_cast<int>(words.size()), words.data());
  };
  EXPECT_EQ(
      call({"surrogate", deck.c_str(), "--over", "R=0.5k:2k", "-o", network.c_str(), "--held-out", "5"}), 0);
  EXPECT_EQ(call({"surrogate", "eval", network.c_str(), "--at", "r=1k", "-o", csv.c_str(), "--points", "11"}),
            0);
  EXPECT_EQ(call({"surrogate", network.c_str(), "--at", "r=1k", "--polish", deck.c_str(), "--json"}), 0);
  EXPECT_EQ(call({"surrogate", network.c_str()}), 0);
  EXPECT_EQ(call({"surrogate", network.c_str(), "--at", "r=3k"}), 2);
  EXPECT_EQ(call({"surrogate", network.c_str(), "--at", "q=3k"}), 2);
  EXPECT_EQ(call({"surrogate", deck.c_str(), "--over", "r=2k:1k", "-o", network.c_str()}), 2);
  EXPECT_EQ(call({"surrogate", deck.c_str(), "--over", "r=1k:2k"}), 2);
  EXPECT_EQ(call({"surrogate", deck.c_str(), "--over", "r=1k:2k", "-o", network.c_str(), "--tolerance",
                  "1e-7", "--runs", "1", "--held-out", "3"}),
            8);
  const std::string text = read_file(csv);
  EXPECT_EQ(text.substr(0, text.find('\n')), "time,v(in),v(out),i(v1)");
}

TEST(CommandLine, HasTheVersionOfTheBuild) {
  const std::string text = read_file(std::string(NULLOR_SOURCE_DIR) + "/CMakeLists.txt");
  EXPECT_NE(text.find("VERSION " + std::string(kVersion) + " "), std::string::npos);
}

}  // namespace
}  // namespace nullor
