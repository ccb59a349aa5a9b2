#pragma once
/// The random numbers of Python's module `random`, so that a data set which was drawn there can be drawn
/// again.

#include <array>
#include <cstdint>

namespace nullor {

/// MT19937 seeded as `random.seed(n)` seeds it.
/// Source: M. Matsumoto, T. Nishimura, ACM Trans. Model. Comput. Simul. 8, 3 (1998); the methods as the
/// documentation of Python 3 describes them.
class PythonRandom {
 public:
  explicit PythonRandom(std::uint64_t seed);

  double random();                          ///< [0, 1), multiples of 2^-53
  double uniform(double low, double high);  ///< low + (high - low) random(), rounded as Python does
  /// Both ends included; `high - low` is below 2^53.
  std::int64_t randint(std::int64_t low, std::int64_t high);

 private:
  std::uint32_t word();
  std::uint64_t bits(int count);  ///< 1 to 64

  std::array<std::uint32_t, 624> state_;
  std::size_t next_ = 624;
};

}  // namespace nullor
