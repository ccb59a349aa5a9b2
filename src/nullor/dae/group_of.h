#pragma once
/// The one implementation of DeviceGroup for every device struct: binds numbers, runs eval() with dual
/// numbers, or with lanes where no derivatives are wanted, and stamps.

#include <algorithm>
#include <array>
#include <cmath>
#include <type_traits>

#include "nullor/dae/device_group.h"
#include "nullor/math/pack.h"

namespace nullor {

template <template <class> class D>
class GroupOf : public DeviceGroup {
 protected:
  using Device = D<double>;

  static constexpr int kTerminals = static_cast<int>(std::size(Device::terminals));
  static constexpr int kInternals = static_cast<int>(std::size(Device::internals));
  static constexpr int kReferences = [] {
    if constexpr (requires { Device::references; }) return static_cast<int>(Device::references);
    return 0;
  }();
  static constexpr int kRows = kTerminals + kReferences + kInternals;
  static constexpr bool kLinear = requires { Device::linear; };

  // Unknowns that carry a derivative slot: all of a linear device, the listed ones of a nonlinear device.
  static constexpr int kSeeds = [] {
    if constexpr (kLinear)
      return kRows;
    else
      return static_cast<int>(std::size(Device::nonlinear));
  }();
  static constexpr std::array<int, static_cast<std::size_t>(kSeeds)> kSeeded = [] {
    std::array<int, static_cast<std::size_t>(kSeeds)> out{};
    for (std::size_t k = 0; k < out.size(); ++k) {
      if constexpr (kLinear)
        out[k] = static_cast<int>(k);
      else
        out[k] = Device::nonlinear[k];
    }
    return out;
  }();
  static constexpr bool is_seeded(int row) {
    for (const int s : kSeeded)
      if (s == row) return true;
    return false;
  }
  using Real = Dual<kSeeds>;

  static constexpr bool kLimits = requires(const Device& d, double* x) { d.template limit<double>(x, x); };
  static constexpr bool kHasAc = requires(const Device& d, const double* x, Stamp<double>& s) {
    d.eval_ac(x, s);
  };

  static constexpr bool kLags = requires(const Device& d, const Real* x, Stamp<Real>& s) { d.lagging(x, s); };

  struct Entry {
    int row, column;
    int seed;                  ///< position in kSeeded, or -1: filled by linear terms only
    bool conductive, charged;  ///< f depends on it, q depends on it
  };
  static constexpr int kPadded = Gradient<kSeeds, double>::kPadded;

 public:
  const DeviceKind& kind() const override { return Device::kind; }
  int count() const override { return static_cast<int>(devices_.size()); }
  std::span<const Terminal> terminals(int) const override { return Device::terminals; }
  std::span<const Unknown> internals(int) const override { return Device::internals; }
  int references() const override { return kReferences; }
  std::span<const ParameterInfo> parameters() const override {
    static const std::vector<ParameterInfo> list = list_parameters<Device>();
    return list;
  }
  FoundParameter find(std::string_view name, Scope scope = Scope::any) const override {
    return find_parameter<Device>(name, scope);
  }
  bool linear() const override { return kLinear; }

  int add(int type) override {
    devices_.emplace_back();
    if constexpr (requires(Device & d) { d.type = type; }) devices_.back().type = type;
    (void)type;
    unknowns_.resize(unknowns_.size() + kRows, 0);
    return count() - 1;
  }
  void set_unknowns(int device, std::span<const int> unknowns) override {
    std::copy(unknowns.begin(), unknowns.end(), unknowns_.begin() + device * kRows);
  }
  std::span<const int> unknowns(int device) const override {
    return {unknowns_.data() + device * kRows, kRows};
  }
  void set_parameter(int device, int parameter, double value) override {
    nullor::set_parameter(devices_[at(device)], parameter, value);
  }
  double get_parameter(int device, int parameter) const override {
    return nullor::get_parameter(devices_[at(device)], parameter);
  }
  void set_discrete(int device, bool off, bool on) override {
    if constexpr (requires(Device & d) { d.off = true; }) devices_[at(device)].off = off;
    if constexpr (requires(Device & d) { d.set_state(true); }) devices_[at(device)].set_state(on && !off);
    (void)device, (void)off, (void)on;
  }

