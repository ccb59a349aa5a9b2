// The program of cuda_sample.h.
#include "fibers.h"
#include "nullor/simulate/cuda_sample.h"

namespace nullor {
namespace {

void samples(FiberGrid& grid, void** arguments) {
  const CudaCircuit* circuit = *static_cast<const CudaCircuit**>(arguments[0]);
  const CudaBatch* batch = *static_cast<const CudaBatch**>(arguments[1]);
  run_cuda_samples(grid, reinterpret_cast<double*>(grid.shared), *circuit, *batch);
}

}  // namespace

const Kernels& sample_kernels() {
  static const Kernels all = {{"nullor_samples", samples}};
  return all;
}

}  // namespace nullor
