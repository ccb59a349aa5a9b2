#pragma once
/// Learning rules of deep resistive networks. Each reads the gradient of the squared error L = 1/2 |o - t|^2
/// off local voltages, as sums over pictures and terms of
///
///   dL/dg_jk = (m_j - m_k) (c_j - c_k),   dL/db_k = -c_k                                             (1)
///
/// m: voltages [V]; c: their change with the nudge, [V/S] times [S]: dimension of L / (m g).
///
/// | rule | m | c | source |
/// |---|---|---|---|
/// | centered | v + (d+ + d-) / 2 | (d+ - d-) / (2 beta) | A. Laborieux et al., Front. Neurosci. 15 (2021) |
/// | positive, negative | v + d / 2 | +-d / beta | B. Scellier, Y. Bengio, Front. Comput. Neurosci. 11 (2017)
/// | | adjoint | v | dv/dbeta at 0 | the limit of those | | backpropagation | v of sweep t | adjoint of sweep
/// t | reverse mode through T more sweeps | | coupled | v + d / 2 | d / eta, outputs clamped | M. Stern et
/// al., Phys. Rev. X 11, 021045 (2021) | | frequency | v + mean of d_i | 2 mean of sin_i d_i / beta | V.
/// Anisetti et al., Phys. Rev. Research 6 (2024) | | agnostic | v + d / 2 | d / beta, conductances relax too
/// | B. Scellier et al., NeurIPS (2022) |

#include <cstdint>
#include <vector>

#include "nullor/resistive/deep_relaxation.h"
#include "nullor/resistive/deep_trainer.h"

namespace nullor {

class DeepRule {
 public:
  DeepRule(const DeepParameters& parameters, const DeepTraining& options);

  /// (team) From the free state: sets middle, change and products. `labels`: of the pictures; pictures from
  /// `count` on are padding and count nothing.
  void read(const DeepParameters& parameters, ThreadTeam& team, int member, const DeepState& free,
            const std::uint8_t* labels, int count);

  /// (team) Agnostic equilibrium propagation: the nudged state again, of other parameters; free.drive is
  /// theirs.
  void read_again(const DeepParameters& parameters, ThreadTeam& team, int member, const DeepState& free);

  /// Lists of a plane for the update: rows and columns as the plane lies.
  void lists(const DeepParameters& parameters, int plane, RankList (&out)[2]) const;

  /// Terms of one picture lie `pictures` apart.
  std::vector<NodeArray> middle, change;
  std::vector<FloatArray> products;  ///< (pitch) of each layer: sum of m c over pictures and terms

 private:
  void read_backpropagation(const DeepParameters& parameters, ThreadTeam& team, int member,
                            const DeepState& free, const std::uint8_t* labels, int count);
  void set_error(const DeepLayer& output, const NodeArray& v, const std::uint8_t* labels, int count,
                 ThreadTeam::Range own);
  void set_all_terms(const DeepParameters& parameters, ThreadTeam& team, int member, const DeepState& free);
  void set_terms(const DeepState& free, int layer, ThreadTeam::Range own);

  LearningRule rule_;
  bool plain_;
  int sweeps_, pictures_, terms_;
  Nudge nudge_;
  std::vector<float> into_middle_, into_change_;  ///< what a relaxation's d adds to m and c
  DifferenceState difference_;
  NodeArray error_;
  // Backpropagation: the state now, dv/dN of each sweep, adjoints.
  DeepState state_;
  std::vector<NodeArray> gain_, adjoint_, pushed_;
};

}  // namespace nullor
