#include "nullor/graph/sized_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "nullor/graph/disjoint_sets.h"
#include "nullor/graph/spice_topology.h"

namespace nullor::graph {
namespace {

using Op = Program::Op;

constexpr std::size_t kMostDevices = 10'000;
constexpr double kDefaultSize = 1e-4;           ///< of MOSFETs without w or l, as in SPICE [m]
constexpr double kDefaultResistorWidth = 1e-5;  ///< [m]

const NamedValue* find(const std::vector<NamedValue>& list, std::string_view name) {
  const auto found =
      std::find_if(list.begin(), list.end(), [&](const NamedValue& p) { return p.name == name; });
  return found == list.end() || !found->text.empty() ? nullptr : &*found;
}

/// "nch" of "x1.xm3:nch.12": a copy for one instance, and one of several bins.
std::string model_name(const std::string& flat) {
  std::string name = flat.substr(flat.rfind(':') + 1);
  const auto dot = name.rfind('.');
  if (dot != std::string::npos && dot + 1 < name.size() &&
      name.find_first_not_of("0123456789", dot + 1) == std::string::npos)
    name.resize(dot);
  return name;
}

std::optional<SizedKind> sized(std::optional<DeviceKind> kind) {
  if (!kind) return std::nullopt;
  switch (*kind) {
    case DeviceKind::nmos:
      return SizedKind::nmos;
    case DeviceKind::pmos:
      return SizedKind::pmos;
    case DeviceKind::npn:
      return SizedKind::npn;
    case DeviceKind::pnp:
      return SizedKind::pnp;
    default:
      return std::nullopt;
  }
}

/// One element, without what is around it.
class ElementReader {
 public:
  ElementReader(const Circuit& circuit, const Instance& element, std::string_view inside, SizedTable& table)
      : circuit_(circuit), element_(element), inside_(inside), table_(table) {}

