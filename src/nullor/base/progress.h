#pragma once
/// A progress line with the time left, drawn only on a terminal and rarely enough to cost nothing.

#include <chrono>
#include <cstdio>
#include <string>

namespace nullor {

/// Usage: `Progress bar("tran"); ... bar.update(t / t_stop); ...`; the line is wiped when the bar goes out of
/// scope. An update costs a clock read at most; the line is redrawn ten times a second and first after half a
/// second.
class Progress {
 public:
  using Clock = std::chrono::steady_clock;

  /// Draws on standard error when it is a terminal and the verbosity is not quiet.
  explicit Progress(std::string label);
  /// For tests: draws on `out` always.
  Progress(std::string label, std::FILE* out);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `fraction` done, 0 to 1; NaN where nobody knows: the time passed is shown instead.
  void update(double fraction);
  /// Shown behind the time left from the next update on: "loss 3.1e-4".
  void detail(std::string text) { detail_ = std::move(text); }

  /// The text of the line: "tran  [=====>    ]  52%  3 s left".
  static std::string line(const std::string& label, double fraction, double elapsed_seconds);

 private:
  std::string label_, detail_;
  std::FILE* out_ = nullptr;
  Clock::time_point start_ = Clock::now(), next_;
  bool drawn_ = false;
};

/// "42 s", "3 min 20 s", "2 h 5 min".
std::string format_duration(double seconds);

}  // namespace nullor
