#pragma once
/// Visitors over a device's describe(): list, set, get, copy between scalar types and seed its parameters by
/// name or index.
///
/// describe(d, v) calls on its visitor v
///     v.model(name, member, unit, meaning)      a number of the model card
///     v.instance(name, member, unit, meaning)   a number of the element line
///     v.model_switch(name, member, meaning)     an integer choice (no derivative), likewise
///     v.instance_switch v.alias(alias_name, name)                 another spelling v.ignored("a b c") names
///     that are accepted and have no effect (limits that only warn)
/// Parameters are numbered in the order of describe(), switches included, aliases and ignored names left out.

#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "nullor/devices/device.h"

namespace nullor {

struct ParameterInfo {
  std::string_view name, unit, meaning;
  bool is_model = false;
  bool is_switch = false;
  double default_value = kNotGiven;  ///< NaN: computed from other parameters
  std::vector<std::string_view> aliases;
};

/// Another spelling of a parameter.
struct ParameterAlias {
  std::string_view alias, name;
};

/// The parameter type P of a device D<P>, and the same device over another type.
template <class D>
struct device_traits;
template <template <class> class D, class P>
struct device_traits<D<P>> {
  using Scalar = P;
  template <class Q>
  using over = D<Q>;
};
template <class D>
using device_scalar = typename device_traits<D>::Scalar;
template <class D, class Q>
using device_over = typename device_traits<D>::template over<Q>;

namespace detail {

/// Gives every parameter its number and hands it to `Derived::number(k, ...)` or `Derived::integer(k, ...)`.
template <class Derived>
struct NumberingVisitor {
  int next = 0;
  template <class M>
  void model(std::string_view name, M& member, std::string_view unit, std::string_view meaning) {
    self().number(next++, name, member, unit, meaning, true);
  }
  template <class M>
  void instance(std::string_view name, M& member, std::string_view unit, std::string_view meaning) {
    self().number(next++, name, member, unit, meaning, false);
  }
  template <class M>
  void model_switch(std::string_view name, M& member, std::string_view meaning) {
    self().integer(next++, name, member, meaning, true);
  }
  template <class M>
  void instance_switch(std::string_view name, M& member, std::string_view meaning) {
    self().integer(next++, name, member, meaning, false);
  }
  void alias(std::string_view, std::string_view) {}
  void ignored(std::string_view) {}
  Derived& self() { return static_cast<Derived&>(*this); }
};

struct ListVisitor : NumberingVisitor<ListVisitor> {
  std::vector<ParameterInfo> list;
  std::vector<ParameterAlias> aliases;
  template <class M>
  void number(int, std::string_view name, M& x, std::string_view unit, std::string_view meaning,
              bool is_model) {
    list.push_back({name, unit, meaning, is_model, false, value(x), {}});
  }
  void integer(int, std::string_view name, const int& x, std::string_view meaning, bool is_model) {
    list.push_back({name, "", meaning, is_model, true, static_cast<double>(x), {}});
  }
  void alias(std::string_view other, std::string_view name) { aliases.push_back({other, name}); }
};

/// The numbers of a name on the model card and on the element line, and what it is an alias of.
struct Named {
  int model_index = -1, instance_index = -1;
  bool is_ignored = false;
  std::string_view stands_for;
};
struct NameVisitor : NumberingVisitor<NameVisitor> {
  std::unordered_map<std::string_view, Named> names;
  template <class M>
  void number(int k, std::string_view name, M&, std::string_view, std::string_view, bool model) {
    (model ? names[name].model_index : names[name].instance_index) = k;
  }
  void integer(int k, std::string_view name, const int&, std::string_view, bool model) {
    (model ? names[name].model_index : names[name].instance_index) = k;
  }
  void alias(std::string_view other, std::string_view name) { names[other].stands_for = name; }
  void ignored(std::string_view words) {
    while (!words.empty()) {
      const auto end = words.find(' ');
      names[words.substr(0, end)].is_ignored = true;
      if (end == std::string_view::npos) break;
      words.remove_prefix(end + 1);
    }
  }
};
template <class D>
Named named(std::string_view name) {
  static const std::unordered_map<std::string_view, Named> names = [] {
    const D device{};
    NameVisitor visitor;
    D::describe(device, visitor);
    return std::move(visitor.names);
  }();
  const auto found = names.find(name);
  return found == names.end() ? Named{} : found->second;
}

/// Where a parameter lives in an object of its device.
struct Place {
  std::ptrdiff_t offset = 0;
  bool is_switch = false;
};
template <class D>
struct PlaceVisitor : NumberingVisitor<PlaceVisitor<D>> {
  const D& device;
  std::vector<Place> places;
  explicit PlaceVisitor(const D& of) : device(of) {}
  template <class M>
  void number(int, std::string_view, M& x, std::string_view, std::string_view, bool) {
    places.push_back({distance(x), false});
  }
  void integer(int, std::string_view, const int& x, std::string_view, bool) {
    places.push_back({distance(x), true});
  }
  template <class M>
  std::ptrdiff_t distance(const M& x) const {
    return reinterpret_cast<const char*>(&x) - reinterpret_cast<const char*>(&device);
  }
};

/// By number. Cards of hundreds of numbers are set for thousands of devices: no walk through describe() then.
template <class D>
const std::vector<Place>& places_of() {
  static const std::vector<Place> places = [] {
    const D device{};
    PlaceVisitor<D> visitor(device);
    D::describe(device, visitor);
    return std::move(visitor.places);
  }();
  return places;
}
template <class M, class D>
M& member_at(D& device, const Place& place) {
  using Byte = std::conditional_t<std::is_const_v<D>, const char, char>;
  return *reinterpret_cast<M*>(reinterpret_cast<Byte*>(&device) + place.offset);
}

inline constexpr int kMaxParameters = 1024;

template <class P>
struct ReadVisitor : NumberingVisitor<ReadVisitor<P>> {
  std::array<const P*, kMaxParameters> numbers;
  std::array<int, kMaxParameters> integers;
  void number(int k, std::string_view, const P& x, std::string_view, std::string_view, bool) {
    numbers[static_cast<std::size_t>(k)] = &x;
  }
  void integer(int k, std::string_view, const int& x, std::string_view, bool) {
    integers[static_cast<std::size_t>(k)] = x;
  }
};

template <class P>
struct WriteVisitor : NumberingVisitor<WriteVisitor<P>> {
  const ReadVisitor<P>& from;
  explicit WriteVisitor(const ReadVisitor<P>& source) : from(source) {}
  template <class M>
  void number(int k, std::string_view, M& x, std::string_view, std::string_view, bool) {
    x = M(*from.numbers[static_cast<std::size_t>(k)]);
  }
  void integer(int k, std::string_view, int& x, std::string_view, bool) {
    x = from.integers[static_cast<std::size_t>(k)];
  }
};

struct SeedVisitor : NumberingVisitor<SeedVisitor> {
  int wanted, slot;
  bool done = false;
  SeedVisitor(int k, int seed_slot) : wanted(k), slot(seed_slot) {}
  template <class M>
  void number(int k, std::string_view, M& x, std::string_view, std::string_view, bool) {
    if (k != wanted || !given(x)) return;
    x = M::variable(x.v, slot);
    done = true;
  }
  void integer(int, std::string_view, int&, std::string_view, bool) {}
};

}  // namespace detail

/// Every parameter of a device, in the order that numbers them.
template <class D>
std::vector<ParameterInfo> list_parameters() {
  const D device{};
  detail::ListVisitor visitor;
  D::describe(device, visitor);
  for (const auto& a : visitor.aliases)
    for (auto& parameter : visitor.list)
      if (parameter.name == a.name) parameter.aliases.push_back(a.alias);
  return std::move(visitor.list);
}

/// Where find_parameter() found a name.
struct FoundParameter {
  int index = -1;  ///< -1: not a parameter of this device
  bool is_model = false;
  bool is_ignored = false;  ///< known, without effect
  explicit operator bool() const { return index >= 0 || is_ignored; }
};

/// Where a name was written. The model card may also hold instance parameters, as their defaults; the element
/// line holds instance parameters only. The same name may mean two things (a diode's `m`).
enum class Scope { any, model, instance };

/// Number of the parameter called `name` (lower case), aliases resolved.
template <class D>
FoundParameter find_parameter(std::string_view name, Scope scope = Scope::any) {
  const detail::Named direct = detail::named<D>(name);
  const detail::Named renamed =
      direct.stands_for.empty() ? detail::Named{} : detail::named<D>(direct.stands_for);
  const FoundParameter on_card = {direct.model_index >= 0 ? direct.model_index : renamed.model_index, true,
                                  false};
  const FoundParameter on_line = {direct.instance_index >= 0 ? direct.instance_index : renamed.instance_index,
                                  false, false};
  const FoundParameter none = {-1, false, direct.is_ignored};
  if (scope == Scope::instance) return on_line.index >= 0 ? on_line : none;
  const FoundParameter& first = scope == Scope::model ? on_card : on_line;
  const FoundParameter& second = scope == Scope::model ? on_line : on_card;
  return first.index >= 0 ? first : second.index >= 0 ? second : none;
}

/// Sets parameter number k to x (double, or the device's own scalar); switches are rounded to integers.
template <class D, class T>
void set_parameter(D& device, int k, const T& x) {
  const detail::Place& place = detail::places_of<D>()[static_cast<std::size_t>(k)];
  if (place.is_switch) {
    detail::member_at<int>(device, place) = static_cast<int>(std::lround(value(x)));
  } else {
    detail::member_at<device_scalar<D>>(device, place) = device_scalar<D>(x);
  }
}

/// Sets a parameter by name; false if the device has none of that name.
template <class D, class T>
bool set_parameter(D& device, std::string_view name, const T& x, Scope scope = Scope::any) {
  const FoundParameter found = find_parameter<D>(name, scope);
  if (found.index >= 0) set_parameter(device, found.index, x);
  return static_cast<bool>(found);
}

template <class D>
device_scalar<D> get_parameter(const D& device, int k) {
  const detail::Place& place = detail::places_of<D>()[static_cast<std::size_t>(k)];
  if (place.is_switch)
    return device_scalar<D>(static_cast<double>(detail::member_at<const int>(device, place)));
  return detail::member_at<const device_scalar<D>>(device, place);
}

/// Value of a parameter by name, or nothing.
template <class D>
std::optional<device_scalar<D>> get_parameter(const D& device, std::string_view name,
                                              Scope scope = Scope::any) {
  const FoundParameter found = find_parameter<D>(name, scope);
  if (found.index < 0) return std::nullopt;
  return get_parameter(device, found.index);
}

/// Copies every parameter and the plain state (`type`; whatever copy_state() adds) between scalar types:
/// D<double> to D<Dual<1>>, D<double> to D<Pack<4>>, ... Call setup() on `to` afterwards.
template <class From, class To>
void copy_parameters(const From& from, To& to) {
  detail::ReadVisitor<device_scalar<From>> read;
  From::describe(from, read);
  detail::WriteVisitor<device_scalar<From>> write(read);
  To::describe(to, write);
  if constexpr (requires { to.type = from.type; }) to.type = from.type;
  if constexpr (requires { to.copy_state(from); }) to.copy_state(from);
}

/// Makes parameter number k of a device over Dual<N> (or Dual<N, Pack>) its independent variable number
/// `slot`; false for a switch and for a parameter that is not given. Call setup() afterwards.
template <class D>
bool seed_parameter(D& device, int k, int slot = 0) {
  detail::SeedVisitor visitor(k, slot);
  D::describe(device, visitor);
  return visitor.done;
}

}  // namespace nullor
