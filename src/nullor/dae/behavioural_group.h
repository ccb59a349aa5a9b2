#pragma once
/// Sources whose value is a formula of the netlist: B, and everything lowered to it.

#include <functional>
#include <memory>

#include "nullor/dae/charge_form.h"
#include "nullor/dae/device_group.h"

namespace nullor {

/// With u the formula's inputs and  s = m (1 + tc1 dT + tc2 dT^2), dT = T - tnom:
///
///   current source p -> n:  i = s formula(u)                                        (1)
///   voltage source p, n:    v(p) - v(n) = s formula(u), branch current i            (2)
///   y = ddt(a):             y - d/dt a(u) = 0                                       (3)
///   y = idt(a):             dy/dt - a(u) = 0, y = start at the operating point      (4)
///
/// A ddt that stands in a sum needs no y: formula(u) is then a flow and a charge (charge_form.h). Local
/// unknowns: p, n, [i], one y for each other ddt and each idt.
class BehaviouralGroup final : public DeviceGroup {
 public:
  explicit BehaviouralGroup(const ParameterTable& table) : table_(table) {}

  int add(const BehaviouralSource& source);
  /// Translates node and instance indices of the inputs into unknowns.
  void resolve(const std::function<int(int)>& unknown_of_node,
               const std::function<int(int)>& branch_of_instance);

  const DeviceKind& kind() const override;
  int count() const override { return static_cast<int>(devices_.size()); }
  std::span<const Terminal> terminals(int) const override;
  std::span<const Unknown> internals(int device) const override { return devices_[at(device)].internals; }
  std::span<const ParameterInfo> parameters() const override;
  FoundParameter find(std::string_view name, Scope scope = Scope::any) const override;
  std::vector<std::string> extra_parameters(int device) const override;
  /// The table entry that extra parameter `input` of a device reads, or kNoParameter.
  ParameterId table_entry(int device, int input) const;
  bool explicit_time() const override { return true; }

  int add(int) override { return -1; }
  void set_unknowns(int device, std::span<const int> unknowns) override;
  std::span<const int> unknowns(int device) const override { return devices_[at(device)].unknowns; }
  void set_parameter(int device, int parameter, double value) override;
  double get_parameter(int device, int parameter) const override;
  void set_discrete(int, bool, bool) override {}
  std::pair<int, std::string> setup(const Environment<double>& environment) override;
  int collapse(int, int) const override { return -1; }
  void entries(std::vector<std::pair<int, int>>& out, bool conductive) const override;
  void locate(const SparsePattern& pattern, int ground) override;
  void evaluate(Assembly& a) override;
  void evaluate_values(const Points& points) const override;
  void initial_guess(double*) const override {}
  void initial_charges(double* x, double* q) const override;
  void forget_limits() override {}
  void noise(int, const double*, NoiseSources&) const override {}
  bool has_noise() const override { return false; }
  void operating_point(int device, const double* x, OperatingPointInfo& out) const override;

  void prepare_gradient(std::span<const ParameterSeed> seeds,
                        const Environment<double>& environment) override;
  void gradient(const Assembly& point, const double* lambda_f, const double* lambda_q,
                double* gradient) const override;
  void gradient_ac(const double* x, double gmin, double omega, const std::complex<double>* solution,
                   const std::complex<double>* lambda, double* gradient, double* by_x) const override;
  void initial_adjoint(const double* x, const double* weight_q, double* weight_x) const override;
  void initial_gradient(const double* x, const double* weight_x, const double* weight_q,
                        double* gradient) const override;

 private:
  enum { kMultiplier, kTc1, kTc2, kFixedParameters };
  static constexpr int kChunk = 4;

  struct Slot {
    int row, column;
  };
  /// One formula of a device: its inputs' columns in each of its output rows.
  struct Formula {
    const Program* program = nullptr;
    int row = 0;          ///< local row of the equation; -1: the current source's p and n
    bool source = false;  ///< the value of the source, to which s of (1) applies
    bool charge = false;  ///< contributes to q instead of f
    double sign = 1;
    std::vector<int> inputs;  ///< differentiable inputs it reads
    std::vector<int> slots;   ///< per input: p-row+, p-row-, n-row+, n-row- (unused: ground slot)
  };
  struct Device {
    std::shared_ptr<const ChargeForm> form;
    const BehaviouralSource* source = nullptr;  ///< of the form
    std::vector<Unknown> internals;
    std::vector<std::string> internal_names;
    std::vector<int> unknowns;
    std::vector<std::pair<int, int>>
        input_unknowns;          ///< (plus, minus) of each input; (-1, -1) when no unknown
    std::vector<double> values;  ///< values of parameter inputs
    double m = 1, tc1 = 0, tc2 = 0;
    double factor = 1, rise = 0;  ///< s of (1), dT
    std::vector<Formula> formulas;
    std::vector<int> constant_slots;
  };
  struct Seed {
    int device, parameter, target;
    double weight;
  };

  static std::size_t at(int k) { return static_cast<std::size_t>(k); }
  /// lambda of the row, or of p less that of n.
  template <class T>
  static T weight_of(const Device& d, const Formula& f, const T* lambda) {
    return f.row >= 0 ? lambda[d.unknowns[at(f.row)]] : lambda[d.unknowns[0]] - lambda[d.unknowns[1]];
  }
  bool differentiable(const Device& d, int input) const { return d.input_unknowns[at(input)].first >= 0; }
  double input_value(const Device& d, int input, const double* x, double time) const;
  template <class T>
  void inputs(const Device& d, const double* x, double time, std::vector<T>& out) const;

  const ParameterTable& table_;
  std::vector<Device> devices_;
  std::vector<Seed> seeds_;
  int ground_ = 0;
};

template <class T>
void BehaviouralGroup::inputs(const Device& d, const double* x, double time, std::vector<T>& out) const {
  out.clear();
  for (int k = 0; k < static_cast<int>(d.values.size()); ++k) out.push_back(T(input_value(d, k, x, time)));
}

}  // namespace nullor
