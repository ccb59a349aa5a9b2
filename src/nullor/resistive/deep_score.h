#pragma once
/// How well a deep resistive network answers, and what it dissipates.

#include "nullor/resistive/deep_relaxation.h"
#include "nullor/resistive/deep_trainer.h"

namespace nullor {

class ScoreSum {
 public:
  /// One picture's outputs. Returns the greatest.
  int add(const DeepLayer& output, const float* v, int label);
  void add_power(double watts) { power_ += watts; }
  DeepScore mean() const;

 private:
  double loss_ = 0, power_ = 0;
  std::size_t count_ = 0, wrong_ = 0;
};

/// Free states from zero.
DeepScore score_of(const DeepParameters& parameters, ThreadTeam& team, const ImageSet& set, int sweeps,
                   std::vector<std::uint8_t>* answers);

/// Sums over the columns that the dissipation needs of the input layer.
struct InputRowSums {
  explicit InputRowSums(const DeepParameters& parameters);
  std::vector<double> both;  ///< of g+ and g- of each pixel [S]
};

/// Dissipation of every picture of a free state in its resistors [W]:
///
///   P = sum_jk g_jk (v_j - v_k)^2 = sum_j R_j v_j^2 + sum_k C_k v_k^2 - 2 sum_k v_k sum_j g_jk v_j
///
/// with R and C the sums of rows and columns; diodes with a drop and sources of current are left out.
std::vector<double> dissipation(const DeepParameters& parameters, const InputRowSums& rows,
                                const DeepState& state, const ImageSet& set, const std::size_t* chosen,
                                int count);

}  // namespace nullor
