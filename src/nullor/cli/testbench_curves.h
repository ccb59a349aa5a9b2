#pragma once
/// What a circuit shows in the testbench of its family.

#include <string>
#include <utility>
#include <vector>

namespace nullor {

/// An SVG of each analysis of the decks, (set-up, text): the voltages that move, of the testbench's own
/// nodes, over time, frequency or a sweep. A deck that cannot be simulated has none.
std::vector<std::string> testbench_curves(const std::vector<std::pair<std::string, std::string>>& decks);

}  // namespace nullor
