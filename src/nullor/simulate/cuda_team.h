#pragma once
/// The threads of one block, who share a sample.

namespace nullor {

/// Grid: where a thread stands (base/cuda_grid.h, or fibers in tests).
template <class Grid>
struct CudaTeam {
  const Grid& grid;
  double* board;  ///< (threads)

  int thread() const { return grid.thread(); }
  int threads() const { return grid.threads(); }
  void sync() const { grid.sync_block(); }
  /// visit(k) for k < count, each by one thread.
  template <class Visit>
  void each(int count, const Visit& visit) const {
    for (int k = thread(); k < count; k += threads()) visit(k);
  }
  /// Of all threads; each of them gets it.
  double most(double x) const {
    board[thread()] = x;
    sync();
    double out = board[0];
    for (int k = 1; k < threads(); ++k) out = board[k] > out ? board[k] : out;
    sync();
    return out;
  }
  double least(double x) const { return -most(-x); }
  bool any(bool x) const { return most(x ? 1.0 : 0.0) > 0; }
  /// The number behind `counter`, which goes up by one.
  int take(unsigned* counter) const {
    if (thread() == 0) board[0] = grid.add_one(counter);
    sync();
    const int out = static_cast<int>(board[0]);
    sync();
    return out;
  }
};

}  // namespace nullor
