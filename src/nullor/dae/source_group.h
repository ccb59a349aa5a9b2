#pragma once
/// Independent sources: the devices whose excitation b(t) drives the circuit; and the choice of group for a
/// device.

#include <numbers>

#include "nullor/base/si.h"
#include "nullor/dae/delay_group.h"
#include "nullor/dae/group_of.h"
#include "nullor/devices/source_function.h"

namespace nullor {

/// V and I. b of row i (V) is -V(t); b of rows p, n (I) is +-m I(t).
///
/// At an operating point the value is `dc`, or the time function at 0 when dc is not given; in a transient it
/// is the time function, or dc when there is none. Small-signal: acmag exp(j acphase).
template <template <class> class D>
class SourceGroup final : public GroupOf<D> {
  using Base = GroupOf<D>;
  static constexpr bool kVoltage = D<double>::kind.letter == 'v';

 public:
  int add(int type) override {
    waves_.emplace_back();
    return Base::add(type);
  }
  void set_source(int device, const std::string& kind, const std::vector<double>& arguments,
                  const std::vector<std::pair<std::string, double>>& options,
                  const Location& where) override {
    Wave& wave = waves_[this->at(device)];
    Waveform<double>& f = wave.function;
    if (!Waveform<double>::parse_kind(kind, f.kind)) {
      throw InputError(ErrorKind::netlist,
                       "'" + this->names[this->at(device)] + "' has an unknown time function '" + kind + "'",
                       where);
    }
    f.arguments = arguments;
    for (const auto& [name, value] : options) {
      if (name == "td") f.delay = value;
      if (name == "r" && value >= 0) f.repeat_from = value;
    }
    wave.present = true;
    if (const std::string_view problem = f.check(); !problem.empty()) {
      throw InputError(ErrorKind::netlist,
                       "'" + this->names[this->at(device)] + "': " + kind + " " + std::string(problem),
                       where);
    }
  }
  void set_source(int device, std::shared_ptr<const TimeFunction> function) override {
    Wave& wave = waves_[this->at(device)];
    wave.played = std::move(function);
    wave.present = true;
  }
  // Arguments move after reading: parameters, alter, sweeps.
  std::pair<int, std::string> setup(const Environment<double>& environment) override {
    for (int k = 0; k < this->count(); ++k) {
      const Wave& wave = waves_[this->at(k)];
      if (!wave.present || wave.played) continue;
      if (const std::string_view problem = wave.function.check(); !problem.empty())
        return {k, std::string(problem)};
    }
    return Base::setup(environment);
  }
  void set_transient(double step, double stop) override {
    for (Wave& wave : waves_) wave.function.step = step, wave.function.stop = stop;
  }
  std::vector<std::string> extra_parameters(int device) const override {
    const Wave& wave = waves_[this->at(device)];
    return wave.present && !wave.played ? argument_names(wave.function) : std::vector<std::string>{};
  }
  void set_parameter(int device, int parameter, double value) override {
    if (parameter >= fixed()) {
      waves_[this->at(device)].function.arguments[this->at(parameter - fixed())] = value;
      return;
    }
    if (parameter == dc()) {
      waves_[this->at(device)].dc_given = given(value);
      if (!given(value)) value = 0;  // back to the time function alone
    }
    Base::set_parameter(device, parameter, value);
  }
  double get_parameter(int device, int parameter) const override {
    const Wave& wave = waves_[this->at(device)];
    if (parameter >= fixed()) return wave.function.arguments[this->at(parameter - fixed())];
    if (parameter == dc() && wave.present && !wave.dc_given) return kNotGiven;
    return Base::get_parameter(device, parameter);
  }

  void excitation(double time, bool dc, double* b) const override {
    for (int k = 0; k < this->count(); ++k) {
      const Wave& wave = waves_[this->at(k)];
      const D<double>& d = this->devices_[this->at(k)];
      const bool by_dc = !wave.present || (dc && wave.dc_given);
      add_to(k, by_dc ? d.dc : wave.value(dc ? 0 : time), b);
    }
  }
  void excitation_ac(std::complex<double>* b) const override {
    for (int k = 0; k < this->count(); ++k) {
      const D<double>& d = this->devices_[this->at(k)];
      if (d.acmag != 0) add_to(k, std::polar(d.acmag, d.acphase * kDegree), b);
    }
  }
  void breakpoints(double from, double to, std::vector<double>& out) const override {
    constexpr double kMost = 1e7;  // every corner is a time point: more would neither fit nor end
    for (int k = 0; k < this->count(); ++k) {
      const Wave& wave = waves_[this->at(k)];
      if (!wave.present) continue;
      if (wave.played) {
        wave.played->corners(from, to, out);
        continue;
      }
      if (!(wave.function.corner_count(from, to) <= kMost)) {
        throw InputError(ErrorKind::model,
                         "'" + this->names[this->at(k)] + "' has more than 10 million corners until " +
                             format_si(to) + "s",
                         this->places[this->at(k)], "lengthen its period or shorten the analysis");
      }
      wave.function.breakpoints(from, to, out);
    }
  }

