#include "nullor/design/python_random.h"

#include <algorithm>
#include <bit>
#include <vector>

namespace nullor {

PythonRandom::PythonRandom(std::uint64_t seed) {
  constexpr std::size_t n = 624;
  state_[0] = 19650218;
  for (std::uint32_t i = 1; i < n; ++i) state_[i] = 1812433253u * (state_[i - 1] ^ (state_[i - 1] >> 30)) + i;
  std::vector<std::uint32_t> key = {static_cast<std::uint32_t>(seed)};
  if (seed >> 32) key.push_back(static_cast<std::uint32_t>(seed >> 32));
  std::size_t i = 1, j = 0;
  const auto forward = [&] {
    if (++i < n) return;
    state_[0] = state_[n - 1];
    i = 1;
  };
  for (std::size_t k = 0; k < std::max(n, key.size()); ++k) {
    const std::uint32_t before = state_[i - 1] ^ (state_[i - 1] >> 30);
    state_[i] = (state_[i] ^ (before * 1664525u)) + key[j] + static_cast<std::uint32_t>(j);
    forward();
    j = (j + 1) % key.size();
  }
  for (std::size_t k = 0; k < n - 1; ++k) {
    const std::uint32_t before = state_[i - 1] ^ (state_[i - 1] >> 30);
    state_[i] = (state_[i] ^ (before * 1566083941u)) - static_cast<std::uint32_t>(i);
    forward();
  }
  state_[0] = 0x80000000u;
}

std::uint32_t PythonRandom::word() {
  constexpr std::size_t n = 624, m = 397;
  if (next_ == n) {
    for (std::size_t k = 0; k < n; ++k) {
      const std::uint32_t y = (state_[k] & 0x80000000u) | (state_[(k + 1) % n] & 0x7fffffffu);
      state_[k] = state_[(k + m) % n] ^ (y >> 1) ^ (y & 1 ? 0x9908b0dfu : 0u);
    }
    next_ = 0;
  }
  std::uint32_t y = state_[next_++];
  y ^= y >> 11;
  y ^= y << 7 & 0x9d2c5680u;
  y ^= y << 15 & 0xefc60000u;
  return y ^ (y >> 18);
}

double PythonRandom::random() {
  const std::uint32_t a = word() >> 5, b = word() >> 6;
  return (a * 67108864.0 + b) * 0x1p-53;
}

// Compiled without fused multiply-add (CMakeLists.txt), which would round once less.
double PythonRandom::uniform(double low, double high) { return low + (high - low) * random(); }

std::uint64_t PythonRandom::bits(int count) {
  if (count <= 32) return word() >> (32 - count);
  const std::uint64_t low = word();
  return low | std::uint64_t{word() >> (64 - count)} << 32;
}

std::int64_t PythonRandom::randint(std::int64_t low, std::int64_t high) {
  const std::uint64_t n = static_cast<std::uint64_t>(high - low) + 1;
  const int count = static_cast<int>(std::bit_width(n));
  std::uint64_t r = bits(count);
  while (r >= n) r = bits(count);
  return low + static_cast<std::int64_t>(r);
}

}  // namespace nullor
