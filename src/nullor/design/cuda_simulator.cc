#include "nullor/design/cuda_simulator.h"

#include <algorithm>
#include <complex>
#include <variant>

#include "nullor/design/device_regions.h"
#include "nullor/design/lane_simulator.h"
#include "nullor/simulate/engine.h"
#include "nullor/simulate/small_signal.h"

namespace nullor {
namespace {

std::vector<Output> unknowns_to_keep(const Circuit& circuit) {
  std::vector<Output> out = choose_outputs(Dae(circuit), circuit.saves);
  std::erase_if(out, [](const Output& o) { return o.unknown < 0; });
  return out;
}

CudaEngine::Wishes wishes_of(const Circuit& circuit, const std::vector<Output>& outputs) {
  CudaEngine::Wishes out;
  for (const AnalysisCard& card : circuit.analyses) {
    if (const auto* ac = std::get_if<AcCard>(&card.what)) out.frequencies = frequencies(ac->sweep);
    if (const auto* dc = std::get_if<DcCard>(&card.what)) out.temperatures = sweep_values(dc->axes[0]);
    if (const auto* tran = std::get_if<TranCard>(&card.what)) out.tran = *tran;
  }
  for (const Output& o : outputs) out.outputs.push_back(o.unknown);
  return out;
}

}  // namespace

CudaSimulator::CudaSimulator(const Circuit& circuit, bool regions, std::shared_ptr<CudaDevice> device)
    : analyses_(circuit.analyses),
      regions_(regions),
      outputs_(unknowns_to_keep(circuit)),
      wishes_(wishes_of(circuit, outputs_)),
      engine_(circuit, std::move(device), wishes_) {}

bool CudaSimulator::supports(const Circuit& circuit) {
  int responses = 0, sweeps = 0, transients = 0;
  for (const AnalysisCard& card : circuit.analyses) {
    if (std::holds_alternative<NoiseCard>(card.what)) return false;
    if (const auto* dc = std::get_if<DcCard>(&card.what)) {
      if (dc->axes.size() != 1 || dc->axes[0].target != "temp") return false;
    }
    sweeps += std::holds_alternative<DcCard>(card.what);
    responses += std::holds_alternative<AcCard>(card.what);
    transients += std::holds_alternative<TranCard>(card.what);
  }
  return responses <= 1 && sweeps <= 1 && transients <= 1 && LaneSimulator::supports(circuit) &&
         CudaEngine::supports(circuit);
}

CudaSimulator::Results CudaSimulator::run(std::span<const Pinned> samples, const Ends& ends,
                                          std::vector<Start> starts) {
  Results results(samples.size());
  points_.assign(samples.size(), {});
  starts.resize(samples.size());
  std::vector<std::size_t> added;
  engine_.clear();
  for (std::size_t k = 0; k < samples.size(); ++k) {
    if (engine_.add(samples[k], starts[k])) added.push_back(k);
  }
  engine_.run();
  std::vector<Table> transients(samples.size());  // which come last, as from lanes
  for (std::size_t job = 0; job < added.size(); ++job) {
    const std::size_t k = added[job];
    if (!engine_.done(job)) continue;
    SetupResult& out = results[k].emplace();
    out.ran = true;
    const auto x = engine_.operating_point(job);
    points_[k].assign(x.begin(), x.end());
    for (const AnalysisCard& card : analyses_) {
      if (std::holds_alternative<OpCard>(card.what)) add_operating_point(samples[k], job, out);
      if (std::holds_alternative<AcCard>(card.what)) out.tables.push_back(response(job));
      if (std::holds_alternative<DcCard>(card.what)) out.tables.push_back(sweep(job));
    }
    transients[k] = transient(job, [&](const Table& table) { return ends(k, table); });
  }
  for (std::size_t k = 0; k < samples.size(); ++k) {
    if (results[k] && transients[k].rows() > 0) results[k]->tables.push_back(std::move(transients[k]));
  }
  engine_.clear();
  return results;
}

Table CudaSimulator::begin_table(const char* kind, const char* axis, Quantity quantity) const {
  Table table;
  table.kind = kind;
  if (axis) table.columns.push_back({axis, quantity, {}, {}});
  for (const Output& o : outputs_) table.columns.push_back({o.name, o.quantity, {}, {}});
  return table;
}

void CudaSimulator::add_operating_point(const Pinned& sample, std::size_t job, SetupResult& out) {
  const auto at = engine_.operating_point(job);
  const std::vector<double> x(at.begin(), at.end());
  out.tables.push_back(begin_table("op", nullptr, Quantity::none));
  append_row(engine_.dae().scalar(0), outputs_, x, out.tables.back(), 0);
  if (regions_) out.regions = device_regions(engine_.whole(sample), x);
}

Table CudaSimulator::response(std::size_t job) const {
  Table table = begin_table("ac", "frequency", Quantity::frequency);
  table.columns[0].real = wishes_.frequencies;
  const auto x = engine_.response(job);
  for (std::size_t k = 0; k < x.size(); k += 2)
    table.columns[1 + k / 2 % outputs_.size()].complex.emplace_back(x[k], x[k + 1]);
  return table;
}

Table CudaSimulator::sweep(std::size_t job) const {
  Table table = begin_table("dc", "temp-sweep", Quantity::temperature);
  table.columns[0].real = wishes_.temperatures;
  const auto x = engine_.sweep(job);
  for (std::size_t k = 0; k < x.size(); ++k) table.columns[1 + k % outputs_.size()].real.push_back(x[k]);
  return table;
}

// What would have been left out is left out: all engines measure the same.
Table CudaSimulator::transient(std::size_t job, const std::function<bool(const Table&)>& ends) const {
  const std::vector<double>& points = engine_.transient(job);
  Table table = begin_table("tran", "time", Quantity::time);
  const std::size_t columns = table.columns.size();
  for (std::size_t p = 0; p < points.size(); p += columns) {
    for (std::size_t c = 0; c < columns; ++c) table.columns[c].real.push_back(points[p + c]);
    if (is_doubled(table.rows()) && ends(table)) break;
  }
  return table;
}

}  // namespace nullor
