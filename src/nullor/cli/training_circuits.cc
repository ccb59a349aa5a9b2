#include "nullor/cli/training_circuits.h"

#include <fmt/format.h>

#include "nullor/base/error.h"
#include "nullor/base/log.h"
#include "nullor/graph/repair.h"
#include "nullor/graph/topology_set.h"

namespace nullor {

TrainingCircuits training_circuits(const std::string& path, const graph::Language& language,
                                   double validation_share, double test_share, std::uint64_t seed) {
  graph::TopologySet set = graph::read_topology_set(path);
  const graph::TopologySplit split = graph::split_by_group(set, validation_share, test_share, seed);
  TrainingCircuits out;
  int unfit = 0;
  std::string why;
  const auto take = [&](const std::vector<int>& indices, std::vector<graph::Topology>& to) {
    for (const int k : indices) {
      graph::Topology& circuit = set.entries[static_cast<std::size_t>(k)].topology;
      graph::repair(circuit);
      try {
        Rng rng(1);
        language.encode(circuit, rng);
        to.push_back(std::move(circuit));
      } catch (const InputError& error) {
        ++unfit;
        why = error.what();
      }
    }
  };
  take(split.training, out.training);
  take(split.validation, out.validation);
  if (unfit > 0) {
    log_warning(fmt::format("{} circuits do not fit into the language and are left out: {}", unfit, why));
  }
  return out;
}

}  // namespace nullor
