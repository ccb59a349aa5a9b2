#include "nullor/base/interrupt.h"

#include <csignal>

namespace nullor {
namespace {

// A signal handler reaches nothing but globals.
volatile std::sig_atomic_t g_requested = 0;

extern "C" void on_interrupt(int) {
  g_requested = 1;
  std::signal(SIGINT, SIG_DFL);
}

}  // namespace

Interrupt::Interrupt() {
  g_requested = 0;
  std::signal(SIGINT, on_interrupt);
}

Interrupt::~Interrupt() { std::signal(SIGINT, SIG_DFL); }

bool Interrupt::requested() const { return g_requested != 0; }

void Interrupt::leave_if_requested() {
  if (!requested()) return;
  std::signal(SIGINT, SIG_DFL);
  std::raise(SIGINT);
}

}  // namespace nullor
