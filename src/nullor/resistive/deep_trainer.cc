#include "nullor/resistive/deep_trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <numeric>

#include "nullor/base/error.h"
#include "nullor/resistive/deep_score.h"
#include "nullor/resistive/deep_update.h"
#include "nullor/resistive/device_trainer.h"

namespace nullor {
namespace {

using Clock = std::chrono::steady_clock;

std::size_t u(int k) { return static_cast<std::size_t>(k); }

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Below this many parameters a step is over before a second thread has woken up.
constexpr std::size_t kWorthThreads = 400000;

int threads_for(const DeepNetwork& network, int jobs) {
  return jobs > 0 ? jobs : network.parameter_count() < kWorthThreads ? 1 : 0;
}

DeepTraining checked(DeepTraining options, const DeepNetwork& network) {
  const auto refuse = [](const std::string& what) { throw InputError(ErrorKind::usage, what); };
  if (options.iterations < 1) refuse("relaxation needs at least 1 sweep");
  if (options.batch < 1) refuse("a batch needs at least 1 picture");
  if (!(options.nudging > 0)) refuse("the nudging must be positive");
  if (options.conductance_rates.empty() || options.bias_rates.empty()) refuse("no learning rate given");
  for (std::vector<double>* rates : {&options.conductance_rates, &options.bias_rates}) {
    for (const double rate : *rates) {
      if (!(rate >= 0)) refuse("a learning rate must not be negative");
    }
    rates->resize(u(network.layers()), rates->back());
  }
  options.hardware.check();
  if (options.rule == LearningRule::agnostic && !options.hardware.perfect()) {
    refuse("agnostic equilibrium propagation trains perfect devices alone: their conductances relax");
  }
  return options;
}

}  // namespace

void check_fit(const DeepNetwork& network, const ImageSet& set) {
  if (set.count() == 0) throw InputError(ErrorKind::usage, "no pictures");
  if (set.size() != u(network.widths.front())) {
    throw InputError(ErrorKind::usage,
                     fmt::format("the pictures have {} pixels, the network has {} inputs", set.size(),
                                 network.widths.front()),
                     {},
                     "give a network that was made for this data, or --widths with this many inputs first");
  }
  if (set.classes > network.widths.back()) {
    throw InputError(ErrorKind::usage, fmt::format("the pictures have {} classes, the network has {} outputs",
                                                   set.classes, network.widths.back()));
  }
}

struct DeepTrainer::Impl {
  Impl(const DeepNetwork& network, const ImageSet& set, const DeepTraining& wanted)
      : training(set),
        options(checked(wanted, network)),
        team(threads_for(network, options.jobs)),
        parameters(network, deep_kernels(options.instruction_set.c_str())),
        update(network, options, parameters),
        rule(parameters, options),
        padded((options.batch + kPictureGroup - 1) / kPictureGroup * kPictureGroup),
        batches{PackedPictures(parameters.pixels, padded), PackedPictures(parameters.pixels, padded)},
        agnostic(options.rule == LearningRule::agnostic) {
    if (options.cuda) device = std::make_unique<DeviceTrainer>(parameters, training, options);
    if (agnostic) before = std::make_unique<DeepParameters>(network, parameters.kernels);
  }

  /// The pictures of an epoch, in its own order, and its rates.
  std::vector<std::size_t> order_of(int epoch) const;
  DeepRates rates_of(int epoch) const;
  /// Batches of an epoch on the processor, on the device. The number of batches that were done.
  std::size_t run_here(int epoch, const std::function<bool(double)>& progress, ScoreSum& score);
  std::size_t run_there(int epoch, const std::function<bool(double)>& progress, ScoreSum& score);
  std::size_t batches_of_epoch() const {
    const std::size_t batch = u(options.batch);
    return (training.count() + batch - 1) / batch;
  }

  /// One batch, from the drive of its pictures to that of the next ones. `classes` are of the old and the new
  /// pictures, `same` of the old ones twice.
  void step(int member, DeepState& state, const DeepRates& rates, const PackedPictures& old_pictures,
            const PackedPictures& new_pictures, const PixelClasses& classes, const PixelClasses& same,
            const std::uint8_t* labels, int count);

