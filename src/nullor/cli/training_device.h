#pragma once
/// What trains: the processor by code of our own, or LibTorch on the processor or on GPUs.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>

#include "nullor/base/error.h"
#include "nullor/base/log.h"

namespace nullor {

struct TrainingDevice {
  std::string backend = "auto", device = "auto";
  bool full_precision = false;

  void add_options(CLI::App& verb) {
    verb.add_option("--backend", backend,
                    "native: the processor; torch: LibTorch; auto: torch where it finds a GPU")
        ->check(CLI::IsMember({"auto", "native", "torch"}))
        ->capture_default_str();
    verb.add_option("--device", device, "of LibTorch: auto, cpu or cuda")
        ->check(CLI::IsMember({"auto", "cpu", "cuda"}))
        ->capture_default_str();
    verb.add_flag("--full-precision", full_precision, "float32 on a GPU, not bfloat16");
  }

  /// native(), or torch(device). "auto": torch where there is an NVIDIA card and a LibTorch that can use it,
  /// else the processor.
  template <class Native, class Torch>
  auto make(const Native& native, const Torch& torch) const {
    std::error_code status;
    if (backend == "native") return native();
    if (backend == "torch") return torch(device);
    if (device != "cpu" && std::filesystem::exists("/dev/nvidiactl", status)) {
      try {
        return torch("cuda");
      } catch (const InputError& error) {
        log_note(fmt::format("the processor trains: {}", error.what()));
      }
    }
    return device == "cuda" ? torch("cuda") : native();
  }
};

}  // namespace nullor
