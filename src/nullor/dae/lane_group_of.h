#pragma once
/// The one implementation of LaneGroup: eval() of the device over dual numbers of lanes.

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "nullor/dae/lane_group.h"
#include "nullor/devices/parameters.h"
#include "nullor/math/dual.h"

namespace nullor {

template <template <class> class D>
class LaneGroupOf final : public LaneGroup {
  using Device = D<Lanes>;
  static constexpr int kSeeds = static_cast<int>(std::size(D<double>::nonlinear));
  using Real = Dual<kSeeds, Lanes>;
  static constexpr bool kLimits = requires(const Device& d, Lanes* x) { d.template limit<Lanes>(x, x); };

 public:
  explicit LaneGroupOf(const LaneStructure& s)
      : rows_(s.rows), unknowns_(s.unknowns), devices_(at(s.devices)), members_(at(s.devices)) {
    for (int k = 0; k < s.devices; ++k) {
      if constexpr (requires(Device & d) { d.type = 0; }) devices_[at(k)].type = s.types[at(k)];
      Device::describe(devices_[at(k)], members_[at(k)]);
    }
    seed_of_.fill(-1);
    for (int k = 0; k < kSeeds; ++k) seed_of_[at(D<double>::nonlinear[k])] = k;
    for (const auto& [row, column] : s.entries) entries_.push_back({row, column, seed_of_[at(column)]});
    for (auto& row : entry_of_) row.fill(-1);
    for (std::size_t e = 0; e < entries_.size(); ++e)
      entry_of_[at(entries_[e].row)][at(entries_[e].column)] = static_cast<int>(e);
    const int nowhere = s.pattern->nonzeros();
    for (int k = 0; k < s.devices; ++k) {
      const int* u = &unknowns_[at(k * rows_)];
      for (const Entry& e : entries_) {
        const bool grounded = u[e.row] == s.ground || u[e.column] == s.ground;
        slots_.push_back(grounded ? nowhere : s.pattern->find(u[e.row], u[e.column]));
      }
    }
    last_.assign(unknowns_.size(), Lanes(0.0));
  }

  bool set_parameter(int device, int parameter, int lane, double x) override {
    return members_[at(device)].list[at(parameter)].set(lane, x);
  }

  void setup(const Environment<Lanes>& environment) override {
    for (Device& device : devices_) device.setup(environment);
  }

  void evaluate(LaneAssembly& a) override {
    for (int k = 0; k < static_cast<int>(devices_.size()); ++k) evaluate_one(a, k);
  }

  void initial_guess(Lanes* x) override {
    if constexpr (requires(const Device& d, Lanes* v) { d.template initial_guess<Lanes>(v); }) {
      constexpr int kTerminals = static_cast<int>(std::size(D<double>::terminals));
      for (int k = 0; k < static_cast<int>(devices_.size()); ++k) {
        Lanes local[kMostRows];
        const int* u = &unknowns_[at(k * rows_)];
        for (int r = 0; r < rows_; ++r) local[r] = x[u[r]];
        devices_[at(k)].template initial_guess<Lanes>(local);
        for (int r = kTerminals; r < rows_; ++r) x[u[r]] = local[r];
        for (int r = 0; r < rows_; ++r) last_[at(k * rows_ + r)] = local[r];
      }
    } else {
      (void)x;
    }
  }

  void forget_limits() override { std::fill(last_.begin(), last_.end(), Lanes(0.0)); }

 private:
  static constexpr int kMostRows = Stamp<Lanes>::kMaxRows;
  static std::size_t at(int k) { return static_cast<std::size_t>(k); }

  /// Where a parameter lives in a device. A switch, and whether a number is given, is one for all lanes: the
  /// first value decides.
  struct Member {
    Lanes* number = nullptr;
    int* integer = nullptr;
    bool decided = false, is_given = false;

