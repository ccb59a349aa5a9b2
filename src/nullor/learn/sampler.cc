#include "nullor/learn/sampler.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

#include "nullor/base/error.h"
#include "nullor/base/parallel.h"

namespace nullor::learn {
namespace {

struct Candidate {
  double weight;
  int token;
};

/// The likely ones first, as many as top-k and top-p leave.
void keep_likely(std::vector<Candidate>& candidates, const SamplingOptions& options) {
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return a.weight != b.weight ? a.weight > b.weight : a.token < b.token;
  });
  if (options.top_k > 0 && static_cast<std::size_t>(options.top_k) < candidates.size())
    candidates.resize(static_cast<std::size_t>(options.top_k));
  double total = 0, sum = 0;
  for (const Candidate& c : candidates) total += c.weight;
  std::size_t kept = 0;
  while (kept < candidates.size() && sum < options.top_p * total) sum += candidates[kept++].weight;
  candidates.resize(std::max<std::size_t>(kept, 1));
}

/// A sequence as the network sees it.
struct Stream {
  std::vector<int> shown;  ///< everything the network was or will be shown
  std::size_t next = 0;    ///< first of `shown` that it was not
  KeyValueCache cache;
  std::vector<float> logits;  ///< of what follows, where all was shown

  bool complete() const { return next == shown.size(); }
  void begin(std::vector<int> prefix) {
    shown = std::move(prefix);
    next = 0;
    cache.clear();
  }
};

/// A sample that is being written.
struct Writer {
  std::size_t index = 0;
  Stream asked, plain;  ///< plain: (1) of sampler.h; nothing is shown where nothing guides
  std::unique_ptr<graph::TokenMask> mask;
  Rng rng;
  Sample sample;
};

/// What one thread does: it keeps `batch` samples in the making, and takes the next when one is finished.
class SamplingThread {
 public:
  SamplingThread(const Decoder& decoder, const graph::Language& language, const SamplingOptions& options,
                 const SampleSource& source, int batch)
      : decoder_(decoder),
        language_(language),
        options_(options),
        source_(source),
        batch_(static_cast<std::size_t>(batch)),
        room_(batch_ * (guided() ? 2 : 1) + kPrefixTokens),
        run_(decoder, static_cast<int>(room_)) {}

  /// `next`: number of the sample to begin. `done`: called with every finished one.
  template <class Next, class Done>
  void work(const Next& next, const Done& done) {
    while (true) {
      std::size_t index = 0;
      while (writers_.size() < batch_ && next(&index)) begin(index);
      if (writers_.empty()) return;
      step();
      for (std::size_t k = 0; k < writers_.size();) {
        if (!ended(*writers_[k])) {
          ++k;
          continue;
        }
        done(writers_[k]->index, std::move(writers_[k]->sample));
        spare_.push_back(std::move(writers_[k]));
        writers_[k] = std::move(writers_.back());
        writers_.pop_back();
      }
    }
  }

 private:
  static constexpr std::size_t kPrefixTokens = 64;  ///< tokens of prefixes shown beside the batch

  bool guided() const { return options_.guidance != 1; }

  void begin(std::size_t index) {
    if (spare_.empty()) spare_.push_back(std::make_unique<Writer>());
    std::unique_ptr<Writer> writer = std::move(spare_.back());
    spare_.pop_back();
    writer->index = index;
    writer->asked.begin(source_.prefix(index));
    writer->plain.begin(guided() ? source_.plain_prefix(index) : std::vector<int>());
    writer->mask = source_.make_mask(index);
    writer->rng = Rng(options_.seed).split(index);
    writer->sample = {};
    if (writer->asked.shown.empty())
      throw InputError(ErrorKind::usage, "a sample begins with one token or more");
    if (writer->asked.shown.size() > static_cast<std::size_t>(decoder_.config().context))
      throw InputError(ErrorKind::specification,
                       fmt::format("a beginning of {} tokens is longer than the model's context of {}",
                                   writer->asked.shown.size(), decoder_.config().context));
    writers_.push_back(std::move(writer));
  }

