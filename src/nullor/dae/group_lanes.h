#pragma once
/// Four devices of one kind side by side in vector registers: the same eval(), each lane a device.
///
/// Devices that may stand in one pack take the same branches where these depend on parameters alone: they
/// agree on type, switches, and on which parameters are given, zero, positive or negative.

#include <cmath>
#include <map>

#include "nullor/dae/group_of.h"
#include "nullor/math/pack.h"

namespace nullor {

template <template <class> class D>
void GroupOf<D>::build_packs(const Environment<double>& environment) {
  packs_.clear();
  pack_order_.clear();
  if constexpr (kLanes) {
    const auto infos = list_parameters<Device>();
    std::map<std::vector<int>, std::vector<int>> alike;
    for (int k = 0; k < count(); ++k) {
      std::vector<int> signature;
      if constexpr (requires(const Device& d) { d.type; }) signature.push_back(devices_[at(k)].type);
      for (int p = 0; p < static_cast<int>(infos.size()); ++p) {
        const double value = nullor::get_parameter(devices_[at(k)], p);
        if (infos[at(p)].is_switch) {
          signature.push_back(static_cast<int>(value));
        } else {
          signature.push_back(std::isnan(value) ? 3 : value > 0 ? 2 : value < 0 ? 1 : 0);
        }
      }
      alike[signature].push_back(k);
    }
    const Environment<Pack<kWidth>> spread(environment, Pack<kWidth>(environment.temperature));
    for (const auto& [signature, members] : alike) {
      for (std::size_t first = 0; first + kWidth <= members.size(); first += kWidth) {
        DevicePack& pack = packs_.emplace_back();
        copy_parameters(devices_[at(members[first])], pack.device);
        for (int lane = 0; lane < kWidth; ++lane) pack.members[at(lane)] = members[first + at(lane)];
        for (int p = 0; p < static_cast<int>(infos.size()); ++p) {
          if (infos[at(p)].is_switch) continue;
          Pack<kWidth> values;
          for (int lane = 0; lane < kWidth; ++lane)
            values.set(lane, nullor::get_parameter(devices_[at(pack.members[at(lane)])], p));
          nullor::set_parameter(pack.device, p, values);
        }
        pack.device.setup(spread);
      }
    }
  }
  std::vector<char> packed(devices_.size(), 0);
  for (const DevicePack& pack : packs_) {
    for (const int k : pack.members) packed[at(k)] = 1, pack_order_.push_back(k);
  }
  for (int k = 0; k < count(); ++k) {
    if (!packed[at(k)]) pack_order_.push_back(k);
  }
}

// As linearize(), of four devices.
template <template <class> class D>
void GroupOf<D>::linearize_pack(const DevicePack& pack, double gmin, Lin* lanes) const {
  if constexpr (kLanes) {
    using P = Pack<kWidth>;
    using Lanes = Dual<kSeeds, P>;
    Lanes x[kRows];
    for (int r = 0; r < kRows; ++r) {
      P values;
      for (int lane = 0; lane < kWidth; ++lane) values.set(lane, lanes[lane].x[r]);
      x[r] = Lanes(values);
    }
    for (int s = 0; s < kSeeds; ++s) x[kSeeded[at(s)]].d.set(s, P(1.0));
    Stamp<Lanes> stamp(x, kRows, gmin);
    pack.device.eval(x, stamp);
    for (int r = 0; r < kRows; ++r) {
      for (int lane = 0; lane < kWidth; ++lane) {
        lanes[lane].f[r] = stamp.f(r).v[lane];
        lanes[lane].q[r] = stamp.q(r).v[lane];
      }
    }
    for (std::size_t e = 0; e < entries_.size(); ++e) {
      const Entry& entry = entries_[e];
      for (int lane = 0; lane < kWidth; ++lane) {
        lanes[lane].g[e] = entry.seed < 0 ? 0 : stamp.f(entry.row).d[entry.seed][lane];
        lanes[lane].c[e] = entry.seed < 0 ? 0 : stamp.q(entry.row).d[entry.seed][lane];
      }
    }
    for (int t = 0; t < stamp.linear_count(); ++t) {
      const auto& term = stamp.linear(t);
      for (const auto& [column, sign] : {std::pair(term.p, 1.0), std::pair(term.n, -1.0)}) {
        if (is_seeded(column)) continue;
        const auto e = at(entry_of_[at(term.row)][at(column)]);
        for (int lane = 0; lane < kWidth; ++lane) {
          lanes[lane].g[e] += sign * term.g[lane];
          lanes[lane].c[e] += sign * term.c[lane];
        }
      }
    }
  } else {
    (void)pack, (void)gmin, (void)lanes;
  }
}

}  // namespace nullor
