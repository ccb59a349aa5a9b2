// nullor doctor: what is installed and what was found.

#include <fmt/core.h>

#include <CLI/Version.hpp>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "nullor/base/cuda_device.h"
#include "nullor/base/error.h"
#include "nullor/cli/app.h"
#include "nullor/cli/version.h"
#include "nullor/resistive/deep_trainer.h"
#include "nullor/simulate/cuda_engine.h"

namespace nullor {
namespace {

struct Finding {
  std::string name, value;
  bool ok = true;
};

std::string compiler() {
#if defined(__clang__)
  return "clang " __clang_version__;
#elif defined(__GNUC__)
  return "gcc " __VERSION__;
#else
  return "unknown";
#endif
}

std::string instructions() {
#if defined(__AVX512F__)
  return "x86-64 with AVX-512";
#elif defined(__AVX2__)
  return "x86-64 with AVX2 and FMA";
#elif defined(__x86_64__)
  return "x86-64";
#elif defined(__aarch64__)
  return "arm64";
#else
  return "unknown";
#endif
}

// Whether this processor has the instructions that the program was built with.
bool processor_suffices() {
#if defined(__AVX512F__)
  return __builtin_cpu_supports("avx512f");
#elif defined(__AVX2__)
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  return true;
#endif
}

Finding program(const std::string& name, const std::string& use) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    std::error_code status;
    const auto candidate = std::filesystem::path(folder) / name;
    if (std::filesystem::is_regular_file(candidate, status)) return {name, candidate.string(), true};
  }
  return {name, "not found (" + use + ")", false};
}

Finding variable(const std::string& name, const std::string& use) {
  const char* value = std::getenv(name.c_str());
  if (!value || !*value) return {name, "not set (" + use + ")", false};
  std::error_code status;
  const bool exists = std::filesystem::exists(value, status);
  return {name, std::string(value) + (exists ? "" : " (does not exist)"), exists};
}

Finding graphics_device() {
  const char* name = "CUDA device";
  const std::string use = " (only needed for resistive train --device cuda and dataset make --engine cuda)";
  if (!*kDeviceProgram) return {name, "not usable: built without nvcc and clang" + use, false};
  try {
    return {name,
            CudaDevice().name() + (*kSampleProgram ? "" : "; not for dataset make: built without clang"),
            true};
  } catch (const InputError& error) {
    return {name, error.what() + use, false};
  }
}

std::vector<Finding> findings() {
  return {
      {"nullor", std::string(kVersion)},
      {"compiler", compiler()},
      {"built for", instructions(), processor_suffices()},
      {"cores", std::to_string(std::thread::hardware_concurrency())},
      {"fmt", fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100)},
      {"CLI11", CLI11_VERSION},
      {"nlohmann-json", fmt::format("{}.{}.{}", NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR,
                                    NLOHMANN_JSON_VERSION_PATCH)},
      graphics_device(),
      program("ngspice", "only needed to compare results"),
      program("chromium", "only needed to test result pages"),
      variable("PDK_ROOT", "where open PDKs are, for netlists that use it"),
  };
}

}  // namespace

void add_doctor(CLI::App& app) {
  auto options = std::make_shared<CommonOptions>();
  CLI::App* verb = app.add_subcommand("doctor", "what is installed, what was found");
  add_common_options(*verb, *options);
  verb->callback([options] {
    const auto all = findings();
    if (options->json) {
      nlohmann::ordered_json out;
      for (const Finding& f : all) out[f.name] = {{"value", f.value}, {"ok", f.ok}};
      fmt::print("{}\n", out.dump(2));
      return;
    }
    for (const Finding& f : all) fmt::print("{} {:<14} {}\n", f.ok ? "ok" : "--", f.name, f.value);
  });
}

}  // namespace nullor