  const ImageSet& training;
  DeepTraining options;
  ThreadTeam team;
  DeepParameters parameters;
  DeepUpdate update;
  DeepRule rule;
  int padded;
  PackedPictures batches[2];
  bool agnostic;
  std::unique_ptr<DeepParameters> before;  ///< agnostic: the parameters of the free state
  std::unique_ptr<DeviceTrainer> device;   ///< where epochs run; null: here
};

void DeepTrainer::Impl::step(int member, DeepState& state, const DeepRates& rates,
                             const PackedPictures& old_pictures, const PackedPictures& new_pictures,
                             const PixelClasses& classes, const PixelClasses& same,
                             const std::uint8_t* labels, int count) {
  rule.read(parameters, team, member, state, labels, count);
  if (agnostic) {
    // The nudged state moves the conductances and these the nudged state: one turn around that loop.
    before->copy_values(parameters, team, member);
    team.barrier();
    update.prepare(parameters, team, member, rule, rates, count);
    team.barrier();
    update.apply(parameters, team, member, rule, old_pictures, old_pictures, same, state.drive);
    team.barrier();
    rule.read_again(parameters, team, member, state);
    parameters.copy_values(*before, team, member);
    team.barrier();
  }
  update.prepare(parameters, team, member, rule, rates, count);
  team.barrier();
  update.apply(parameters, team, member, rule, old_pictures, new_pictures, classes, state.drive);
}

DeepTrainer::DeepTrainer(const DeepNetwork& network, const ImageSet& training, const DeepTraining& options) {
  network.check("network");
  check_fit(network, training);
  impl_ = std::make_unique<Impl>(network, training, options);
}

DeepTrainer::~DeepTrainer() = default;

std::vector<std::size_t> DeepTrainer::Impl::order_of(int epoch) const {
  std::vector<std::size_t> order(training.count());
  std::iota(order.begin(), order.end(), std::size_t{0});
  Rng rng = Rng(options.seed).split(1000 + static_cast<std::uint64_t>(epoch));
  for (std::size_t k = order.size(); k > 1; --k) std::swap(order[k - 1], order[rng.below(k)]);
  return order;
}

DeepRates DeepTrainer::Impl::rates_of(int epoch) const {
  DeepRates rates{options.conductance_rates, options.bias_rates};
  for (std::vector<double>* list : {&rates.conductances, &rates.biases}) {
    for (double& rate : *list) rate *= std::pow(options.decay, epoch);
  }
  return rates;
}

std::size_t DeepTrainer::Impl::run_here(int epoch, const std::function<bool(double)>& progress,
                                        ScoreSum& score) {
  const std::size_t count = training.count(), batch = u(options.batch), all = batches_of_epoch();
  const std::vector<std::size_t> order = order_of(epoch);
  const DeepRates rates = rates_of(epoch);
  update.begin_epoch(epoch);
  DeepState state(parameters, padded);
  PixelSorter sorter, same_sorter;
  PixelClasses classes, same;
  std::vector<std::uint8_t> labels(u(padded)), next_labels(u(padded));
  std::atomic<std::size_t> stop_after{all};
  const auto size_of = [&](std::size_t k) {
    return static_cast<int>(std::min(batch, count - std::min(count, k * batch)));
  };
  const auto pack = [&](std::size_t k, std::vector<std::uint8_t>& names) {
    const int size = size_of(k);
    batches[k % 2].pack(training, order.data() + k * batch, size, parameters.input_gain);
    for (int b = 0; b < size; ++b) names[u(b)] = training.labels[order[k * batch + u(b)]];
  };
  pack(0, labels);

  team.run([&](int member) {
    drive_nodes(parameters, team, member, batches[0], state.drive);
    for (std::size_t k = 0; k < all; ++k) {
      relax_free(parameters, team, member, state, options.iterations);
      if (member == 0) {
        for (int b = 0; b < size_of(k); ++b) score.add(parameters.output(), state.v.back()[b], labels[u(b)]);
        pack(std::min(k + 1, all), next_labels);
        classes = sorter.sort(batches[k % 2], batches[(k + 1) % 2]);
        if (agnostic) same = same_sorter.sort(batches[k % 2], batches[k % 2]);
        if (progress && k % 64 == 63 && !progress(static_cast<double>(k + 1) / static_cast<double>(all)))
          stop_after = k + 1;
      }
      step(member, state, rates, batches[k % 2], batches[(k + 1) % 2], classes, same, labels.data(),
           size_of(k));
      if (member == 0) labels.swap(next_labels);
      if (k + 1 >= stop_after.load()) break;
    }
  });
  return stop_after.load();
}

std::size_t DeepTrainer::Impl::run_there(int epoch, const std::function<bool(double)>& progress,
                                         ScoreSum& score) {
  const std::vector<std::size_t> drawn = order_of(epoch);
  const std::vector<std::uint32_t> order(drawn.begin(), drawn.end());
  const std::vector<float> outputs = device->run(order, rates_of(epoch), progress);
  device->read(parameters);
  const std::size_t width = u(parameters.output().width), done = outputs.size() / width;
  for (std::size_t k = 0; k < done; ++k)
    score.add(parameters.output(), outputs.data() + k * width, training.labels[order[k]]);
  return (done + u(options.batch) - 1) / u(options.batch);
}

EpochReport DeepTrainer::run_epoch(const std::function<bool(double)>& progress) {
  Impl& m = *impl_;
  const Clock::time_point start = Clock::now();
  ScoreSum score;
  const std::size_t done =
      m.device ? m.run_there(epoch, progress, score) : m.run_here(epoch, progress, score);
  // Sums that steps added to differ in last digits from those of a network that was just loaded.
  m.parameters.sum_all();
  EpochReport report;
  if (done == m.batches_of_epoch()) ++epoch;
  report.epoch = epoch;
  report.training = score.mean();
  report.training.seconds = seconds_since(start);
  return report;
}

DeepScore DeepTrainer::evaluate(const ImageSet& set, int iterations) {
  return score_of(impl_->parameters, impl_->team, set,
                  iterations > 0 ? iterations : impl_->options.iterations, nullptr);
}

DeepNetwork DeepTrainer::network() const {
  DeepNetwork out = impl_->update.numbers(impl_->parameters).network();
  out.biases = impl_->parameters.network().biases;
  return out;
}

std::string DeepTrainer::instruction_set() const {
  return impl_->device ? impl_->device->device() : impl_->parameters.kernels.name;
}

DeepScore evaluate(const DeepNetwork& network, const ImageSet& set, int iterations, int jobs,
                   std::vector<std::uint8_t>* answers) {
  network.check("network");
  check_fit(network, set);
  DeepParameters parameters(network, deep_kernels());
  ThreadTeam team(threads_for(network, jobs));
  return score_of(parameters, team, set, iterations, answers);
}

}  // namespace nullor
