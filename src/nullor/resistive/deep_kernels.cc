#include "nullor/resistive/deep_kernels.h"

#include <string>
#include <vector>

#include "nullor/base/error.h"

namespace nullor {

const DeepKernels& deep_kernels(const char* wanted) {
  std::vector<const DeepKernels*> here;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl"))
    here.push_back(&deep_avx512::kernels);
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) here.push_back(&deep_avx2::kernels);
#endif
  here.push_back(&deep_portable::kernels);
  const std::string name = wanted;
  if (name.empty()) return *here.front();
  std::string names;
  for (const DeepKernels* kernels : here) {
    if (name == kernels->name) return *kernels;
    names += std::string(names.empty() ? "" : ", ") + kernels->name;
  }
  throw InputError(ErrorKind::usage,
                   "no instruction set '" + name + "' on this processor; there is " + names);
}

}  // namespace nullor