  void prepare_gradient(std::span<const ParameterSeed> seeds, const Environment<double>&) override {
    seeds_.assign(seeds.begin(), seeds.end());
  }
  void gradient(const Assembly& point, const double* lambda_f, const double*,
                double* gradient) const override {
    for (const ParameterSeed& seed : seeds_) {
      if (seed.parameter == ParameterSeed::kTemperature) continue;
      const Wave& wave = waves_[this->at(seed.device)];
      const bool by_dc = !wave.present || (point.dc && wave.dc_given);
      const double time = point.dc ? 0 : point.time;
      double slope = 0;
      if (seed.parameter >= fixed()) {
        if (!by_dc) slope = derivative(wave.function, seed.parameter - fixed(), time);
      } else if (seed.parameter == dc()) {
        slope = by_dc ? 1 : 0;
      }
      gradient[seed.target] += seed.weight * weighted(seed.device, slope, lambda_f);
      if constexpr (!kVoltage) {
        if (seed.parameter == multiplier()) {
          const D<double>& d = this->devices_[this->at(seed.device)];
          const double i = by_dc ? d.dc : wave.value(time);
          gradient[seed.target] += seed.weight * weighted(seed.device, i / d.m, lambda_f);
        }
      }
    }
  }
  void gradient_ac(const double*, double, double, const std::complex<double>*,
                   const std::complex<double>* lambda, double* gradient, double*) const override {
    for (const ParameterSeed& seed : seeds_) {
      const D<double>& d = this->devices_[this->at(seed.device)];
      const std::complex<double> phasor = std::polar(1.0, d.acphase * kDegree);
      std::complex<double> slope = 0;
      if (seed.parameter == magnitude()) slope = phasor;
      if (seed.parameter == phase()) slope = d.acmag * phasor * std::complex<double>(0, kDegree);
      if constexpr (!kVoltage) {
        if (seed.parameter == multiplier()) slope = d.acmag * phasor / d.m;
      }
      gradient[seed.target] += seed.weight * weighted(seed.device, slope, lambda).real();
    }
  }

 private:
  static constexpr double kDegree = std::numbers::pi / 180;
  struct Wave {
    Waveform<double> function;
    std::shared_ptr<const TimeFunction> played;  ///< instead of `function`
    bool present = false, dc_given = false;

    double value(double time) const { return played ? played->value(time) : function.value(time); }
  };

  static std::vector<std::string> argument_names(const Waveform<double>& f) {
    static const std::vector<std::string> names[] = {{"v1", "v2", "td", "tr", "tf", "pw", "per", "np"},
                                                     {"vo", "va", "freq", "td", "theta", "phase"},
                                                     {"v1", "v2", "td1", "tau1", "td2", "tau2"},
                                                     {},
                                                     {"vo", "va", "fc", "mdi", "fs", "phasec", "phases"},
                                                     {"va", "vo", "mf", "fc", "td", "phasec", "phases"}};
    std::vector<std::string> out = names[static_cast<std::size_t>(f.kind)];
    out.resize(f.arguments.size());
    if (f.kind == Waveform<double>::Kind::pwl) {
      for (std::size_t k = 0; k < out.size(); ++k)
        out[k] = (k % 2 == 0 ? "t" : "v") + std::to_string(k / 2 + 1);
    }
    return out;
  }
  static double derivative(const Waveform<double>& f, int argument, double time) {
    Waveform<Dual<1>> dual;
    dual.kind = static_cast<Waveform<Dual<1>>::Kind>(f.kind);
    dual.arguments.assign(f.arguments.begin(), f.arguments.end());
    dual.arguments[static_cast<std::size_t>(argument)].d.set(0, 1.0);
    dual.step = f.step;
    dual.stop = f.stop;
    dual.delay = f.delay;
    dual.repeat_from = f.repeat_from;
    // On a corner, where steps end, the slope is the mean of both sides: what a central difference sees.
    const double aside = 1e-12 * std::max(std::fabs(time), f.step);
    return 0.5 * (dual.value(time - aside).d[0] + dual.value(time + aside).d[0]);
  }

  int fixed() const { return static_cast<int>(this->parameters().size()); }
  int dc() const { return this->find("dc").index; }
  int magnitude() const { return this->find("acmag").index; }
  int phase() const { return this->find("acphase").index; }
  int multiplier() const { return this->find("m").index; }

  template <class T>
  void add_to(int device, T value, T* b) const {
    const int* u = &this->unknowns_[this->at(device * Base::kRows)];
    if constexpr (kVoltage) {
      b[u[D<double>::i]] -= value;
    } else {
      const T current = this->devices_[this->at(device)].m * value;
      b[u[D<double>::p]] += current;
      b[u[D<double>::n]] -= current;
    }
  }
  // lambda^T db for a source value that moves by `slope`.
  template <class T>
  T weighted(int device, T slope, const T* lambda) const {
    const int* u = &this->unknowns_[this->at(device * Base::kRows)];
    if constexpr (kVoltage) {
      return -slope * lambda[u[D<double>::i]];
    } else {
      return this->devices_[this->at(device)].m * slope * (lambda[u[D<double>::p]] - lambda[u[D<double>::n]]);
    }
  }

  std::vector<Wave> waves_;
  std::vector<ParameterSeed> seeds_;
};

template <template <class> class D>
constexpr char letter_of = D<double>::kind.letter;

/// The group that runs device D.
template <template <class> class D>
using GroupType = std::conditional_t<letter_of<D> == 'v' || letter_of<D> == 'i', SourceGroup<D>,
                                     std::conditional_t<letter_of<D> == 't', DelayGroup<D>, GroupOf<D>>>;

}  // namespace nullor
