// Any text as a control block, run on a circuit whose analyses give canned tables.
#include <filesystem>
#include <string>

#include "fuzz.h"
#include "nullor/simulate/control.h"

namespace {

using namespace nullor;

class CannedSession final : public Session {
 public:
  explicit CannedSession(Circuit circuit) : circuit_(std::move(circuit)) {}
  const Circuit& circuit() const override { return circuit_; }
  std::vector<Table> run(const AnalysisCard& card) override {
    if (std::holds_alternative<OpCard>(card.what)) {
      return {{"c", "Operating Point", "op", {{"v(out)", Quantity::voltage, {1}, {}}}}};
    }
    if (std::holds_alternative<AcCard>(card.what)) {
      return {{"c",
               "AC Analysis",
               "ac",
               {{"frequency", Quantity::frequency, {1, 10}, {}},
                {"v(out)", Quantity::voltage, {}, {{1, 0}, {0, -0.1}}}}}};
    }
    return {{"c",
             "Transient Analysis",
             "tran",
             {{"time", Quantity::time, {0, 1, 3}, {}}, {"v(out)", Quantity::voltage, {0, 2, -1}, {}}}}};
  }
  void alter(const std::string&, const std::string&, std::span<const double>) override {}
  void alter_model(const std::string&, const std::string&, double) override {}
  void alter_parameter(const std::string&, double) override {}
  void set_target(const std::string&, double) override {}
  void set_option(const std::string&, const OptionValue&) override {}
  void save(std::vector<Expression>) override {}
  std::unique_ptr<Session> fresh() const override { return std::make_unique<CannedSession>(*this); }
  void reset() override {}
  std::optional<double> parameter(std::string_view) const override { return std::nullopt; }

 private:
  Circuit circuit_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 2048) return 0;
  return fuzz(data, size, [](std::string_view text) {
    ReadOptions reading;
    reading.allow_includes = false;
    reading.max_instances = 100;
    CannedSession session(
        read_circuit_text("canned\nr1 out 0 1\n.tran 1 3\n.control\n" + std::string(text) + "\n.endc\n.end\n",
                          "fuzz", reading));
    static const std::string folder = [] {
      const auto path = std::filesystem::temp_directory_path() / "nullor_fuzz_control";
      std::filesystem::create_directories(path);
      return path.string();
    }();
    std::size_t printed = 0;
    ControlOptions options{folder, [&](std::string_view said) { printed += said.size(); }, 200};
    run_control(session.circuit().control, session, options);
  });
}