  SizedPart read() {
    if (element_.behaviour) refuse("its value is a formula of the circuit");
    const SizedKind kind = kind_of();
    part_.device.kind = kind;
    part_.device.pins = static_cast<int>(std::min(element_.nodes.size(), info(kind).pins.size()));
    std::copy_n(element_.nodes.begin(), part_.device.pins, part_.device.nets.begin());
    if (element_.model >= 0) part_.model = model_name(model()->name);
    switch (kind) {
      case SizedKind::nmos:
      case SizedKind::pmos:
        part_.numbers = {own("w", kDefaultSize), own("l", kDefaultSize), own("m", 1)};
        break;
      case SizedKind::npn:
      case SizedKind::pnp:
      case SizedKind::diode:
        part_.numbers = {own("area", 1), own("m", 1)};
        break;
      case SizedKind::resistor:
        part_.numbers = {by(Op::divide, by(Op::multiply, resistance(), own("scale", 1)), own("m", 1))};
        break;
      case SizedKind::capacitor:
        part_.numbers = {by(Op::multiply, by(Op::multiply, capacitance(), own("scale", 1)), own("m", 1))};
        break;
      case SizedKind::inductor:
        part_.numbers = {by(Op::divide, by(Op::multiply, inductance(), own("scale", 1)), own("m", 1))};
        break;
      case SizedKind::current_source:
        part_.numbers = {by(Op::multiply, steady(), own("m", 1))};
        break;
      case SizedKind::voltage_source:
        part_.numbers = {steady()};
        break;
    }
    // Resistors of two models in a row are one resistance all the same.
    if (info(kind).flips) part_.model.clear();
    return part_;
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const {
    throw InputError(ErrorKind::netlist,
                     fmt::format("'{}' is nothing that a predictor knows: {}", inside_, why), element_.where,
                     "it knows MOSFETs, bipolar transistors, diodes, R, C, L and independent sources");
  }

  const Model* model() const {
    return element_.model < 0 ? nullptr : &circuit_.models[static_cast<std::size_t>(element_.model)];
  }

  SizedKind kind_of() const {
    switch (element_.letter) {
      case 'm':
      case 'q': {
        auto kind = sized(kind_of_model(model()->type));
        if (!kind) kind = sized(kind_of_model(model()->name));
        if (!kind) refuse("its model is of type '" + model()->type + "'");
        return *kind;
      }
      case 'd':
        return SizedKind::diode;
      case 'r':
        return SizedKind::resistor;
      case 'c':
        return SizedKind::capacitor;
      case 'l':
        return SizedKind::inductor;
      case 'i':
        return SizedKind::current_source;
      case 'v':
        return SizedKind::voltage_source;
      default:
        refuse(fmt::format("an element '{}'", element_.letter));
    }
  }

  Value by(Op op, Value a, Value b) { return table_.apply(op, a, b); }

  /// A number of the element line, under a name that a row can set; `otherwise` where it is not given.
  Value own(std::string_view name, double otherwise) {
    const NamedValue* given = find(element_.parameters, name);
    return table_.named(fmt::format("{}:{}", inside_, name), given ? given->value : Value{otherwise},
                        given ? given->where : element_.where);
  }
  const NamedValue* given(std::string_view name) const { return find(element_.parameters, name); }
  const NamedValue* of_model(std::string_view name) const {
    return model() ? find(model()->parameters, name) : nullptr;
  }
  Value of_model(std::string_view name, double otherwise) const {
    const NamedValue* found = of_model(name);
    return found ? found->value : Value{otherwise};
  }

  /// rsh (l - 2 short) / (w - 2 narrow), where r is not given.
  Value resistance() {
    if (given("r") || given("resistance")) return own(given("r") ? "r" : "resistance", 0);
    if (!of_model("rsh") || !given("l")) refuse("it has no resistance, and no model with rsh and a length l");
    const auto net = [&](Value size, const char* lost) {
      return by(Op::subtract, size, by(Op::multiply, {2}, of_model(lost, 0)));
    };
    const NamedValue* width = of_model("defw");
    const Value w = given("w") ? own("w", 0) : width ? width->value : Value{kDefaultResistorWidth};
    return by(Op::divide, by(Op::multiply, of_model("rsh")->value, net(own("l", 0), "short")),
              net(w, "narrow"));
  }

  /// cj (l - short) (w - narrow) + 2 cjsw (l - short + w - narrow), where c is not given.
  Value capacitance() {
    for (const char* name : {"c", "capacitance"}) {
      if (given(name)) return own(name, 0);
    }
    if (of_model("cap")) return of_model("cap")->value;
    if (!of_model("cj") || !given("l") || !given("w"))
      refuse("it has no capacitance, and no model with cj, a length l and a width w");
    const Value l = by(Op::subtract, own("l", 0), of_model("short", 0)),
                w = by(Op::subtract, own("w", 0), of_model("narrow", 0));
    const Value area = by(Op::multiply, of_model("cj")->value, by(Op::multiply, l, w));
    return by(Op::add, area, by(Op::multiply, by(Op::multiply, {2}, of_model("cjsw", 0)), by(Op::add, l, w)));
  }

  Value inductance() {
    for (const char* name : {"l", "inductance"}) {
      if (given(name)) return own(name, 0);
    }
    if (!of_model("ind")) refuse("it has no inductance");
    return of_model("ind")->value;
  }

  /// What a source has at dc: without a `dc`, the first level of its function.
  Value steady() {
    if (given("dc") || !element_.source || element_.source->arguments.empty()) return own("dc", 0);
    const auto& arguments = element_.source->arguments;
    if (element_.source->kind == "network") return own("dc", 0);
    return element_.source->kind == "pwl" && arguments.size() > 1 ? arguments[1] : arguments[0];
  }

  const Circuit& circuit_;
  const Instance& element_;
  std::string_view inside_;
  SizedTable& table_;
  SizedPart part_;
};

/// What a foundry's subcircuit is around: the elements of it that are not parasitics.
int importance(char letter) {
  switch (letter) {
    case 'r':
      return 1;
    case 'c':
      return 2;
    case 'd':
      return 3;
    case 'm':
    case 'q':
      return 4;
    default:
      return 5;
  }
}

/// The elements of one subcircuit instance, or one element of the circuit under test itself.
struct Call {
  std::string path;  ///< inside the circuit under test; empty for an element of its own
  std::vector<std::size_t> elements;
};

class PartsReader {
 public:
  PartsReader(const Circuit& circuit, std::string_view dut, SizedTable& table)
      : circuit_(circuit), dut_(dut), table_(table) {}

