#pragma once
/// The network of predictor_config.h: its weights and its way from features to outputs.

#include <vector>

#include "nullor/learn/predictor_config.h"
#include "nullor/learn/tape.h"

namespace nullor::learn {

/// What a network reads and writes besides the tokens.
struct PredictorShape {
  int device_features = 0, circuit_features = 0;
  int metrics = 0, classes = 0;
};

/// A batch of rows of one circuit.
template <class Real>
struct PredictorBatch {
  const CircuitTokens* tokens = nullptr;
  int rows = 0;                   ///< B
  const Real* devices = nullptr;  ///< (B d, device_features)
  const Real* circuit = nullptr;  ///< (B, circuit_features)
};

struct PredictorOutputs {
  Var metrics;           ///< (B metrics, metric_outputs()) on the metrics' scales
  Var valid;             ///< (B, 1) logit; of no node without validity
  Var classes;           ///< (B, classes) logits; likewise
  Var summary;           ///< (B, width) of the circuit: what strangeness is measured on
  Var devices, circuit;  ///< the inputs, whose gradients tell how the outputs hang on them
};

class PredictorNetwork {
 public:
  PredictorNetwork(const PredictorConfig& config, const PredictorShape& shape);

  const WeightLayout& layout() const { return layout_; }
  const PredictorConfig& config() const { return config_; }
  const PredictorShape& shape() const { return shape_; }

  /// Puts everything on the tape (predictor_forward.h). The tokens must live until backward().
  template <class AnyTape, class Real>
  PredictorOutputs forward(AnyTape& tape, const PredictorBatch<Real>& batch) const;

 private:
  struct Norm {
    int gain, bias;
  };
  struct Linear {
    int weight, bias;
  };
  struct Attention {
    Norm norm;
    Linear q, k, v, out;
  };
  struct FeedForward {
    Norm norm;
    Linear up, down;
  };
  struct Messages {
    Norm norm;
    Linear self, out;
    std::vector<int> relations;  ///< (relations) (width, width)
  };
  struct Layer {
    Messages messages;
    Attention attention;
    int relations = kNoWeight;  ///< (kRelations, heads)
    Attention cross;
    bool has_cross = false;
    FeedForward feed;
  };
  struct DecoderLayer {
    Attention self, cross;
    FeedForward feed;
  };

  Norm norm(const std::string& name, int width);
  Linear linear(const std::string& name, int outputs, int inputs, double scale = 0);
  Attention attention(const std::string& name);
  Messages messages(const std::string& name);
  FeedForward feed_forward(const std::string& name);

  template <class AnyTape, class Real>
  struct Pass;

  PredictorConfig config_;
  PredictorShape shape_;
  WeightLayout layout_;
  int types_, queries_;
  Linear numbers1_, numbers2_, circuit_;
  std::vector<Layer> layers_;
  std::vector<DecoderLayer> decoder_;
  Norm last_, read_;
  Linear metric_, valid1_, valid2_, class_;
};

}  // namespace nullor::learn