    bool set(int lane, double x) {
      if (number) {
        if (!decided) is_given = !std::isnan(x);
        decided = true;
        // What does not fit is not written: the other lanes go by what is given in the first.
        if (is_given == std::isnan(x)) return false;
        number->set(lane, x);
        return true;
      }
      const int wanted = static_cast<int>(std::lround(x));
      if (decided) return *integer == wanted;
      decided = true;
      *integer = wanted;
      return true;
    }
  };
  struct Members : detail::NumberingVisitor<Members> {
    std::vector<Member> list;
    template <class M>
    void number(int, std::string_view, M& x, std::string_view, std::string_view, bool) {
      list.push_back({&x, nullptr});
    }
    void integer(int, std::string_view, int& x, std::string_view, bool) { list.push_back({nullptr, &x}); }
  };
  struct Entry {
    int row, column;
    int seed;  ///< position in D::nonlinear, or -1: filled by linear terms only
  };

  void evaluate_one(LaneAssembly& a, int k) {
    const int* u = &unknowns_[at(k * rows_)];
    Lanes x[kMostRows], from[kMostRows];
    for (int r = 0; r < rows_; ++r) from[r] = x[r] = a.x[u[r]];
    typename Lanes::Mask held{};
    if constexpr (kLimits) {
      Lanes* last = &last_[at(k * rows_)];
      if (a.at_guess) {
        for (const int r : D<double>::nonlinear) from[r] = last[r];
        held = !held;
      } else if (a.limiting) {
        held = devices_[at(k)].template limit<Lanes>(from, last);
      }
      std::copy(from, from + rows_, last);
      a.limited = a.limited || held;
    }
    Real point[kMostRows];
    for (int r = 0; r < rows_; ++r) point[r] = Real(from[r]);
    for (int s = 0; s < kSeeds; ++s) point[D<double>::nonlinear[s]].d.set(s, Lanes(1.0));
    Stamp<Real> out(point, rows_, a.gmin, seed_of_.data());
    if constexpr (requires { devices_[at(k)].eval_ac(point, out); }) {
      a.small_signal ? devices_[at(k)].eval_ac(point, out) : devices_[at(k)].eval(point, out);
    } else {
      devices_[at(k)].eval(point, out);
    }
    for (int r = 0; r < rows_; ++r) {
      a.f[u[r]] += out.f(r).v;
      a.q[u[r]] += out.q(r).v;
    }
    const bool some_held = !held.none();
    const int* slot = &slots_[at(k) * entries_.size()];
    const auto add_slope = [&](std::size_t e, const Lanes& g, const Lanes& c) {
      if (some_held) {
        const Lanes back = x[entries_[e].column] - from[entries_[e].column];
        a.f[u[entries_[e].row]] += g * back;
        a.q[u[entries_[e].row]] += c * back;
      }
      if (a.capacitance) {
        a.jacobian[slot[e]] += g;
        a.capacitance[slot[e]] += c;
      } else {
        a.jacobian[slot[e]] += g + a.alpha * c;
      }
    };
    for (std::size_t e = 0; e < entries_.size(); ++e) {
      const Entry& entry = entries_[e];
      if (entry.seed >= 0) add_slope(e, out.f(entry.row).d[entry.seed], out.q(entry.row).d[entry.seed]);
    }
    for (int t = 0; t < out.linear_count(); ++t) {
      const auto& term = out.linear(t);
      for (const auto& [column, sign] : {std::pair(term.p, 1.0), std::pair(term.n, -1.0)}) {
        const std::size_t e = at(entry_of_[at(term.row)][at(column)]);
        if (entries_[e].seed < 0) add_slope(e, sign * term.g, sign * term.c);
      }
    }
  }

  int rows_;
  std::vector<int> unknowns_;
  std::vector<Device> devices_;
  std::vector<Members> members_;
  std::vector<Entry> entries_;
  std::array<int, kMostRows> seed_of_{};  ///< position in D::nonlinear by local unknown, or -1
  std::array<std::array<int, kMostRows>, kMostRows> entry_of_{};
  std::vector<int> slots_;   ///< entries a device
  std::vector<Lanes> last_;  ///< rows a device: where it was last evaluated
};

}  // namespace nullor
