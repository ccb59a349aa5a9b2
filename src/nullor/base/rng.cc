#include "nullor/base/rng.h"

#include <bit>
#include <cassert>
#include <cmath>

namespace nullor {
namespace {

std::uint64_t splitmix64(std::uint64_t& x) {
  std::uint64_t z = (x += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

}  // namespace

Rng::Rng(std::uint64_t seed) : seed_(seed) {
  for (std::uint64_t& word : state_) word = splitmix64(seed);
}

std::uint64_t Rng::operator()() {
  auto& s = state_;
  const std::uint64_t out = std::rotl(s[1] * 5, 7) * 9;
  const std::uint64_t t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = std::rotl(s[3], 45);
  return out;
}

Rng Rng::split(std::uint64_t stream) const {
  std::uint64_t a = seed_;
  std::uint64_t b = splitmix64(a) ^ stream;
  return Rng(splitmix64(b));
}

double Rng::uniform() { return static_cast<double>((*this)() >> 11) * 0x1p-53; }

double Rng::normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  double u, v, s;
  do {
    u = uniform(-1, 1);
    v = uniform(-1, 1);
    s = u * u + v * v;
  } while (s >= 1 || s == 0);
  const double scale = std::sqrt(-2 * std::log(s) / s);
  spare_ = v * scale;
  has_spare_ = true;
  return u * scale;
}

std::uint64_t Rng::below(std::uint64_t n) {
  assert(n > 0);
  const std::uint64_t rejected = (max() % n + 1) % n;  // values above the last multiple of n
  std::uint64_t x;
  do x = (*this)();
  while (x > max() - rejected);
  return x % n;
}

}  // namespace nullor
