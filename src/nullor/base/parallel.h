#pragma once
/// Independent tasks on several threads.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <thread>
#include <vector>

namespace nullor {

/// Calls work(0) ... work(count - 1), each once, on up to `jobs` threads (0: one a core). Tasks write to
/// places of their own, so that the outcome does not depend on the number of threads. When tasks throw, all
/// started ones end and the exception of the first of them by number leaves.
template <class Work>
void parallel_for(std::size_t count, int jobs, const Work& work) {
  const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
  const std::size_t threads = std::min(count, jobs > 0 ? static_cast<std::size_t>(jobs) : cores);
  std::vector<std::exception_ptr> errors(count);
  std::atomic<std::size_t> next{0};
  std::atomic<bool> failed{false};
  const auto take = [&] {
    for (std::size_t k = next++; k < count && !failed; k = next++) {
      try {
        work(k);
      } catch (...) {
        errors[k] = std::current_exception();
        failed = true;
      }
    }
  };
  {
    std::vector<std::jthread> others;
    for (std::size_t k = 1; k < threads; ++k) others.emplace_back(take);
    take();
  }
  for (const std::exception_ptr& error : errors) {
    if (error) std::rethrow_exception(error);
  }
}

}  // namespace nullor
