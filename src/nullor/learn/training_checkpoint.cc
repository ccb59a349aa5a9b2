#include "nullor/learn/training_checkpoint.h"

#include <fmt/format.h>

#include <cmath>

#include "nullor/base/error.h"
#include "nullor/io/safetensors.h"

namespace nullor::learn {
namespace {

constexpr const char* kFormat = "nullor decoder checkpoint 1";
constexpr std::size_t kColumns = 8;

std::vector<double> row_of(const EpochRecord& r) {
  return {double(r.epoch),   double(r.steps),   r.rate,   r.training_nats,
          r.validation_nats, r.validation_bits, r.tokens, r.seconds};
}

bool is_count(double x) { return x >= 0 && x < 1e9 && x == std::floor(x); }

}  // namespace

void TrainingCheckpoint::write(const std::string& path, const std::string& task) const {
  TensorFile file;
  const auto singles = [](const std::vector<float>& v) { return Tensor{{v.size()}, {}, v}; };
  file.tensors["weights"] = singles(state.weights);
  file.tensors["mean"] = singles(state.mean);
  file.tensors["square"] = singles(state.square);
  file.tensors["best"] = {{2}, {double(best_epoch), best_nats}, {}};
  Tensor& rows = file.tensors["curve"] = {{curve.size(), kColumns}, {}, {}};
  for (const EpochRecord& record : curve) {
    const std::vector<double> row = row_of(record);
    rows.values.insert(rows.values.end(), row.begin(), row.end());
  }
  file.metadata = {{"format", kFormat}, {"task", task}};
  write_safetensors(file, path);
}

TrainingCheckpoint TrainingCheckpoint::read(const std::string& path, const std::string& task,
                                            std::size_t size) {
  TensorFile file = read_safetensors(path);
  if (file.note("format") != kFormat)
    throw InputError(ErrorKind::input_output, fmt::format("'{}' is no checkpoint of a decoder", path));
  if (file.note("task") != task)
    throw InputError(
        ErrorKind::usage,
        fmt::format("'{}' was written by another training:\n  {}\nnot\n  {}", path, file.note("task"), task),
        {}, "give the same circuits and options, or leave out --resume");
  TrainingCheckpoint out;
  out.state = {file.take_singles("weights", 1).singles, file.take_singles("mean", 1).singles,
               file.take_singles("square", 1).singles};
  const std::vector<double>& best = file.at("best", 1).values;
  const Tensor& rows = file.at("curve", 2);
  if (out.state.weights.size() != size || out.state.mean.size() != size || out.state.square.size() != size ||
      best.size() != 2 || !is_count(best[0]) || rows.shape[1] != kColumns)
    throw InputError(ErrorKind::input_output, fmt::format("the arrays of '{}' do not fit each other", path));
  out.best_epoch = static_cast<int>(best[0]);
  out.best_nats = best[1];
  for (std::size_t k = 0; k < rows.shape[0]; ++k) {
    const double* v = rows.values.data() + k * kColumns;
    if (!is_count(v[0]) || !is_count(v[1]))
      throw InputError(ErrorKind::input_output, fmt::format("the curve in '{}' is none", path));
    out.curve.push_back(
        {static_cast<int>(v[0]), static_cast<long>(v[1]), v[2], v[3], v[4], v[5], v[6], v[7]});
  }
  return out;
}

}  // namespace nullor::learn
