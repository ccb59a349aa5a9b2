// Making the shards of a data set, and putting them together.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <map>
#include <mutex>

#include "nullor/base/file.h"
#include "nullor/base/parallel.h"
#include "nullor/design/dataset.h"
#include "nullor/design/dataset_manifest.h"
#include "nullor/design/lane_evaluator.h"
#include "nullor/design/ngspice_evaluator.h"
#include "nullor/design/testbench_evaluator.h"
#include "nullor/simulate/cuda_engine.h"

namespace nullor {
namespace {

namespace fs = std::filesystem;

/// The evaluators of one thread: one for each circuit that its rows need.
class Evaluators {
 public:
  explicit Evaluators(const Dataset& dataset) : dataset_(dataset) {}

  SampleEvaluator& at(std::span<const std::int32_t> axis) {
    // Conditions are set in place; other axes make another circuit.
    std::vector<std::int32_t> key;
    for (std::size_t k = 0; k < axis.size(); ++k)
      key.push_back(dataset_.bench().condition(dataset_.options().axes[k].name) ? 0 : axis[k]);
    auto& evaluator = made_[key];
    if (!evaluator)
      evaluator = make_evaluator(dataset_.options().engine, dataset_.bench(), dataset_.setting(axis));
    return *evaluator;
  }

 private:
  const Dataset& dataset_;
  std::map<std::vector<std::int32_t>, std::unique_ptr<SampleEvaluator>> made_;
};

/// What killed runs left half written of these shards (ascending).
void remove_leftovers(const std::string& folder, const std::vector<std::uint64_t>& shards) {
  const std::string prefix = "shard-";
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix) || name.find(".h5.tmp") == std::string::npos) continue;
    const std::uint64_t shard = std::strtoull(name.c_str() + prefix.size(), nullptr, 10);
    if (std::binary_search(shards.begin(), shards.end(), shard)) fs::remove(entry.path(), ignored);
  }
}

class Maker {
 public:
  Maker(const Dataset& dataset, const MakeOptions& options, std::uint64_t rows_to_do, MakeSummary& out)
      : dataset_(dataset),
        options_(options),
        kept_(dataset.bench().kept()),
        rows_to_do_(rows_to_do),
        out_(out) {}

  void make(std::uint64_t shard, Evaluators& evaluators) {
    SampleTable table;
    table.columns = dataset_.columns();
    const DatasetLayout& layout = dataset_.layout();
    const std::uint64_t first = shard * layout.shard_size, end = first + layout.rows_of(shard);
    // Rows of one circuit together: an engine may take several side by side.
    std::map<SampleEvaluator*, std::vector<std::uint64_t>> rows_of;
    std::vector<SampleEvaluator*> order;
    for (std::uint64_t row = first; row < end; ++row) {
      SampleEvaluator* const evaluator = &evaluators.at(dataset_.axis_of(row));
      if (!rows_of.contains(evaluator)) order.push_back(evaluator);
      rows_of[evaluator].push_back(row);
    }
    std::vector<SampleOutcome> outcomes(end - first);
    for (SampleEvaluator* const evaluator : order) {
      const std::vector<std::uint64_t>& rows = rows_of[evaluator];
      std::vector<Sample> samples;
      for (const std::uint64_t row : rows) samples.push_back(dataset_.sample(row));
      std::vector<SampleOutcome> found =
          evaluator->evaluate_many(samples, [&](std::size_t) { return count(); });
      if (found.empty()) {
        stopped_ = true;
        return;
      }
      for (std::size_t k = 0; k < rows.size(); ++k) outcomes[rows[k] - first] = std::move(found[k]);
    }
    for (std::uint64_t row = first; row < end; ++row) {
      const Sample sample = dataset_.sample(row);
      table.add(static_cast<std::int64_t>(row / layout.combinations), dataset_.axis_of(row),
                sample.parameters, sample.conditions, outcomes[row - first], kept_);
    }
    write_file(shard_path(options_.folder, shard), write_samples(table));
    const std::scoped_lock lock(mutex_);
    ++out_.made;
    out_.rows += table.rows();
    for (const std::int32_t f : table.failure) ++out_.classes[static_cast<std::size_t>(f)];
  }

  bool stopped() const { return stopped_; }

 private:
  /// One more row is done; false when the run is to stop.
  bool count() {
    const std::scoped_lock lock(mutex_);
    ++done_;
    if (options_.progress) options_.progress(done_, rows_to_do_);
    return !stopped_ && !(options_.stop && options_.stop());
  }

  const Dataset& dataset_;
  const MakeOptions& options_;
  std::vector<std::size_t> kept_;
  std::uint64_t rows_to_do_ = 0, done_ = 0;
  MakeSummary& out_;
  std::mutex mutex_;
  std::atomic<bool> stopped_{false};
};

}  // namespace

