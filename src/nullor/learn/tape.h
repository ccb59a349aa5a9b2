#pragma once
/// Networks over the tokens of circuits, forward and backward: every operation computes its value at once and
/// remembers how its gradient flows back. Matrices are row-major; a batch of B samples of T tokens each is a
/// matrix of B T rows.
///
///     Tape<float> tape(layout, weights);
///     const Var h = tape.gelu(tape.linear(tape.input(x, rows, inputs), w, b));
///     float* g = tape.seed(h);                  // fill with d(loss)/dh
///     tape.backward(gradient);                  // d(loss)/d(weights) is added to `gradient`
///
/// A tape is used again after clear(): it keeps its memory, and a step of equal shapes allocates next to
/// nothing. Tape<double> is the same mathematics for tests against finite differences.

#include <deque>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "nullor/base/rng.h"
#include "nullor/learn/simd_vector.h"

namespace nullor::learn {

/// Named matrices of weights in one array.
class WeightLayout {
 public:
  /// What they are before training.
  enum class Start {
    normal,  ///< normal with deviation `scale`; 0: 1 / sqrt(columns)
    zero,
    one,
  };
  struct Array {
    std::string name;
    int rows = 0, columns = 0;
    std::size_t place = 0;
    Start start = Start::normal;
    double scale = 0;

    std::size_t size() const { return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns); }
    bool is_matrix() const { return rows > 1; }
  };

  /// Returns the number by which a tape finds it.
  int add(std::string name, int rows, int columns, Start start = Start::normal, double scale = 0);
  const std::vector<Array>& arrays() const { return arrays_; }
  const Array& at(int weight) const { return arrays_[static_cast<std::size_t>(weight)]; }
  std::size_t size() const { return size_; }
  std::vector<float> start(const Rng& rng) const;

 private:
  std::vector<Array> arrays_;
  std::size_t size_ = 0;
};

/// A matrix on a tape.
struct Var {
  int node = -1;
  int rows = 0, columns = 0;
};

inline constexpr int kNoWeight = -1;

/// Token `to` hears of token `from` in the way of `type`.
struct TokenRelation {
  int to = 0, from = 0, type = 0;
};

template <class Real>
class Tape {
 public:
  /// `weights` by `layout`; both must outlive the tape.
  Tape(const WeightLayout& layout, const Real* weights) : layout_(&layout), weights_(weights) {}

  /// Forgets everything but its memory. Without `training` no gradients can be asked for.
  void clear(bool training);
  /// Of the numbers of the branches that dropout() lets through.
  void set_dropout(double share, const Rng& rng) { dropout_ = share, rng_ = rng; }

  const Real* value(Var x) const { return node(x).value.data(); }
  /// Of the last backward().
  const Real* gradient(Var x) const { return node(x).gradient.data(); }
  /// The gradient of the loss by `x`, zero until the caller fills it.
  Real* seed(Var x) { return node(x).gradient.data(); }
  /// From the last operation to the first; adds to `gradient`, which lies as the weights do (null: not
  /// wanted). It is a SimdVector's where the last digits are to be the same every time.
  void backward(Real* gradient);

  Var input(const Real* values, int rows, int columns);
  Var weight(int weight);

  /// x W^T + b; W (outputs, inputs), b (1, outputs) or kNoWeight.
  Var linear(Var x, int w, int b);
  Var add(Var a, Var b);
  /// gain (x - mean) / sqrt(variance + 1e-5) + bias, row by row.
  Var layer_norm(Var x, int gain, int bias);
  /// x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))
  Var gelu(Var x);
  /// Some numbers zero, the others larger, while training; x otherwise.
  Var dropout(Var x);
  /// Columns of a, then those of b.
  Var beside(Var a, Var b);

  /// Rows of x by number.
  Var rows(Var x, std::vector<int> which);
  /// x (T, d) for every one of `batch` samples.
  Var tile(Var x, int batch);
  /// Tokens of a, then of b, in every sample.
  Var join(Var a, Var b, int batch);
  /// Tokens first .. first + count - 1 of every sample.
  Var tokens(Var x, int first, int count, int batch);
  /// Mean over the tokens of every sample, (B, d).
  Var mean_tokens(Var x, int batch);
  /// What tokens hear by relations of one type, in every sample: a row for each of `listeners` (those
  /// tokens), the mean of x's rows `from` over the relations to it. The relations must live until backward().
  Var neighbour_mean(Var x, std::span<const TokenRelation> relations, int type,
                     std::span<const int> listeners, int batch);
  /// (B T, d): the sum of parts, each of which has rows for some tokens of every sample, `where`.
  struct Part {
    Var x;
    std::vector<int> where;
  };
  Var scatter(std::vector<Part> parts, int tokens, int batch);

  /// (heads T, T): row h T + i, column j is the sum over the relations (i, j, type) of table (types, heads)
  /// at type, h. The relations must live until backward().
  Var relation_bias(Var table, std::span<const TokenRelation> relations, int tokens);
  /// softmax(q k^T / sqrt(d / heads) + bias) v, head by head, in every sample; q (B Tq, d), k and v (B Tk,
  /// d). `bias` (heads Tq, Tk) and `allowed` (Tq, Tk), whose zeros are left out, are the same for all samples
  /// and may be absent; `allowed` must live until backward() and allow one at least in every row.
  Var attention(Var q, Var k, Var v, int heads, int batch, const Var* bias = nullptr,
                std::span<const char> allowed = {});

 private:
  using Buffer = SimdVector<Real>;
  struct Node {
    Buffer value, gradient;
    std::function<void()> back;
  };

  Node& node(Var x) { return nodes_[static_cast<std::size_t>(x.node)]; }
  const Node& node(Var x) const { return nodes_[static_cast<std::size_t>(x.node)]; }
  Var make(int rows, int columns);
  /// Of what one operation keeps for its way back.
  Buffer& scratch(std::size_t size);
  void on_backward(Var x, std::function<void()> back);

  const WeightLayout* layout_;
  const Real* weights_;
  Real* weight_gradient_ = nullptr;
  bool training_ = false;
  double dropout_ = 0;
  Rng rng_;
  std::vector<Node> nodes_;
  std::deque<Buffer> scratch_;  // references to them are kept
  std::size_t used_ = 0, used_scratch_ = 0;
};

extern template class Tape<float>;
extern template class Tape<double>;

}  // namespace nullor::learn
