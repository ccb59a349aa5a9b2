#pragma once
/// A launch of a program for graphics devices on the processor: every thread of the grid is a fiber.

#include <ucontext.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "nullor/base/rng.h"

namespace nullor {

/// Threads take turns in an order that NULLOR_FIBER_SEED shuffles anew for each launch, so that a barrier
/// that is missing shows.
struct Barrier {
  int arrived = 0;
  long turn = 0;
};

/// A launch: all threads until the last has ended.
class Fibers {
 public:
  Fibers(int blocks, int threads, std::size_t shared_bytes) : threads_(threads), blocks_(blocks) {
    fibers_.resize(static_cast<std::size_t>(blocks * threads));
    of_block_.resize(static_cast<std::size_t>(blocks));
    shared_.resize(static_cast<std::size_t>(blocks));
    for (std::vector<float>& own : shared_) own.assign(shared_bytes / sizeof(float), __builtin_nanf(""));
  }

  void run(std::function<void(int)> work) {
    work_ = std::move(work);
    std::vector<int> order(fibers_.size());
    std::iota(order.begin(), order.end(), 0);
    const char* seed = std::getenv("NULLOR_FIBER_SEED");
    nullor::Rng rng(seed ? std::strtoull(seed, nullptr, 10) : 0);
    for (std::size_t k = order.size(); seed && k > 1; --k) std::swap(order[k - 1], order[rng.below(k)]);
    for (const int k : order) begin(k);
    while (ended_ < fibers_.size()) {
      moved_ = false;
      for (const int k : order) {
        if (fibers_[static_cast<std::size_t>(k)].ended) continue;
        now_ = k;
        swapcontext(&home_, &fibers_[static_cast<std::size_t>(k)].context);
      }
      if (!moved_) {
        std::fprintf(stderr, "some threads wait at a barrier that others do not reach\n");
        std::abort();
      }
    }
  }

  int now() const { return now_; }
  int threads() const { return threads_; }
  int blocks() const { return blocks_; }
  float* shared() { return shared_[static_cast<std::size_t>(now_ / threads_)].data(); }
  void wait_for_block() { wait(of_block_[static_cast<std::size_t>(now_ / threads_)], threads_); }
  void wait_for_grid() { wait(of_grid_, threads_ * blocks_); }

 private:
  struct Fiber {
    ucontext_t context;
    std::unique_ptr<char[]> stack;
    bool ended = false;
  };

  static constexpr std::size_t kStack = 256 * 1024;
  static inline Fibers* running = nullptr;
  static void enter() {
    Fibers& all = *running;
    all.work_(all.now_);
    all.fibers_[static_cast<std::size_t>(all.now_)].ended = true;
    ++all.ended_;
    all.moved_ = true;
  }

  void begin(int k) {
    running = this;
    Fiber& fiber = fibers_[static_cast<std::size_t>(k)];
    getcontext(&fiber.context);
    fiber.stack = std::make_unique<char[]>(kStack);
    fiber.context.uc_stack = {.ss_sp = fiber.stack.get(), .ss_flags = 0, .ss_size = kStack};
    fiber.context.uc_link = &home_;
    makecontext(&fiber.context, enter, 0);
  }

  void wait(Barrier& barrier, int all) {
    const long turn = barrier.turn;
    moved_ = true;
    if (++barrier.arrived == all) {
      barrier.arrived = 0;
      ++barrier.turn;
      return;
    }
    while (barrier.turn == turn) swapcontext(&fibers_[static_cast<std::size_t>(now_)].context, &home_);
  }

  int threads_, blocks_, now_ = 0;
  std::size_t ended_ = 0;
  bool moved_ = false;
  ucontext_t home_;
  std::function<void(int)> work_;
  std::vector<Fiber> fibers_;
  std::vector<Barrier> of_block_;
  Barrier of_grid_;
  std::vector<std::vector<float>> shared_;
};

struct FiberGrid {
  Fibers& fibers;
  int index;
  float* shared;

  int block() const { return index / fibers.threads(); }
  int blocks() const { return fibers.blocks(); }
  int thread() const { return index % fibers.threads(); }
  int threads() const { return fibers.threads(); }
  void sync_block() const { fibers.wait_for_block(); }
  void sync_grid() const { fibers.wait_for_grid(); }
  unsigned add_one(unsigned* counter) const { return (*counter)++; }
};

/// A program's functions by their names.
using Kernel = void (*)(FiberGrid&, void** arguments);
using Kernels = std::map<std::string, Kernel>;
const Kernels& resistive_kernels();
const Kernels& sample_kernels();

}  // namespace nullor
