#pragma once
/// A deep resistive network with the record of its training, in one safetensors file: F32 arrays g1, b1, g2,
/// ... in the layout of DeepNetwork, and JSON texts "network", "training" and "curve" among its metadata.

#include <string>
#include <string_view>
#include <vector>

#include "nullor/resistive/deep_trainer.h"

namespace nullor {

/// One line of a learning curve.
struct EpochScores {
  int epoch = 0;  ///< from 1
  DeepScore training, test;
  bool tested = false;
};

struct DeepFile {
  DeepNetwork network;
  std::string model;      ///< name of the preset, or empty
  DeepTraining training;  ///< options; `jobs` is not kept
  int epoch = 0;          ///< epochs done
  std::vector<EpochScores> curve;
};

/// Complete or not at all. Takes the file by value, since its arrays move: no second copy of them is made.
/// Throws InputError(input_output).
void write_deep_file(DeepFile file, const std::string& path);
/// Throws InputError(input_output) for anything but a file that write_deep_file wrote: other contents, shapes
/// or numbers that make no network.
DeepFile read_deep_file(const std::string& path);
/// The same of the bytes of a file; `path` names it in messages.
DeepFile parse_deep_file(std::string_view bytes, const std::string& path);

/// A learning curve as a JSON list: epoch, training and (where there was one) test with loss, error, power
/// and seconds.
std::string curve_json(const std::vector<EpochScores>& curve);

}  // namespace nullor
