#include "nullor/graph/structure_counts.h"

#include <algorithm>
#include <map>

#include "nullor/graph/colour_refinement.h"
#include "nullor/graph/neighbourhoods.h"
#include "nullor/graph/pin_class.h"

namespace nullor::graph {
namespace {

enum class Structure : std::uint64_t {
  devices,
  nets,
  kind,
  port,
  pin_at,
  device_at,
  meeting,
  shared,
  device_near,
  net_near = device_near + 8
};

class Counter {
 public:
  explicit Counter(const Topology& topology) : topology_(topology) {}

  std::vector<std::pair<std::uint64_t, float>> run() {
    count(Structure::devices, {}, static_cast<float>(topology_.devices.size()));
    count(Structure::nets, {}, static_cast<float>(topology_.nets.size()));
    for (const Net& net : topology_.nets) {
      if (net.is_port()) count(Structure::port, {role(net)});
    }
    for (const Device& device : topology_.devices) one(device);
    meetings();
    pairs();
    surroundings();
    return {counts_.begin(), counts_.end()};
  }

 private:
  using Words = std::vector<std::uint64_t>;

  static std::uint64_t role(const Net& net) { return static_cast<std::uint64_t>(net.role); }

  void count(Structure structure, const Words& words, float times = 1) {
    std::uint64_t hash = scramble(static_cast<std::uint64_t>(structure) + 1);
    for (const std::uint64_t word : words) hash = scramble(hash * 31 + word);
    counts_[hash] += times;
  }

  const Net& net_of(const Device& device, int pin) const {
    return topology_.nets[static_cast<std::size_t>(device.nets[static_cast<std::size_t>(pin)])];
  }

  bool is_rail(int net) const {
    const PortRole role = topology_.nets[static_cast<std::size_t>(net)].role;
    return role == PortRole::vdd || role == PortRole::vss;
  }

  /// What a pin is, whatever it leads to.
  static std::uint64_t pin_word(const Device& device, int pin) {
    return static_cast<std::uint64_t>(device.kind) * 16 +
           static_cast<std::uint64_t>(pin_class(device.kind, pin));
  }

  void one(const Device& device) {
    const auto kind = static_cast<std::uint64_t>(device.kind);
    count(Structure::kind, {kind});
    Words places;
    for (int pin = 0; pin < device.pins; ++pin) {
      count(Structure::pin_at, {pin_word(device, pin), role(net_of(device, pin))});
      std::uint64_t together = 0;  // the classes of pins on this net, a bit each
      for (int other = 0; other < device.pins; ++other) {
        if (device.nets[static_cast<std::size_t>(other)] == device.nets[static_cast<std::size_t>(pin)])
          together |= std::uint64_t{1} << pin_class(device.kind, other);
      }
      places.push_back((role(net_of(device, pin)) << 32) + (together << 8) +
                       static_cast<std::uint64_t>(pin_class(device.kind, pin)));
    }
    std::sort(places.begin(), places.end());
    places.insert(places.begin(), kind);
    count(Structure::device_at, places);
  }

  void meetings() {
    std::vector<Words> at(topology_.nets.size());
    for (const Device& device : topology_.devices) {
      for (int pin = 0; pin < device.pins; ++pin) {
        const int net = device.nets[static_cast<std::size_t>(pin)];
        if (!is_rail(net)) at[static_cast<std::size_t>(net)].push_back(pin_word(device, pin));
      }
    }
    for (Words& words : at) {
      std::sort(words.begin(), words.end());
      for (std::size_t a = 0; a < words.size(); ++a) {
        for (std::size_t b = a + 1; b < words.size(); ++b) count(Structure::meeting, {words[a], words[b]});
      }
    }
  }

  /// What two devices share, seen from the one from which the words are smaller.
  void pairs() {
    const auto seen_from = [&](const Device& a, const Device& b, bool* near) {
      Words out;
      for (int p = 0; p < a.pins; ++p) {
        for (int q = 0; q < b.pins; ++q) {
          const int net = a.nets[static_cast<std::size_t>(p)];
          if (net != b.nets[static_cast<std::size_t>(q)]) continue;
          *near = *near || !is_rail(net);
          out.push_back((pin_word(a, p) * 256 + pin_word(b, q)) * 64 + role(net_of(a, p)));
        }
      }
      std::sort(out.begin(), out.end());
      return out;
    };
    const std::vector<Device>& devices = topology_.devices;
    for (std::size_t a = 0; a < devices.size(); ++a) {
      for (std::size_t b = a + 1; b < devices.size(); ++b) {
        bool near = false;
        const Words there = seen_from(devices[a], devices[b], &near);
        if (near && there.size() > 1)
          count(Structure::shared, std::min(there, seen_from(devices[b], devices[a], &near)));
      }
    }
  }

  void surroundings() {
    constexpr int kSteps = 2;
    const Neighbourhoods near(topology_, kSteps);
    for (std::size_t step = 1; step <= kSteps; ++step) {
      for (const std::uint64_t hash : near.device[step])
        count(static_cast<Structure>(static_cast<std::uint64_t>(Structure::device_near) + step), {hash});
      for (const std::uint64_t hash : near.net[step])
        count(static_cast<Structure>(static_cast<std::uint64_t>(Structure::net_near) + step), {hash});
    }
  }

  const Topology& topology_;
  std::map<std::uint64_t, float> counts_;
};

}  // namespace

std::vector<std::pair<std::uint64_t, float>> structure_counts(const Topology& topology) {
  return Counter(topology).run();
}

}  // namespace nullor::graph
