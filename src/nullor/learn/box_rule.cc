#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "nullor/learn/prediction_score.h"
#include "nullor/learn/row_features.h"
#include "nullor/learn/row_predictor.h"

namespace nullor::learn {
namespace {

/// A place of a SizeBox for each kind of transistor and each of W and L.
constexpr std::size_t kPlaces = 4;

/// Calls each(place, size) for W and L of the transistors of one row.
template <class Each>
void each_size(const PredictionRows& rows, std::size_t row, const Each& each) {
  const auto& devices = rows.circuit->devices();
  for (std::size_t d = 0; d < devices.size(); ++d) {
    const bool nmos = devices[d].kind == graph::SizedKind::nmos;
    if (!nmos && devices[d].kind != graph::SizedKind::pmos) continue;
    const double* sizes = &rows.numbers[(row * devices.size() + d) * graph::kSizedNumbers];
    each(nmos ? 0 : 2, sizes[0]);
    each(nmos ? 1 : 3, sizes[1]);
  }
}

class SizeBox {
 public:
  explicit SizeBox(std::span<const PredictionRows> training) {
    least_.fill(std::numeric_limits<double>::infinity());
    largest_.fill(-std::numeric_limits<double>::infinity());
    for (const PredictionRows& set : training) {
      for (std::size_t k = 0; k < set.failure.size(); ++k) {
        if (is_legal(set, k)) widen(set, k);
      }
    }
  }
  bool holds(const PredictionRows& rows, std::size_t row) const {
    bool inside = true;
    each_size(rows, row, [&](std::size_t place, double size) {
      inside = inside && least_[place] <= size && size <= largest_[place];
    });
    return inside;
  }

 private:
  void widen(const PredictionRows& rows, std::size_t row) {
    each_size(rows, row, [&](std::size_t place, double size) {
      least_[place] = std::min(least_[place], size);
      largest_[place] = std::max(largest_[place], size);
    });
  }

  std::array<double, kPlaces> least_, largest_;
};

/// Shares of classes by the answer of the box, and medians, of training rows.
struct TrainingShares {
  std::array<std::vector<double>, 2> classes;  ///< [inside] empty: no such rows
  std::vector<double> medians;                 ///< (metrics) NaN: none has it

  TrainingShares(const RowSets& sets, RowFeatures::Sizes, const SizeBox& box) {
    const std::size_t metrics = sets.front()->metrics.size();
    std::array<std::vector<double>, 2> counts;
    counts.fill(std::vector<double>(sets.front()->classes.size(), 0.0));
    std::vector<std::vector<double>> values(metrics);
    for (const PredictionRows* set : sets) {
      for (std::size_t k = 0; k < set->rows(); ++k) {
        ++counts[box.holds(*set, k)][static_cast<std::size_t>(set->failure[k])];
        for (std::size_t m = 0; m < metrics; ++m) {
          const double value = set->metric_values[k * metrics + m];
          if (!std::isnan(value)) values[m].push_back(value);
        }
      }
    }
    for (std::size_t inside = 0; inside < 2; ++inside) {
      const double all = std::accumulate(counts[inside].begin(), counts[inside].end(), 0.0);
      if (all == 0) continue;
      for (const double count : counts[inside]) classes[inside].push_back(count / all);
    }
    for (auto& column : values) medians.push_back(median(std::move(column)));
  }
};

class BoxRule : public RowPredictor {
 public:
  explicit BoxRule(std::span<const PredictionRows> training) : box_(training), models_(training, box_) {
    for (const std::string& name : training.front().classes)
      illegal_.push_back(name == "illegal_geometry" ? 1 : 0);
  }

  std::string name() const override { return "box rule"; }

  Predictions predict(const PredictionRows& rows) const override {
    const TrainingShares &circuit = models_.of(rows), &all = models_.of_all();
    std::vector<double> medians = circuit.medians;
    for (std::size_t m = 0; m < medians.size(); ++m) {
      if (std::isnan(medians[m])) medians[m] = all.medians[m];
    }
    Predictions out;
    for (std::size_t k = 0; k < rows.rows(); ++k) {
      const bool inside = box_.holds(rows, k);
      // Nothing that was learned from lies outside: then the rule alone speaks.
      const auto& shares = !circuit.classes[inside].empty() ? circuit.classes[inside]
                           : !all.classes[inside].empty()   ? all.classes[inside]
                                                            : illegal_;
      out.valid.push_back(shares[0]);
      out.classes.insert(out.classes.end(), shares.begin(), shares.end());
      out.metrics.insert(out.metrics.end(), medians.begin(), medians.end());
    }
    return out;
  }

 private:
  SizeBox box_;
  CircuitModels<TrainingShares> models_;
  std::vector<double> illegal_;  ///< (classes)
};

}  // namespace

std::unique_ptr<RowPredictor> fit_box_rule(std::span<const PredictionRows> training) {
  return std::make_unique<BoxRule>(training);
}

}  // namespace nullor::learn
