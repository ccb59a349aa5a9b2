#pragma once
/// What LibTorch throws, in words of ours.

#include <torch/torch.h>

#include <string>

#include "nullor/base/error.h"

namespace nullor::learn {

/// Runs `work`; what LibTorch throws leaves as an InputError without its stack of calls.
template <class Work>
auto translated(const Work& work) {
  try {
    return work();
  } catch (const c10::Error& error) {
    throw InputError(ErrorKind::usage, std::string("LibTorch: ") + error.what_without_backtrace(), {},
                     "when the device's memory is too small, work on smaller shards");
  }
}

}  // namespace nullor::learn
