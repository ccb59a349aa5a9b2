#pragma once
/// The training of a generator as a page.

#include <string>

#include "nullor/learn/decoder_training.h"

namespace nullor {

/// Learning curves over the epochs, the best epoch, what was trained.
std::string training_page(const learn::TrainingSummary& summary, const std::string& backend);

}  // namespace nullor
