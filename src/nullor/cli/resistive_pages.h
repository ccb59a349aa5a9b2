#pragma once
/// A trained deep resistive network as text, JSON and a page.

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "nullor/resistive/deep_file.h"

namespace nullor {

/// How a network does on a set of pictures.
struct DeepTest {
  DeepScore score;
  std::size_t pictures = 0;
  int classes = 0;
  std::vector<int> confusion;  ///< (classes, classes): row the label, column the answer
};

/// Counts the answers, one a picture.
DeepTest count_answers(const ImageSet& pictures, const DeepScore& score,
                       const std::vector<std::uint8_t>& answers);

/// "test error 3.46 % (346 of 10000)" and so on, and the confusion matrix.
std::string test_text(const DeepTest& test);
nlohmann::ordered_json test_json(const DeepTest& test);

/// Learning curves, what first-layer units see, the confusion matrix.
std::string deep_network_page(const DeepFile& file, const ImageSet& pictures, const DeepTest& test);

}  // namespace nullor