  std::pair<int, std::string> setup(const Environment<double>& environment) override {
    std::fill(fresh_.begin(), fresh_.end(), -1.0);
    for (int k = 0; k < count(); ++k) {
      devices_[at(k)].setup(environment);
      if constexpr (requires(const Device& d) { d.check(); }) {
        std::string why = devices_[at(k)].check();
        if (!why.empty()) return {k, why};
      }
    }
    return {-1, {}};
  }
  int collapse(int device, int internal) const override {
    if constexpr (requires(const Device& d) { d.collapse(0); }) {
      return devices_[at(device)].collapse(kTerminals + kReferences + internal);
    } else {
      (void)device, (void)internal;
      return -1;
    }
  }

  void entries(std::vector<std::pair<int, int>>& out, bool conductive) const override {
    const auto list = structure();
    for (int k = 0; k < count(); ++k) {
      for (const Entry& e : list) {
        if (conductive && !e.conductive) continue;
        out.emplace_back(unknowns_[at(k * kRows + e.row)], unknowns_[at(k * kRows + e.column)]);
      }
    }
  }

  void locate(const SparsePattern& pattern, int ground) override {
    entries_ = structure();
    for (auto& row : entry_of_) row.fill(-1);
    for (std::size_t e = 0; e < entries_.size(); ++e)
      entry_of_[at(entries_[e].row)][at(entries_[e].column)] = static_cast<int>(e);
    shapes_.clear();
    placements_.clear();
    compact_unknowns_.clear();
    slots_.clear();
    std::size_t saved = 0;
    for (int k = 0; k < count(); ++k) {
      const int* u = &unknowns_[at(k * kRows)];
      const int index = shape_of(u, ground);
      const Shape& shape = shapes_[at(index)];
      placements_.push_back({index, saved, compact_unknowns_.size(), slots_.size()});
      saved += 3 * at(shape.rows) + shape.flow.size() + shape.charge.size();
      for (int r = 0; r < kRows; ++r) {
        if (shape.compact[at(r)] == static_cast<int>(compact_unknowns_.size() - placements_.back().unknowns))
          compact_unknowns_.push_back(u[r]);
      }
      const int* cu = compact_unknowns_.data() + placements_.back().unknowns;
      for (const auto* list : {&shape.flow, &shape.charge}) {
        for (const Place& p : *list) slots_.push_back(pattern.find(cu[p.row], cu[p.column]));
      }
    }
    saved_.assign(saved, 0.0);
    fresh_.assign(devices_.size(), -1.0);
    if constexpr (kLimits) last_.assign(unknowns_.size(), 0.0);
    if constexpr (kLags) pattern_ = &pattern;
  }

  bool lags() const override {
    if constexpr (kLags)
      return std::any_of(devices_.begin(), devices_.end(), [](const Device& d) { return d.lags; });
    return false;
  }
  void evaluate_ac(double omega, std::complex<double>* matrix) const override {
    for (const Lag& lag : lags_) {
      const std::complex<double> turned(0, omega * lag.time);
      matrix[lag.slot] -= turned / (1.0 + turned) * std::complex<double>(lag.g, omega * lag.c);
    }
  }

  void evaluate(Assembly& a) override {
    if constexpr (kLags) {
      if (a.small_signal) find_lags(a);
    }
    if (a.capacitance) {
      if constexpr (kHasAc) {
        if (a.small_signal) return run<true, true>(a);
      }
      run<true, false>(a);
    } else {
      run<false, false>(a);
    }
  }

  void evaluate_values(const Points& points) const override;

