#pragma once
/// Learning rules of deep resistive networks. Each reads the gradient of the squared error L = 1/2 |o - t|^2
/// off local voltages, as sums over pictures and terms of
///
///   dL/dg_jk = (m_j - m_k) (c_j - c_k),   dL/db_k = -c_k                                             (1)
///
/// m: voltages [V]; c: their change with the nudge, dv/ds for a nudge s [V/S].
///
///   rule                 m                        c
///
///   centered             v + (d+ + d-) / 2        (d+ - d-) / (2 beta)
///
///   positive, negative   v + d / 2                d / beta, -d / beta
///
///   adjoint              v                        dv/dbeta at 0: the limit of those
///
///   backpropagation      v of sweep t             adjoint of sweep t, through T more sweeps
///
///   coupled              v + d / 2                d / eta, outputs held at o + eta (t - o)
///
///   frequency            v + mean of d            2 mean of d sin / beta, over a period of the nudge
///
///   agnostic             v + d / 2                d / beta, conductances relaxing too

#include <cstdint>
#include <vector>

#include "nullor/resistive/deep_relaxation.h"
#include "nullor/resistive/deep_trainer.h"

namespace nullor {

/// How a rule nudges, and what a relaxation's d adds to m and c of (1), one entry a relaxation.
struct NudgeReading {
  Nudge nudge;
  std::vector<float> into_middle, into_change;
};
NudgeReading nudge_reading(const DeepTraining& options);

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
  NudgeReading reading_;
  DifferenceState difference_;
  NodeArray error_;
  // Backpropagation: the state now, dv/dN of each sweep, adjoints.
  DeepState state_;
  std::vector<NodeArray> gain_, adjoint_, pushed_;
};

}  // namespace nullor
