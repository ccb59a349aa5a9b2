// Any text as an edge list. What reads and is small is solved: an answer that counts as solved has its proof,
// any other ends all the same.
#include <cmath>
#include <cstdlib>
#include <string>

#include "fuzz.h"
#include "nullor/resistive/read_edge_list.h"
#include "nullor/resistive/solve.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 4096) return 0;
  return fuzz(data, size, [](std::string_view text) {
    using namespace nullor::resistive;
    const ResistiveNetwork network = read_edge_list_text(std::string(text), "fuzz");
    if (network.node_count > 40) return;
    SolverOptions options;
    options.jobs = 1;
    options.time_limit = 2;
    const Solution answer = solve(network, options);
    if (answer.outcome == Outcome::infeasible && answer.message.empty()) std::abort();
    if (answer.outcome != Outcome::solved) return;
    if (!(answer.kkt_residual <= options.tolerance)) std::abort();
    for (const double v : answer.node_voltages) {
      if (!std::isfinite(v)) std::abort();
    }
  });
}
