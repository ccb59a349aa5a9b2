#pragma once
/// The part of a surrogate that sees the parameters: a network with one frozen hidden layer and trained
/// output weights,
///
///     c_o(u) = sum_f W_fo phi_f(u),   phi_f(u) = prod_j P_(e_fj)(u_j) sqrt(2 e_fj + 1),   u in [-1, 1]^P (1)
///
/// P_k the Legendre polynomials. A feature belongs when sum_j order_j e_fj <= degree; `order` and `degree`
/// are chosen by the error at runs left out. Trained by least squares on values and derivatives together: a
/// run gives 1 + P equations for each output.

#include <vector>

namespace nullor {

class ParameterNetwork {
 public:
  ParameterNetwork() = default;
  /// `exponents`: (F x P); `weights`: (F x O).
  ParameterNetwork(int inputs, int outputs, std::vector<int> exponents, std::vector<double> weights);

  int inputs() const { return inputs_; }
  int outputs() const { return outputs_; }
  int features() const { return features_; }
  const std::vector<int>& exponents() const { return exponents_; }
  const std::vector<double>& weights() const { return weights_; }
  static constexpr int kLargestDegree = 40;  ///< in one parameter

  /// All exponents (F x P) with sum_j order_j e_j <= degree, the constant first.
  static std::vector<int> exponents_within(const std::vector<double>& order, double degree);
  /// phi (F) and, when asked, its derivatives (F x P).
  static void features_at(const std::vector<int>& exponents, int inputs, const double* u, double* phi,
                          double* phi_u = nullptr);
  /// c(u) (O) and, when asked, dc/du (P x O).
  void evaluate(const double* u, double* out, double* out_u = nullptr) const;

 private:
  int inputs_ = 0, outputs_ = 0, features_ = 0;
  std::vector<int> exponents_;
  std::vector<double> weights_;
};

/// What (1) is fitted to.
struct ParameterSamples {
  int inputs = 0, outputs = 0;
  std::vector<double> u;         ///< (N x P)
  std::vector<double> values;    ///< (N x O)
  std::vector<double> values_u;  ///< (N x P x O); empty: fitted on values alone

  std::size_t count() const { return inputs == 0 ? 0 : u.size() / static_cast<std::size_t>(inputs); }
};

/// Which features, and how well they do.
struct ParameterFit {
  std::vector<double> order;  ///< (P), the least is 1
  double degree = 0;
  /// Root mean square over the runs of the error that each would have, were it left out; the errors of the
  /// outputs are summed in squares.
  double left_out_error = 0;
};

/// Chooses the features, beginning at `start` when it has an order, and trains.
ParameterNetwork fit_parameter_network(const ParameterSamples& samples, ParameterFit& fit);

}  // namespace nullor