  void initial_guess(double* x) const override {
    if constexpr (requires(const Device& d, double* v) { d.template initial_guess<double>(v); }) {
      for (int k = 0; k < count(); ++k) {
        double local[kRows];
        const int* u = &unknowns_[at(k * kRows)];
        for (int r = 0; r < kRows; ++r) local[r] = x[u[r]];
        devices_[at(k)].template initial_guess<double>(local);
        for (int r = kTerminals + kReferences; r < kRows; ++r) x[u[r]] = local[r];
        if constexpr (kLimits) {
          for (int r = 0; r < kRows; ++r) last_[at(k * kRows + r)] = local[r];
        }
      }
    } else {
      (void)x;
    }
  }

  void initial_charges(double* x, double* q) const override {
    for (int k = 0; k < count(); ++k) {
      double local[kRows];
      const int* u = &unknowns_[at(k * kRows)];
      for (int r = 0; r < kRows; ++r) local[r] = x[u[r]];
      if constexpr (requires(const Device& d, double* v) { d.template initial_condition<double>(v); }) {
        devices_[at(k)].template initial_condition<double>(local);
        for (int r = kTerminals + kReferences; r < kRows; ++r) x[u[r]] = local[r];
      }
      Stamp<double> out(local, kRows, 0);
      devices_[at(k)].eval(local, out);
      for (int r = 0; r < kRows; ++r) q[u[r]] += out.q(r);
    }
  }

  void forget_limits() override {
    std::fill(last_.begin(), last_.end(), 0.0);
    std::fill(fresh_.begin(), fresh_.end(), -1.0);
  }

  bool accept(const double* x, double) override {
    bool changed = false;
    if constexpr (requires(Device & d, const double* v) { d.accept(v); }) {
      for (int k = 0; k < count(); ++k) {
        double local[kRows];
        read(x, k, local);
        if (devices_[at(k)].accept(local)) {
          changed = true;
          fresh_[at(k)] = -1;
        }
      }
    } else {
      (void)x;
    }
    return changed;
  }
  void hold_states(bool hold) override {
    if constexpr (requires(Device & d) { d.hold(true); }) {
      for (Device& d : devices_) d.hold(hold);
      std::fill(fresh_.begin(), fresh_.end(), -1.0);
    } else {
      (void)hold;
    }
  }
  void read_states(std::vector<double>& out) const override {
    if constexpr (requires(const Device& d) { d.discrete_state(); }) {
      for (const Device& d : devices_) out.push_back(d.discrete_state());
    } else {
      (void)out;
    }
  }
  void write_states(const double*& from) override {
    if constexpr (requires(Device & d) { d.set_discrete_state(0.0); }) {
      for (Device& d : devices_) d.set_discrete_state(*from++);
      std::fill(fresh_.begin(), fresh_.end(), -1.0);
    } else {
      (void)from;
    }
  }
  void events(const double* x, std::vector<double>& out) const override {
    if constexpr (requires(const Device& d, const double* v) { d.event(v); }) {
      for (int k = 0; k < count(); ++k) {
        double local[kRows];
        read(x, k, local);
        out.push_back(devices_[at(k)].event(local));
      }
    } else {
      (void)x, (void)out;
    }
  }

  bool has_noise() const override {
    return requires(const Device& d, const double* x, NoiseSources& out) { d.noise(x, out); };
  }
  void noise(int device, const double* x, NoiseSources& out) const override {
    if constexpr (requires(const Device& d) { d.noise(x, out); }) {
      double local[kRows];
      read(x, device, local);
      devices_[at(device)].noise(local, out);
    } else {
      (void)device, (void)x, (void)out;
    }
  }
  void operating_point(int device, const double* x, OperatingPointInfo& out) const override {
    if constexpr (requires(const Device& d) { d.operating_point(x, out); }) {
      double local[kRows];
      read(x, device, local);
      devices_[at(device)].operating_point(local, out);
    } else {
      (void)device, (void)x, (void)out;
    }
  }

  void prepare_gradient(std::span<const ParameterSeed> seeds,
                        const Environment<double>& environment) override;
  void gradient(const Assembly& point, const double* lambda_f, const double* lambda_q,
                double* gradient) const override;
  void gradient_ac(const double* x, double gmin, double omega, const std::complex<double>* solution,
                   const std::complex<double>* lambda, double* gradient, double* by_x) const override;
  void initial_adjoint(const double* x, const double* weight_q, double* weight_x) const override;
  void initial_gradient(const double* x, const double* weight_x, const double* weight_q,
                        double* gradient) const override;

