#pragma once
/// Seeded random numbers whose sequence is the same on every platform and for any number of threads: a
/// generator is passed in, never global, and independent streams are split off by number.

#include <array>
#include <cstdint>

namespace nullor {

/// xoshiro256**, seeded by splitmix64. Satisfies UniformRandomBitGenerator.
/// Source: D. Blackman, S. Vigna, Scrambled linear pseudorandom number generators (2021).
class Rng {
 public:
  using result_type = std::uint64_t;

  explicit Rng(std::uint64_t seed = 1);

  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return ~result_type{0}; }
  result_type operator()();

  /// A generator that depends only on the seed of this one and on `stream`, not on the numbers drawn so far:
  /// sample k of a Monte Carlo run is the same whichever thread computes it.
  Rng split(std::uint64_t stream) const;

  double uniform();  ///< in [0, 1), multiples of 2^-53
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  double normal();                       ///< mean 0, standard deviation 1 (Marsaglia's polar method)
  std::uint64_t below(std::uint64_t n);  ///< in [0, n), without bias; n > 0

 private:
  std::uint64_t seed_;
  std::array<std::uint64_t, 4> state_;
  double spare_ = 0;
  bool has_spare_ = false;
};

}  // namespace nullor
