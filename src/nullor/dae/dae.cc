#include "nullor/dae/dae.h"

#include <algorithm>
#include <cmath>

namespace nullor {

double Dae::temperature_celsius() const { return table_[ParameterTable::kTemperature]; }

int Dae::unknown(std::string_view name) const {
  for (std::size_t k = 0; k < unknowns_.size(); ++k) {
    if (unknowns_[k].name == name) return static_cast<int>(k);
  }
  return -1;
}

void Dae::reject(int group, int device, const std::string& why) const {
  const DeviceGroup& g = *groups_[static_cast<std::size_t>(group)];
  const auto k = static_cast<std::size_t>(device);
  throw InputError(ErrorKind::model, "'" + g.names[k] + "' (" + std::string(g.kind().name) + ") " + why,
                   g.places[k]);
}

void Dae::load(const std::vector<std::pair<ParameterId, double>>& pinned, const std::vector<char>& without) {
  ParameterTable& parameters = circuit_.parameters;
  for (std::size_t k = 0; k < own_values_.size(); ++k)
    parameters.override_value(static_cast<ParameterId>(k), own_values_[k]);
  for (const auto& [id, value] : pinned) parameters.override_value(id, value);
  refresh(without);
  cache_linear();
}

bool Dae::set_temperature(double celsius, const std::vector<char>& without) {
  if (parameters_follow_temperature_) return false;
  circuit_.parameters.override_value(ParameterTable::kTemperature, celsius);
  table_[ParameterTable::kTemperature] = celsius;
  environment_.temperature = celsius + kCelsiusZero;
  set_up_groups(without);
  cache_linear();
  return true;
}

void Dae::refresh(const std::vector<char>& without) {
  const auto left_out = [&](int group) {
    return !without.empty() && without[static_cast<std::size_t>(group)] != 0;
  };
  circuit_.parameters.update(table_);
  environment_.temperature = table_[ParameterTable::kTemperature] + kCelsiusZero;
  choose_cards(without);
  for (const Binding& b : bindings_) {
    if (left_out(b.group)) continue;
    groups_[static_cast<std::size_t>(b.group)]->set_parameter(b.device, b.parameter,
                                                              table_[static_cast<std::size_t>(b.table)]);
  }
  set_up_groups(without);
}

void Dae::set_up_groups(const std::vector<char>& without) {
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    if (!without.empty() && without[g] != 0) continue;
    const auto [device, why] = groups_[g]->setup(environment_);
    if (device >= 0) reject(static_cast<int>(g), device, why);
  }
}

void Dae::cache_linear() {
  ++revision_;
  const auto slots = static_cast<std::size_t>(pattern_.nonzeros()) + 1;
  const std::vector<double> zero(static_cast<std::size_t>(n_) + 1, 0.0);
  std::vector<double> f(zero), q(zero);
  linear_g_.assign(slots, 0.0);
  linear_c_.assign(slots, 0.0);
  Assembly a;
  a.x = zero.data();
  a.f = f.data();
  a.q = q.data();
  a.jacobian = linear_g_.data();
  a.capacitance = linear_c_.data();
  for (const auto& group : groups_) {
    if (group->linear()) group->evaluate(a);
  }
  linear_g_.back() = linear_c_.back() = 0;
  linear_f_terms_.clear();
  linear_q_terms_.clear();
  for (int j = 0; j < n_; ++j) {
    for (int k = pattern_.column_start[static_cast<std::size_t>(j)];
         k < pattern_.column_start[static_cast<std::size_t>(j) + 1]; ++k) {
      const auto at = static_cast<std::size_t>(k);
      if (linear_g_[at] != 0) linear_f_terms_.push_back({pattern_.row[at], j, linear_g_[at]});
      if (linear_c_[at] != 0) linear_q_terms_.push_back({pattern_.row[at], j, linear_c_[at]});
    }
  }
  linear_j_.assign(slots, 0.0);
  linear_j_alpha_ = -1;
}

void Dae::evaluate(Assembly& a) {
  const auto size = static_cast<std::size_t>(n_) + 1;
  const auto slots = static_cast<std::size_t>(pattern_.nonzeros()) + 1;
  std::fill_n(a.f, size, 0.0);
  std::fill_n(a.q, size, 0.0);
  a.limited = false;
  if (a.small_signal) {
    std::fill_n(a.jacobian, slots, 0.0);
    std::fill_n(a.capacitance, slots, 0.0);
    for (const auto& group : groups_) group->evaluate(a);
    return;
  }
  for (const Triplet& t : linear_f_terms_) a.f[t.row] += t.value * a.x[t.column];
  for (const Triplet& t : linear_q_terms_) a.q[t.row] += t.value * a.x[t.column];
  if (a.capacitance) {
    std::copy(linear_g_.begin(), linear_g_.end(), a.jacobian);
    std::copy(linear_c_.begin(), linear_c_.end(), a.capacitance);
  } else {
    if (a.alpha != linear_j_alpha_) {
      for (std::size_t k = 0; k < slots; ++k) linear_j_[k] = linear_g_[k] + a.alpha * linear_c_[k];
      linear_j_alpha_ = a.alpha;
    }
    std::copy(linear_j_.begin(), linear_j_.end(), a.jacobian);
  }
  for (const auto& group : groups_) {
    if (!group->linear()) group->evaluate(a);
  }
}

