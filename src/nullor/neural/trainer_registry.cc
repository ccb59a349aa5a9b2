#include "nullor/neural/trainer_registry.h"

#include <array>

#include "nullor/base/error.h"
#include "nullor/neural/adam.h"
#include "nullor/neural/collocation.h"
#include "nullor/neural/levenberg_marquardt.h"

namespace nullor {
namespace {

constexpr std::array<Trainer, 3> kTrainers = {{
    {"collocation", "windows of frozen features, output weights by Newton's method", "tolerance",
     train_by_collocation},
    {"lm", "windows of small perceptrons by Levenberg-Marquardt", "tolerance epochs points layers",
     train_by_levenberg_marquardt},
    {"adam", "one network by Adam, as NeuroSPICE does",
     "epochs rate schedule precision points windows layers causal patience soft-start hard-start "
     "initial-weight checkpoint resume",
     train_by_adam},
}};

}  // namespace

bool Trainer::accepts(std::string_view option) const {
  std::string_view rest = options;
  while (!rest.empty()) {
    const auto space = rest.find(' ');
    if (rest.substr(0, space) == option) return true;
    rest = space == std::string_view::npos ? std::string_view() : rest.substr(space + 1);
  }
  return false;
}

std::span<const Trainer> trainers() { return kTrainers; }

const Trainer& trainer_named(std::string_view name) {
  std::string names;
  for (const Trainer& t : kTrainers) {
    if (t.name == name) return t;
    names += (names.empty() ? "" : ", ") + std::string(t.name);
  }
  throw InputError(ErrorKind::usage, "there is no trainer '" + std::string(name) + "'", {},
                   "there are " + names);
}

}  // namespace nullor
