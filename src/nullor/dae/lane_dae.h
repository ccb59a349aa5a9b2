#pragma once
/// One circuit with kLanes samples of its parameters side by side: the equation of dae.h in lanes.
///
/// A sample pins entries of the parameter table; whatever follows from them - device values, bins of model
/// cards, the temperature - follows lane by lane. Hot devices (lane_devices.def) are evaluated in lanes;
/// everything else is evaluated by kLanes scalar circuits, one after the other, and linear devices once a
/// load.

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "nullor/dae/dae.h"
#include "nullor/dae/lane_group.h"
#include "nullor/math/complex_lanes.h"

namespace nullor {

/// Values for entries of the parameter table.
using Pinned = std::vector<std::pair<ParameterId, double>>;

/// One lane of a vector.
std::vector<double> lane_of(const std::vector<Lanes>& x, int lane);

class LaneDae {
 public:
  /// Throws InputError as Dae does. All lanes begin with the values of the circuit. `factories`: what is hot.
  explicit LaneDae(const Circuit& circuit, const std::vector<LaneFactory>& factories = lane_factories());

  int size() const { return scalars_[0]->size(); }
  const SparsePattern& pattern() const { return scalars_[0]->pattern(); }
  const std::vector<UnknownInfo>& unknowns() const { return scalars_[0]->unknowns(); }
  /// The lane as a circuit of its own: names and numbers of unknowns. Its hot devices are not kept up to
  /// date.
  const Dae& scalar(int lane) const { return *scalars_[static_cast<std::size_t>(lane)]; }
  Dae& scalar(int lane) { return *scalars_[static_cast<std::size_t>(lane)]; }

  /// Why a sample cannot run in lanes; both empty: it can.
  struct Refusal {
    std::string impossible;  ///< the netlist's own refusal: no bin, a device that cannot be
    bool different = false;  ///< its switches differ from those of the other lanes: simulate it alone
    explicit operator bool() const { return different || !impossible.empty(); }
  };
  /// Puts a sample into a lane; takes effect with the next setup().
  Refusal load(int lane, const Pinned& sample);
  /// The sample of the lane at another temperature [degC]; takes effect with the next setup().
  Refusal set_temperature(int lane, double celsius);
  void setup();
  /// A voltage or current source of every lane stands at this dc value, until release_sources().
  void hold_source(const ParameterHandle& source, double value);
  void release_sources();

  /// The sample of a lane as a scalar circuit, whole: for what lanes cannot do.
  Dae& whole(int lane);

  /// f, q and derivatives (dae.h, 1); arrays as in LaneAssembly, cleared first.
  void evaluate(LaneAssembly& a);
  /// b(t) (n + 1) in `lanes`; the others stay.
  void excitation(const Lanes& time, bool dc, const Lanes::Mask& lanes, Lanes* b) const;
  void excitation_ac(ComplexLanes<kLanes>* b) const;
  /// Anything beyond G + j omega C in small-signal analysis (delays, lags).
  bool has_delays() const { return scalars_[0]->has_delays() || scalars_[0]->lags(); }
  int hot_groups() const { return static_cast<int>(hot_.size()); }
  const LaneGroup& hot_group(int k) const { return *hot_[static_cast<std::size_t>(k)].lanes; }
  /// Everything nonlinear is a semiconductor device, whose characteristics bend over kT/q and not faster.
  bool bends_gently() const { return others_.empty(); }
  void initial_guess(Lanes* x);
  /// Print step and end of a lane's coming transient [s].
  void set_transient(int lane, double step, double stop) {
    scalars_[static_cast<std::size_t>(lane)]->set_transient(step, stop);
  }
  void forget_limits();

 private:
  struct Hot {
    std::size_t group;  ///< of the scalar circuits
    std::unique_ptr<LaneGroup> lanes;
  };
  struct Binding {
    std::size_t hot;
    int device, parameter;
    ParameterId table;
  };

  struct Held {
    ParameterHandle source;
    double value, own[kLanes];
  };

  void apply_held(int lane);
  void make_hot(std::size_t group, const LaneFactory& factory);
  void bind(const Instance& instance, std::size_t hot, int device, DeviceGroup& shape);
  bool set_cards(int lane);
  void interleave_linear();
  void add_scalar_groups(LaneAssembly& a);

  std::vector<std::unique_ptr<Dae>> scalars_;
  Pinned samples_[kLanes];
  std::vector<Hot> hot_;
  std::vector<char> is_hot_;         ///< per scalar group
  std::vector<std::size_t> others_;  ///< nonlinear groups that are not hot
  std::vector<Binding> bindings_;
  std::vector<Held> held_;
  std::vector<int>
      applied_[kLanes];  ///< per card of Dae::chosen_cards(): the model whose values the lane has
  std::vector<Lanes> linear_g_, linear_c_;  ///< (nonzeros + 1)
  struct LinearPlace {
    int place, row, column;
  };
  std::vector<LinearPlace> linear_places_;         ///< nonzeros that linear devices fill in some lane
  mutable std::vector<double> x_, f_, q_, g_, c_;  ///< scratch of one lane
};

}  // namespace nullor
