#include "nullor/neural/surrogate_checkpoint.h"

#include <filesystem>

#include "nullor/base/error.h"
#include "nullor/io/safetensors.h"

namespace nullor {
namespace {

constexpr const char* kFormat = "nullor surrogate runs 1";

/// What the runs must agree on. The windows follow from the circuit, its values and the seed: equal to the
/// last digit or not the same training.
TensorFile heading(const BoxSimulator& box) {
  TensorFile file;
  std::vector<double> ranges, windows;
  std::string names;
  for (const SurrogateAxis& axis : box.axes()) {
    ranges.insert(ranges.end(), {axis.low, axis.high});
    names += axis.name + "\n";
  }
  for (const auto& w : box.windows()) windows.insert(windows.end(), {w.start, w.length});
  file.tensors["ranges"] = {{ranges.size()}, ranges};
  file.tensors["windows"] = {{windows.size()}, windows};
  file.tensors["reference"] = {{box.reference_knots().size()}, box.reference_knots()};
  file.metadata = {{"format", kFormat}, {"parameters", names}, {"title", box.circuit().title}};
  return file;
}

}  // namespace

void save_checkpoint(const std::string& path, const BoxSimulator& box,
                     const std::vector<SurrogateRun>& runs) {
  TensorFile file = heading(box);
  const auto put = [&](const char* name, auto member) {
    Tensor t;
    for (const SurrogateRun& run : runs)
      t.values.insert(t.values.end(), (run.*member).begin(), (run.*member).end());
    t.shape = {runs.size(), runs.empty() ? 0 : t.values.size() / runs.size()};
    file.tensors[name] = std::move(t);
  };
  put("u", &SurrogateRun::u);
  put("knots", &SurrogateRun::knots);
  put("state", &SurrogateRun::state);
  put("knots_u", &SurrogateRun::knots_u);
  put("state_u", &SurrogateRun::state_u);
  write_safetensors(file, path);
}

std::vector<SurrogateRun> load_checkpoint(const std::string& path, const BoxSimulator& box) {
  if (path.empty() || !std::filesystem::exists(path)) return {};
  const TensorFile file = read_safetensors(path), own = heading(box);
  const auto other = [&](const std::string& what) {
    return InputError(ErrorKind::usage, "the finished runs in '" + path + "' are of " + what, {},
                      "leave --resume out to begin anew");
  };
  if (file.metadata != own.metadata) throw other("another circuit or other parameters");
  for (const auto& [name, tensor] : own.tensors) {
    if (file.at(name, 1).values != tensor.values) throw other("other ranges, values, tolerance or seed");
  }
  const std::size_t axes = box.axes().size(), knots = box.reference_knots().size();
  const std::size_t size = box.unknowns().size() * box.points_per_signal();
  std::vector<SurrogateRun> out(file.at("u", 2).shape[0]);
  const auto take = [&](const char* name, auto member, std::size_t length) {
    const Tensor& t = file.at(name, 2);
    if (t.shape != std::vector<std::size_t>{out.size(), length}) throw other("another size");
    for (std::size_t k = 0; k < out.size(); ++k) {
      const auto from = t.values.begin() + static_cast<std::ptrdiff_t>(k * length);
      (out[k].*member).assign(from, from + static_cast<std::ptrdiff_t>(length));
    }
  };
  take("u", &SurrogateRun::u, axes);
  take("knots", &SurrogateRun::knots, knots);
  take("state", &SurrogateRun::state, size);
  take("knots_u", &SurrogateRun::knots_u, axes * knots);
  take("state_u", &SurrogateRun::state_u, axes * size);
  return out;
}

}  // namespace nullor
