#pragma once
/// A hash of two numbers, for random values that are looked up and not drawn in turn.

#include <cstdint>

namespace nullor {

/// The output function of splitmix64 over both. Source: G. Steele, D. Lea, C. Flood, OOPSLA (2014).
inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  const auto finish = [](std::uint64_t z) {
    z += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  };
  return finish(finish(a) ^ b);
}

}  // namespace nullor
