// Ceilings of this machine for float32: multiply-adds alone, and passes that read, change and write an array.
// usage: ceilings THREADS MEGABYTES...    prints {"gflops": G, "update_gb_s": {"MEGABYTES": G, ...}}
#include <sys/mman.h>

#include <algorithm>
#include <barrier>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
#if defined(__AVX512F__)
using Vector = float __attribute__((vector_size(64)));
#else
using Vector = float __attribute__((vector_size(32)));
#endif
constexpr int kLanes = sizeof(Vector) / sizeof(float);
volatile float sink;

/// Best seconds of `rounds` rounds in which all threads call work(thread) at once.
template <class Work>
double best_seconds(int threads, int rounds, const Work& work) {
  std::barrier meet(threads);
  double best = 1e30;
  const auto member = [&](int k) {
    for (int r = 0; r < rounds; ++r) {
      meet.arrive_and_wait();
      const auto start = Clock::now();
      work(k);
      meet.arrive_and_wait();
      if (k == 0) best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
    }
  };
  std::vector<std::jthread> others;
  for (int k = 1; k < threads; ++k) others.emplace_back(member, k);
  member(0);
  return best;
}

void multiply_adds(long count) {
  Vector sums[12] = {}, x = sums[0] + 0.999f, y = sums[0] + 0.001f;
  for (long i = 0; i < count; ++i) {
#pragma GCC unroll 12
    for (Vector& s : sums) s = s * x + y;
  }
  float total = 0;
  for (const Vector& s : sums) total += s[0];
  sink = total;
}

void update(float* values, std::size_t count, float step) {
  const Vector add = Vector{} + step, low = Vector{};
  for (std::size_t k = 0; k < count; k += 2 * kLanes) {
    auto* v = reinterpret_cast<Vector*>(values + k);
    const Vector a = v[0] + add, b = v[1] + add;
    v[0] = a > low ? a : low;
    v[1] = b > low ? b : low;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const int threads = std::atoi(argv[1]);
  constexpr long kCount = 400000;
  const double flops = 2.0 * 12 * kLanes * kCount * threads;
  std::printf("{\"gflops\": %.1f, \"update_gb_s\": {",
              flops / best_seconds(threads, 40, [](int) { multiply_adds(kCount); }) / 1e9);
  for (int a = 2; a < argc; ++a) {
    const std::size_t share =
        static_cast<std::size_t>(std::atof(argv[a]) * 1e6 / 4 / threads) / 4096 * 4096 + 4096;
    const std::size_t bytes = (share * threads * 4 + (2 << 20) - 1) / (2 << 20) * (2 << 20);
    auto* values = static_cast<float*>(std::aligned_alloc(2 << 20, bytes));
    madvise(values, bytes, MADV_HUGEPAGE);
    std::fill(values, values + bytes / 4, 1.0f);
    const int rounds = std::max(5, static_cast<int>(2e9 / static_cast<double>(bytes)));
    const double seconds = best_seconds(threads, std::min(rounds, 200),
                                        [&](int k) { update(values + share * k, share, -1e-9f); });
    std::printf("%s\"%s\": %.1f", a > 2 ? ", " : "", argv[a],
                8.0 * static_cast<double>(share) * threads / seconds / 1e9);
    std::free(values);
  }
  std::printf("}}\n");
}
