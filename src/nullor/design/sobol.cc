#include "nullor/design/sobol.h"

#include <bit>
#include <boost/random/sobol.hpp>
#include <cassert>

#include "nullor/design/mix.h"

namespace nullor {

using Table = boost::random::default_sobol_table;

std::size_t Sobol::most_dimensions() { return Table::max_dimension; }

Sobol::Sobol(std::size_t dimensions, std::uint64_t seed) : dimensions_(dimensions), seed_(seed) {
  assert(dimensions <= most_dimensions());
  directions_.resize(dimensions * kBits);
  for (std::size_t j = 0; j < dimensions; ++j) {
    std::uint32_t* v = &directions_[j * kBits];
    if (j == 0) {
      for (int k = 0; k < kBits; ++k) v[k] = std::uint32_t{1} << (kBits - 1 - k);
      continue;
    }
    // The polynomial with its leading and last coefficient; m_k follow from the first `degree` of them.
    const auto polynomial = static_cast<std::uint32_t>(Table::polynomial(j - 1));
    const int degree = static_cast<int>(std::bit_width(polynomial)) - 1;
    for (int k = 0; k < kBits; ++k) {
      std::uint32_t m = 0;
      if (k < degree) {
        m = static_cast<std::uint32_t>(Table::minit(j - 1, static_cast<std::size_t>(k)));
        v[k] = m << (kBits - 1 - k);
        continue;
      }
      v[k] = v[k - degree] ^ (v[k - degree] >> degree);
      for (int i = 1; i < degree; ++i) {
        if (polynomial >> (degree - i) & 1) v[k] ^= v[k - i];
      }
    }
  }
}

std::uint32_t Sobol::plain(std::uint64_t point, std::size_t dimension) const {
  const std::uint32_t* v = &directions_[dimension * kBits];
  std::uint32_t x = 0;
  for (std::uint64_t bits = point & (kPoints - 1); bits != 0; bits &= bits - 1)
    x ^= v[std::countr_zero(bits)];  // (1)
  return x;
}

double Sobol::scrambled(std::uint64_t point, std::size_t dimension) const {
  const std::uint32_t x = plain(point, dimension);
  const std::uint64_t key = mix(seed_, dimension);
  std::uint32_t out = 0;
  for (int k = kBits - 1; k >= 0; --k) {
    // A leading one keeps prefixes of different length apart.
    const std::uint64_t above = (std::uint64_t{1} << (kBits - 1 - k)) | (std::uint64_t{x} >> k >> 1);
    const auto coin = static_cast<std::uint32_t>(mix(key, above) & 1);
    out |= ((x >> k & 1) ^ coin) << k;  // (2)
  }
  constexpr int kRandom = 52 - kBits;
  const std::uint64_t low = mix(~key, point) >> (64 - kRandom);
  return static_cast<double>(std::uint64_t{out} << kRandom | low) * 0x1p-52;
}

}  // namespace nullor
