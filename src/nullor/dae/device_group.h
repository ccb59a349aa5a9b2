#pragma once
/// All instances of one device kind in a circuit: the only thing the equation sees of a device.

#include <complex>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nullor/base/error.h"
#include "nullor/base/time_function.h"
#include "nullor/devices/device.h"
#include "nullor/devices/parameters.h"
#include "nullor/math/sparse.h"

namespace nullor {

/// Where one evaluation reads and adds. Vectors have n + 1 elements: element n is ground, read as zero,
/// written to no effect; matrix arrays likewise have one slot more than nonzeros.
struct Assembly {
  const double* x = nullptr;
  double time = 0;   ///< [s]
  double gmin = 0;   ///< [S] across junctions
  double alpha = 0;  ///< `jacobian` receives df/dx + alpha dq/dx
  double* f = nullptr;
  double* q = nullptr;
  double* jacobian = nullptr;
  double* capacitance = nullptr;  ///< when set, dq/dx goes here and `jacobian` receives df/dx alone
  bool limiting = false;  ///< junction voltages may be held back; then f and q are extrapolated linearly to x
  bool at_guess = false;  ///< nonlinear devices evaluate at their initial guess, extrapolated to x
  bool limited = false;   ///< out: some device held back
  bool dc = false;        ///< sources stand at their dc value
  bool steady = false;    ///< nothing moves: an operating point, also the one a transient starts from
  bool small_signal = false;  ///< devices with a different small-signal behaviour use it
  /// Per unknown: how far a device may have moved since its last evaluation to be extrapolated instead; null:
  /// never.
  const double* reuse = nullptr;
};

/// Where f and q alone are wanted, as within a transient: `count` states one behind the other. The state of
/// point k is at x + k (n + 1), its flows and charges go to the same places of f and q; ground as in
/// Assembly.
struct Points {
  int count = 0;
  const double* x = nullptr;
  const double* time = nullptr;  ///< [s] (count)
  double gmin = 0;               ///< [S] across junctions
  double* f = nullptr;
  double* q = nullptr;
  std::size_t stride = 0;  ///< n + 1
};

/// A request for d/d(target): parameter `parameter` of device `device` moves by `weight` when target `target`
/// moves by one.
struct ParameterSeed {
  static constexpr int kTemperature = -1;  ///< as `parameter`: the circuit temperature
  int device = 0;
  int parameter = 0;
  int target = 0;
  double weight = 1;
};

class DeviceGroup {
 public:
  virtual ~DeviceGroup() = default;

  virtual const DeviceKind& kind() const = 0;
  virtual int count() const = 0;
  virtual std::span<const Terminal> terminals(int device) const = 0;
  virtual std::span<const Unknown> internals(int device) const = 0;
  virtual int references() const { return 0; }
  virtual std::span<const ParameterInfo> parameters() const = 0;
  virtual FoundParameter find(std::string_view name, Scope scope = Scope::any) const = 0;
  /// Names of parameters that only this device has (arguments of its source function); numbered after
  /// parameters().
  virtual std::vector<std::string> extra_parameters(int /*device*/) const { return {}; }
  virtual bool linear() const { return false; }
  /// Explicit dependence of f on time other than excitation(): behavioural sources.
  virtual bool explicit_time() const { return false; }

  /// Appends a device with default parameters; `type` is the position of its model type in the kind's list.
  virtual int add(int type) = 0;
  virtual void set_unknowns(int device, std::span<const int> unknowns) = 0;
  virtual std::span<const int> unknowns(int device) const = 0;
  virtual void set_parameter(int device, int parameter, double value) = 0;
  virtual double get_parameter(int device, int parameter) const = 0;
  /// Gives an independent source its time function. Arguments are numbered from parameters().size().
  virtual void set_source(int /*device*/, const std::string& /*kind*/,
                          const std::vector<double>& /*arguments*/,
                          const std::vector<std::pair<std::string, double>>& /*options*/,
                          const Location& /*where*/) {}
  /// The same for one that is computed elsewhere.
  virtual void set_source(int /*device*/, std::shared_ptr<const TimeFunction> /*function*/) {}
  /// Print step and end of the coming transient [s]; time functions have defaults that depend on them.
  virtual void set_transient(double /*step*/, double /*stop*/) {}
  virtual void set_discrete(int device, bool off, bool on) = 0;

