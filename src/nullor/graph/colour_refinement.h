#pragma once
/// Nets of a circuit sorted into cells that their surroundings tell apart.

#include <cstdint>
#include <vector>

#include "nullor/graph/topology.h"

namespace nullor::graph {

/// Bijective scrambling of 64 bits. Source: G. L. Steele, D. Lea, C. H. Flood, Fast splittable pseudorandom
/// number generators (2014), the finalizer mix64variant13.
constexpr std::uint64_t scramble(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

/// What refinement looks at: nets and devices as numbers that are equal for what is alike, and the pins of
/// every device in one list.
struct ColouredPins {
  int nets() const { return static_cast<int>(net_colour.size()); }
  int devices() const { return static_cast<int>(device_colour.size()); }

  std::vector<int> net_colour;               ///< of a net: what it is to the outside
  std::vector<std::uint64_t> device_colour;  ///< of a device: its kind
  std::vector<int> begin;                    ///< first pin of a device; one more entry for the end
  std::vector<int> net;                      ///< of a pin
  std::vector<std::uint8_t> type;            ///< of a pin, below kMaxPins; equal where pins can be exchanged
};

/// The nets of a topology that a pin touches, numbered anew from 0; types of pins are their pin_class.
struct PinTable : ColouredPins {
  explicit PinTable(const Topology& topology);

  std::vector<int> number;       ///< of every net of the topology here; -1: no pin touches it
  std::vector<PortRole> role;    ///< of a net
  std::vector<DeviceKind> kind;  ///< of a device
};

/// An ordered partition of the nets: `order` lists them cell by cell, and the colour of a net is the position
/// in `order` where its cell begins.
struct Partition {
  std::vector<int> order, colour;
  int cells = 0;

  bool discrete() const { return cells == static_cast<int>(order.size()); }
  /// The first cell of more than one net as [begin, end) of `order`; discrete(): empty.
  std::pair<int, int> first_open_cell() const;
  /// Makes a cell of its own of `net`, before the rest of its cell.
  void single_out(int net);
};

/// Refines partitions of one circuit.
class Refiner {
 public:
  explicit Refiner(const ColouredPins& pins);

  /// Cells by net_colour, ascending, not yet refined.
  Partition by_net_colour() const;
  /// Splits cells until the nets of each see the same multiset of (colour of device, type of pin, colours
  /// of the other pins). Returns a number that is equal for equal splittings: an invariant of the circuit and
  /// of what was singled out. Equal hashes of different surroundings leave a cell coarser, never wrong.
  std::uint64_t refine(Partition& cells);
  /// Pins looked at so far.
  std::int64_t work() const { return work_; }

 private:
  void look();
  std::uint64_t split(Partition& cells);

  const ColouredPins& pins_;
  std::vector<std::uint64_t> device_seed_, mixed_, seen_;
  std::vector<std::pair<std::uint64_t, int>> sorted_;
  std::int64_t work_ = 0;
};

}  // namespace nullor::graph
