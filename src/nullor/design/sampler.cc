#include "nullor/design/sampler.h"

#include <fmt/format.h>

#include <array>
#include <bit>

#include "nullor/design/mix.h"
#include "nullor/design/python_random.h"

namespace nullor {
namespace {

constexpr std::array<std::pair<Sampling, const char*>, 4> kNames = {{{Sampling::uniform, "uniform"},
                                                                     {Sampling::latin_hypercube, "lhs"},
                                                                     {Sampling::sobol, "sobol"},
                                                                     {Sampling::python, "python"}}};

std::vector<double> python_stream(const Bounds& bounds, const SamplerOptions& options) {
  PythonRandom random(options.seed);
  std::vector<double> out;
  out.reserve(options.count * bounds.drawn());
  for (std::uint64_t k = 0; k < options.count; ++k) {
    for (const Bound& b : bounds.list()) {
      if (!b.drawn()) continue;
      if (b.kind == Bound::Kind::integer) {
        out.push_back(static_cast<double>(
            random.randint(static_cast<std::int64_t>(b.min), static_cast<std::int64_t>(b.max))));
      } else if (b.kind == Bound::Kind::linear) {
        out.push_back(random.uniform(b.min, b.max));
      } else {
        out.push_back(b.at(random.random()));
      }
    }
  }
  return out;
}

}  // namespace

Sampling sampling_of(const std::string& name) {
  std::vector<std::string> known;
  for (const auto& [method, text] : kNames) {
    if (name == text) return method;
    known.emplace_back(text);
  }
  throw InputError(ErrorKind::usage, "there is no sampling '" + name + "'", {},
                   did_you_mean(name, known, fmt::format("one of {}", fmt::join(known, ", "))));
}

const char* name_of(Sampling sampling) { return kNames[static_cast<std::size_t>(sampling)].second; }

std::uint64_t shuffled(std::uint64_t index, std::uint64_t count, std::uint64_t key) {
  constexpr int kRounds = 6;
  const int half = (static_cast<int>(std::bit_width(count - 1)) + 1) / 2;
  if (half == 0) return 0;
  const std::uint64_t mask = (std::uint64_t{1} << half) - 1;
  do {
    std::uint64_t left = index >> half, right = index & mask;
    for (std::uint64_t round = 0; round < kRounds; ++round) {
      const std::uint64_t next = left ^ (mix(key + round, right) & mask);
      left = right;
      right = next;
    }
    index = left << half | right;
  } while (index >= count);
  return index;
}

Sampler::Sampler(Bounds bounds, const SamplerOptions& options)
    : bounds_(std::move(bounds)), options_(options) {
  constexpr std::uint64_t kStream = 500'000'000;  // numbers kept of a stream that cannot be entered midway
  if (options_.method == Sampling::sobol) {
    if (bounds_.drawn() > Sobol::most_dimensions())
      throw InputError(ErrorKind::usage, fmt::format("sobol sampling has at most {} parameters, not {}",
                                                     Sobol::most_dimensions(), bounds_.drawn()));
    if (options_.count > Sobol::kPoints)
      throw InputError(ErrorKind::usage,
                       fmt::format("sobol sampling has at most {} samples", Sobol::kPoints));
    sobol_.emplace(bounds_.drawn(), options_.seed);
  }
  if (options_.method == Sampling::python) {
    if (bounds_.drawn() > 0 && options_.count > kStream / bounds_.drawn())
      throw InputError(ErrorKind::usage, "python sampling is one stream from the start: too many samples", {},
                       "use uniform, lhs or sobol");
    stream_ = python_stream(bounds_, options_);
  }
}

double Sampler::place(std::uint64_t index, std::size_t dimension) const {
  if (sobol_) return sobol_->scrambled(index, dimension);
  const std::uint64_t key = mix(options_.seed, dimension);
  const double u = static_cast<double>(mix(~key, index) >> 12) * 0x1p-52;
  if (options_.method == Sampling::uniform) return u;
  return (static_cast<double>(shuffled(index, options_.count, key)) + u) /
         static_cast<double>(options_.count);
}

std::vector<double> Sampler::at(std::uint64_t index) const {
  const std::size_t n = bounds_.drawn();
  if (!stream_.empty()) return bounds_.complete(std::span(stream_).subspan(index * n, n));
  std::vector<double> drawn;
  for (const Bound& b : bounds_.list()) {
    if (b.drawn()) drawn.push_back(b.at(place(index, drawn.size())));
  }
  return bounds_.complete(drawn);
}

}  // namespace nullor
