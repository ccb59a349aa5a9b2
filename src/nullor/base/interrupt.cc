#include "nullor/base/interrupt.h"

#include <csignal>

namespace nullor {
namespace {

// The signal; 0: none. A handler reaches nothing but globals.
volatile std::sig_atomic_t g_requested = 0;

void set_handlers(void (*handler)(int)) {
  std::signal(SIGINT, handler);
  std::signal(SIGTERM, handler);
}

extern "C" void on_interrupt(int signal) {
  g_requested = signal;
  set_handlers(SIG_DFL);
}

}  // namespace

Interrupt::Interrupt() {
  g_requested = 0;
  set_handlers(on_interrupt);
}

Interrupt::~Interrupt() { set_handlers(SIG_DFL); }

bool Interrupt::requested() const { return g_requested != 0; }

void Interrupt::leave_if_requested() {
  if (!requested()) return;
  set_handlers(SIG_DFL);
  std::raise(g_requested);
}

}  // namespace nullor
