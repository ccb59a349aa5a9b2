#pragma once
/// Learning in resistive networks of any topology: the rules of deep networks (deep_rules.h) with the steady
/// states of the general solver.
///
/// A pixel x in [0, 1] drives two voltage sources, +A x and -A x; two more are held at +A and -A. Every node
/// that is neither input nor output has an ideal diode from or to ground. All resistors learn:
///
///   g_pn <- max(0, g_pn - rate mean (m_p - m_n) (c_p - c_n))                                         (1)
///
/// m and c as in deep_rules.h. Outputs o are nudged by currents s (t - o), o of the free state, which may
/// have either sign where a nudging conductance may not.

#include <cstdint>
#include <vector>

#include "nullor/base/rng.h"
#include "nullor/io/image_set.h"
#include "nullor/resistive/deep_trainer.h"
#include "nullor/resistive/network.h"
#include "nullor/resistive/solve.h"

namespace nullor::resistive {

/// A network that learns. Voltage source k belongs to input k; current source k drives into output k.
struct LearningGraph {
  ResistiveNetwork network;
  std::vector<int> inputs;   ///< nodes: of +x, of -x, and the two of +1 and -1
  std::vector<int> outputs;  ///< nodes
  double input_gain = 1;     ///< A [V]

  int pixels() const { return (static_cast<int>(inputs.size()) - 2) / 2; }
};

struct GraphShape {
  int pixels = 49;
  int outputs = 10;
  int hidden = 200;       ///< nodes that are neither input nor output
  double degree = 12;     ///< random graph: mean number of resistors at a node
  double input_gain = 4;  ///< A [V]
};

/// Nodes in a square grid, each joined to its four neighbours and across both diagonals; inputs, outputs and
/// hidden nodes lie in it in random order. Conductances uniform in [0, 1] S.
LearningGraph grid_graph(const GraphShape& shape, Rng rng);
/// Pairs of nodes drawn evenly, none of them two inputs; every output meets `degree` other nodes at least.
LearningGraph random_graph(const GraphShape& shape, Rng rng);

struct GraphTraining {
  LearningRule rule = LearningRule::centered;  ///< all but backpropagation and agnostic
  double nudging = 0.1;                        ///< s [S]; coupled: the step of the outputs
  double rate = 0.1;                           ///< [S/V2]
  int batch = 4;
  double decay = 0.99;  ///< of the rate, after each epoch
  std::uint64_t seed = 1;
};

/// dL/dg of every resistor for one picture (pixels of 255 are 1), L = 1/2 |o - t|^2. Throws
/// InputError(no_convergence) naming the picture's state when the solver finds no steady state. `score`, when
/// not null, receives loss, error (0 or 1) and power of the free state.
std::vector<double> read_gradient(LearningGraph& graph, const std::uint8_t* picture, int label,
                                  const GraphTraining& options, DeepScore* score = nullptr);

class GraphTrainer {
 public:
  /// Both must outlive the trainer. Throws InputError when sizes disagree or the rule is none of the above.
  GraphTrainer(LearningGraph& graph, const ImageSet& training, const GraphTraining& options);

  int epoch = 0;  ///< done
  /// Scores of the free states, each before its batch's step.
  EpochReport run_epoch(const std::function<bool(double)>& progress = nullptr);

 private:
  LearningGraph& graph_;
  const ImageSet& training_;
  GraphTraining options_;
};

/// Free states of all pictures.
DeepScore evaluate(LearningGraph& graph, const ImageSet& set);

/// Means over blocks of `side` x `side` pixels; one channel.
ImageSet pooled(const ImageSet& set, int side);

}  // namespace nullor::resistive
