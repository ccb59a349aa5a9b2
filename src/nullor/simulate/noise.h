#pragma once
/// Noise of the linearized circuit: densities at its output and referred to its input.
///
/// With A = G + j omega C and the output w^T X, one transposed solution y of A^T y = w carries the current of
/// every source s between its terminals p and n:
///
///   onoise^2 = sum_s |y_p - y_n|^2 (white_s + flicker_s / f^e_s)   [V^2/Hz, A^2/Hz]              (1)
///
/// and inoise is onoise over the gain from a unit input. Sources of one frequency are not correlated.

#include <complex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "nullor/dae/dae.h"
#include "nullor/simulate/outputs.h"

namespace nullor {

class NoiseAnalysis {
 public:
  using Complex = std::complex<double>;

  /// Sources of all devices at the operating point x (n + 1). Throws InputError: the card names what the
  /// circuit has not.
  NoiseAnalysis(const Dae& dae, const NoiseCard& card, const Location& where, const double* x);

  /// w (n + 1).
  const std::vector<double>& output() const { return output_; }
  /// The next frequency [Hz], with its y (n + 1).
  void add(double frequency, std::span<const Complex> y);
  /// Densities by frequency, and one row of totals: integrals over the frequencies added, on straight lines
  /// in a log-log plot.
  std::vector<Table> tables() const;

 private:
  struct Part {
    std::string name;
    int p, n;  ///< unknowns
    double white, flicker, exponent;
    std::vector<double> density;
  };

  void collect(const Dae& dae, const double* x);
  void find_input(const Dae& dae, const NoiseCard& card, const Location& where);
  double total(const std::vector<double>& density) const;

  bool each_;  ///< parts are wanted one by one
  std::string title_;
  Quantity out_unit_, in_unit_ = Quantity::voltage;
  int gain_plus_ = 0, gain_minus_ = 0;  ///< gain = y_plus - y_minus
  std::vector<double> output_;
  std::vector<Part> parts_;
  std::vector<double> frequency_, out_density_, in_density_;
};

/// The two nodes or the branch that an output expression v(a), v(a, b) or i(v) reads, as (unknown, weight)
/// pairs. Throws InputError.
std::vector<std::pair<int, double>> linear_output(const Dae& dae, const Expression& output);

}  // namespace nullor
