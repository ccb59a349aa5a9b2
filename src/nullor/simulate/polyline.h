#pragma once
/// The polyline through samples: where it crosses another, what it is worth between samples, what lies under
/// it.

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "nullor/math/functions.h"

namespace nullor {

/// `x` ascends (equal neighbours allowed) and has as many entries as `y`, at least one.
template <class T>
struct Polyline {
  std::vector<double> x;
  std::vector<T> y;

  /// The segment [k, k+1] that holds position `at`, or nothing outside.
  std::optional<std::size_t> segment(double at) const {
    if (!(at >= x.front() && at <= x.back())) return std::nullopt;
    if (x.size() == 1) return 0;
    const auto after = std::upper_bound(x.begin(), x.end(), at);
    const auto k = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, after - x.begin() - 1));
    return std::min(k, x.size() - 2);
  }

  T slope(std::size_t k) const {
    if (k + 1 >= x.size() || x[k + 1] == x[k]) return T(0);
    return (y[k + 1] - y[k]) / T(x[k + 1] - x[k]);
  }

  std::optional<T> at(const T& position) const {
    const auto k = segment(value(position));
    if (!k) return std::nullopt;
    return y[*k] + slope(*k) * (position - T(x[*k]));
  }

  /// The polyline between two positions, its ends interpolated. Positions must lie inside, from < to. The
  /// ends' places may themselves depend on the samples, hence their own type.
  struct Part {
    std::vector<T> x, y;
  };
  Part between(const T& from, const T& to) const {
    Part out;
    const auto add = [&](const T& px, const T& py) {
      out.x.push_back(px);
      out.y.push_back(py);
    };
    add(from, *at(from));
    for (std::size_t k = 0; k < x.size(); ++k) {
      if (x[k] > value(from) && x[k] < value(to)) add(T(x[k]), y[k]);
    }
    add(to, *at(to));
    return out;
  }
};

}  // namespace nullor
