#pragma once
/// How the control language prints vectors and writes them to text files.

#include <string>
#include <vector>

#include "nullor/simulate/samples.h"

namespace nullor {

struct NamedSamples {
  std::string name;
  Samples<double> samples;
};

/// "name = 1.234560e+00" for single samples; otherwise one table with the index and the scale in front.
std::string print_text(const std::vector<NamedSamples>& vectors, const NamedSamples& scale, int digits);

struct WrdataOptions {
  int digits = 8;
  bool single_scale = false;  ///< the scale once, in front (set wr_singlescale)
  bool names = false;         ///< a first line of names (set wr_vecnames)
};

/// Rows of "x y x y ..."; a complex vector takes "x re im".
std::string wrdata_text(const std::vector<NamedSamples>& vectors, const NamedSamples& scale,
                        const WrdataOptions& options);

}  // namespace nullor
