#include "nullor/learn/torch_module.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <array>
#include <filesystem>

#include "nullor/base/error.h"
#include "nullor/learn/predictor_engine.h"
#include "nullor/learn/training_backend.h"

namespace nullor::learn {
namespace {

namespace fs = std::filesystem;

/// The module as it is installed (PREFIX/bin/nullor, PREFIX/lib/nullor) and as it is built (there too; tests
/// lie above both). No other place is searched, whatever the surroundings say. Empty: it is not there.
fs::path module_path() {
  std::error_code status;
  const fs::path folder = fs::read_symlink("/proc/self/exe", status).parent_path();
  for (const char* place : {"../lib/nullor", "lib/nullor"}) {
    const fs::path path = fs::canonical(folder / place / "libnullor_train.so", status);
    if (!status) return path;
  }
  return {};
}

struct Loaded {
  MakeTorchBackend* backend = nullptr;
  MakeTorchEngine* engine = nullptr;
  std::string why;  ///< it could not be loaded
};

Loaded load() {
  const fs::path path = module_path();
  if (path.empty()) return {nullptr, nullptr, "this program was built without LibTorch"};
  // Never closed: LibTorch leaves threads and exit functions behind.
  void* module = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!module) return {nullptr, nullptr, dlerror()};
  const Loaded out = {reinterpret_cast<MakeTorchBackend*>(dlsym(module, "nullor_torch_backend")),
                      reinterpret_cast<MakeTorchEngine*>(dlsym(module, "nullor_torch_engine")),
                      {}};
  if (out.backend && out.engine) return out;
  return {nullptr, nullptr, fmt::format("'{}' is not its module", path.string())};
}

constexpr const char* kHint =
    "install LibTorch (Debian: libtorch-dev; or unpack one with CUDA and name its folder in "
    "CMAKE_PREFIX_PATH) "
    "and build again; training with the processor needs none: --backend native";

/// What `make` of the module makes with room for what it says instead.
template <class Made, class Make>
std::unique_ptr<Made> made(const Make& make) {
  const Loaded loaded = load();
  if (!loaded.backend) throw InputError(ErrorKind::usage, "no torch here: " + loaded.why, {}, kHint);
  std::array<char, 1024> error{};
  Made* out = make(loaded, error.data(), error.size());
  if (!out) throw InputError(ErrorKind::usage, fmt::format("no torch here: {}", error.data()), {}, kHint);
  return std::unique_ptr<Made>(out);
}

}  // namespace

std::string why_no_torch() { return load().why; }

std::unique_ptr<TrainingBackend> make_torch_backend(const DecoderConfig& config, int jobs,
                                                    const std::string& device, bool full_precision) {
  check(config);
  return made<TrainingBackend>([&](const Loaded& loaded, char* error, std::size_t size) {
    return loaded.backend(kTorchInterface, &config, jobs, device.c_str(), full_precision, error, size);
  });
}

std::unique_ptr<PredictorEngine> make_torch_engine(const PredictorConfig& config, const PredictorShape& shape,
                                                   int jobs, const std::string& device, bool full_precision) {
  check(config);
  return made<PredictorEngine>([&](const Loaded& loaded, char* error, std::size_t size) {
    return loaded.engine(kTorchInterface, &config, &shape, jobs, device.c_str(), full_precision, error, size);
  });
}

}  // namespace nullor::learn
