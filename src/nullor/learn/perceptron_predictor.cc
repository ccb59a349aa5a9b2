#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "nullor/base/error.h"
#include "nullor/learn/adamw.h"
#include "nullor/learn/predictor_loss.h"
#include "nullor/learn/row_features.h"
#include "nullor/learn/row_predictor.h"

namespace nullor::learn {
namespace {

using Eigen::Index;
using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr int kBatch = 64, kPredicted = 1024;  ///< rows
constexpr std::size_t kValidation = 10;        ///< one row of so many says which epoch was best
constexpr double kShown = 6e5;                 ///< rows that a model is shown, all epochs together
constexpr int kMostEpochs = 200;
constexpr double kRate = 2e-3, kDecay = 0.05;

double median(std::vector<float> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Features and answers of rows.
struct Examples {
  Matrix z;                  ///< (n, columns)
  Matrix metrics;            ///< (n, metrics) on their scales, NaN where missing
  std::vector<int> classes;  ///< (n)

  std::size_t size() const { return classes.size(); }
  Examples picked(std::span<const std::size_t> which) const {
    Examples out{Matrix(static_cast<Index>(which.size()), z.cols()),
                 Matrix(static_cast<Index>(which.size()), metrics.cols()),
                 {}};
    for (std::size_t k = 0; k < which.size(); ++k) {
      out.z.row(static_cast<Index>(k)) = z.row(static_cast<Index>(which[k]));
      out.metrics.row(static_cast<Index>(k)) = metrics.row(static_cast<Index>(which[k]));
      out.classes.push_back(classes[which[k]]);
    }
    return out;
  }
  PredictorTargets targets() const {
    return {{metrics.data(), static_cast<std::size_t>(metrics.size())}, classes};
  }
};

class PerceptronModel {
 public:
  PerceptronModel(const RowSets& sets, RowFeatures::Sizes sizes, std::span<const MetricScale> scales,
                  const BaselineOptions& options)
      : features_(sets, sizes), classes_(static_cast<int>(sets.front()->classes.size())) {
    Examples all{features_.of(sets).cast<float>(), {}, {}};
    const RowMatrix targets = targets_of(sets, scales);
    all.metrics = targets.leftCols(targets.cols() - 1).cast<float>();
    std::vector<std::size_t> learned, judged;
    for (const PredictionRows* set : sets) {
      for (std::size_t r = 0; r < set->rows(); ++r) {
        const std::size_t k = all.size();
        all.classes.push_back(set->failure[r]);
        if (!is_legal(*set, r)) continue;
        ((learned.size() + judged.size() + 1) % kValidation == 0 ? judged : learned).push_back(k);
      }
    }
    lay_out(static_cast<int>(all.z.cols()), static_cast<int>(scales.size()), options.perceptron_width);
    const Examples training = all.picked(learned);
    start_at_medians(training);
    train(training, all.picked(judged));
  }

  void predict(const PredictionRows& rows, std::span<const MetricScale> scales, Predictions& out) const {
    const Matrix z = features_.of(rows).cast<float>();
    Tape<float> tape(layout_, weights_.data());
    for (Index first = 0; first < z.rows(); first += kPredicted) {
      const auto count = static_cast<int>(std::min<Index>(kPredicted, z.rows() - first));
      tape.clear(false);
      const Outputs found = forward(tape, z.data() + first * z.cols(), count);
      for (int k = 0; k < count; ++k) {
        for (std::size_t m = 0; m < scales.size(); ++m)
          out.metrics.push_back(scales[m].value(
              double{tape.value(found.metrics)[(static_cast<std::size_t>(k) * scales.size() + m) * 3 + 1]}));
        out.valid.push_back(1 / (1 + std::exp(-double{tape.value(found.valid)[k]})));
        append_classes(tape.value(found.classes) + k * classes_, out.classes);
      }
    }
  }

 private:
  struct Linear {
    int weight = 0, bias = 0;
  };
  struct Outputs {
    Var metrics;  ///< (B, 3 metrics) quantiles
    Var valid, classes;
  };

  void lay_out(int inputs, int metrics, int width) {
    using Start = WeightLayout::Start;
    const auto linear = [&](const char* name, int outputs, int columns, Start start) {
      const int weight = layout_.add(std::string(name) + ".weight", outputs, columns, start);
      return Linear{weight, layout_.add(std::string(name) + ".bias", 1, outputs, Start::zero)};
    };
    for (int layer = 0; layer < 3; ++layer)
      hidden_.push_back(linear("hidden", width, layer == 0 ? inputs : width, Start::normal));
    metrics_ = linear("metrics", 3 * metrics, width, Start::zero);
    valid_ = linear("valid", 1, width, Start::zero);
    class_ = linear("class", classes_, width, Start::zero);
    weights_ = layout_.start(Rng(1));
  }

  void start_at_medians(const Examples& examples) {
    for (Index m = 0; m < examples.metrics.cols(); ++m) {
      std::vector<float> there;
      for (const float v : examples.metrics.col(m)) {
        if (!std::isnan(v)) there.push_back(v);
      }
      const auto middle = static_cast<float>(median(std::move(there)));
      std::fill_n(weights_.begin() + static_cast<std::ptrdiff_t>(layout_.at(metrics_.bias).place) + 3 * m, 3,
                  middle);
    }
    const auto working = static_cast<double>(std::count(examples.classes.begin(), examples.classes.end(), 0));
    const double share = (working + 0.5) / (static_cast<double>(examples.size()) + 1);
    weights_[layout_.at(valid_.bias).place] = static_cast<float>(std::log(share / (1 - share)));
  }

  Outputs forward(Tape<float>& tape, const float* z, int rows) const {
    Var x = tape.input(z, rows, layout_.at(hidden_.front().weight).columns);
    for (const Linear& layer : hidden_) x = tape.gelu(tape.linear(x, layer.weight, layer.bias));
    const auto head = [&](const Linear& l) { return tape.linear(x, l.weight, l.bias); };
    return {head(metrics_), head(valid_), head(class_)};
  }

  /// The mean loss; with gradients where asked for.
  double loss(Tape<float>& tape, const Examples& examples, float* gradient) const {
    const PredictorConfig config;
    PredictorLoss whole;
    whole.rows = static_cast<double>(examples.size());
    for (Index k = 0; k < examples.metrics.size(); ++k)
      whole.present += std::isnan(examples.metrics.data()[k]) ? 0 : 1;
    tape.clear(gradient != nullptr);
    const Outputs out = forward(tape, examples.z.data(), static_cast<int>(examples.size()));
    const auto seed = [&](Var x) { return gradient ? tape.seed(x) : nullptr; };
    const PredictorLoss found = predictor_loss<float>(
        config, examples.targets(), classes_, tape.value(out.metrics), tape.value(out.valid),
        tape.value(out.classes), whole, seed(out.metrics), seed(out.valid), seed(out.classes));
    if (gradient) tape.backward(gradient);
    return found.total(config);
  }

  /// The weights of the epoch that is best on rows that were not learned from; those of the start where there
  /// are none.
  void train(const Examples& training, const Examples& validation) {
    if (training.size() == 0 || validation.size() == 0) return;
    OptimizerState state{weights_, std::vector<float>(weights_.size()), std::vector<float>(weights_.size())};
    std::vector<DecayRange> ranges;
    for (const auto& array : layout_.arrays())
      ranges.push_back({array.place, array.size(), array.is_matrix()});
    SimdVector<float> gradient(weights_.size());
    Tape<float> tape(layout_, state.weights.data());
    std::vector<std::size_t> order(training.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto rows = static_cast<double>(order.size());
    const int epochs = static_cast<int>(std::clamp(kShown / rows, 1.0, double{kMostEpochs}));
    const std::size_t batches = (order.size() + kBatch - 1) / kBatch;
    const double steps = static_cast<double>(batches) * epochs;
    StepSettings settings{.beta2 = 0.999, .decay = kDecay};
    settings.step = 0;
    double best = loss(tape, validation, nullptr);
    Rng rng(2);
    for (int epoch = 0; epoch < epochs; ++epoch) {
      for (std::size_t k = order.size(); k > 1; --k) std::swap(order[k - 1], order[rng.below(k)]);
      for (std::size_t first = 0; first < order.size(); first += kBatch) {
        const std::size_t count = std::min<std::size_t>(kBatch, order.size() - first);
        std::fill(gradient.begin(), gradient.end(), 0.0f);
        loss(tape, training.picked({order.data() + first, count}), gradient.data());
        const double done = static_cast<double>(settings.step++) / steps;
        settings.rate = kRate * 0.5 * (1 + std::cos(std::numbers::pi * done));
        adamw_step(state, gradient, ranges, settings);
      }
      if (const double now = loss(tape, validation, nullptr); now < best) {
        best = now;
        weights_ = state.weights;
      }
    }
  }

  void append_classes(const float* logits, std::vector<double>& out) const {
    const double largest = *std::max_element(logits, logits + classes_);
    double sum = 0;
    for (int c = 0; c < classes_; ++c) sum += std::exp(double{logits[c]} - largest);
    for (int c = 0; c < classes_; ++c) out.push_back(std::exp(double{logits[c]} - largest) / sum);
  }

  RowFeatures features_;
  int classes_;
  WeightLayout layout_;
  std::vector<Linear> hidden_;
  Linear metrics_, valid_, class_;
  std::vector<float> weights_;
};

class Perceptron : public RowPredictor {
 public:
  Perceptron(std::span<const PredictionRows> training, std::span<const MetricScale> scales,
             const BaselineOptions& options)
      : scales_(scales.begin(), scales.end()), models_(training, scales_, options) {}

  std::string name() const override { return "perceptron"; }

  Predictions predict(const PredictionRows& rows) const override {
    Predictions out;
    models_.of(rows).predict(rows, scales_, out);
    return out;
  }

 private:
  std::vector<MetricScale> scales_;
  CircuitModels<PerceptronModel> models_;
};

}  // namespace

std::unique_ptr<RowPredictor> fit_perceptron(std::span<const PredictionRows> training,
                                             std::span<const MetricScale> scales,
                                             const BaselineOptions& options) {
  if (options.perceptron_width < 1) throw InputError(ErrorKind::usage, "a layer needs at least one unit");
  return std::make_unique<Perceptron>(training, scales, options);
}

}  // namespace nullor::learn
