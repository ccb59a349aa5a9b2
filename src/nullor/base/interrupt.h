#pragma once
/// Ctrl-C as a question that a long run asks itself.

namespace nullor {

/// While one exists, the first SIGINT sets a flag and does nothing else; the second one ends the program as
/// usual. Usage: `Interrupt interrupt; while (!interrupt.requested()) ...`. One at a time.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  bool requested() const;
  /// Ends the program by SIGINT, as a shell expects of an interrupted command, when it was requested.
  void leave_if_requested();
};

}  // namespace nullor
