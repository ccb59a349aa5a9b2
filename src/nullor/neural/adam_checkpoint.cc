#include "nullor/neural/adam_checkpoint.h"

#include <fmt/format.h>

#include "nullor/base/error.h"
#include "nullor/io/safetensors.h"

namespace nullor {

void AdamCheckpoint::write(const std::string& path, const std::string& task) const {
  TensorFile file;
  const auto vector = [](const std::vector<double>& v) { return Tensor{{v.size()}, v}; };
  file.tensors["parameters"] = vector(parameters);
  file.tensors["mean"] = vector(mean);
  file.tensors["square"] = vector(square);
  file.tensors["best"] = vector(best);
  file.tensors["curve"] = vector(curve);
  Tensor done{{trained.size(), parameters.size()}, {}};
  for (const auto& network : trained) done.values.insert(done.values.end(), network.begin(), network.end());
  file.tensors["trained"] = std::move(done);
  file.tensors["state"] =
      vector({static_cast<double>(epoch), static_cast<double>(steps), static_cast<double>(reference_epoch),
              rate_factor, best_loss, reference_loss, total_loss, stalled ? 1.0 : 0.0});
  file.metadata = {{"format", "nullor adam checkpoint 1"}, {"task", task}};
  write_safetensors(file, path);
}

AdamCheckpoint AdamCheckpoint::read(const std::string& path, const std::string& task) {
  const TensorFile file = read_safetensors(path);
  if (file.note("format") != "nullor adam checkpoint 1")
    throw InputError(ErrorKind::input_output, "'" + path + "' is no checkpoint of the trainer adam");
  if (file.note("task") != task) {
    throw InputError(
        ErrorKind::usage,
        "'" + path + "' was written by another training:\n  " + file.note("task") + "\nnot\n  " + task, {},
        "give the same circuit and options, or leave out --resume");
  }
  AdamCheckpoint out;
  out.parameters = file.at("parameters", 1).values;
  out.mean = file.at("mean", 1).values;
  out.square = file.at("square", 1).values;
  out.best = file.at("best", 1).values;
  out.curve = file.at("curve", 1).values;
  const Tensor& trained = file.at("trained", 2);
  const std::vector<double>& state = file.at("state", 1).values;
  const std::size_t size = out.parameters.size();
  if (state.size() != 8 || out.mean.size() != size || out.square.size() != size || out.best.size() != size ||
      trained.shape[1] != size || size == 0 || out.curve.size() % 6 != 0) {
    throw InputError(ErrorKind::input_output, "the arrays of '" + path + "' do not fit each other");
  }
  for (std::size_t w = 0; w < trained.shape[0]; ++w) {
    const auto begin = trained.values.begin() + static_cast<std::ptrdiff_t>(w * size);
    out.trained.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(size));
  }
  out.epoch = static_cast<long>(state[0]);
  out.steps = static_cast<long>(state[1]);
  out.reference_epoch = static_cast<long>(state[2]);
  out.rate_factor = state[3];
  out.best_loss = state[4];
  out.reference_loss = state[5];
  out.total_loss = state[6];
  out.stalled = state[7] != 0;
  return out;
}

std::string task_of(const Dae& dae, const TranCard& card, const TrainingOptions& how) {
  const AdamOptions& a = how.adam;
  std::string unknowns, hidden;
  for (const UnknownInfo& info : dae.unknowns()) unknowns += (unknowns.empty() ? "" : " ") + info.name;
  for (const int width : a.hidden) hidden += (hidden.empty() ? "" : "x") + std::to_string(width);
  return fmt::format(
      "layers {}, seed {}, {} epochs, rate {:g}, schedule {}, {}, {} points, {} windows, {} start, causal "
      "{:g}, "
      "initial weight {:g}, patience {}, to {:g} s, unknowns {}",
      hidden, how.seed, a.epochs, a.rate, static_cast<int>(a.schedule),
      a.double_precision ? "float64" : "float32", a.points, a.windows, a.hard_start ? "hard" : "soft",
      a.causal, a.initial_weight, a.patience, card.stop, unknowns);
}

}  // namespace nullor
