#pragma once
/// The numerical engine behind the Session interface.

#include <functional>
#include <map>
#include <memory>

#include "nullor/simulate/engine.h"
#include "nullor/simulate/session.h"

namespace nullor {

class EngineSession : public Session {
 public:
  explicit EngineSession(Circuit circuit);

  const Circuit& circuit() const override { return engine_->circuit(); }
  std::vector<Table> run(const AnalysisCard& card) override;
  void alter(const std::string& device, const std::string& parameter,
             std::span<const double> values) override;
  void alter_model(const std::string& model, const std::string& parameter, double value) override;
  void alter_parameter(const std::string& name, double value) override;
  void set_target(const std::string& target, double value) override;
  void set_option(const std::string& name, const OptionValue& value) override;
  void save(std::vector<Expression> what) override { engine_->add_saves(std::move(what)); }
  std::unique_ptr<Session> fresh() const override { return std::make_unique<EngineSession>(original_); }
  std::vector<std::string> take_notes() override;
  void reset() override;
  std::optional<double> parameter(std::string_view name) const override;

  Engine& engine() { return *engine_; }
  std::function<void(double)> progress;

 protected:
  const Circuit& original() const { return original_; }

 private:
  std::map<std::string, OptionValue> extra_;  ///< options set after the netlist's
  Circuit original_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace nullor
