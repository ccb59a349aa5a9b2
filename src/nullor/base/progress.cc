#include "nullor/base/progress.h"

#include <algorithm>
#include <cmath>

#include "nullor/base/log.h"

namespace nullor {

Progress::Progress(std::string label)
    : Progress(std::move(label), stderr_is_terminal() && verbosity() != Verbosity::quiet ? stderr : nullptr) {
}

Progress::Progress(std::string label, std::FILE* out)
    : label_(std::move(label)), out_(out), next_(start_ + std::chrono::milliseconds(500)) {}

Progress::~Progress() {
  if (drawn_) {
    std::fputs("\r\033[K", out_);
    std::fflush(out_);
  }
}

void Progress::update(double fraction) {
  if (!out_) return;
  const auto now = Clock::now();
  if (now < next_) return;
  next_ = now + std::chrono::milliseconds(100);
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  const std::string text =
      "\r\033[K" + line(label_, fraction, elapsed) + (detail_.empty() ? "" : "  " + detail_);
  std::fwrite(text.data(), 1, text.size(), out_);
  std::fflush(out_);
  drawn_ = true;
}

std::string Progress::line(const std::string& label, double fraction, double elapsed_seconds) {
  constexpr int kWidth = 30;
  if (std::isnan(fraction)) return label + "  " + format_duration(elapsed_seconds);
  fraction = std::clamp(fraction, 0.0, 1.0);
  const int filled = static_cast<int>(fraction * kWidth);
  std::string bar(static_cast<std::size_t>(filled), '=');
  if (filled < kWidth) bar += '>';
  bar.resize(kWidth, ' ');
  char percent[16];
  std::snprintf(percent, sizeof percent, "%3d%%", static_cast<int>(fraction * 100));
  std::string out = label + "  [" + bar + "] " + percent;
  if (fraction > 0) out += "  " + format_duration(elapsed_seconds * (1 - fraction) / fraction) + " left";
  return out;
}

std::string format_duration(double seconds) {
  const auto s = static_cast<long long>(std::ceil(std::max(0.0, std::min(seconds, 1e9))));
  if (s < 60) return std::to_string(s) + " s";
  if (s < 3600) return std::to_string(s / 60) + " min " + std::to_string(s % 60) + " s";
  return std::to_string(s / 3600) + " h " + std::to_string(s % 3600 / 60) + " min";
}

}  // namespace nullor
