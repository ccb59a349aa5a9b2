#pragma once
/// Finished runs of a surrogate on disk, so that training can go on where it ended.

#include <string>
#include <vector>

#include "nullor/neural/box_simulator.h"

namespace nullor {

/// safetensors: "u", "knots", "state", "knots_u", "state_u", one run after another, and the windows and the
/// box they belong to. Complete or not at all.
void save_checkpoint(const std::string& path, const BoxSimulator& box, const std::vector<SurrogateRun>& runs);

/// The runs of a file, none where there is no file. Throws InputError when the file is no checkpoint or of
/// other parameters, ranges, windows or another circuit.
std::vector<SurrogateRun> load_checkpoint(const std::string& path, const BoxSimulator& box);

}  // namespace nullor
