#pragma once
/// The door to libnullor_train.so: a module of its own, because LibTorch takes a tenth of a second and more
/// to load, and most runs of the program need none.

#include <cstddef>

namespace nullor::learn {

class TrainingBackend;
struct DecoderConfig;
class PredictorEngine;
struct PredictorConfig;
struct PredictorShape;

/// Changed whenever TrainingBackend, PredictorEngine or anything that they are given changes its shape.
inline constexpr int kTorchInterface = 4;

/// Null, and the reason in `error`, where it cannot be had. Exported as "nullor_torch_backend".
using MakeTorchBackend = TrainingBackend*(int version, const DecoderConfig* config, int jobs,
                                          const char* device, int full_precision, char* error,
                                          std::size_t error_size);
/// Likewise, "nullor_torch_engine".
using MakeTorchEngine = PredictorEngine*(int version, const PredictorConfig* config,
                                         const PredictorShape* shape, int jobs, const char* device,
                                         int full_precision, char* error, std::size_t error_size);

}  // namespace nullor::learn

extern "C" nullor::learn::MakeTorchBackend nullor_torch_backend;
extern "C" nullor::learn::MakeTorchEngine nullor_torch_engine;
