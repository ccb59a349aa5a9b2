#pragma once
/// The samples of a data set, each of which can be drawn alone: shards may be made in any order, by any
/// number of threads and machines, and hold the same values.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nullor/design/bounds.h"
#include "nullor/design/sobol.h"

namespace nullor {

enum class Sampling {
  uniform,          ///< every sample from a stream of its own
  latin_hypercube,  ///< each of `count` equal intervals of every parameter is hit once
  sobol,            ///< scrambled Sobol points
  python,           ///< one stream of Python's `random`: uniform() and randint() in the order of the file
};

/// "uniform", "lhs", "sobol", "python"; throws InputError(usage) for others.
Sampling sampling_of(const std::string& name);
const char* name_of(Sampling sampling);

struct SamplerOptions {
  Sampling method = Sampling::uniform;
  std::uint64_t seed = 1;
  std::uint64_t count = 0;  ///< samples in all
};

class Sampler {
 public:
  /// Throws InputError(usage) for more dimensions or samples than the method has.
  Sampler(Bounds bounds, const SamplerOptions& options);

  const Bounds& bounds() const { return bounds_; }
  std::uint64_t count() const { return options_.count; }
  /// All parameters of sample `index` < count(), in the order of the bounds.
  std::vector<double> at(std::uint64_t index) const;

 private:
  double place(std::uint64_t index, std::size_t dimension) const;

  Bounds bounds_;
  SamplerOptions options_;
  std::optional<Sobol> sobol_;
  std::vector<double> stream_;  ///< python: (count, drawn)
};

/// Position of `index` in a shuffle of 0..count-1 that the key chooses, without the shuffled list: a Feistel
/// network on the smallest even number of bits that holds `count`, walked until it ends below `count`.
/// Source: J. Black, P. Rogaway, CT-RSA (2002), section 3.
std::uint64_t shuffled(std::uint64_t index, std::uint64_t count, std::uint64_t key);

}  // namespace nullor