void Dae::evaluate_values(const Points& points) const {
  for (int k = 0; k < points.count; ++k) {
    const std::size_t begin = static_cast<std::size_t>(k) * points.stride;
    const double* const x = points.x + begin;
    double* const f = points.f + begin;
    double* const q = points.q + begin;
    std::fill_n(f, points.stride, 0.0);
    std::fill_n(q, points.stride, 0.0);
    for (const Triplet& t : linear_f_terms_) f[t.row] += t.value * x[t.column];
    for (const Triplet& t : linear_q_terms_) q[t.row] += t.value * x[t.column];
  }
  for (const auto& group : groups_) {
    if (!group->linear()) group->evaluate_values(points);
  }
}

void Dae::excitation(double time, bool dc, double* b) const {
  std::fill_n(b, static_cast<std::size_t>(n_) + 1, 0.0);
  for (const auto& group : groups_) group->excitation(time, dc, b);
}

void Dae::excitation_ac(std::complex<double>* b) const {
  std::fill_n(b, static_cast<std::size_t>(n_) + 1, std::complex<double>(0));
  for (const auto& group : groups_) group->excitation_ac(b);
}

void Dae::evaluate_ac(double omega, std::complex<double>* matrix) const {
  for (const auto& group : groups_) group->evaluate_ac(omega, matrix);
}

std::vector<double> Dae::breakpoints(double from, double to) const {
  std::vector<double> out;
  for (const auto& group : groups_) group->breakpoints(from, to, out);
  const auto tidy = [&] {
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
  };
  tidy();
  // A corner travels down every line and back; later echoes are smoother and left to the step control.
  constexpr int kEchoes = 8;
  constexpr std::size_t kMost = 20000;
  for (const auto& group : groups_) {
    for (const double delay : group->delays()) {
      const std::size_t corners = out.size();
      for (std::size_t k = 0; k <= corners; ++k) {
        const double corner = k < corners ? out[k] : from;
        for (int echo = 1; echo <= kEchoes && out.size() < kMost; ++echo) {
          if (corner + echo * delay <= to) out.push_back(corner + echo * delay);
        }
      }
      tidy();
    }
  }
  return out;
}

void Dae::set_transient(double step, double stop) {
  for (const auto& group : groups_) group->set_transient(step, stop);
}

bool Dae::lags() const {
  return std::any_of(groups_.begin(), groups_.end(), [](const auto& group) { return group->lags(); });
}

double Dae::largest_step() const {
  double out = 1e300;
  for (const auto& group : groups_) out = std::min(out, group->largest_step());
  return out;
}

// Devices write their internal unknowns. One without its series resistor coincides with a node or with
// ground, and nodes are not the devices' to set.
template <class F>
void Dae::keeping_nodes(double* x, F&& write) const {
  const std::vector<double> nodes(x, x + circuit_.nodes.size() - 1);
  write();
  std::copy(nodes.begin(), nodes.end(), x);
  x[n_] = 0;
}

void Dae::initial_guess(double* x) const {
  keeping_nodes(x, [&] {
    for (const auto& group : groups_) group->initial_guess(x);
  });
}

void Dae::initial_charges(double* x, double* q) const {
  // Twice: a coupling may come before the inductors whose currents it reads.
  for (int pass = 0; pass < 2; ++pass) {
    std::fill_n(q, static_cast<std::size_t>(n_) + 1, 0.0);
    keeping_nodes(x, [&] {
      for (const auto& group : groups_) group->initial_charges(x, q);
    });
  }
}

void Dae::forget_limits() {
  for (const auto& group : groups_) group->forget_limits();
}

void Dae::begin_transient(const double* x, double time) {
  for (const auto& group : groups_) group->begin_transient(x, time);
}

bool Dae::accept(const double* x, double time) {
  bool changed = false;
  for (const auto& group : groups_) changed = group->accept(x, time) || changed;
  return changed;
}

void Dae::hold_states(bool hold) {
  for (const auto& group : groups_) group->hold_states(hold);
}

void Dae::read_states(std::vector<double>& out) const {
  out.clear();
  for (const auto& group : groups_) group->read_states(out);
}

void Dae::write_states(const std::vector<double>& states) {
  const double* from = states.data();
  for (const auto& group : groups_) group->write_states(from);
}

void Dae::events(const double* x, std::vector<double>& out) const {
  out.clear();
  for (const auto& group : groups_) group->events(x, out);
}

void Dae::delayed_adjoint(double time, const double* lambda_f,
                          const std::function<double*(std::size_t)>& adjoint_at) const {
  for (const auto& group : groups_) group->delayed_adjoint(time, lambda_f, adjoint_at);
}

}  // namespace nullor
