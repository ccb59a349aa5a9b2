#include "nullor/design/lane_evaluator.h"

#include <algorithm>
#include <map>
#include <string>

#include "nullor/design/cuda_simulator.h"
#include "nullor/design/lane_simulator.h"

namespace nullor {

namespace {

// Samples whose waveforms are kept at once; a graphics device has use for thousands of blocks.
constexpr std::size_t kChunk = 64, kCudaChunk = 1024;

}  // namespace

LaneEvaluator::LaneEvaluator(const Testbench& bench, const CircuitSetting& setting,
                             std::shared_ptr<CudaDevice> device)
    : bench_(bench),
      device_(std::move(device)),
      supported_(!(setting.time_limit > 0)),
      alone_(bench, setting) {
  for (std::size_t k = 0; k < bench.setups.size(); ++k)
    supported_ = supported_ && LaneSimulator::supports(alone_.circuit(k));
}

SampleOutcome LaneEvaluator::evaluate(std::span<const double> parameters,
                                      std::span<const double> conditions) {
  const Sample sample = {{parameters.begin(), parameters.end()}, {conditions.begin(), conditions.end()}};
  return evaluate_many({&sample, 1}, [](std::size_t) { return true; })[0];
}

std::vector<SampleOutcome> LaneEvaluator::evaluate_many(std::span<const Sample> samples,
                                                        const std::function<bool(std::size_t)>& done) {
  if (!supported_) {
    alone_count_ += static_cast<long>(samples.size());
    return alone_.evaluate_many(samples, done);
  }
  // Nothing of an earlier call may show.
  setups_.clear();
  places_.clear();
  for (std::size_t k = 0; k < bench_.setups.size(); ++k) {
    if (device_ && CudaSimulator::supports(alone_.circuit(k))) {
      setups_.push_back(std::make_unique<CudaSimulator>(alone_.circuit(k), alone_.wants_regions(k), device_));
    } else {
      setups_.push_back(std::make_unique<LaneSimulator>(alone_.circuit(k), alone_.wants_regions(k)));
    }
    places_.push_back(places_in_first(k));
  }
  std::vector<SampleOutcome> out;
  const std::size_t chunk = device_ ? kCudaChunk : kChunk;
  for (std::size_t first = 0; first < samples.size(); first += chunk) {
    const std::size_t count = std::min(chunk, samples.size() - first);
    evaluate_chunk(samples.subspan(first, count), out);
    for (std::size_t k = first; k < first + count; ++k) {
      if (!done(k)) return {};
    }
  }
  return out;
}

/// By unknown of a set-up: the one of the first set-up that stands at the same port or has the same name, or
/// -1.
std::vector<int> LaneEvaluator::places_in_first(std::size_t setup) const {
  std::map<std::string, int> first;
  for (const UnknownInfo& unknown : setups_[0]->unknowns())
    first.emplace(unknown.name, static_cast<int>(first.size()));
  std::map<std::string, std::string> same = {};  // node of this set-up: node of the first one
  for (const auto& [port, node] : bench_.setups[setup].connect) {
    for (const auto& [other_port, other] : bench_.setups[0].connect) {
      if (port == other_port) same.emplace(node, other);
    }
  }
  std::vector<int> out;
  for (const UnknownInfo& unknown : setups_[setup]->unknowns()) {
    const auto port = same.find(unknown.name);
    const auto found = first.find(port == same.end() ? unknown.name : port->second);
    out.push_back(found == first.end() ? -1 : found->second);
  }
  return out;
}

/// A solution of the first set-up by the unknowns of another one; 0 where that has no such unknown.
SetupSimulator::Start LaneEvaluator::in_unknowns_of(std::size_t setup,
                                                    const SetupSimulator::Start& first) const {
  if (first.empty()) return {};
  SetupSimulator::Start out;
  for (const int place : places_[setup])
    out.push_back(place < 0 ? 0.0 : first[static_cast<std::size_t>(place)]);
  out.push_back(0);
  return out;
}

void LaneEvaluator::evaluate_chunk(std::span<const Sample> samples, std::vector<SampleOutcome>& out) {
  std::vector<std::vector<SetupResult>> results(samples.size(), std::vector<SetupResult>(setups_.size()));
  std::vector<char> inside(samples.size(), 0);  // still in the lanes
  std::vector<SampleOutcome> outcomes(samples.size());
  for (std::size_t k = 0; k < samples.size(); ++k) {
    std::string illegal;
    inside[k] = alone_.is_legal(samples[k].parameters, samples[k].conditions, illegal);
  }
  // Set-ups of one circuit mostly have one operating point: it is looked for once.
  std::vector<SetupSimulator::Start> known(samples.size());
  for (std::size_t setup = 0; setup < setups_.size(); ++setup) {
    std::vector<Pinned> pinned;
    std::vector<SetupSimulator::Start> starts;
    std::vector<std::size_t> loaded;
    for (std::size_t k = 0; k < samples.size(); ++k) {
      if (!inside[k]) continue;
      const Sample& sample = samples[k];
      if (!outcomes[k].ok()) {
        results[k][setup].failure = "not simulated: " + outcomes[k].reason;
        continue;
      }
      if (const auto why = alone_.left_out(setup, sample.parameters, sample.conditions, results[k])) {
        results[k][setup].failure = "not simulated: " + *why;
        continue;
      }
      auto values = alone_.pinned(setup, sample.parameters, sample.conditions);
      inside[k] = values.has_value();
      if (!values) continue;
      pinned.push_back(std::move(*values));
      starts.push_back(setup == 0 ? SetupSimulator::Start() : in_unknowns_of(setup, known[k]));
      loaded.push_back(k);
    }
    SetupSimulator::Results found = setups_[setup]->run(
        pinned,
        [&](std::size_t k, const Table& table) {
          const Sample& sample = samples[loaded[k]];
          return alone_.has_ended(setup, sample.parameters, sample.conditions, table);
        },
        std::move(starts));
    for (std::size_t j = 0; j < loaded.size() && setup == 0; ++j)
      known[loaded[j]] = setups_[0]->operating_points()[j];
    for (std::size_t j = 0; j < loaded.size(); ++j) {
      inside[loaded[j]] = found[j].has_value();
      if (!found[j]) continue;
      results[loaded[j]][setup] = std::move(*found[j]);
      if (const auto why = alone_.over_limit(setup, results[loaded[j]][setup])) {
        outcomes[loaded[j]].failure = kNoConvergence;
        outcomes[loaded[j]].reason = results[loaded[j]][setup].failure = *why;
        outcomes[loaded[j]].simulated = false;
      }
    }
  }
  for (std::size_t k = 0; k < samples.size(); ++k) {
    if (inside[k]) {
      alone_.measure(samples[k].parameters, samples[k].conditions, results[k], outcomes[k]);
      out.push_back(std::move(outcomes[k]));
    } else {
      ++alone_count_;
      out.push_back(alone_.evaluate(samples[k].parameters, samples[k].conditions));
    }
  }
}

}  // namespace nullor
