#pragma once
/// Evaluation of a device group: structure, linearization, stamping.

#include "nullor/dae/group_of.h"

namespace nullor {

// What each local row can depend on, for any device of the group.
template <template <class> class D>
std::vector<typename GroupOf<D>::Entry> GroupOf<D>::structure() const {
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
      out.push_back(
          {r, c, seed == kSeeded.end() ? -1 : static_cast<int>(seed - kSeeded.begin()), in_f, in_q});
    }
  }
  return out;
}

template <template <class> class D>
int GroupOf<D>::shape_of(const int* u, int ground) {
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
    if (c >= 0 && std::find(shape.seeded.begin(), shape.seeded.end(), c) == shape.seeded.end())
      shape.seeded.push_back(c);
  }
  shapes_.push_back(std::move(shape));
  return static_cast<int>(shapes_.size()) - 1;
}

// Each device keeps its last linearization by compact unknowns: where (x0), f, q, and the nonzeros g, c of
// their derivatives. The circuit receives  f + g (x - x0)  and  q + c (x - x0); x differs from x0 when the
// device is left alone because it has hardly moved.
template <template <class> class D>
template <bool kSeparate, bool kAc>
void GroupOf<D>::run(Assembly& a) {
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
    for (std::size_t e = 0; e < charges; ++e)
      a.q[u[shape.charge[e].row]] += c0[e] * moved[shape.charge[e].column];
  }
}

// Evaluates device k and folds the result onto its compact unknowns. Where a junction is held back the
// linearization is carried along to the circuit's x.
template <template <class> class D>
template <bool kAc>
void GroupOf<D>::refresh(Assembly& a, int k, const Shape& shape, double* f0, double* q0, double* g0,
                         double* c0) {
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

template <template <class> class D>
void GroupOf<D>::find_lags(const Assembly& a) {
  lags_.clear();
  if constexpr (kLags) {
    for (int k = 0; k < count(); ++k) {
      if (!devices_[at(k)].lags) continue;
      const int* const u = &unknowns_[at(k * kRows)];
      Real x[kRows];
      for (int r = 0; r < kRows; ++r) x[r] = Real(a.x[u[r]]);
      for (int s = 0; s < kSeeds; ++s) x[kSeeded[at(s)]].d.set(s, 1.0);
      Stamp<Real> out(x, kRows, a.gmin);
      const double time = devices_[at(k)].lagging(x, out);
      for (const Entry& e : entries_) {
        if (e.seed < 0 || u[e.row] >= pattern_->n || u[e.column] >= pattern_->n) continue;
        const double g = out.f(e.row).d[e.seed], c = out.q(e.row).d[e.seed];
        if (g != 0 || c != 0) lags_.push_back({time, pattern_->find(u[e.row], u[e.column]), g, c});
      }
    }
  } else {
    (void)a;
  }
}

// Four points in the lanes of a register; the last register repeats its last point.
template <template <class> class D>
void GroupOf<D>::evaluate_values(const Points& points) const {
  constexpr int kLanes = 4;
  using Lanes = Pack<kLanes>;
  for (int k = 0; k < count(); ++k) {
    const int* const u = &unknowns_[at(k * kRows)];
    for (int first = 0; first < points.count; first += kLanes) {
      const int used = std::min(kLanes, points.count - first);
      std::size_t begin[kLanes];
      for (int l = 0; l < kLanes; ++l) begin[l] = at(first + std::min(l, used - 1)) * points.stride;
      Lanes x[kRows];
      for (int r = 0; r < kRows; ++r) {
        const double* const from = points.x + u[r];
        x[r] = Lanes(typename Lanes::Vector{from[begin[0]], from[begin[1]], from[begin[2]], from[begin[3]]});
      }
      Stamp<Lanes> out(x, kRows, points.gmin);
      devices_[at(k)].eval(x, out);
      for (int r = 0; r < kRows; ++r) {
        for (int l = 0; l < used; ++l) {
          points.f[begin[l] + at(u[r])] += out.f(r)[l];
          points.q[begin[l] + at(u[r])] += out.q(r)[l];
        }
      }
    }
  }
}

// f, q and their derivatives by structural entry at local unknowns `from`.
template <template <class> class D>
template <bool kAc>
void GroupOf<D>::linearize(const Device& device, const double* from, double gmin, double* f, double* q,
                           double* g, double* c) const {
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

}  // namespace nullor
