#pragma once
/// The circuit as one differential-algebraic equation
///
///     d/dt q(x, p) + f(x, p) + b(t, p) = 0                                (1)
///
/// x (n): node voltages [V], branch currents [A], device states; f and b in amperes in node rows, q in
/// coulombs. Engines see this and nothing else. Vectors passed in and out have n + 1 elements: element n is
/// ground.

#include <complex>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nullor/dae/device_group.h"
#include "nullor/netlist/circuit.h"

namespace nullor {

struct UnknownInfo {
  std::string name;   ///< "out", "v1#branch", "d1#ai"
  std::string owner;  ///< instance of an internal unknown, empty for a node
  Nature nature = Nature::voltage;
  std::string unit;
  double tolerance = 0;  ///< absolute tolerance of Nature::other
};

/// A parameter that can be read, set and differentiated by.
struct ParameterHandle {
  enum class Kind { table, device, model } kind = Kind::table;
  ParameterId table = kNoParameter;  ///< kind table; entry 0 is the temperature [degC]
  int group = -1, device = -1;       ///< kind device
  int model = -1;                    ///< kind model: index into Circuit::models
  int parameter = -1;                ///< kinds device and model
  std::string name;                  ///< "vdd", "r1:r", "nmod:vto"
  std::string unit;
};

class Dae {
 public:
  /// Binds every instance to its device and every value to its parameter. Throws InputError (kinds netlist,
  /// model).
  explicit Dae(Circuit circuit);
  Dae(const Dae&) = delete;
  Dae& operator=(const Dae&) = delete;

  const Circuit& circuit() const { return circuit_; }
  int size() const { return n_; }
  const SparsePattern& pattern() const { return pattern_; }
  const std::vector<UnknownInfo>& unknowns() const { return unknowns_; }
  /// Unknown of a circuit node (ground: size()).
  int unknown_of_node(int node) const { return node == 0 ? n_ : node - 1; }
  /// Branch current unknown of an instance, or -1.
  int branch_of_instance(int instance) const { return branches_[static_cast<std::size_t>(instance)]; }
  int unknown(std::string_view name) const;
  /// No device is nonlinear and none has discrete states: f and q are linear in x.
  bool linear() const { return linear_; }

  /// Counts every change of the constant parts of the equation; factors of an older one are stale.
  long revision() const { return revision_; }

  double temperature_celsius() const;
  const Environment<double>& environment() const { return environment_; }

  // Parameters.

  /// Looks up "vdd", "temp", "r1", "r1:r", "@r1[r]", "v1", "nmod:vto", "@nmod[vto]". Throws InputError with a
  /// hint.
  ParameterHandle parameter(std::string_view name, const Location& where = {}) const;
  double get(const ParameterHandle& handle) const;
  /// Sets and re-derives everything that depends on it. Throws InputError when devices become impossible.
  void set(const ParameterHandle& handle, double value);
  /// Pins entries of the parameter table, gives all others the circuit's own values, then derives everything
  /// anew but the groups marked in `without`. Throws InputError when devices become impossible.
  void load(const std::vector<std::pair<ParameterId, double>>& pinned, const std::vector<char>& without);
  /// After load(): the same at another temperature [degC]. False, and nothing is changed, when parameters
  /// follow the temperature: load() with it pinned.
  bool set_temperature(double celsius, const std::vector<char>& without);
  /// Per device with a binned model (ReadOptions::keep_bins): the card that holds its size now.
  struct Card {
    int group, device;
    int model;  ///< index into Circuit::models
  };
  const std::vector<Card>& chosen_cards() const { return chosen_cards_; }
  /// Every parameter of a card by its number: with defaults where it says nothing, or an entry of the table.
  struct CardValues {
    std::vector<std::pair<int, double>> constant;
    std::vector<std::pair<int, ParameterId>> varying;
  };
  const CardValues& card_values(const Card& card);

  /// What linear devices put into df/dx and dq/dx (nonzeros + 1).
  std::pair<const double*, const double*> linear_parts() const {
    return {linear_g_.data(), linear_c_.data()};
  }
  /// The values of the parameter table.
  const std::vector<double>& table() const { return table_; }
  /// Every parameter that has a derivative: .param entries, given device and model parameters, the
  /// temperature.
  std::vector<ParameterHandle> all_parameters() const;

  // Evaluation. `a` names the arrays; they are cleared first.

  void evaluate(Assembly& a);
  /// f and q of evaluate() within a transient at many points, to rounding: several times cheaper.
  void evaluate_values(const Points& points) const;
  /// b(t) (n + 1). `dc`: sources at their dc value.
  void excitation(double time, bool dc, double* b) const;
  void excitation_ac(std::complex<double>* b) const;
  /// Extra frequency-dependent terms (delays), added to G + j omega C (nonzeros + 1).
  void evaluate_ac(double omega, std::complex<double>* matrix) const;
  bool has_delays() const { return has_delays_; }
  /// Devices that follow small signals with a lag (BSIM4's acnqsmod), which evaluate_ac() knows and
  /// gradient_ac() does not.
  bool lags() const;
  /// Corners of the sources in (from, to], ascending.
  std::vector<double> breakpoints(double from, double to) const;
  double largest_step() const;
  /// Print step and end of the coming transient [s], on which defaults of time functions depend.
  void set_transient(double step, double stop);

