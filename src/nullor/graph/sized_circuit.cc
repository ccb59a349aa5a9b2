#include "nullor/graph/sized_circuit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "nullor/graph/sized_parts.h"
#include "nullor/graph/topology.h"

namespace nullor::graph {
namespace {

using Names = std::span<const std::string_view>;

constexpr std::string_view kMosfetPins[] = {"D", "G", "S", "B"}, kBipolarPins[] = {"C", "B", "E", "S"},
                           kTwoPins[] = {"p", "n"}, kMosfetNumbers[] = {"w", "l", "m"},
                           kAreaNumbers[] = {"area", "m"}, kR[] = {"r"}, kC[] = {"c"}, kL[] = {"l"},
                           kDc[] = {"dc"};

constexpr SizedKindInfo kKinds[kSizedKinds] = {
    {SizedKind::nmos, "nmos", kMosfetPins, kMosfetNumbers, false},
    {SizedKind::pmos, "pmos", kMosfetPins, kMosfetNumbers, false},
    {SizedKind::npn, "npn", kBipolarPins, kAreaNumbers, false},
    {SizedKind::pnp, "pnp", kBipolarPins, kAreaNumbers, false},
    {SizedKind::diode, "diode", kTwoPins, kAreaNumbers, false},
    {SizedKind::resistor, "resistor", kTwoPins, kR, true},
    {SizedKind::capacitor, "capacitor", kTwoPins, kC, true},
    {SizedKind::inductor, "inductor", kTwoPins, kL, true},
    {SizedKind::current_source, "current_source", kTwoPins, kDc, false},
    {SizedKind::voltage_source, "voltage_source", kTwoPins, kDc, false},
};

constexpr std::string_view kPortWords[kSizedPorts] = {
    "internal", "supply", "ground", "input_plus", "input_minus", "output", "bias", "feedback", "other"};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::size_t at(int index) { return static_cast<std::size_t>(index); }

/// "vin" of "vin12"; a name of digits alone stays.
std::string_view without_number(std::string_view text) {
  const auto last = text.find_last_not_of("0123456789");
  return last == std::string_view::npos ? text : text.substr(0, last + 1);
}

SizedPort of_role(PortRole role) {
  switch (role) {
    case PortRole::vdd:
      return SizedPort::supply;
    case PortRole::vss:
      return SizedPort::ground;
    case PortRole::vin:
    case PortRole::iin:
      return SizedPort::input_plus;
    case PortRole::vout:
    case PortRole::iout:
      return SizedPort::output;
    case PortRole::vb:
    case PortRole::ib:
    case PortRole::vbb:
    case PortRole::vref:
    case PortRole::iref:
    case PortRole::vcm:
      return SizedPort::bias;
    default:
      return SizedPort::other;
  }
}

}  // namespace

const SizedKindInfo& info(SizedKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }
std::string_view word(SizedPort port) { return kPortWords[static_cast<std::size_t>(port)]; }

SizedPort sized_port(std::string_view name) {
  static constexpr std::pair<std::string_view, SizedPort> kOwn[] = {
      {"vinp", SizedPort::input_plus},   {"inp", SizedPort::input_plus},    {"vip", SizedPort::input_plus},
      {"vp", SizedPort::input_plus},     {"plus", SizedPort::input_plus},   {"in+", SizedPort::input_plus},
      {"vinn", SizedPort::input_minus},  {"inn", SizedPort::input_minus},   {"vim", SizedPort::input_minus},
      {"inm", SizedPort::input_minus},   {"vinm", SizedPort::input_minus},  {"vn", SizedPort::input_minus},
      {"minus", SizedPort::input_minus}, {"in-", SizedPort::input_minus},   {"vfb", SizedPort::feedback},
      {"fb", SizedPort::feedback},       {"feedback", SizedPort::feedback}, {"0", SizedPort::ground}};
  const std::string whole = lower(name);
  for (const std::string_view stem : {std::string_view(whole), without_number(whole)}) {
    for (const auto& [own, port] : kOwn) {
      if (stem == own) return port;
    }
  }
  const auto role = role_guess(whole);
  return role ? of_role(*role) : SizedPort::other;
}

SizedCircuit::SizedCircuit(const Circuit& circuit, std::string_view dut,
                           std::span<const std::pair<std::string, int>> ports)
    : dut_(dut) {
  SizedTable table(circuit.parameters);
  std::vector<SizedPart> parts = read_sized_parts(circuit, dut, table);
  if (parts.empty()) {
    throw InputError(ErrorKind::netlist,
                     dut.empty() ? "the circuit has no devices" : fmt::format("'{}' has no devices", dut));
  }
  std::vector<SizedNet> all(circuit.nodes.size());
  const std::string prefix = dut.empty() ? "" : dut_ + ".";
  for (std::size_t node = 0; node < all.size(); ++node) {
    const std::string& name = circuit.nodes[node];
    all[node].name = name.starts_with(prefix) ? name.substr(prefix.size()) : name;
  }
  all[0].port = SizedPort::ground;
  // The first of several ports on one node counts.
  for (auto port = ports.rbegin(); port != ports.rend(); ++port)
    all.at(static_cast<std::size_t>(port->second)) = {port->first, sized_port(port->first)};
  std::vector<bool> outside;
  for (const SizedNet& net : all) outside.push_back(net.port != SizedPort::internal);
  merge_sized_parts(parts, outside, table);

  // Nets that a device touches, in order of appearance, then in their own.
  std::vector<int> number(all.size(), -1);
  std::vector<SizedNet> nets;
  std::vector<SizedPort> roles;
  for (SizedPart& part : parts) {
    for (int pin = 0; pin < part.device.pins; ++pin) {
      int& net = part.device.nets[at(pin)];
      int& known = number[at(net)];
      if (known < 0) {
        known = static_cast<int>(nets.size());
        nets.push_back(all[at(net)]);
        roles.push_back(nets.back().port);
      }
      net = known;
    }
  }
  const SizedOrder order = order_of(parts, roles, table);
  fingerprint_ = order.fingerprint;
  for (std::size_t k = 0; k < nets.size(); ++k) {
    nets_.push_back(nets[at(order.nets[k])]);
    number[at(order.nets[k])] = static_cast<int>(k);
  }
  for (const int k : order.devices) {
    devices_.push_back(parts[at(k)].device);
    for (int pin = 0; pin < devices_.back().pins; ++pin) {
      int& net = devices_.back().nets[at(pin)];
      net = number[at(net)];
    }
    numbers_.push_back(parts[at(k)].numbers);
  }
  table_ = table.table();
  equalities_ = table.equalities();
  find_needed();
}

void SizedCircuit::find_needed() {
  std::vector<char> needed(table_.entries().size());
  const auto need = [&](const Value& value) {
    if (value.parameter != kNoParameter) needed[at(value.parameter)] = 1;
  };
  for (const auto& numbers : numbers_) std::for_each(numbers.begin(), numbers.end(), need);
  for (const auto& [a, b] : equalities_) need(a), need(b);
  for (std::size_t id = needed.size(); id-- > 0;) {
    if (!needed[id]) continue;
    for (const int read : table_.entries()[id].program.inputs()) needed[at(read)] = 1;
  }
  for (std::size_t id = 0; id < needed.size(); ++id) {
    if (needed[id]) needed_.push_back(static_cast<ParameterId>(id));
  }
}

ParameterId SizedCircuit::find(std::string_view name) const {
  const std::string inside = lower(name_inside(lower(name), dut_));
  for (const std::string& tried :
       {lower(name), inside, inside + ":" + inside.substr(inside.rfind('.') + 1, 1), inside + ":dc"}) {
    const ParameterId id = table_.find(tried);
    if (std::binary_search(needed_.begin(), needed_.end(), id)) return id;
  }
  return kNoParameter;
}

bool SizedCircuit::depends_on(std::string_view parameter) const { return find(parameter) != kNoParameter; }

std::vector<std::string> SizedCircuit::parameters() const {
  std::vector<std::string> out;
  for (const ParameterId id : needed_) {
    const std::string& name = table_.entries()[at(id)].name;
    if (!name.empty() && name.find_first_of(".:") == std::string::npos) out.push_back(name);
  }
  return out;
}

std::vector<std::pair<std::string, double>> SizedCircuit::free_parameters() const {
  std::vector<std::pair<std::string, double>> out;
  const std::vector<double> values = table_.evaluate();
  for (const std::string& name : parameters()) {
    const ParameterId id = find(name);
    if (id != ParameterTable::kTemperature && table_.entries()[at(id)].program.is_constant())
      out.emplace_back(name, values[at(id)]);
  }
  return out;
}

SizedCircuit::Evaluator::Evaluator(const SizedCircuit& circuit, std::span<const std::string> parameters)
    : circuit_(&circuit), values_(circuit.table_.evaluate()) {
  const auto& entries = circuit.table_.entries();
  std::vector<char> moves(entries.size()), given(entries.size());
  for (const std::string& name : parameters) {
    ids_.push_back(circuit.find(name));
    if (ids_.back() == kNoParameter) continue;
    const std::size_t id = at(ids_.back());
    moves[id] = given[id] = 1;
    // Merges hold for all values of `.param`s that have a number, not when others are set apart.
    const bool free = entries[id].name.find(':') == std::string::npos && entries[id].program.is_constant();
    check_ = check_ || !free;
  }
  for (const ParameterId id : circuit.needed_) {
    if (given[at(id)]) continue;
    const std::vector<int> reads = entries[at(id)].program.inputs();
    if (!std::any_of(reads.begin(), reads.end(), [&](int read) { return moves[at(read)]; })) continue;
    moves[at(id)] = 1;
    moving_.push_back(id);
  }
}

void SizedCircuit::Evaluator::numbers(std::span<const double> values, std::span<double> out) {
  for (std::size_t k = 0; k < ids_.size(); ++k) {
    if (ids_[k] != kNoParameter) values_[at(ids_[k])] = values[k];
  }
  const auto& entries = circuit_->table_.entries();
  for (const ParameterId id : moving_)
    values_[at(id)] = entries[at(id)].program.run<double>(std::span<const double>(values_), registers_);
  std::size_t place = 0;
  for (const auto& numbers : circuit_->numbers_) {
    for (const Value& number : numbers) out[place++] = SizedTable::at(values_, number);
  }
  if (!check_) return;
  for (const auto& [a, b] : circuit_->equalities_) {
    if (are_equal(SizedTable::at(values_, a), SizedTable::at(values_, b))) continue;
    const auto name = [&](const Value& v) {
      return v.parameter == kNoParameter ? std::string("a number") : entries[at(v.parameter)].name;
    };
    throw InputError(
        ErrorKind::usage,
        fmt::format("{} and {} are of devices that act as one, and a row sets them apart", name(a), name(b)));
  }
}

}  // namespace nullor::graph
