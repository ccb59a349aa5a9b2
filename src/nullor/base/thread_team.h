#pragma once
/// A few threads that run one function together and meet at barriers: for loops whose steps last
/// microseconds.

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace nullor {

/// Members meet at `barrier()`. Who waits spins for some 20 us, a few steps of such a loop, and then sleeps,
/// so that a loaded machine is not kept busy by waiting.
class ThreadTeam {
 public:
  /// 0: one member a core.
  explicit ThreadTeam(int members)
      : members_(members > 0 ? members : std::max(1, static_cast<int>(std::thread::hardware_concurrency()))) {
  }

  int size() const { return members_; }

  /// Calls work(0) ... work(size() - 1) at the same time, work(0) on the calling thread. `work` must not
  /// throw.
  template <class Work>
  void run(const Work& work) {
    std::vector<std::jthread> others;
    for (int k = 1; k < members_; ++k) others.emplace_back([&work, k] { work(k); });
    work(0);
  }

  /// Returns when all members are here; what they wrote before is seen by all.
  void barrier() {
    if (members_ == 1) return;
    const int phase = phase_.load(std::memory_order_relaxed);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == members_) {
      arrived_.store(0, std::memory_order_relaxed);
      phase_.store(phase + 1, std::memory_order_release);
      phase_.notify_all();
      return;
    }
    for (int spin = 0; spin < kSpins; ++spin) {
      if (phase_.load(std::memory_order_acquire) != phase) return;
#if defined(__x86_64__)
      __builtin_ia32_pause();
#endif
    }
    while (phase_.load(std::memory_order_acquire) == phase) phase_.wait(phase, std::memory_order_acquire);
  }

  struct Range {
    int begin, end;
  };
  /// The part of 0..count that is this member's, in whole grains.
  Range share(int count, int grain, int member) const {
    const int grains = (count + grain - 1) / grain;
    const auto edge = [&](int m) {
      return std::min(count, static_cast<int>(1LL * grains * m / members_) * grain);
    };
    return {edge(member), edge(member + 1)};
  }

 private:
  static constexpr int kSpins = 1000;

  int members_;
  alignas(64) std::atomic<int> arrived_{0};
  alignas(64) std::atomic<int> phase_{0};
};

}  // namespace nullor
