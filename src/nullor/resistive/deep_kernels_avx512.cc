#if defined(__x86_64__)
#define NULLOR_DEEP deep_avx512
#define NULLOR_LANES 16
#define NULLOR_NAME "avx512"
#include "nullor/resistive/deep_kernels_body.h"
#endif
