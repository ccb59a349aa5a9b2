#pragma once
/// The card of BSIM4 has some 900 numbers: a struct of members, and beside it a table that names each of
/// them.

#include <array>
#include <cstddef>
#include <string_view>

#include "nullor/devices/device.h"

namespace nullor::bsim4 {

/// A parameter that depends on the size of the transistor:
///
///   value + l / Leff + w / Weff + p / (Leff Weff)
template <class P>
struct Binned {
  P value, l = 0, w = 0, p = 0;
};

/// One row of a table: where a number of `Card` lives, and what it means.
template <class Card, class P>
struct Number {
  std::string_view name;
  P Card::*member;
  std::string_view unit, meaning;
};

/// A row for a binned number: it stands for four names, `vth0`, `lvth0`, `wvth0` and `pvth0`.
template <class Card, class P>
struct BinnedNumber {
  std::string_view name;
  Binned<P> Card::*member;
  std::string_view unit, meaning;
  std::array<std::array<char, 16>, 3> prefixed{};

  constexpr BinnedNumber(std::string_view n, Binned<P> Card::*m, std::string_view u, std::string_view what)
      : name(n), member(m), unit(u), meaning(what) {
    for (std::size_t which = 0; which < 3; ++which) {
      prefixed[which][0] = "lwp"[which];
      for (std::size_t k = 0; k < n.size(); ++k) prefixed[which][k + 1] = n[k];
    }
  }
  constexpr std::string_view prefix(std::size_t which) const {
    return {prefixed[which].data(), name.size() + 1};
  }
};

/// Hands every row of Card's tables to the visitor, with the member of d (parameters.h).
template <class Card, class Self, class V>
void describe_card(Self& d, V&& v) {
  for (const auto& row : Card::numbers) v.model(row.name, d.*(row.member), row.unit, row.meaning);
  if constexpr (requires { Card::binned_numbers; }) {
    for (const auto& row : Card::binned_numbers) {
      auto& x = d.*(row.member);
      v.model(row.name, x.value, row.unit, row.meaning);
      v.model(row.prefix(0), x.l, "", "its length dependence");
      v.model(row.prefix(1), x.w, "", "its width dependence");
      v.model(row.prefix(2), x.p, "", "its area dependence");
    }
  }
}

}  // namespace nullor::bsim4