  /// Recomputes derived quantities of every device. Returns the first impossible device and why, or {-1, ""}.
  virtual std::pair<int, std::string> setup(const Environment<double>& environment) = 0;
  /// The local unknown that internal unknown `internal` coincides with, or -1. Valid after setup().
  virtual int collapse(int device, int internal) const = 0;

  /// Global (row, column) pairs of possible nonzeros; `conductive` leaves out those of dq/dx alone.
  virtual void entries(std::vector<std::pair<int, int>>& out, bool conductive) const = 0;
  virtual void locate(const SparsePattern& pattern, int ground) = 0;

  virtual void evaluate(Assembly& a) = 0;
  /// The f and q of evaluate() at many points, to rounding: no derivatives, nothing limited or reused.
  virtual void evaluate_values(const Points& points) const = 0;
  virtual void initial_guess(double* x) const = 0;
  /// Puts ic= values into internal unknowns of x and adds the charges they mean to q (n + 1).
  virtual void initial_charges(double* x, double* q) const = 0;
  virtual void forget_limits() = 0;

  /// After an accepted point; true when a discrete state changed.
  virtual bool accept(const double* /*x*/, double /*time*/) { return false; }
  /// Held, discrete states (of switches) change in accept() alone; otherwise they follow x.
  virtual void hold_states(bool /*hold*/) {}
  /// The discrete states, one number per device that has one; write_states() takes its own from `from` and
  /// moves it on.
  virtual void read_states(std::vector<double>& /*out*/) const {}
  virtual void write_states(const double*& /*from*/) {}
  /// Signed distances to switching thresholds, one per device with events.
  virtual void events(const double* /*x*/, std::vector<double>& /*out*/) const {}

  /// Adds b(t), and the times in (from, to] where it has corners.
  /// `dc`: the value for an operating point or dc sweep, else the time function.
  virtual void excitation(double /*time*/, bool /*dc*/, double* /*b*/) const {}
  virtual void excitation_ac(std::complex<double>* /*b*/) const {}
  virtual void breakpoints(double /*from*/, double /*to*/, std::vector<double>& /*out*/) const {}

  /// Delays: bounded step, memory of past points, and the frequency-domain stamp.
  virtual double largest_step() const { return 1e300; }
  virtual std::vector<double> delays() const { return {}; }
  virtual void begin_transient(const double* /*x*/, double /*time*/) {}
  /// Something follows small signals with a lag: evaluate_ac() adds what that takes from G + j omega C.
  virtual bool lags() const { return false; }
  virtual void evaluate_ac(double /*omega*/, std::complex<double>* /*matrix*/) const {}

  virtual void noise(int device, const double* x, NoiseSources& out) const = 0;
  virtual bool has_noise() const = 0;
  virtual void operating_point(int device, const double* x, OperatingPointInfo& out) const = 0;

  // Exact parameter derivatives. prepare_gradient() fixes what is asked for; the others add to
  // gradient[target].

  virtual void prepare_gradient(std::span<const ParameterSeed> seeds,
                                const Environment<double>& environment) = 0;
  /// lambda_f^T d(f + b)/dp + lambda_q^T dq/dp at `point` (its x, time, dc and gmin).
  virtual void gradient(const Assembly& point, const double* lambda_f, const double* lambda_q,
                        double* gradient) const = 0;
  /// The start with given initial conditions, x0(p) and q0(x0, p) of initial_charges(): adds weight_q^T
  /// dq0/dx0 to weight_x (n + 1),
  virtual void initial_adjoint(const double* x, const double* weight_q, double* weight_x) const = 0;
  /// and weight_q^T dq0/dp + weight_x^T dx0/dp, the last over internal unknowns, to `gradient`.
  virtual void initial_gradient(const double* x, const double* weight_x, const double* weight_q,
                                double* gradient) const = 0;
  /// What the equation at `time`, weighted by lambda_f, reads of earlier accepted points: added to
  /// adjoint_at(point).
  virtual void delayed_adjoint(double /*time*/, const double* /*lambda_f*/,
                               const std::function<double*(std::size_t)>& /*adjoint_at*/) const {}
  /// Re(lambda^T (dG/dp + j omega dC/dp) X + lambda^T db/dp) into `gradient`, and the same by the operating
  /// point x into `by_x` (n + 1), for small-signal analysis.
  virtual void gradient_ac(const double* x, double gmin, double omega, const std::complex<double>* solution,
                           const std::complex<double>* lambda, double* gradient, double* by_x) const = 0;

  // For messages.
  std::vector<std::string> names;  ///< per device
  std::vector<Location> places;    ///< per device
};

}  // namespace nullor