  bool ended(const Writer& writer) const {
    return writer.sample.finished || (writer.asked.complete() && writer.plain.complete());
  }

  /// Shows the network the next token of every stream, or several of a prefix, and draws what follows.
  void step() {
    inputs_.clear();
    wanting_.clear();
    open_.clear();
    for (const auto& writer : writers_) {
      for (Stream* stream : {&writer->asked, &writer->plain}) {
        if (!stream->complete()) open_.push_back(stream);
      }
    }
    // Every stream still to come takes one place at least.
    for (std::size_t k = 0; k < open_.size(); ++k)
      show(*open_[k], room_ - inputs_.size() - (open_.size() - k - 1));
    std::span<const float> logits = run_.forward(inputs_);
    for (Stream* stream : wanting_) {
      const auto own = logits.first(static_cast<std::size_t>(decoder_.config().vocabulary));
      stream->logits.assign(own.begin(), own.end());
      logits = logits.subspan(static_cast<std::size_t>(run_.pitch()));
    }
    for (const auto& writer : writers_) {
      if (writer->asked.complete() && writer->plain.complete()) draw(*writer);
    }
  }

  void show(Stream& stream, std::size_t room) {
    std::vector<int> slots;
    if (decoder_.config().slots > 1) slots = language_.slots(stream.shown);
    for (; !stream.complete() && room > 0; ++stream.next, --room) {
      const bool last = stream.next + 1 == stream.shown.size();
      inputs_.push_back(
          {&stream.cache, stream.shown[stream.next], slots.empty() ? 0 : slots[stream.next], last});
      if (last) wanting_.push_back(&stream);
    }
  }

  /// (1) of sampler.h
  std::span<const float> guided_logits(Writer& writer) const {
    std::vector<float>& asked = writer.asked.logits;
    if (writer.plain.shown.empty()) return asked;
    const auto factor = static_cast<float>(options_.guidance);
    for (std::size_t k = 0; k < asked.size(); ++k) {
      const float plain = writer.plain.logits[k];
      asked[k] = plain + factor * (asked[k] - plain);
    }
    return asked;
  }

  /// A sample that leaves this with nothing more to show has ended.
  void draw(Writer& writer) {
    Sample& sample = writer.sample;
    if (writer.mask && writer.mask->finished()) {
      sample.finished = true;
      return;
    }
    const std::span<const std::uint8_t> allowed =
        writer.mask ? writer.mask->allowed() : std::span<const std::uint8_t>();
    const int token =
        draw_token(guided_logits(writer), allowed, options_, writer.rng, &sample.log_probability);
    if (token < 0) return;
    sample.tokens.push_back(token);
    if (options_.keep_allowed) sample.allowed.insert(sample.allowed.end(), allowed.begin(), allowed.end());
    if (writer.mask) writer.mask->push(token);
    sample.finished = token == graph::kEndToken || (writer.mask && writer.mask->finished());
    const bool full =
        writer.asked.shown.size() >= static_cast<std::size_t>(decoder_.config().context) ||
        (options_.most_tokens > 0 && sample.tokens.size() >= static_cast<std::size_t>(options_.most_tokens));
    if (sample.finished || full) return;
    writer.asked.shown.push_back(token);
    if (!writer.plain.shown.empty()) writer.plain.shown.push_back(token);
  }

  const Decoder& decoder_;
  const graph::Language& language_;
  const SamplingOptions& options_;
  const SampleSource& source_;
  std::size_t batch_;
  std::size_t room_;  ///< tokens that are shown at a time
  DecoderRun run_;
  std::vector<std::unique_ptr<Writer>> writers_, spare_;
  std::vector<DecoderInput> inputs_;
  std::vector<Stream*> open_, wanting_;
};

