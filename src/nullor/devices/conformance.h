#pragma once
/// What every device must satisfy whatever its physics; the conformance tests run it over the whole registry.

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "nullor/devices/parameters.h"
#include "nullor/math/pack.h"

namespace nullor::conformance {

template <class D>
constexpr int rows_of() {
  int rows = static_cast<int>(std::size(D::terminals) + std::size(D::internals));
  if constexpr (requires { D::references; }) rows += D::references;
  return rows;
}
template <class D>
constexpr int references_of() {
  if constexpr (requires { D::references; }) return D::references;
  return 0;
}

inline std::size_t at(int k) { return static_cast<std::size_t>(k); }

/// "is=1e-14 rs=2" into a device.
template <class D>
void apply(D& device, const std::string& card, Scope scope = Scope::model) {
  std::size_t start = 0;
  while (start < card.size()) {
    const std::size_t end = std::min(card.find(' ', start), card.size());
    const std::string word = card.substr(start, end - start);
    start = end + 1;
    if (word.empty()) continue;
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    if constexpr (requires { device.type = 0; }) {
      if (name == "type") {
        device.type = std::stoi(word.substr(equals + 1));
        continue;
      }
    }
    ASSERT_TRUE(set_parameter(device, name, std::stod(word.substr(equals + 1)), scope))
        << "no parameter " << name;
  }
}

/// One random sample: the card with every parameter scaled by up to 15 %, and a point within `span` volts.
template <template <class> class D>
D<double> random_device(const std::string& card, std::mt19937& rng) {
  D<double> device{};
  apply(device, card);
  std::uniform_real_distribution<double> scale(0.87, 1.15);
  const auto infos = list_parameters<D<double>>();
  for (int k = 0; k < static_cast<int>(infos.size()); ++k) {
    const double x = get_parameter(device, k);
    if (!infos[at(k)].is_switch && given(x)) set_parameter(device, k, x * scale(rng));
  }
  device.setup({});
  return device;
}

inline std::vector<double> random_point(int rows, double span, std::mt19937& rng) {
  std::uniform_real_distribution<double> uniform(-span, span);
  std::vector<double> x(at(rows));
  for (double& entry : x) entry = uniform(rng);
  return x;
}

/// Flows (0) and charges (1) of every row.
template <class D>
std::vector<double> evaluate(const D& device, const std::vector<double>& x) {
  constexpr int rows = rows_of<D>();
  Stamp<double> out(x.data(), rows, 1e-12);
  device.eval(x.data(), out);
  std::vector<double> y(at(2 * rows));
  for (int k = 0; k < rows; ++k) y[at(k)] = out.f(k), y[at(rows + k)] = out.q(k);
  return y;
}

/// Jacobian of evaluate(), by dual numbers seeded on `nonlinear` and the stamp's linear terms.
template <class D>
std::vector<std::vector<double>> jacobian(const D& device, const std::vector<double>& x) {
  constexpr int rows = rows_of<D>(), count = static_cast<int>(std::size(D::nonlinear));
  using Real = Dual<(count > 0 ? count : 1)>;
  std::vector<Real> seeded(x.begin(), x.end());
  for (int k = 0; k < count; ++k) {
    const int unknown = D::nonlinear[at(k)];
    seeded[at(unknown)] = Real::variable(x[at(unknown)], k);
  }
  Stamp<Real> out(seeded.data(), rows, 1e-12);
  device.eval(seeded.data(), out);
  std::vector<std::vector<double>> jacobian(at(2 * rows), std::vector<double>(at(rows)));
  std::vector<bool> is_nonlinear(at(rows));
  for (int k = 0; k < count; ++k) {
    const int unknown = D::nonlinear[at(k)];
    is_nonlinear[at(unknown)] = true;
    for (int row = 0; row < rows; ++row) {
      jacobian[at(row)][at(unknown)] = out.f(row).d[k];
      jacobian[at(rows + row)][at(unknown)] = out.q(row).d[k];
    }
  }
  for (int k = 0; k < out.linear_count(); ++k) {
    const auto& term = out.linear(k);
    for (int side = 0; side < 2; ++side) {
      const int unknown = side == 0 ? term.p : term.n;
      if (is_nonlinear[at(unknown)]) continue;
      jacobian[at(term.row)][at(unknown)] += side == 0 ? term.g : -term.g;
      jacobian[at(rows + term.row)][at(unknown)] += side == 0 ? term.c : -term.c;
    }
  }
  return jacobian;
}

template <class D>
void conserves(const D& device, const std::vector<double>& x) {
  constexpr int rows = rows_of<D>();
  const auto y = evaluate(device, x);
  for (int part = 0; part < 2; ++part) {
    double sum = 0, size = 0;
    for (int k = 0; k < rows; ++k) {
      const bool terminal = k < static_cast<int>(std::size(D::terminals));
      const int first_internal = static_cast<int>(std::size(D::terminals)) + references_of<D>();
      bool electrical = false;
      if (terminal) electrical = D::terminals[at(k)].nature == Nature::voltage;
      if (k >= first_internal) electrical = D::internals[at(k - first_internal)].nature == Nature::voltage;
      if (!electrical) continue;
      sum += y[at(part * rows + k)];
      size += std::fabs(y[at(part * rows + k)]);
    }
    EXPECT_LE(std::fabs(sum), 1e-12 * size) << D::kind.name << (part == 0 ? " currents" : " charges");
  }
}

/// The exact Jacobian against central differences, entry by entry relative to the largest of its row.
template <class D>
void has_exact_jacobian(const D& device, const std::vector<double>& x) {
  constexpr int rows = rows_of<D>();
  const auto J = jacobian(device, x);
  std::vector<std::vector<double>> difference(at(2 * rows), std::vector<double>(at(rows)));
  double noise[2] = {0, 0};
  const double h = 1e-5;
  for (int k = 0; k < rows; ++k) {
    auto up = x, down = x;
    up[at(k)] += h;
    down[at(k)] -= h;
    const auto y_up = evaluate(device, up), y_down = evaluate(device, down);
    for (int row = 0; row < 2 * rows; ++row) {
      difference[at(row)][at(k)] = (y_up[at(row)] - y_down[at(row)]) / (2 * h);
      noise[row / rows] = std::max(noise[row / rows], 4e-15 * std::fabs(y_up[at(row)]) / h);
    }
  }
  for (int row = 0; row < 2 * rows; ++row) {
    double size = 0;
    for (int k = 0; k < rows; ++k) size = std::max(size, std::fabs(J[at(row)][at(k)]));
    for (int k = 0; k < rows; ++k)
      EXPECT_NEAR(J[at(row)][at(k)], difference[at(row)][at(k)], 2e-5 * size + noise[row / rows] + 1e-30)
          << D::kind.name << " row " << row << " by unknown " << k;
  }
}

template <class D>
void declares_its_structure(const D& device, const std::vector<double>& x) {
  constexpr int rows = rows_of<D>();
  std::vector<Depends> inputs(at(rows));
  for (int k = 0; k < rows; ++k) inputs[at(k)] = Depends::input(k);
  Stamp<Depends> structure(inputs.data(), rows, 1e-12);
  device.eval(inputs.data(), structure);
  std::vector<Dual<1>> plain(x.begin(), x.end());
  Stamp<Dual<1>> out(plain.data(), rows, 1e-12);
  device.eval(plain.data(), out);
  for (int k = 0; k < rows; ++k) {
    bool covered = false;
    for (int unknown : D::nonlinear) covered = covered || unknown == k;
    if (covered) continue;
    for (int row = 0; row < rows; ++row) {
      const bool depends = ((structure.f(row).on | structure.q(row).on) >> k) & 1;
      bool has_term = false;
      for (int j = 0; j < out.linear_count(); ++j)
        has_term = has_term || (out.linear(j).row == row && (out.linear(j).p == k || out.linear(j).n == k));
      EXPECT_TRUE(!depends || has_term) << D::kind.name << " row " << row << " hides unknown " << k;
    }
  }
}

template <class D>
void is_finite(const D& device, const std::vector<double>& x) {
  for (double y : evaluate(device, x)) EXPECT_TRUE(std::isfinite(y)) << D::kind.name;
  for (const auto& row : jacobian(device, x))
    for (double y : row) EXPECT_TRUE(std::isfinite(y)) << D::kind.name << " derivative";
}

/// Limiting against the same point holds nothing back, to the last bit: else Newton's method could never end
/// there.
template <class D>
void lets_a_settled_point_alone(const D& device, const std::vector<double>& x) {
  if constexpr (requires(std::vector<double> v) { device.template limit<double>(v.data(), x.data()); }) {
    std::vector<double> last = x;
    for (int step = 0; step < 60; ++step) {
      std::vector<double> at_point = x;
      const bool held = device.template limit<double>(at_point.data(), last.data());
      if (!held) {
        for (std::size_t k = 0; k < x.size(); ++k) EXPECT_NEAR(at_point[k], x[k], 1e-14) << D::kind.name;
        return;
      }
      last = at_point;
    }
    ADD_FAILURE() << D::kind.name << " is held back from a point it has reached";
  }
}

template <class D>
void is_linear(const D& device, const std::vector<double>& x) {
  auto twice = x;
  for (double& entry : twice) entry *= 2;
  const auto y = evaluate(device, x), y2 = evaluate(device, twice);
  for (std::size_t k = 0; k < y.size(); ++k)
    EXPECT_NEAR(2 * y[k], y2[k], 1e-12 * std::fabs(y2[k])) << D::kind.name;
}

/// A lane of a pack's stamp is the stamp of `device` at `point`.
template <class D>
void expect_lane(const Stamp<Pack<4>>& out, int lane, const D& device, const std::vector<double>& point) {
  constexpr int rows = rows_of<D>();
  const auto y = evaluate(device, point);
  double size[2] = {0, 0};
  for (int k = 0; k < 2 * rows; ++k) size[k / rows] = std::max(size[k / rows], std::fabs(y[at(k)]));
  for (int k = 0; k < rows; ++k) {
    EXPECT_NEAR(out.f(k)[lane], y[at(k)], 1e-12 * size[0]) << D::kind.name << " row " << k;
    EXPECT_NEAR(out.q(k)[lane], y[at(rows + k)], 1e-12 * size[1]) << D::kind.name << " row " << k;
  }
}

/// Four samples in the lanes of one pack give what each gives alone.
template <template <class> class D>
void agrees_in_lanes(const std::vector<D<double>>& samples, const std::vector<std::vector<double>>& points) {
  using P = Pack<4>;
  constexpr int rows = rows_of<D<double>>();
  D<P> device{};
  copy_parameters(samples[0], device);
  const auto infos = list_parameters<D<double>>();
  for (int k = 0; k < static_cast<int>(infos.size()); ++k) {
    if (infos[at(k)].is_switch) continue;
    P value;
    for (int lane = 0; lane < 4; ++lane) value.set(lane, get_parameter(samples[at(lane)], k));
    set_parameter(device, k, value);
  }
  device.setup({});
  P x[rows];
  for (int k = 0; k < rows; ++k)
    for (int lane = 0; lane < 4; ++lane) x[k].set(lane, points[at(lane)][at(k)]);
  Stamp<P> out(x, rows, 1e-12);
  device.eval(x, out);
  for (int lane = 0; lane < 4; ++lane) {
    expect_lane(out, lane, samples[at(lane)], points[at(lane)]);
  }
}

/// One device at four points in the lanes of one pack gives what it gives at each alone.
template <class D>
void agrees_at_many_points(const D& device, const std::vector<std::vector<double>>& points) {
  using P = Pack<4>;
  constexpr int rows = rows_of<D>();
  P x[rows];
  for (int k = 0; k < rows; ++k)
    for (int lane = 0; lane < 4; ++lane) x[k].set(lane, points[at(lane)][at(k)]);
  Stamp<P> out(x, rows, 1e-12);
  device.eval(x, out);
  for (int lane = 0; lane < 4; ++lane) {
    expect_lane(out, lane, device, points[at(lane)]);
  }
}

/// Derivatives by every parameter, through setup() and eval(), against central differences.
template <template <class> class D>
void has_exact_parameter_derivatives(const D<double>& device, const std::vector<double>& x) {
  constexpr int rows = rows_of<D<double>>();
  const auto infos = list_parameters<D<double>>();
  for (int k = 0; k < static_cast<int>(infos.size()); ++k) {
    const double p = get_parameter(device, k);
    if (infos[at(k)].is_switch || !given(p) || p == 0) continue;
    D<Dual<1>> seeded{};
    copy_parameters(device, seeded);
    ASSERT_TRUE(seed_parameter(seeded, k));
    seeded.setup({});
    std::vector<Dual<1>> point(x.begin(), x.end());
    Stamp<Dual<1>> out(point.data(), rows, 1e-12);
    seeded.eval(point.data(), out);
    const double h = 2e-5 * std::fabs(p);
    D<double> up = device, down = device;
    set_parameter(up, k, p + h);
    set_parameter(down, k, p - h);
    up.setup({});
    down.setup({});
    const auto y_up = evaluate(up, x), y_down = evaluate(down, x);
    double size[2] = {0, 0}, noise[2] = {0, 0};
    for (int j = 0; j < 2 * rows; ++j) {
      size[j / rows] = std::max(size[j / rows], std::fabs(y_up[at(j)] - y_down[at(j)]) / (2 * h));
      noise[j / rows] = std::max(noise[j / rows], std::fabs(y_up[at(j)]) * 4e-14 / h);
    }
    for (int j = 0; j < 2 * rows; ++j) {
      const double exact = j < rows ? out.f(j).d[0] : out.q(j - rows).d[0];
      EXPECT_NEAR(exact, (y_up[at(j)] - y_down[at(j)]) / (2 * h),
                  2e-4 * size[j / rows] + noise[j / rows] + 1e-40)
          << D<double>::kind.name << " row " << j << " by " << infos[at(k)].name << " = " << p;
    }
  }
}

/// Everything above, over random parameters around `card` and random points within `span`.
template <template <class> class D>
void run(const std::string& card, double span = 2) {
  constexpr int rows = rows_of<D<double>>();
  std::mt19937 rng(7);
  std::vector<D<double>> samples;
  std::vector<std::vector<double>> points;
  for (int k = 0; k < 40; ++k) {
    const auto device = random_device<D>(card, rng);
    if constexpr (requires { device.check(); }) {
      ASSERT_EQ(device.check(), "") << D<double>::kind.name;
    }
    const auto x = random_point(rows, k % 2 == 0 ? span : 0.5 * span, rng);
    conserves(device, x);
    has_exact_jacobian(device, x);
    declares_its_structure(device, x);
    lets_a_settled_point_alone(device, x);
    for (double wide : {30.0, 1000.0}) is_finite(device, random_point(rows, wide, rng));
    if constexpr (requires { D<double>::linear; }) is_linear(device, x);
    if (k < 10) has_exact_parameter_derivatives<D>(device, x);
    samples.push_back(device);
    points.push_back(x);
    if (samples.size() < 4) continue;
    agrees_in_lanes<D>(samples, points);
    agrees_at_many_points(samples[0], points);
    samples.clear();
    points.clear();
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace nullor::conformance
