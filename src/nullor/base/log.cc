#include "nullor/base/log.h"

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <string>

namespace nullor {
namespace {

std::atomic<Verbosity> g_verbosity{Verbosity::normal};

// One write per line, so that lines of different threads do not mix.
void line(std::string_view prefix, std::string_view text) {
  std::string out(prefix);
  out += text;
  out += '\n';
  std::fwrite(out.data(), 1, out.size(), stderr);
}

}  // namespace

void set_verbosity(Verbosity verbosity) { g_verbosity = verbosity; }
Verbosity verbosity() { return g_verbosity; }

void log_warning(std::string_view text) {
  if (verbosity() >= Verbosity::normal) line("warning: ", text);
}

void log_note(std::string_view text) {
  if (verbosity() >= Verbosity::normal) line("", text);
}

void log_detail(std::string_view text) {
  if (verbosity() >= Verbosity::verbose) line("", text);
}

bool stderr_is_terminal() { return isatty(STDERR_FILENO) != 0; }

}  // namespace nullor
