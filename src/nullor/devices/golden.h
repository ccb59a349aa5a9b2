#pragma once
/// Compares a device with golden/NAME.txt: terminal currents and admittances that ngspice computed
/// (golden/make.py).
///
/// ngspice 39 has the constants of CODATA 2014; its k/q is smaller than ours by 3.4e-7. At a fixed voltage an
/// exponential shows that 30 times over, so the device is run at temperatures larger by the same ratio: then
/// the thermal voltages agree.

#include <complex>
#include <fstream>
#include <memory>
#include <sstream>

#include "nullor/devices/conformance.h"

namespace nullor::golden {

using conformance::at;

inline constexpr double kTemperatureRatio =
    (1.38064852e-23 / 1.6021766208e-19) / (kBoltzmann / kElementaryCharge);

using Complex = std::complex<double>;

/// Solves A X = B in place by elimination with row pivoting; A is n x n, B is n x m.
inline void solve(std::vector<std::vector<Complex>>& A, std::vector<std::vector<Complex>>& B) {
  const std::size_t n = A.size();
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k; i < n; ++i)
      if (std::abs(A[i][k]) > std::abs(A[pivot][k])) pivot = i;
    std::swap(A[k], A[pivot]);
    std::swap(B[k], B[pivot]);
    for (std::size_t i = 0; i < n; ++i) {
      if (i == k) continue;
      const Complex factor = A[i][k] / A[k][k];
      for (std::size_t j = k; j < n; ++j) A[i][j] -= factor * A[k][j];
      for (std::size_t j = 0; j < B[i].size(); ++j) B[i][j] -= factor * B[k][j];
    }
  }
  for (std::size_t k = 0; k < n; ++k)
    for (Complex& b : B[k]) b /= A[k][k];
}

/// A device between ideal voltage sources: its internal unknowns solved for, collapsed ones merged.
template <class D>
class Fixture {
 public:
  static constexpr int rows = conformance::rows_of<D>();
  static constexpr int terminals = static_cast<int>(std::size(D::terminals));

  explicit Fixture(const D& device) : device_(device) {
    for (int k = 0; k < rows; ++k) {
      int same = k;
      if constexpr (requires { device.collapse(0); }) {
        while (same >= terminals && device.collapse(same) >= 0) same = device.collapse(same);
      }
      same_[at(k)] = same;
      if (k >= terminals && same == k) internal_.push_back(k);
    }
  }

  void operating_point(const std::vector<double>& v) {
    x_.assign(at(rows), 0.0);
    for (int k = 0; k < terminals; ++k) x_[at(k)] = v[at(k)];
    if constexpr (requires { device_.template initial_guess<double>(x_.data()); }) {
      device_.template initial_guess<double>(x_.data());
      for (int k = 0; k < terminals; ++k) x_[at(k)] = v[at(k)];
    }
    share();
    std::vector<double> last = x_;
    for (int iteration = 0; iteration < 300; ++iteration) {
      const auto f = conformance::evaluate(device_, x_);
      const auto J = conformance::jacobian(device_, x_);
      std::vector<std::vector<Complex>> A = internal_part(J, 0), B(internal_.size(), std::vector<Complex>(1));
      for (int r = 0; r < rows; ++r)
        if (const int i = position(same_[at(r)]); i >= 0) B[at(i)][0] -= f[at(r)];
      solve(A, B);
      last = x_;
      for (std::size_t i = 0; i < internal_.size(); ++i) x_[at(internal_[i])] += B[i][0].real();
      share();
      if (iteration > 100) continue;  // by then only rounding is left
      if constexpr (requires { device_.template limit<double>(x_.data(), last.data()); }) {
        auto limited = x_;
        device_.template limit<double>(limited.data(), last.data());
        for (int k : internal_) x_[at(k)] = limited[at(k)];
        share();
      }
    }
  }

  std::vector<double> currents() const {
    std::vector<double> i(at(terminals));
    const auto f = conformance::evaluate(device_, x_);
    for (int r = 0; r < rows; ++r)
      if (same_[at(r)] < terminals) i[at(same_[at(r)])] += f[at(r)];
    return i;
  }

  /// Terminal admittances at angular frequency omega: Y = Y_tt - Y_ti Y_ii^-1 Y_it.
  std::vector<std::vector<Complex>> admittance(double omega) const {
    const auto J = conformance::jacobian(device_, x_);
    std::vector<std::vector<Complex>> Y(at(rows), std::vector<Complex>(at(rows)));
    for (int r = 0; r < rows; ++r)
      for (int k = 0; k < rows; ++k)
        Y[at(same_[at(r)])][at(same_[at(k)])] += J[at(r)][at(k)] + Complex(0, omega) * J[at(rows + r)][at(k)];
    std::vector<std::vector<Complex>> A, B, out(at(terminals), std::vector<Complex>(at(terminals)));
    for (int r : internal_) {
      A.emplace_back();
      B.emplace_back();
      for (int k : internal_) A.back().push_back(Y[at(r)][at(k)]);
      for (int k = 0; k < terminals; ++k) B.back().push_back(Y[at(r)][at(k)]);
    }
    solve(A, B);
    for (int r = 0; r < terminals; ++r)
      for (int k = 0; k < terminals; ++k) {
        out[at(r)][at(k)] = Y[at(r)][at(k)];
        for (std::size_t i = 0; i < internal_.size(); ++i)
          out[at(r)][at(k)] -= Y[at(r)][at(internal_[i])] * B[i][at(k)];
      }
    return out;
  }

