#pragma once
/// Transients of kLanes samples of a circuit at once, each with its own time, step and order.
///
/// All lanes meet in every Newton iteration: an evaluation costs the same for one lane as for all. A lane
/// that is at its end takes the next sample while the others go on.

#include <functional>
#include <string>
#include <vector>

#include "nullor/netlist/analysis_card.h"
#include "nullor/simulate/lane_newton.h"
#include "nullor/simulate/step_control.h"

namespace nullor {

class LaneTransient {
 public:
  using Mask = Lanes::Mask;

  /// The circuit must be free of delays and of switches that jump (supports()).
  LaneTransient(LaneDae& dae, LaneNewton& newton, const SimulationOptions& options);
  static bool supports(const LaneDae& dae);

  /// Sees every accepted point of a lane, the start included; x has n + 1 elements. False: this lane is done.
  using Observer = std::function<bool(int lane, double time, const std::vector<double>& x)>;
  /// A lane is at its end (`why` is empty) or cannot go on. Loads another sample into it, sets up, writes its
  /// start into that lane of x and returns true; or returns false.
  using Next = std::function<bool(int lane, const std::string& why, std::vector<Lanes>& x)>;

  /// From operating points `x` (n + 1) in the lanes of `wanted`, sources at their time functions.
  void run(const TranCard& card, std::vector<Lanes> x, const Mask& wanted, const Observer& observer,
           const Next& next);

  long accepted = 0, rejected = 0;  ///< of all lanes together

 private:
  struct Lane {
    StepControl steps;
    StepFormula formula;
    std::vector<double> history;
  };

  void start(int lane, const TranCard& card, const std::vector<Lanes>& x);
  void propose(int lane);
  bool settle(int lane, bool converged, const Observer& observer, bool& failed);

  LaneDae& dae_;
  LaneNewton& newton_;
  SimulationOptions options_;
  int n_;
  std::vector<Lane> lanes_;
  std::vector<Lanes> x_, history_, charges_;
  LaneNewton::Problem problem_;
};

}  // namespace nullor
