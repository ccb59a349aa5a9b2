#pragma once
/// The functions that expressions over result columns may call.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nullor/simulate/complex_pair.h"
#include "nullor/simulate/samples.h"

namespace nullor {

/// Sample k; a constant has the same one everywhere.
template <class T>
Pair<T> pair_at(const Samples<T>& x, std::size_t k) {
  const std::size_t j = x.size() == 1 ? 0 : k;
  return {x.re[j], x.is_complex() ? x.im[j] : T(0)};
}

/// Applies function `name` to its arguments; nothing when there is no function of that name and number of
/// arguments. `scale` is the independent variable, used by deriv and integ when its length fits (the index is
/// used otherwise).
template <class T>
std::optional<Samples<T>> call_vector_function(std::string_view name, std::span<const Samples<T>> arguments,
                                               std::span<const double> scale, bool degrees);

/// a op b for + - * / % ^ and comparisons; `op` as in Expression. The lengths must be equal, or one of
/// them 1.
template <class T>
Samples<T> combine(std::string_view op, const Samples<T>& a, const Samples<T>& b);

std::vector<std::string> vector_function_names();

}  // namespace nullor
