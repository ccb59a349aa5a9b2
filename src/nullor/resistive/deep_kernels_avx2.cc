#if defined(__x86_64__)
#define NULLOR_DEEP deep_avx2
#define NULLOR_LANES 8
#define NULLOR_NAME "avx2"
#include "nullor/resistive/deep_kernels_body.h"
#endif
