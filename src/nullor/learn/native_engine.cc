#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "nullor/base/parallel.h"
#include "nullor/learn/predictor_pass.h"

namespace nullor::learn {
namespace {

/// Gradients are summed in so many places, each in a fixed order: the same bytes for any number of threads.
constexpr std::size_t kLanes = 8;

class NativeEngine final : public PredictorEngine {
 public:
  NativeEngine(const PredictorConfig& config, const PredictorShape& shape, int jobs)
      : network_(config, shape),
        jobs_(jobs > 0 ? jobs : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()))),
        lanes_(kLanes) {}

  std::string description() const override {
    return fmt::format("native, {} thread{}", jobs_, jobs_ == 1 ? "" : "s");
  }

  Step step(std::size_t shards, const Prepare& prepare, const PredictorLoss& whole,
            std::span<const float> weights, const Rng& dropout) override {
    const std::size_t used = std::min(kLanes, shards);
    parallel_for(used, jobs_, [&](std::size_t k) {
      Lane& lane = lanes_[k];
      lane.gradient.assign(network_.layout().size(), 0.0f);
      lane.loss = {};
      for (std::size_t s = k; s < shards; s += used)
        lane.loss += lane.pass.train(network_, weights.data(), prepare(s), whole, dropout.split(s),
                                     lane.gradient.data());
    });
    PredictorLoss loss;
    for (std::size_t k = 0; k < used; ++k) {
      loss += lanes_[k].loss;
      for (std::size_t i = 0; k > 0 && i < lanes_[0].gradient.size(); ++i)
        lanes_[0].gradient[i] += lanes_[k].gradient[i];
    }
    return {loss, lanes_[0].gradient};
  }

  PredictorLoss evaluate(std::size_t shards, const Prepare& prepare,
                         std::span<const float> weights) override {
    std::vector<PredictorLoss> losses(shards);
    const std::size_t used = std::min(kLanes, shards);
    parallel_for(used, jobs_, [&](std::size_t k) {
      for (std::size_t s = k; s < shards; s += used)
        losses[s] = lanes_[k].pass.evaluate(network_, weights.data(), prepare(s));
    });
    PredictorLoss out;
    for (const PredictorLoss& loss : losses) out += loss;
    return out;
  }

 private:
  struct Lane {
    PredictorPass pass;
    SimdVector<float> gradient;
    PredictorLoss loss;
  };

  PredictorNetwork network_;
  int jobs_;
  std::vector<Lane> lanes_;
};

}  // namespace

std::unique_ptr<PredictorEngine> make_native_engine(const PredictorConfig& config,
                                                    const PredictorShape& shape, int jobs) {
  return std::make_unique<NativeEngine>(config, shape, jobs);
}

}  // namespace nullor::learn