  void initial_guess(double* x) const;
  /// Internal unknowns from ic= values into x, and the charges those mean.
  void initial_charges(double* x, double* q) const;
  void forget_limits();
  void begin_transient(const double* x, double time);
  bool accept(const double* x, double time);
  void events(const double* x, std::vector<double>& out) const;
  /// Held, the states of switches change in accept() alone, as within time steps; otherwise they follow x.
  void hold_states(bool hold);
  void read_states(std::vector<double>& out) const;
  void write_states(const std::vector<double>& states);
  /// Holds the states while it lives.
  class HeldStates {
   public:
    explicit HeldStates(Dae& dae) : dae_(dae) { dae_.hold_states(true); }
    ~HeldStates() { dae_.hold_states(false); }
    HeldStates(const HeldStates&) = delete;
    HeldStates& operator=(const HeldStates&) = delete;

   private:
    Dae& dae_;
  };

  // Exact derivatives by parameters; targets are numbered as in `wanted`.

  void prepare_gradient(const std::vector<ParameterHandle>& wanted);
  void gradient(const Assembly& point, const double* lambda_f, const double* lambda_q,
                double* gradient) const;
  /// The same for the start with given initial conditions: weight_q^T dq0/dp + weight_x^T dx0/dp, where
  /// weight_x (n + 1) becomes the whole derivative by x0, through q0 too. What sets the nodes of x0 is the
  /// caller's to follow.
  void initial_gradient(const double* x, const double* weight_q, double* weight_x, double* gradient) const;
  void gradient_ac(const double* x, double gmin, double omega, const std::complex<double>* solution,
                   const std::complex<double>* lambda, double* gradient, double* by_x) const;
  void delayed_adjoint(double time, const double* lambda_f,
                       const std::function<double*(std::size_t)>& adjoint_at) const;

  const std::vector<std::unique_ptr<DeviceGroup>>& groups() const { return groups_; }
  /// Group and device of an instance, {-1, -1} for a pure coupling.
  std::pair<int, int> device_of_instance(int instance) const {
    return devices_[static_cast<std::size_t>(instance)];
  }

 private:
  struct Binding {
    int group, device, parameter;
    ParameterId table;
  };

  /// Size of a device whose card follows from it.
  struct Binned {
    int bins;  ///< index into Circuit::bins
    Value length, width, fingers;
  };

  void bind_instance(int index);
  void bind_binned(const Instance& instance, int group, int device);
  void find_own_entries();
  void use_card(Card& card, int model);
  void choose_cards(const std::vector<char>& without);
  void bind_parameters(int index, int group, int device);
  void bind_source(const SourceFunction& source, const std::string& owner, int group, int device);
  void bind_values(const std::vector<NamedValue>& values, bool is_model, int group, int device,
                   const std::string& owner);
  int group_for(const Instance& instance, int& type);
  void assign_unknowns();
  void refresh(const std::vector<char>& without = {});
  void set_up_groups(const std::vector<char>& without);
  bool any_parameter_reads_temperature() const;
  void cache_linear();
  template <class F>
  void keeping_nodes(double* x, F&& write) const;
  [[noreturn]] void reject(int group, int device, const std::string& why) const;
  /// Device parameters that follow an inductance through couplings; `target` is their group.
  std::vector<ParameterSeed> coupled_seeds(const ParameterHandle& handle) const;

  Circuit circuit_;
  std::vector<std::optional<double>> own_values_;  ///< entries that the circuit itself pins
  std::vector<double> table_;                      ///< values of the parameter table
  Environment<double> environment_;
  std::vector<std::unique_ptr<DeviceGroup>> groups_;
  std::map<std::string, int, std::less<>> group_index_;
  std::vector<std::pair<int, int>> devices_;  ///< per instance
  std::vector<int> branches_;                 ///< per instance
  std::vector<Binding> bindings_;
  std::vector<Binned> binned_;  ///< in the order of chosen_cards_
  std::vector<Card> chosen_cards_;
  std::vector<int> applied_;  ///< the model whose values the device has
  std::map<int, CardValues> card_values_;
  /// A card between which and others a size decides: entries of the table that serve it alone, and for how
  /// many devices.
  struct CardUse {
    std::vector<ParameterId> own;
    int devices = 0;
  };
  std::map<int, CardUse> card_uses_;
  std::map<std::pair<int, int>, int> instance_of_device_;

  int n_ = 0;
  bool linear_ = true, has_delays_ = false, parameters_follow_temperature_ = false;
  std::vector<UnknownInfo> unknowns_;
  SparsePattern pattern_;
  std::vector<double> linear_g_, linear_c_;  ///< constant parts of df/dx and dq/dx (nonzeros + 1)
  struct Triplet {
    int row, column;
    double value;
  };
  std::vector<Triplet> linear_f_terms_, linear_q_terms_;
  std::vector<double> linear_j_;  ///< linear_g_ + alpha linear_c_ for the alpha last used
  double linear_j_alpha_ = -1;
  long revision_ = 0;
};

}  // namespace nullor
