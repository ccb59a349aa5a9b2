#pragma once
/// Points of the Sobol sequence, each on its own, scrambled so that every coordinate is uniform and the set
/// keeps its even spread.

#include <cstdint>
#include <vector>

namespace nullor {

/// Coordinate j of point i before scrambling is the exclusive or of the direction numbers of the bits of i:
///
///     x_j(i) = b_0 v_j,0 ^ b_1 v_j,1 ^ ...,   i = sum b_k 2^k                                        (1)
///
/// Owen's nested scramble then flips bit k of x by a coin that depends on the bits above it (2). Any 2^m
/// consecutive points that start at a multiple of 2^m hit each of the 2^m equal intervals of every coordinate
/// once, before and after it.
///
/// Sources: S. Joe, F. Kuo, SIAM J. Sci. Comput. 30, 2635 (2008), whose direction numbers come with Boost;
/// A. Owen, in Monte Carlo and Quasi-Monte Carlo Methods in Scientific Computing (1995), p. 299.
class Sobol {
 public:
  static constexpr int kBits = 32;
  static constexpr std::uint64_t kPoints = std::uint64_t{1} << kBits;  ///< that differ
  static std::size_t most_dimensions();                                ///< 3667

  Sobol(std::size_t dimensions, std::uint64_t seed);

  std::size_t dimensions() const { return dimensions_; }
  /// (1) as a fraction of 2^32.
  std::uint32_t plain(std::uint64_t point, std::size_t dimension) const;
  /// (2) in [0, 1); below the 32 bits of the sequence come random ones.
  double scrambled(std::uint64_t point, std::size_t dimension) const;

 private:
  std::size_t dimensions_;
  std::uint64_t seed_;
  std::vector<std::uint32_t> directions_;  ///< (dimensions, kBits)
};

}  // namespace nullor
