#pragma once
/// Ctrl-C, and the signal by which job queues end what they run, as a question that a long run asks itself.

namespace nullor {

/// While one exists, the first SIGINT or SIGTERM sets a flag and does nothing else; the second one ends the
/// program as usual. Usage: `Interrupt interrupt; while (!interrupt.requested()) ...`. One at a time.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  bool requested() const;
  /// Ends the program by the signal that came, as a shell expects of an interrupted command, if one did.
  void leave_if_requested();
};

}  // namespace nullor