  std::vector<SizedPart> run() {
    for (const Call& call : calls()) {
      const std::size_t main = call.path.empty() ? kNone : main_element(call);
      if (main != kNone) {
        add(main, call.path);
        move_out(call, parts_.back().device);
      } else {
        for (const std::size_t k : call.elements) add(k, inside(k));
      }
    }
    return std::move(parts_);
  }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  const Instance& element(std::size_t k) const { return circuit_.instances[k]; }
  std::string inside(std::size_t k) const { return std::string(name_inside(element(k).name, dut_)); }
  std::string full(const std::string& path) const {
    return dut_.empty() ? path : std::string(dut_) + "." + path;
  }

  void add(std::size_t k, const std::string& name) {
    if (parts_.size() >= kMostDevices)
      throw InputError(ErrorKind::netlist, "more than 10,000 devices", element(k).where);
    const std::string own = inside(k);
    parts_.push_back(ElementReader(circuit_, element(k), own, table_).read());
    parts_.back().device.name = name;
  }

  std::vector<Call> calls() const {
    std::vector<Call> out;
    std::map<std::string, std::size_t> place;
    for (std::size_t k = 0; k < circuit_.instances.size(); ++k) {
      const std::string name = inside(k);
      if (name.empty()) continue;
      const auto dot = name.rfind('.');
      const std::string path = dot == std::string::npos ? "" : name.substr(0, dot);
      if (!path.empty()) {
        const auto [at, is_new] = place.emplace(path, out.size());
        if (!is_new) {
          out[at->second].elements.push_back(k);
          continue;
        }
      }
      out.push_back({path, {k}});
    }
    return out;
  }

  /// The only element of a call, or that of a foundry's device with its parasitics: the call has a w or an l
  /// of its own, and there is one element of the most important letter.
  std::size_t main_element(const Call& call) const {
    if (call.elements.size() == 1) return call.elements.front();
    const std::string path = full(call.path);
    if (table_.table().find(path + ".w") == kNoParameter && table_.table().find(path + ".l") == kNoParameter)
      return kNone;
    std::size_t main = kNone;
    int most = 0, count = 0;
    for (const std::size_t k : call.elements) {
      const int here = importance(element(k).letter);
      if (here > most) most = here, main = k, count = 0;
      count += here == most;
    }
    return count == 1 && most <= importance('m') ? main : kNone;
  }

  /// Pins on inner nodes go to the outer node that resistors of the call connect them with.
  void move_out(const Call& call, SizedDevice& device) const {
    const std::string prefix = full(call.path) + ".";
    const auto is_inner = [&](int node) {
      return circuit_.nodes[static_cast<std::size_t>(node)].starts_with(prefix);
    };
    std::map<int, int> outer;  // of an inner node
    for (std::size_t pass = 0; pass < call.elements.size(); ++pass) {
      for (const std::size_t k : call.elements) {
        if (element(k).letter != 'r' || element(k).nodes.size() < 2) continue;
        for (const auto& [from, to] : {std::pair(element(k).nodes[0], element(k).nodes[1]),
                                       std::pair(element(k).nodes[1], element(k).nodes[0])}) {
          if (!is_inner(to)) continue;
          if (!is_inner(from)) {
            outer.emplace(to, from);
          } else if (const auto known = outer.find(from); known != outer.end()) {
            outer.emplace(to, known->second);
          }
        }
      }
    }
    for (int pin = 0; pin < device.pins; ++pin) {
      int& net = device.nets[static_cast<std::size_t>(pin)];
      if (const auto known = outer.find(net); known != outer.end()) net = known->second;
    }
  }

  const Circuit& circuit_;
  std::string_view dut_;
  SizedTable& table_;
  std::vector<SizedPart> parts_;
};

}  // namespace

std::string_view name_inside(std::string_view flat, std::string_view dut) {
  // "m.x1.m3" has the element's letter in front, which "x1.m3" and "m3" have not.
  std::string_view rest = flat;
  const auto dot = flat.rfind('.');
  if (flat.size() > 2 && flat[1] == '.' && dot + 1 < flat.size() && dot > 1 && flat[dot + 1] == flat[0])
    rest.remove_prefix(2);
  if (dut.empty()) return rest;
  if (!rest.starts_with(dut) || rest.size() <= dut.size() + 1 || rest[dut.size()] != '.') return {};
  return rest.substr(dut.size() + 1);
}

std::vector<SizedPart> read_sized_parts(const Circuit& circuit, std::string_view dut, SizedTable& table) {
  return PartsReader(circuit, dut, table).run();
}

}  // namespace nullor::graph
