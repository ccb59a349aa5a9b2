#include "nullor/learn/pooled_sizes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace nullor::learn {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kNumbers = graph::kSizedNumbers;

/// Mean, least, largest, deviation.
void append_figures(const std::vector<double>& values, std::vector<double>& out) {
  if (values.empty()) {
    out.insert(out.end(), 4, kNone);
    return;
  }
  const auto n = static_cast<double>(values.size());
  double sum = 0, squares = 0;
  for (const double v : values) sum += v;
  for (const double v : values) squares += (v - sum / n) * (v - sum / n);
  const auto [least, largest] = std::minmax_element(values.begin(), values.end());
  out.insert(out.end(), {sum / n, *least, *largest, std::sqrt(squares / n)});
}

double sum_of_sizes(const std::vector<std::size_t>& devices, std::span<const double> numbers) {
  double sum = 0;
  for (const std::size_t d : devices) sum += std::fabs(numbers[d * kNumbers]);
  return sum > 0 ? std::log(sum) : kNone;
}

}  // namespace

std::vector<double> pooled_sizes(const graph::SizedCircuit& circuit, std::span<const double> numbers) {
  std::array<std::vector<std::size_t>, graph::kSizedKinds> of_kind;
  for (std::size_t d = 0; d < circuit.devices().size(); ++d)
    of_kind[static_cast<std::size_t>(circuit.devices()[d].kind)].push_back(d);
  std::vector<double> out, logs;
  for (const auto& devices : of_kind) {
    out.push_back(static_cast<double>(devices.size()));
    for (std::size_t number = 0; number < kNumbers; ++number) {
      logs.clear();
      for (const std::size_t d : devices) {
        const double size = std::fabs(numbers[d * kNumbers + number]);
        if (size > 0) logs.push_back(std::log(size));
      }
      append_figures(logs, out);
    }
  }
  for (const auto kind : {graph::SizedKind::nmos, graph::SizedKind::pmos}) {
    for (const double power : {-1.0, 1.0}) {
      logs.clear();
      for (const std::size_t d : of_kind[static_cast<std::size_t>(kind)]) {
        const double* size = &numbers[d * kNumbers];
        if (size[0] > 0 && size[1] > 0 && size[2] > 0)
          logs.push_back(std::log(size[0]) + power * std::log(size[1]) + std::log(size[2]));
      }
      append_figures(logs, out);
    }
  }
  out.push_back(sum_of_sizes(of_kind[static_cast<std::size_t>(graph::SizedKind::capacitor)], numbers));
  out.push_back(sum_of_sizes(of_kind[static_cast<std::size_t>(graph::SizedKind::current_source)], numbers));
  return out;
}

}  // namespace nullor::learn
