#include "nullor/learn/predictor_checkpoint.h"

#include <fmt/format.h>

#include <cmath>

#include "nullor/base/error.h"
#include "nullor/io/safetensors.h"

namespace nullor::learn {
namespace {

constexpr const char* kFormat = "nullor predictor checkpoint 1";
constexpr std::size_t kColumns = 14;

void put(std::vector<double>& out, const PredictorLoss& l) {
  out.insert(out.end(), {l.metrics, l.validity, l.classes, l.present, l.rows});
}

PredictorLoss loss_of(const double* v) { return {v[0], v[1], v[2], v[3], v[4]}; }

bool is_count(double x) { return x >= 0 && x < 1e9 && x == std::floor(x); }

}  // namespace

void write_predictor_checkpoint(const std::string& path, const std::string& task, const OptimizerState& state,
                                const std::vector<PredictorEpoch>& curve) {
  TensorFile file;
  const auto singles = [](const std::vector<float>& v) { return Tensor{{v.size()}, {}, v}; };
  file.tensors["weights"] = singles(state.weights);
  file.tensors["mean"] = singles(state.mean);
  file.tensors["square"] = singles(state.square);
  Tensor& rows = file.tensors["curve"] = {{curve.size(), kColumns}, {}, {}};
  for (const PredictorEpoch& e : curve) {
    rows.values.insert(rows.values.end(), {double(e.epoch), double(e.steps), e.rate, e.seconds});
    put(rows.values, e.training);
    put(rows.values, e.validation);
  }
  file.metadata = {{"format", kFormat}, {"task", task}};
  write_safetensors(file, path);
}

void read_predictor_checkpoint(const std::string& path, const std::string& task, std::size_t size,
                               OptimizerState& state, std::vector<PredictorEpoch>& curve) {
  TensorFile file = read_safetensors(path);
  if (file.note("format") != kFormat)
    throw InputError(ErrorKind::input_output, fmt::format("'{}' is no checkpoint of a predictor", path));
  if (file.note("task") != task)
    throw InputError(
        ErrorKind::usage,
        fmt::format("'{}' was written by another training:\n  {}\nnot\n  {}", path, file.note("task"), task),
        {}, "give the same data sets and options, or leave out --resume");
  state = {file.take_singles("weights", 1).singles, file.take_singles("mean", 1).singles,
           file.take_singles("square", 1).singles};
  const Tensor& rows = file.at("curve", 2);
  if (state.weights.size() != size || state.mean.size() != size || state.square.size() != size ||
      rows.shape[1] != kColumns)
    throw InputError(ErrorKind::input_output, fmt::format("the arrays of '{}' do not fit each other", path));
  for (std::size_t k = 0; k < rows.shape[0]; ++k) {
    const double* v = rows.values.data() + k * kColumns;
    if (!is_count(v[0]) || !is_count(v[1]))
      throw InputError(ErrorKind::input_output, fmt::format("the curve in '{}' is none", path));
    curve.push_back(
        {static_cast<int>(v[0]), static_cast<long>(v[1]), v[2], loss_of(v + 4), loss_of(v + 9), v[3]});
  }
}

}  // namespace nullor::learn
