#pragma once
/// Circuits written by a trained decoder.

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "nullor/graph/conditions.h"
#include "nullor/learn/sampler.h"

namespace nullor::learn {

/// "records", "walk", or "numbered_walk": one whose devices keep their numbers. Throws InputError(usage).
std::unique_ptr<graph::Language> make_language(std::string_view name);

struct GeneratedTopology {
  bool decoded = false;      ///< L0 of the ladder; else `why` not
  graph::Topology topology;  ///< named by graph::rename
  std::string why;
  std::vector<int> tokens;     ///< the whole sequence, with what it began with
  double log_probability = 0;  ///< of what was drawn [nats]
  std::vector<bool> allowed;   ///< of Sample
};

class TopologyGenerator {
 public:
  /// Throws InputError: no weights, or of a language that this program does not write.
  explicit TopologyGenerator(const std::string& weights_path);
  explicit TopologyGenerator(DecoderModel model, const std::string& name = "the model");

  const Decoder& decoder() const { return *decoder_; }
  const graph::Language& language() const { return *language_; }

  /// Circuit k meets conditions[k % conditions.size()]; none: the same as default ones. Where they leave the
  /// number of devices open, it is drawn from those of the circuits, of the family asked for, that the model
  /// learned from. Records are masked, so that every one keeps the electrical rules and its conditions
  /// (graph::RecordMask); walks are not, and know no conditions: any that is given throws InputError(usage).
  /// Circuits that `progress` cut off, by false, are not decoded. The same for any batch and number of
  /// threads.
  std::vector<GeneratedTopology> generate(std::size_t count, std::span<const graph::Conditions> conditions,
                                          const SamplingOptions& options,
                                          const std::function<bool(double)>& progress = {}) const;

 private:
  std::unique_ptr<graph::Language> language_;
  std::unique_ptr<Decoder> decoder_;
};

}  // namespace nullor::learn
