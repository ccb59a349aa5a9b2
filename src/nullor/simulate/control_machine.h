#pragma once
/// The state of a running `.control` block and one method per group of commands. Internal to control*.cc.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "nullor/simulate/control.h"
#include "nullor/simulate/control_output.h"

namespace nullor {

class ControlMachine {
 public:
  ControlMachine(Session& session, const ControlOptions& options) : session_(session), options_(options) {}

  enum class Flow { normal, break_loop, continue_loop, quit };
  Flow run(std::span<const ControlCommand> commands);
  ControlSummary finish() { return std::move(out_); }

 private:
  using Words = std::vector<std::string>;

  // control.cc: flow, variables
  Flow step(const ControlCommand& command);
  Flow loop_body(const ControlCommand& command, bool& stop);
  Flow foreach (const ControlCommand& command, const std::string& rest);
  Flow repeat(const ControlCommand& command, const std::string& rest);
  bool condition(const std::string& text) const;
  std::string expand(std::string_view text) const;
  void set(const std::string& rest);
  std::string variable(const std::string& name) const;
  bool flag(const std::string& name) const { return variables_.contains(name); }
  int digits(int otherwise) const;
  [[noreturn]] void fail(const std::string& what, std::string hint = {}) const;

  // control_commands.cc
  bool vector_command(const std::string& verb, const std::string& rest);
  bool session_command(const std::string& verb, const std::string& rest);
  void analysis(const std::string& text);
  void run_analysis(const AnalysisCard& card);
  void let(const std::string& rest);
  void compose(const std::string& rest);
  void measure_command(const std::string& rest);
  void alter(const std::string& rest, bool model);
  void set_type(const std::string& rest);

  // control_spectrum.cc
  const Plot& transient_plot(const char* command) const;
  void linearize(const std::string& rest);
  void fourier_command(const std::string& rest);
  void fft_command(const std::string& rest);
  void spec_command(const std::string& rest);
  std::vector<double> chosen_window(const std::vector<double>& time, double span) const;
  template <class F>
  void add_spectra(const std::string& list, const std::vector<double>& frequencies, F&& spectrum_of);

  // control_files.cc
  bool output_command(const std::string& verb, const std::string& rest);
  std::vector<NamedSamples> vectors(const std::string& text) const;
  NamedSamples scale() const;
  void print(const std::string& rest);
  void wrdata(const std::string& rest);
  void write(const std::string& rest);
  void plot(const std::string& rest);
  void save_file(const std::string& name, std::string_view bytes);

  Expression parse(const std::string& text) const;
  Samples<double> evaluate(const std::string& text) const;
  double number(const std::string& text) const;
  bool degrees() const;
  void say(std::string_view text) const {
    if (options_.print) options_.print(text);
  }

  Session& session_;
  const ControlOptions& options_;
  ControlSummary out_;
  std::map<std::string, Words, std::less<>> variables_;
  std::int64_t executed_ = 0;
  double transient_step_ = 0;  ///< of the last tran, for linearize
  Location where_;             ///< of the command being executed
};

}  // namespace nullor
