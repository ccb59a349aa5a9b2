#include "nullor/learn/topology_generator.h"

#include <fmt/format.h>

#include "nullor/base/error.h"
#include "nullor/base/parallel.h"
#include "nullor/graph/record_mask.h"
#include "nullor/graph/records.h"
#include "nullor/graph/walk.h"

namespace nullor::learn {
namespace {

/// Sequences of records that end where their conditions say.
class RecordSource : public SampleSource {
 public:
  explicit RecordSource(std::span<const graph::Conditions> conditions) {
    for (const graph::Conditions& c : conditions) {
      prompts_.push_back(graph::prompt(c));
      masks_.emplace_back(c);
    }
  }
  std::vector<int> prefix(std::size_t index) const override { return prompts_[index % prompts_.size()]; }
  std::unique_ptr<graph::TokenMask> make_mask(std::size_t index) const override {
    return std::make_unique<graph::RecordMask>(masks_[index % masks_.size()]);
  }

 private:
  std::vector<std::vector<int>> prompts_;
  std::vector<graph::RecordMask> masks_;  ///< at their beginnings
};

/// Walks begin with VSS, which is no choice, but are free in the rest.
class WalkSource : public SampleSource {};

bool has_conditions(const graph::Conditions& c) {
  const graph::Conditions none;
  return c.family || c.min_devices != none.min_devices || c.max_devices != none.max_devices ||
         c.ports != none.ports || c.only_ports || c.required != none.required ||
         c.forbidden != none.forbidden || !c.partial.devices.empty();
}

}  // namespace

std::unique_ptr<graph::Language> make_language(std::string_view name) {
  if (name == "records") return std::make_unique<graph::RecordLanguage>();
  if (name == "walk")
    return std::make_unique<graph::WalkLanguage>(graph::WalkOptions{.permute = true, .renumber = true});
  throw InputError(ErrorKind::usage, fmt::format("there is no language '{}'", name), {}, "records or walk");
}

TopologyGenerator::TopologyGenerator(const std::string& weights_path)
    : TopologyGenerator(read_decoder(weights_path), weights_path) {}

TopologyGenerator::TopologyGenerator(DecoderModel model, const std::string& name)
    : language_(make_language(model.language)) {
  check_language(model, *language_, name);
  decoder_ = std::make_unique<Decoder>(std::move(model));
}

std::vector<GeneratedTopology> TopologyGenerator::generate(
    std::size_t count, std::span<const graph::Conditions> conditions, const SamplingOptions& options,
    const std::function<bool(double)>& progress) const {
  const graph::Conditions none;
  if (conditions.empty()) conditions = {&none, 1};
  std::unique_ptr<SampleSource> source;
  if (language_->name() == "records") {
    for (const graph::Conditions& c : conditions) c.check();
    source = std::make_unique<RecordSource>(conditions);
  } else {
    for (const graph::Conditions& c : conditions) {
      if (has_conditions(c))
        throw InputError(ErrorKind::usage, "walks know no conditions", {},
                         "use weights of the language records");
    }
    source = std::make_unique<WalkSource>();
  }
  std::vector<Sample> samples = draw(*decoder_, *language_, count, options, *source, progress);
  std::vector<GeneratedTopology> out(count);
  parallel_for(count, options.jobs, [&](std::size_t k) {
    GeneratedTopology& one = out[k];
    one.log_probability = samples[k].log_probability;
    one.tokens = source->prefix(k);
    one.tokens.insert(one.tokens.end(), samples[k].tokens.begin(), samples[k].tokens.end());
    if (!samples[k].finished) {
      one.why = "the sequence was cut off";
      return;
    }
    if (auto decoded = language_->decode(one.tokens, &one.why)) {
      one.decoded = true;
      one.topology = std::move(*decoded);
      graph::rename(one.topology);
    }
  });
  return out;
}

}  // namespace nullor::learn
