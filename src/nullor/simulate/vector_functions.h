#pragma once
/// The functions that expressions over result columns may call.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nullor/simulate/samples.h"

namespace nullor {

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
