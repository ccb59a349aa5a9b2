#include "nullor/learn/topology_generator.h"

#include <fmt/format.h>

#include "nullor/base/error.h"
#include "nullor/base/parallel.h"
#include "nullor/graph/record_mask.h"
#include "nullor/graph/records.h"
#include "nullor/graph/walk.h"
#include "nullor/learn/size_shares.h"

namespace nullor::learn {
namespace {

/// Devices that a circuit may have beyond the wished ones, at least.
constexpr int kRoom = 4;

/// Sequences of records that end where their conditions say.
class RecordSource : public SampleSource {
 public:
  /// Throws InputError when no circuit can meet one of the conditions.
  RecordSource(std::span<const graph::Conditions> conditions, SizeShares sizes, std::uint64_t seed)
      : conditions_(conditions), sizes_(std::move(sizes)), rng_(seed) {
    for (const graph::Conditions& c : conditions_) graph::RecordMask mask(c);
  }
  std::vector<int> prefix(std::size_t index) const override { return graph::prompt(sized(index)); }
  /// Without the family, which alone is a wish: all else is kept to.
  std::vector<int> plain_prefix(std::size_t index) const override {
    graph::Conditions conditions = sized(index);
    if (!conditions.family) return {};
    conditions.family.reset();
    return graph::prompt(conditions);
  }
  std::unique_ptr<graph::TokenMask> make_mask(std::size_t index) const override {
    return std::make_unique<graph::RecordMask>(sized(index));
  }

 private:
  /// Where nobody asked for a number of devices, about one that circuits have; more, if the other conditions
  /// need more. Of a number n that is drawn, 7/8 n are wished, and a circuit that is not complete by then may
  /// go on to 7/6 n: made to end, it would end in devices that serve the rules and nothing else.
  graph::Conditions sized(std::size_t index) const {
    const graph::Conditions& asked = conditions_[index % conditions_.size()];
    if (sizes_.empty() || asked.min_devices == asked.max_devices) return asked;
    Rng rng = rng_.split(index).split(1);
    graph::Conditions out = asked;
    const int fewest = std::max(asked.min_devices, static_cast<int>(asked.partial.devices.size()) + 1);
    for (int drawn = sizes_.draw(rng, asked.family, fewest, asked.max_devices); drawn <= asked.max_devices;
         drawn *= 2) {
      const int wished = std::max(fewest, (7 * drawn + 4) / 8);
      out.min_devices = out.wished_devices = wished;
      out.max_devices = std::min(asked.max_devices, wished + std::max(kRoom, wished / 3));
      try {
        graph::RecordMask mask(out);
        return out;
      } catch (const InputError&) {
        // Too few devices for the ports and kinds.
      }
    }
    return asked;
  }

  std::span<const graph::Conditions> conditions_;
  SizeShares sizes_;
  Rng rng_;
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
  if (name == "numbered_walk")
    return std::make_unique<graph::WalkLanguage>(graph::WalkOptions{.permute = true, .renumber = false});
  throw InputError(ErrorKind::usage, fmt::format("there is no language '{}'", name), {},
                   "records, walk or numbered_walk");
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
    const auto note = decoder_->model().notes.find(SizeShares::kNote);
    const SizeShares sizes(note == decoder_->model().notes.end() ? "" : note->second);
    source = std::make_unique<RecordSource>(conditions, sizes, options.seed);
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
    one.allowed = std::move(samples[k].allowed);
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
