#include "nullor/neural/surrogate_transient.h"

#include <algorithm>

#include "nullor/neural/neural_session.h"

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

}  // namespace

std::vector<int> SurrogateTransient::unknowns_of_signals(const Dae& dae) const {
  std::vector<int> out;
  for (const Waveform::Signal& signal : surrogate_.parts().signals) {
    const int unknown = dae.unknown(signal.name);
    if (unknown < 0) {
      throw InputError(ErrorKind::usage,
                       "the surrogate has a signal '" + signal.name + "', and this circuit has not", {},
                       "use the netlist that the surrogate was trained on");
    }
    out.push_back(unknown);
  }
  return out;
}

void SurrogateTransient::run(Engine& engine, const TranCard& card, const Location& where,
                             const Observer& observer) {
  Dae& dae = engine.dae();
  std::vector<std::pair<std::string, double>> values;
  for (const SurrogateAxis& axis : surrogate_.parts().axes)
    values.emplace_back(axis.name, dae.get(dae.parameter(axis.name, where)));
  u_ = surrogate_.coordinates(values);
  if (card.stop > surrogate_.parts().stop * (1 + 1e-9)) {
    throw InputError(ErrorKind::usage, "the surrogate ends before the transient does", where,
                     "train it again on this netlist");
  }
  const Waveform waveform = surrogate_.at(u_);
  const std::vector<int> places = unknowns_of_signals(dae);
  times_ = sampling_times(waveform, card);
  std::vector<double> signals(places.size()), x(u(dae.size()) + 1, 0.0);
  for (const double time : times_) {
    waveform.evaluate(time, signals.data());
    for (std::size_t k = 0; k < places.size(); ++k) x[u(places[k])] = signals[k];
    observer(time, x);
  }
}

std::vector<double> SurrogateTransient::pull(Engine& engine, const TranCard&,
                                             const std::vector<std::vector<double>>& seeds,
                                             const std::vector<ParameterHandle>& wanted) {
  const auto& axes = surrogate_.parts().axes;
  std::vector<std::size_t> axis_of;
  for (const ParameterHandle& handle : wanted) {
    const auto found = std::find_if(axes.begin(), axes.end(),
                                    [&](const SurrogateAxis& axis) { return axis.name == handle.name; });
    if (found == axes.end()) {
      throw InputError(ErrorKind::usage, "the surrogate does not know the parameter '" + handle.name + "'",
                       {}, "train it --over this one too");
    }
    axis_of.push_back(static_cast<std::size_t>(found - axes.begin()));
  }
  const std::vector<int> places = unknowns_of_signals(engine.dae());
  std::vector<double> slopes(axes.size() * places.size()), x(places.size()), out(wanted.size(), 0.0);
  for (std::size_t row = 0; row < times_.size(); ++row) {
    if (seeds[row].empty()) continue;
    surrogate_.evaluate(u_, times_[row], x.data(), nullptr, slopes.data());
    for (std::size_t k = 0; k < wanted.size(); ++k) {
      const double* by = slopes.data() + axis_of[k] * places.size();
      for (std::size_t i = 0; i < places.size(); ++i) out[k] += seeds[row][u(places[i])] * by[i];
    }
  }
  return out;
}

}  // namespace nullor
