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
  std::size_t next = 0;
  if constexpr (kLanes && !kAc) {
    for (const DevicePack& pack : packs_) {
      bool reused[kWidth];
      int stale = 0;
      for (int lane = 0; lane < kWidth; ++lane) {
        reused[lane] = may_reuse(a, pack.members[at(lane)]);
        stale += !reused[lane];
      }
      // Two evaluations alone cost as much as four together.
      if (stale >= 2) {
        refresh_pack(a, pack);
        std::fill(reused, reused + kWidth, false);
      }
      for (int lane = 0; lane < kWidth; ++lane) {
        const int k = pack.members[at(lane)];
        if (stale == 1 && !reused[lane]) refresh<false>(a, k);
        stamp<kSeparate>(a, k, reused[lane]);
      }
      next += kWidth;
    }
  }
  for (; next < devices_.size(); ++next) {
    const int k = kLanes ? pack_order_[next] : static_cast<int>(next);
    const bool reused = !kAc && may_reuse(a, k);
    if (!reused) refresh<kAc>(a, k);
    stamp<kSeparate>(a, k, reused);
  }
}

template <template <class> class D>
bool GroupOf<D>::may_reuse(const Assembly& a, int k) const {
  if (!a.reuse || fresh_[at(k)] != a.gmin) return false;
  const Placement& placement = placements_[at(k)];
  const int* const u = compact_unknowns_.data() + placement.unknowns;
  const double* const x0 = saved_.data() + placement.saved;
  for (const int r : shapes_[at(placement.shape)].seeded) {
    if (!(std::fabs(a.x[u[r]] - x0[r]) <= a.reuse[u[r]])) return false;
  }
  return true;
}

template <template <class> class D>
template <bool kSeparate>
void GroupOf<D>::stamp(Assembly& a, int k, bool moved_since) {
  const Placement& placement = placements_[at(k)];
  const Shape& shape = shapes_[at(placement.shape)];
  const int* const u = compact_unknowns_.data() + placement.unknowns;
  const int rows = shape.rows;
  const double* const x0 = saved_.data() + placement.saved;
  const double* const f0 = x0 + rows;
  const double* const q0 = f0 + rows;
  const double* const g0 = q0 + rows;
  const double* const c0 = g0 + shape.flow.size();
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
  if (!moved_since) return;
  double moved[kRows];
  for (int r = 0; r < rows; ++r) moved[r] = a.x[u[r]] - x0[r];
  for (std::size_t e = 0; e < flows; ++e) a.f[u[shape.flow[e].row]] += g0[e] * moved[shape.flow[e].column];
  for (std::size_t e = 0; e < charges; ++e)
    a.q[u[shape.charge[e].row]] += c0[e] * moved[shape.charge[e].column];
}

// Where device k is to be linearized; true when that is not at the circuit's x because a junction is held
// back.
template <template <class> class D>
bool GroupOf<D>::place(Assembly& a, int k, double* from) {
  read(a.x, k, from);
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
  return held;
}

template <template <class> class D>
template <bool kAc>
void GroupOf<D>::refresh(Assembly& a, int k) {
  Lin lin;
  const bool held = place(a, k, lin.x);
  linearize<kAc>(devices_[at(k)], a.gmin, lin);
  keep(a, k, lin, held, kAc);
}

template <template <class> class D>
void GroupOf<D>::refresh_pack(Assembly& a, const DevicePack& pack) {
  Lin lins[kWidth];
  bool held[kWidth];
  for (int lane = 0; lane < kWidth; ++lane) held[lane] = place(a, pack.members[at(lane)], lins[lane].x);
  linearize_pack(pack, a.gmin, lins);
  for (int lane = 0; lane < kWidth; ++lane) keep(a, pack.members[at(lane)], lins[lane], held[lane], false);
}

// Folds a linearization onto the compact unknowns of device k. Where a junction is held back it is carried
// along to the circuit's x.
template <template <class> class D>
void GroupOf<D>::keep(const Assembly& a, int k, Lin& lin, bool held, bool for_ac) {
  const Placement& placement = placements_[at(k)];
  const Shape& shape = shapes_[at(placement.shape)];
  if (held) {
    double x[kRows];
    read(a.x, k, x);
    for (std::size_t e = 0; e < entries_.size(); ++e) {
      const double back = x[entries_[e].column] - lin.x[entries_[e].column];
      lin.f[entries_[e].row] += lin.g[e] * back;
      lin.q[entries_[e].row] += lin.c[e] * back;
    }
  }
  fresh_[at(k)] = held || for_ac ? -1 : a.gmin;
  const int* const u = compact_unknowns_.data() + placement.unknowns;
  const int rows = shape.rows;
  double* const x0 = saved_.data() + placement.saved;
  double* const f0 = x0 + rows;
  double* const q0 = f0 + rows;
  double* const g0 = q0 + rows;
  double* const c0 = g0 + shape.flow.size();
  for (int r = 0; r < rows; ++r) x0[r] = a.x[u[r]];
  std::fill(f0, c0 + shape.charge.size(), 0.0);  // f, q, g, c lie one behind the other
  for (int r = 0; r < kRows; ++r) {
    const int row = shape.compact[at(r)];
    if (row < 0) continue;
    f0[row] += lin.f[r];
    q0[row] += lin.q[r];
  }
  for (std::size_t e = 0; e < entries_.size(); ++e) {
    if (shape.flow_of_entry[e] >= 0) g0[shape.flow_of_entry[e]] += lin.g[e];
    if (shape.charge_of_entry[e] >= 0) c0[shape.charge_of_entry[e]] += lin.c[e];
  }
}

// f, q and their derivatives by structural entry at lin.x.
template <template <class> class D>
template <bool kAc>
void GroupOf<D>::linearize(const Device& device, double gmin, Lin& lin) const {
  Real x[kRows];
  for (int r = 0; r < kRows; ++r) x[r] = Real(lin.x[r]);
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
    lin.f[r] = out.f(r).v;
    lin.q[r] = out.q(r).v;
  }
  for (std::size_t e = 0; e < entries_.size(); ++e) {
    const Entry& entry = entries_[e];
    lin.g[e] = entry.seed < 0 ? 0 : df[entry.row][entry.seed];
    lin.c[e] = entry.seed < 0 ? 0 : dq[entry.row][entry.seed];
  }
  for (int t = 0; t < out.linear_count(); ++t) {
    const auto& term = out.linear(t);
    for (const auto& [column, sign] : {std::pair(term.p, 1.0), std::pair(term.n, -1.0)}) {
      if (is_seeded(column)) continue;
      const int e = entry_of_[at(term.row)][at(column)];
      lin.g[e] += sign * term.g;
      lin.c[e] += sign * term.c;
    }
  }
}

}  // namespace nullor