void check_options(const SamplingOptions& options) {
  const auto refuse = [](const std::string& what) { throw InputError(ErrorKind::usage, what); };
  if (!(options.temperature >= 0 && options.temperature <= 1e6))
    refuse(fmt::format("a temperature of {}; it is 0 or more", options.temperature));
  if (!(options.top_p > 0 && options.top_p <= 1))
    refuse(fmt::format("top-p {}; it is above 0 and at most 1", options.top_p));
  if (!(options.guidance >= 0 && options.guidance <= 100))
    refuse(fmt::format("a guidance of {}; it is 0 to 100, and 1 changes nothing", options.guidance));
  if (options.top_k < 0) refuse(fmt::format("top-k {}; it is 0 or more", options.top_k));
  if (options.batch < 1 || options.batch > 65536)
    refuse(fmt::format("a batch of {}; it is 1 to 65536", options.batch));
}

}  // namespace

std::vector<int> SampleSource::prefix(std::size_t) const { return {graph::kBeginToken}; }
std::vector<int> SampleSource::plain_prefix(std::size_t) const { return {}; }
std::unique_ptr<graph::TokenMask> SampleSource::make_mask(std::size_t) const { return nullptr; }

int draw_token(std::span<const float> logits, std::span<const std::uint8_t> allowed,
               const SamplingOptions& options, Rng& rng, double* log_probability) {
  std::vector<Candidate> candidates;
  candidates.reserve(logits.size());
  double most = -INFINITY;
  for (std::size_t token = 0; token < logits.size(); ++token) {
    if (token < allowed.size() ? allowed[token] == 0 : !allowed.empty()) continue;
    candidates.push_back({logits[token], static_cast<int>(token)});
    most = std::max(most, candidates.back().weight);
  }
  if (candidates.empty()) return -1;
  if (options.temperature == 0)
    return std::max_element(candidates.begin(), candidates.end(),
                            [](const Candidate& a, const Candidate& b) { return a.weight < b.weight; })
        ->token;
  for (Candidate& c : candidates) c.weight = std::exp((c.weight - most) / options.temperature);
  if (options.top_k > 0 || options.top_p < 1) keep_likely(candidates, options);
  double total = 0, sum = 0;
  for (const Candidate& c : candidates) total += c.weight;
  const double place = rng.uniform() * total;
  // Rounding may leave `place` beyond the sum; one of weight 0 is never drawn.
  const Candidate* drawn = nullptr;
  for (const Candidate& c : candidates) {
    if (c.weight == 0) continue;
    drawn = &c;
    sum += c.weight;
    if (place < sum) break;
  }
  *log_probability += std::log(drawn->weight / total);
  return drawn->token;
}

std::vector<Sample> draw(const Decoder& decoder, const graph::Language& language, std::size_t count,
                         const SamplingOptions& options, const SampleSource& source,
                         const std::function<bool(double)>& progress) {
  check_options(options);
  const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
  const std::size_t threads =
      std::clamp<std::size_t>(count, 1, options.jobs > 0 ? static_cast<std::size_t>(options.jobs) : cores);
  const int batch =
      static_cast<int>(std::min(static_cast<std::size_t>(options.batch), (count + threads - 1) / threads));
  std::vector<Sample> out(count);
  std::atomic<std::size_t> begun{0}, ended{0};
  std::atomic<bool> stopped{false};
  const auto caller = std::this_thread::get_id();
  parallel_for(threads, static_cast<int>(threads), [&](std::size_t) {
    SamplingThread thread(decoder, language, options, source, batch);
    thread.work([&](std::size_t* index) { return !stopped && (*index = begun++) < count; },
                [&](std::size_t index, Sample sample) {
                  out[index] = std::move(sample);
                  const double share = static_cast<double>(++ended) / static_cast<double>(count);
                  if (progress && std::this_thread::get_id() == caller && !progress(share)) stopped = true;
                });
  });
  return out;
}

}  // namespace nullor::learn