 protected:
  static std::size_t at(int k) { return static_cast<std::size_t>(k); }

  void read(const double* x, int device, double* local) const {
    const int* u = &unknowns_[at(device * kRows)];
    for (int r = 0; r < kRows; ++r) local[r] = x[u[r]];
  }

  /// What each local row can depend on, for any device of the group.
  std::vector<Entry> structure() const;

  // How the local unknowns of a device fall onto the circuit: those that coincide (an internal node without
  // its resistor) are one, those on ground are gone. Devices of one shape share the lists of nonzeros.
  struct Place {
    int row, column;  ///< compact
  };
  struct Shape {
    std::array<int, kRows> leader{};   ///< per local: the first local on the same unknown; -1 on ground
    std::array<int, kRows> compact{};  ///< per local: its compact number; -1 on ground
    int rows = 0;
    std::vector<Place> flow, charge;                  ///< nonzeros of df/dx and dq/dx
    std::vector<int> flow_of_entry, charge_of_entry;  ///< per structural entry: its place, or -1
    std::vector<int> seeded;                          ///< compact unknowns that enter nonlinearly
  };

  /// What one device's lag takes from one nonzero of G + j omega C.
  struct Lag {
    double time;  ///< [s]
    int slot;
    double g, c;
  };
  void find_lags(const Assembly& a);

  int shape_of(const int* u, int ground);

  template <bool kSeparate, bool kAc>
  void run(Assembly& a);
  template <bool kAc>
  void refresh(Assembly& a, int k, const Shape& shape, double* f0, double* q0, double* g0, double* c0);
  template <bool kAc>
  void linearize(const Device& device, const double* from, double gmin, double* f, double* q, double* g,
                 double* c) const;

  static constexpr int kChunk = 4;  ///< parameters differentiated side by side
  struct Differentiated {
    int device = 0;
    mutable D<Dual<kChunk>> with;  ///< seeded, set up; takes the discrete state of its device
    std::array<std::vector<std::pair<int, double>>, kChunk> targets;  ///< per seed: (target, weight)
  };

  /// The charges of a device with dual parameters that starts at x with its initial conditions, which go into
  /// x.
  static Stamp<Dual<kChunk>> initial_stamp(const D<Dual<kChunk>>& device, Dual<kChunk>* x) {
    if constexpr (requires { device.template initial_condition<Dual<kChunk>>(x); }) {
      device.template initial_condition<Dual<kChunk>>(x);
    }
    Stamp<Dual<kChunk>> out(x, kRows, 0);
    device.eval(x, out);
    return out;
  }

  std::vector<Device> devices_;
  std::vector<int> unknowns_;  ///< kRows a device
  std::vector<Entry> entries_;
  std::vector<Shape> shapes_;
  struct Placement {
    int shape;
    std::size_t saved, unknowns, slots;  ///< where its part of each array begins
  };
  std::vector<Placement> placements_;
  std::vector<int> compact_unknowns_;
  std::vector<double> saved_;  ///< x0, f, q, g, c of each device
  std::vector<double> fresh_;  ///< per device: the gmin that `saved_` holds for; -1: stale
  std::array<std::array<int, kRows>, kRows> entry_of_{};
  std::vector<int> slots_;            ///< flow places, then charge places of each device
  mutable std::vector<double> last_;  ///< kRows a device: where it was last evaluated
  const SparsePattern* pattern_ = nullptr;
  std::vector<Lag> lags_;  ///< at the point of the last small-signal evaluation
  std::vector<Differentiated> differentiated_;
  Environment<Dual<kChunk>> gradient_environment_;  ///< without seeds
};

}  // namespace nullor

#include "nullor/dae/group_evaluate.h"
#include "nullor/dae/group_gradient.h"
