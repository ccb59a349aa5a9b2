// What the program for graphics devices needs to know of a circuit.
#include <algorithm>
#include <utility>

#include "nullor/simulate/cuda_engine.h"
#include "nullor/simulate/newton.h"

namespace nullor {
namespace {

std::size_t u(int k) { return static_cast<std::size_t>(k); }

constexpr int kMoreCorners = 8;              // than the circuit itself has
constexpr std::size_t kWaveBytes = 1 << 20;  // of a sample's transient, at most

}  // namespace

void CudaEngine::place_wishes() {
  circuit_.n = dae_.size();
  circuit_.nonzeros = dae_.pattern().nonzeros();
  circuit_.nodes = static_cast<int>(dae_.scalar(0).circuit().nodes.size()) - 1;
  circuit_.options = options_;
  circuit_.outputs = static_cast<int>(wishes_.outputs.size());
  circuit_.output = upload(wishes_.outputs);
  circuit_.frequencies = static_cast<int>(wishes_.frequencies.size());
  circuit_.frequency = upload(wishes_.frequencies);
  std::vector<double> kelvin;
  for (const double celsius : wishes_.temperatures) kelvin.push_back(celsius + kCelsiusZero);
  circuit_.temperatures = static_cast<int>(kelvin.size());
  circuit_.temperature = upload(kelvin);
}

CudaElimination CudaEngine::upload(const Elimination& list) {
  CudaElimination out;
  out.n = list.n;
  out.nonzeros = static_cast<int>(list.scatter.size());
  out.places = list.places;
  out.row_of = upload(list.row_of);
  out.column_of = upload(list.column_of);
  out.diagonal = upload(list.diagonal);
  out.scatter = upload(list.scatter);
  std::vector<CudaPlace> lower, upper;
  for (const Elimination::Entry& entry : list.lower) lower.push_back({entry.index, entry.place});
  std::vector<CudaOperation> operations;
  std::vector<int> operation_start = {0}, upper_start = {0};
  std::vector<std::vector<CudaPlace>> above(u(list.n));  // U by columns
  auto operation = list.operations.begin();
  auto row = list.rows.begin();
  for (int k = 0; k < list.n; ++k) {
    for (int e = list.lower_start[u(k)]; e < list.lower_start[u(k) + 1]; ++e, ++row) {
      for (int c = 0; c < row->count; ++c, ++operation)
        operations.push_back({operation->target, row->place, operation->source});
    }
    operation_start.push_back(static_cast<int>(operations.size()));
    for (int e = list.upper_start[u(k)]; e < list.upper_start[u(k) + 1]; ++e)
      above[u(list.upper[u(e)].index)].push_back({k, list.upper[u(e)].place});
  }
  for (const auto& column : above) {
    upper.insert(upper.end(), column.begin(), column.end());
    upper_start.push_back(static_cast<int>(upper.size()));
  }
  out.lower_start = upload(list.lower_start);
  out.lower = upload(lower);
  out.upper_start = upload(upper_start);
  out.upper = upload(upper);
  out.operation_start = upload(operation_start);
  out.operations = upload(operations);
  return out;
}

void CudaEngine::place_groups() {
  for (int k = 0; k < dae_.hot_groups(); ++k) {
    const auto& objects = dynamic_cast<const CudaObjects&>(dae_.hot_group(k));
    const LaneStructure& structure = objects.structure();
    CudaGroup group;
    group.kind = objects.kind();
    group.devices = structure.devices;
    group.rows = structure.rows;
    group.entries = static_cast<int>(structure.entries.size());
    group.object_bytes = objects.objects(0).size() / u(std::max(1, structure.devices));
    group.first_object = circuit_.object_bytes;
    group.first_row = circuit_.rows;
    group.first_entry = circuit_.entries;
    group.unknowns = upload(structure.unknowns);
    std::vector<int> row, column, entry_of(u(structure.rows * structure.rows), -1);
    for (const auto& [r, c] : structure.entries) {
      entry_of[u(r * structure.rows + c)] = static_cast<int>(row.size());
      row.push_back(r);
      column.push_back(c);
    }
    group.row = upload(row);
    group.column = upload(column);
    group.entry_of = upload(entry_of);
    circuit_.object_bytes += objects.objects(0).size();
    circuit_.rows += structure.devices * structure.rows;
    circuit_.entries += structure.devices * group.entries;
    groups_.push_back(group);
  }
  circuit_.groups = static_cast<int>(groups_.size());
  circuit_.group = upload(groups_);
}

void CudaEngine::place_gathering() {
  const SparsePattern& pattern = dae_.pattern();
  std::vector<std::vector<int>> rows(u(circuit_.n)), entries(u(circuit_.nonzeros)), nonzeros(u(circuit_.n));
  for (int k = 0; k < circuit_.groups; ++k) {
    const LaneStructure& structure = dynamic_cast<const CudaObjects&>(dae_.hot_group(k)).structure();
    const CudaGroup& group = groups_[u(k)];
    for (int d = 0; d < structure.devices; ++d) {
      const int* at = &structure.unknowns[u(d * structure.rows)];
      for (int r = 0; r < structure.rows; ++r) {
        if (at[r] < circuit_.n) rows[u(at[r])].push_back(group.first_row + d * structure.rows + r);
      }
      for (int e = 0; e < group.entries; ++e) {
        const auto& [r, c] = structure.entries[u(e)];
        if (at[r] >= circuit_.n || at[c] >= circuit_.n) continue;
        entries[u(pattern.find(at[r], at[c]))].push_back(group.first_entry + d * group.entries + e);
      }
    }
  }
  std::vector<int> column(u(circuit_.nonzeros)), diagonal(u(circuit_.nonzeros), -1);
  for (int c = 0; c < pattern.n; ++c) {
    for (int e = pattern.column_start[u(c)]; e < pattern.column_start[u(c) + 1]; ++e) {
      column[u(e)] = c;
      if (pattern.row[u(e)] == c) diagonal[u(e)] = c;
      nonzeros[u(pattern.row[u(e)])].push_back(e);
    }
  }
  const auto lists = [&](const std::vector<std::vector<int>>& from) {
    std::vector<int> start = {0}, item;
    for (const auto& list : from) {
      item.insert(item.end(), list.begin(), list.end());
      start.push_back(static_cast<int>(item.size()));
    }
    return CudaLists{upload(start), upload(item)};
  };
  circuit_.rows_of = lists(rows);
  circuit_.entries_of = lists(entries);
  circuit_.nonzeros_of = lists(nonzeros);
  circuit_.column = upload(column);
  circuit_.diagonal = upload(diagonal);
}

void CudaEngine::place_unknowns() {
  std::vector<double> absolute;
  std::vector<unsigned char> nature, is_held;
  for (const UnknownInfo& info : dae_.unknowns()) {
    absolute.push_back(absolute_tolerance(info, options_));
    nature.push_back(static_cast<unsigned char>(info.nature));
    is_held.push_back(info.owner.empty() || info.nature == Nature::voltage);
  }
  circuit_.absolute = upload(absolute);
  circuit_.nature = upload(nature);
  circuit_.is_held = upload(is_held);
}

// Where a sample's numbers stand.
void CudaEngine::place_numbers() {
  int at = 0;
  const auto take = [&](int count) { return std::exchange(at, at + count); };
  circuit_.g_at = take(circuit_.nonzeros);
  circuit_.c_at = take(circuit_.nonzeros);
  circuit_.b_at = take(circuit_.n);
  circuit_.start_at = take(circuit_.n + 1);
  if (circuit_.frequencies > 0) circuit_.ac_at = take(2 * circuit_.n);
  if (wishes_.tran) {
    dae_.set_transient(0, wishes_.tran->step, wishes_.tran->stop);
    circuit_.moves = true;
    circuit_.begin = wishes_.tran->start;
    circuit_.most_points = static_cast<int>(kWaveBytes / sizeof(double)) / (1 + circuit_.outputs);
    circuit_.most_corners = static_cast<int>(schedule().corners.size()) + kMoreCorners;
    circuit_.corners_at = take(circuit_.most_corners);
    circuit_.waves_at = take((circuit_.most_corners + 1) * circuit_.n);
  }
  circuit_.values = std::exchange(at, 0);
  circuit_.x_at = take(circuit_.n + 1);
  circuit_.ac_out_at = take(2 * circuit_.frequencies * circuit_.outputs);
  circuit_.sweep_out_at = take(circuit_.temperatures * circuit_.outputs);
  circuit_.results = at;
}

}  // namespace nullor