  const std::vector<double>& x() const { return x_; }

 private:
  int position(int k) const {
    for (std::size_t i = 0; i < internal_.size(); ++i)
      if (internal_[i] == k) return static_cast<int>(i);
    return -1;
  }
  void share() {
    for (int k = 0; k < rows; ++k) x_[at(k)] = x_[at(same_[at(k)])];
  }
  std::vector<std::vector<Complex>> internal_part(const std::vector<std::vector<double>>& J,
                                                  int first_row) const {
    std::vector<std::vector<Complex>> A(internal_.size(), std::vector<Complex>(internal_.size()));
    for (int r = 0; r < rows; ++r)
      for (int k = 0; k < rows; ++k) {
        const int i = position(same_[at(r)]), j = position(same_[at(k)]);
        if (i >= 0 && j >= 0) A[at(i)][at(j)] += J[at(first_row + r)][at(k)];
      }
    return A;
  }

  D device_;
  std::array<int, rows> same_;
  std::vector<int> internal_;
  std::vector<double> x_;
};

inline void near(double actual, double expected, double tolerance, const std::string& where, const char* what,
                 std::size_t row, std::size_t column) {
  if (std::fabs(actual - expected) <= tolerance) return;
  ADD_FAILURE() << what << row << column << " = " << actual << ", ngspice " << expected << " (off by "
                << std::fabs(actual - expected) / std::fabs(expected) << "), " << where;
}

/// How a comparison is made: relative tolerances of currents and admittances, and whether the latter are
/// compared.
struct Tolerance {
  double current = 1e-6, admittance = 1e-6;
  double conductance = 1e-18;  ///< absolute [S]
  bool small_signal = true;    ///< compare admittances at all
  double susceptance = 0;      ///< wider relative tolerance of the imaginary parts
  bool own_constants = false;  ///< the model brings its own k/q: no correction of the temperature
};

template <template <class> class D>
void compare(const std::string& name, const Tolerance& tolerance = {}) {
  std::ifstream file(std::string(NULLOR_SOURCE_DIR) + "/src/nullor/devices/golden/" + name + ".txt");
  ASSERT_TRUE(file.is_open()) << name;
  std::string line, where;
  D<double> device{};
  std::unique_ptr<Fixture<D<double>>> fixture;
  int points = 0;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string word;
    words >> word;
    const std::string rest = line.substr(std::min(line.size(), word.size() + 1));
    std::vector<double> numbers;
    if (word == "point" || word == "i" || word == "y" || word == "temp") {
      for (double x; words >> x;) numbers.push_back(x);
    }
    if (word == "case") {
      device = {};
      if constexpr (requires { device.type = 0; }) device.type = std::stoi(rest);
      where = line;
    } else if (word == "model") {
      conformance::apply(device, rest, Scope::model);
      where += " " + rest;
    } else if (word == "instance") {
      conformance::apply(device, rest, Scope::instance);
      where += " " + rest;
    } else if (word == "temp") {
      Environment<double> environment;
      const double ratio = tolerance.own_constants ? 1.0 : kTemperatureRatio;
      environment.temperature = (numbers[0] + kCelsiusZero) * ratio;
      environment.nominal = 300.15 * ratio;
      device.setup(environment);
      if constexpr (requires { device.check(); }) {
        ASSERT_EQ(device.check(), "") << where;
      }
      fixture = std::make_unique<Fixture<D<double>>>(device);
    } else if (word == "point") {
      fixture->operating_point(numbers);
      where = where.substr(0, where.find(" at ")) + " at " + rest;
      ++points;
    } else if (word == "i") {
      const auto i = fixture->currents();
      for (std::size_t k = 0; k < numbers.size(); ++k)
        near(i[k], numbers[k], tolerance.current * std::fabs(numbers[k]) + 2e-15, where, "i", k, 0);
    } else if (word == "y" && tolerance.small_signal) {
      const std::size_t n = std::size(D<double>::terminals);
      const auto Y = fixture->admittance(2 * 3.14159265358979323846 * numbers[0]);
      for (std::size_t r = 0; r < n; ++r)
        for (std::size_t k = 0; k < n; ++k) {
          const double g = numbers[1 + 2 * (r * n + k)], b = numbers[2 + 2 * (r * n + k)];
          const double size = tolerance.admittance * (std::fabs(g) + std::fabs(b)) + tolerance.conductance;
          near(Y[r][k].real(), g, size, where, "g", r, k);
          near(Y[r][k].imag(), b, size + tolerance.susceptance * std::fabs(b), where, "b", r, k);
        }
    }
    if (::testing::Test::HasFatalFailure()) return;
  }
  EXPECT_GT(points, 0);
}

}  // namespace nullor::golden
