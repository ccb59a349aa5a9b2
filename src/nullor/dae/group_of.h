#pragma once
/// The one implementation of DeviceGroup for every device struct: binds numbers, runs eval() with dual numbers, stamps.

#include <algorithm>
#include <array>
#include <cmath>
#include <type_traits>

#include "nullor/dae/device_group.h"

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
    if constexpr (kLinear) return kRows;
    else return static_cast<int>(std::size(Device::nonlinear));
  }();
  static constexpr std::array<int, static_cast<std::size_t>(kSeeds)> kSeeded = [] {
    std::array<int, static_cast<std::size_t>(kSeeds)> out{};
    for (std::size_t k = 0; k < out.size(); ++k) {
      if constexpr (kLinear) out[k] = static_cast<int>(k);
      else out[k] = Device::nonlinear[k];
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
  static constexpr bool kHasAc = requires(const Device& d, const double* x, Stamp<double>& s) { d.eval_ac(x, s); };

  struct Entry {
    int row, column;
    int seed;                 ///< position in kSeeded, or -1: filled by linear terms only
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
    if constexpr (requires(Device& d) { d.type = type; }) devices_.back().type = type;
    (void)type;
    unknowns_.resize(unknowns_.size() + kRows, 0);
    return count() - 1;
  }
  void set_unknowns(int device, std::span<const int> unknowns) override {
    std::copy(unknowns.begin(), unknowns.end(), unknowns_.begin() + device * kRows);
  }
  std::span<const int> unknowns(int device) const override { return {unknowns_.data() + device * kRows, kRows}; }
  void set_parameter(int device, int parameter, double value) override {
    nullor::set_parameter(devices_[at(device)], parameter, value);
  }
  double get_parameter(int device, int parameter) const override {
    return nullor::get_parameter(devices_[at(device)], parameter);
  }
  void set_discrete(int device, bool off, bool on) override {
    if constexpr (requires(Device& d) { d.off = true; }) devices_[at(device)].off = off;
    if constexpr (requires(Device& d) { d.set_state(true); }) devices_[at(device)].set_state(on && !off);
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
    for (std::size_t e = 0; e < entries_.size(); ++e) entry_of_[at(entries_[e].row)][at(entries_[e].column)] = static_cast<int>(e);
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
        if (shape.compact[at(r)] == static_cast<int>(compact_unknowns_.size() - placements_.back().unknowns)) compact_unknowns_.push_back(u[r]);
      }
      const int* cu = &compact_unknowns_[placements_.back().unknowns];
      for (const auto* list : {&shape.flow, &shape.charge}) {
        for (const Place& p : *list) slots_.push_back(pattern.find(cu[p.row], cu[p.column]));
      }
    }
    saved_.assign(saved, 0.0);
    fresh_.assign(devices_.size(), -1.0);
    if constexpr (kLimits) last_.assign(unknowns_.size(), 0.0);
  }

  void evaluate(Assembly& a) override {
    if (a.capacitance) {
      if constexpr (kHasAc) {
        if (a.small_signal) return run<true, true>(a);
      }
      run<true, false>(a);
    } else {
      run<false, false>(a);
    }
  }

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
    if constexpr (requires(Device& d, const double* v) { d.accept(v); }) {
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

  void prepare_gradient(std::span<const ParameterSeed> seeds, const Environment<double>& environment) override;
  void gradient(const Assembly& point, const double* lambda_f, const double* lambda_q, double* gradient) const override;
  void gradient_ac(const double* x, double gmin, double omega, const std::complex<double>* solution,
                   const std::complex<double>* lambda, double* gradient, double* by_x) const override;

 protected:
  static std::size_t at(int k) { return static_cast<std::size_t>(k); }

  void read(const double* x, int device, double* local) const {
    const int* u = &unknowns_[at(device * kRows)];
    for (int r = 0; r < kRows; ++r) local[r] = x[u[r]];
  }

  // What each local row can depend on, for any device of the group.
  std::vector<Entry> structure() const {
    std::array<std::uint64_t, kRows> f{}, q{};
    Depends x[kRows];
    for (int r = 0; r < kRows; ++r) x[r] = Depends::input(r);
    const auto mark = [&](const Device& device) {
      Stamp<Depends> out(x, kRows, 0);
      device.eval(x, out);
      for (int r = 0; r < kRows; ++r) f[at(r)] |= out.f(r).on, q[at(r)] |= out.q(r).on;
      if constexpr (kHasAc) {
        Stamp<Depends> ac(x, kRows, 0);
        device.eval_ac(x, ac);
        for (int r = 0; r < kRows; ++r) f[at(r)] |= ac.f(r).on, q[at(r)] |= ac.q(r).on;
      }
    };
    for (const Device& device : devices_) mark(device);
    std::vector<Entry> out;
    for (int r = 0; r < kRows; ++r) {
      for (int c = 0; c < kRows; ++c) {
        const bool in_f = (f[at(r)] >> c) & 1, in_q = (q[at(r)] >> c) & 1;
        if (!in_f && !in_q) continue;
        const auto seed = std::find(kSeeded.begin(), kSeeded.end(), c);
        out.push_back({r, c, seed == kSeeded.end() ? -1 : static_cast<int>(seed - kSeeded.begin()), in_f, in_q});
      }
    }
    return out;
  }

  // How the local unknowns of a device fall onto the circuit: those that coincide (an internal node without its resistor)
  // are one, those on ground are gone. Devices of one shape share the lists of nonzeros.
  struct Place {
    int row, column;  ///< compact
  };
  struct Shape {
    std::array<int, kRows> leader{};   ///< per local: the first local on the same unknown; -1 on ground
    std::array<int, kRows> compact{};  ///< per local: its compact number; -1 on ground
    int rows = 0;
    std::vector<Place> flow, charge;                      ///< nonzeros of df/dx and dq/dx
    std::vector<int> flow_of_entry, charge_of_entry;      ///< per structural entry: its place, or -1
    std::vector<int> seeded;                              ///< compact unknowns that enter nonlinearly
  };

  int shape_of(const int* u, int ground) {
    Shape shape;
    for (int r = 0; r < kRows; ++r) {
      int first = 0;
      while (u[first] != u[r]) ++first;
      shape.leader[at(r)] = u[r] == ground ? -1 : first;
    }
    for (std::size_t k = shapes_.size(); k-- > 0;) {
      if (shapes_[k].leader == shape.leader) return static_cast<int>(k);
    }
    for (int r = 0; r < kRows; ++r) {
      const int leader = shape.leader[at(r)];
      shape.compact[at(r)] = leader < 0 ? -1 : leader == r ? shape.rows++ : shape.compact[at(leader)];
    }
    const auto place = [&](const Entry& e, std::vector<Place>& list) {
      const int row = shape.compact[at(e.row)], column = shape.compact[at(e.column)];
      if (row < 0 || column < 0) return -1;
      for (std::size_t k = 0; k < list.size(); ++k) {
        if (list[k].row == row && list[k].column == column) return static_cast<int>(k);
      }
      list.push_back({row, column});
      return static_cast<int>(list.size()) - 1;
    };
    for (const Entry& e : entries_) {
      shape.flow_of_entry.push_back(e.conductive ? place(e, shape.flow) : -1);
      shape.charge_of_entry.push_back(e.charged ? place(e, shape.charge) : -1);
    }
    for (const int r : kSeeded) {
      const int c = shape.compact[at(r)];
      if (c >= 0 && std::find(shape.seeded.begin(), shape.seeded.end(), c) == shape.seeded.end()) shape.seeded.push_back(c);
    }
    shapes_.push_back(std::move(shape));
    return static_cast<int>(shapes_.size()) - 1;
  }

  // Each device keeps its last linearization by compact unknowns: where (x0), f, q, and the nonzeros g, c of their
  // derivatives. The circuit receives  f + g (x - x0)  and  q + c (x - x0); x differs from x0 when the device is left alone
  // because it has hardly moved.
  template <bool kSeparate, bool kAc>
  void run(Assembly& a) {
    for (int k = 0; k < count(); ++k) {
      const Placement& placement = placements_[at(k)];
      const Shape& shape = shapes_[at(placement.shape)];
      const int* const u = compact_unknowns_.data() + placement.unknowns;
      const int rows = shape.rows;
      double* const x0 = saved_.data() + placement.saved;
      double* const f0 = x0 + rows;
      double* const q0 = f0 + rows;
      double* const g0 = q0 + rows;
      double* const c0 = g0 + shape.flow.size();
      double moved[kRows];
      for (int r = 0; r < rows; ++r) moved[r] = a.x[u[r]] - x0[r];
      bool reuse = !kAc && a.reuse && fresh_[at(k)] == a.gmin;
      if (reuse) {
        for (const int r : shape.seeded) reuse = reuse && std::fabs(moved[r]) <= a.reuse[u[r]];
      }
      if (!reuse) {
        refresh<kAc>(a, k, shape, f0, q0, g0, c0);
        for (int r = 0; r < rows; ++r) x0[r] = a.x[u[r]];
      }
      const int* slot = slots_.data() + placement.slots;
      const std::size_t flows = shape.flow.size(), charges = shape.charge.size();
      for (int r = 0; r < rows; ++r) {
        a.f[u[r]] += f0[r];
        a.q[u[r]] += q0[r];
      }
      for (std::size_t e = 0; e < flows; ++e) a.jacobian[slot[e]] += g0[e];
      slot += flows;
      for (std::size_t e = 0; e < charges; ++e) {
        if constexpr (kSeparate) {
          a.capacitance[slot[e]] += c0[e];
        } else {
          a.jacobian[slot[e]] += a.alpha * c0[e];
        }
      }
      if (!reuse) continue;
      for (std::size_t e = 0; e < flows; ++e) a.f[u[shape.flow[e].row]] += g0[e] * moved[shape.flow[e].column];
      for (std::size_t e = 0; e < charges; ++e) a.q[u[shape.charge[e].row]] += c0[e] * moved[shape.charge[e].column];
    }
  }

  // Evaluates device k and folds the result onto its compact unknowns. Where a junction is held back the linearization is
  // carried along to the circuit's x.
  template <bool kAc>
  void refresh(Assembly& a, int k, const Shape& shape, double* f0, double* q0, double* g0, double* c0) {
    double x[kRows], from[kRows], f[kRows], q[kRows], g[kRows * kRows], c[kRows * kRows];
    read(a.x, k, x);
    std::copy(x, x + kRows, from);
    bool held = false;
    if constexpr (kLimits) {
      double* last = &last_[at(k * kRows)];
      if (a.at_guess) {
        for (const int r : kSeeded) from[r] = last[r];
        held = true;
      } else if (a.limiting) {
        held = devices_[at(k)].template limit<double>(from, last);
      }
      std::copy(from, from + kRows, last);
      a.limited = a.limited || held;
    }
    linearize<kAc>(devices_[at(k)], from, a.gmin, f, q, g, c);
    if (held) {
      for (std::size_t e = 0; e < entries_.size(); ++e) {
        const double back = x[entries_[e].column] - from[entries_[e].column];
        f[entries_[e].row] += g[e] * back;
        q[entries_[e].row] += c[e] * back;
      }
    }
    fresh_[at(k)] = held || kAc ? -1 : a.gmin;
    std::fill(f0, c0 + shape.charge.size(), 0.0);  // f, q, g, c lie one behind the other
    for (int r = 0; r < kRows; ++r) {
      const int row = shape.compact[at(r)];
      if (row < 0) continue;
      f0[row] += f[r];
      q0[row] += q[r];
    }
    for (std::size_t e = 0; e < entries_.size(); ++e) {
      if (shape.flow_of_entry[e] >= 0) g0[shape.flow_of_entry[e]] += g[e];
      if (shape.charge_of_entry[e] >= 0) c0[shape.charge_of_entry[e]] += c[e];
    }
  }

  // f, q and their derivatives by structural entry at local unknowns `from`.
  template <bool kAc>
  void linearize(const Device& device, const double* from, double gmin, double* f, double* q, double* g, double* c) const {
    Real x[kRows];
    for (int r = 0; r < kRows; ++r) x[r] = Real(from[r]);
    for (int s = 0; s < kSeeds; ++s) x[kSeeded[at(s)]].d.set(s, 1.0);
    Stamp<Real> out(x, kRows, gmin);
    if constexpr (kAc) {
      device.eval_ac(x, out);
    } else {
      device.eval(x, out);
    }
    double df[kRows][kPadded], dq[kRows][kPadded];
    for (int r = 0; r < kRows; ++r) {
      out.f(r).d.store(df[r]);
      out.q(r).d.store(dq[r]);
      f[r] = out.f(r).v;
      q[r] = out.q(r).v;
    }
    for (std::size_t e = 0; e < entries_.size(); ++e) {
      const Entry& entry = entries_[e];
      g[e] = entry.seed < 0 ? 0 : df[entry.row][entry.seed];
      c[e] = entry.seed < 0 ? 0 : dq[entry.row][entry.seed];
    }
    for (int t = 0; t < out.linear_count(); ++t) {
      const auto& term = out.linear(t);
      for (const auto& [column, sign] : {std::pair(term.p, 1.0), std::pair(term.n, -1.0)}) {
        if (is_seeded(column)) continue;
        const int e = entry_of_[at(term.row)][at(column)];
        g[e] += sign * term.g;
        c[e] += sign * term.c;
      }
    }
  }

  static constexpr int kChunk = 4;  ///< parameters differentiated side by side
  struct Differentiated {
    int device = 0;
    D<Dual<kChunk>> with;  ///< seeded, set up
    std::array<std::vector<std::pair<int, double>>, kChunk> targets;  ///< per seed: (target, weight)
  };

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
  std::vector<int> slots_;  ///< flow places, then charge places of each device
  mutable std::vector<double> last_;  ///< kRows a device: where it was last evaluated
  std::vector<Differentiated> differentiated_;
};

}  // namespace nullor

#include "nullor/dae/group_gradient.h"