std::unique_ptr<SampleEvaluator> make_evaluator(const std::string& engine, const Testbench& bench,
                                                const CircuitSetting& setting) {
  if (engine == "lanes") return std::make_unique<LaneEvaluator>(bench, setting);
  if (engine == "cuda")
    return std::make_unique<LaneEvaluator>(bench, setting, open_for_samples({kSampleProgram}));
  if (engine == "native") return std::make_unique<TestbenchEvaluator>(bench, setting);
  if (engine == "ngspice") return std::make_unique<NgspiceEvaluator>(bench, setting);
  throw InputError(ErrorKind::usage, "there is no engine '" + engine + "'", {},
                   "lanes, cuda, native or ngspice");
}

void begin_dataset(const Dataset& dataset, const std::string& folder, bool resume) {
  make_evaluator(dataset.options().engine, dataset.bench(), dataset.setting(dataset.axis_of(0)));
  const std::string path = manifest_path(folder), text = dataset.manifest();
  if (!fs::exists(path)) return write_file(path, text);
  if (!resume)
    throw InputError(ErrorKind::usage, "'" + folder + "' holds a data set already", {},
                     "go on with it by --resume, or choose another --out");
  const std::string before = read_file(path);
  if (before != text)
    throw InputError(ErrorKind::usage,
                     "'" + folder + "' holds another data set: " + manifest_difference(before, text));
}

MakeSummary make_dataset(const Dataset& dataset, const MakeOptions& options) {
  const auto began = std::chrono::steady_clock::now();
  MakeSummary out;
  out.shards = dataset.layout().shards();
  out.classes.resize(dataset.columns().classes.size());
  const auto [first, last] = options.shards.value_or(std::pair<std::uint64_t, std::uint64_t>{0, out.shards});
  if (first >= last || last > out.shards)
    throw InputError(ErrorKind::usage, fmt::format("there are shards 0 to {}", out.shards - 1));
  begin_dataset(dataset, options.folder, options.resume);
  std::vector<std::uint64_t> missing;
  std::uint64_t rows = 0;
  for (std::uint64_t k = first; k < last; ++k) {
    if (fs::exists(shard_path(options.folder, k))) {
      ++out.found;
      continue;
    }
    missing.push_back(k);
    rows += dataset.layout().rows_of(k);
  }
  remove_leftovers(options.folder, missing);
  Maker maker(dataset, options, rows, out);
  const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
  const std::size_t threads =
      std::min(missing.size(), options.jobs > 0 ? static_cast<std::size_t>(options.jobs) : cores);
  std::atomic<std::size_t> next{0};
  parallel_for(threads, static_cast<int>(threads), [&](std::size_t) {
    Evaluators evaluators(dataset);
    for (std::size_t k = next++; k < missing.size() && !maker.stopped(); k = next++)
      maker.make(missing[k], evaluators);
  });
  out.stopped = maker.stopped();
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return out;
}

DatasetStatus dataset_status(const DatasetLayout& layout, const std::string& folder) {
  DatasetStatus out;
  out.shards = layout.shards();
  out.rows = layout.rows();
  for (std::uint64_t k = 0; k < out.shards; ++k) {
    if (!fs::exists(shard_path(folder, k))) {
      out.missing.push_back(k);
      continue;
    }
    ++out.finished;
    out.rows_finished += layout.rows_of(k);
  }
  return out;
}

SampleTable merge_dataset(const std::string& folder, bool partial) {
  const DatasetLayout layout = read_layout(folder);
  const DatasetStatus status = dataset_status(layout, folder);
  if (status.finished == 0 || (!status.missing.empty() && !partial))
    throw InputError(ErrorKind::input_output,
                     fmt::format("{} of {} shards are missing, the first is {}", status.missing.size(),
                                 status.shards, status.missing.front()),
                     {},
                     "make them with `nullor dataset make --resume`, or take what is there with --partial");
  SampleTable out;
  for (std::uint64_t k = 0; k < status.shards; ++k) {
    if (std::binary_search(status.missing.begin(), status.missing.end(), k)) continue;
    const std::string path = shard_path(folder, k);
    const SampleTable shard = read_samples(read_file(path), path);
    if (out.rows() == 0) out.columns = shard.columns;
    const auto first = static_cast<std::int64_t>(k * layout.shard_size / layout.combinations);
    if (!(shard.columns == out.columns) || shard.rows() != layout.rows_of(k) || shard.sample.front() != first)
      throw InputError(ErrorKind::input_output, "'" + path + "' is no shard of this data set");
    out.add(shard);
  }
  return out;
}

}  // namespace nullor
