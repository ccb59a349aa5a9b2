#include "nullor/design/testbench.h"

#include <algorithm>

namespace nullor {

const Condition* Testbench::condition(std::string_view name) const {
  for (const Condition& c : conditions) {
    if (c.name == name) return &c;
  }
  return nullptr;
}

std::vector<std::size_t> Testbench::kept() const {
  std::vector<std::size_t> out;
  for (std::size_t k = 0; k < metrics.size(); ++k) {
    if (!metrics[k].hidden) out.push_back(k);
  }
  return out;
}

std::vector<std::string> Testbench::classes() const {
  std::vector<std::string> out = {"ok", "illegal_geometry", "no_operating_point", "no_convergence",
                                  "time_limit"};
  for (const FailureRule& rule : failures) {
    if (std::find(out.begin(), out.end(), rule.failure) == out.end()) out.push_back(rule.failure);
  }
  return out;
}

}  // namespace nullor
