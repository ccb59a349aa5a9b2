#define NULLOR_DEEP deep_portable
#define NULLOR_LANES 4
#define NULLOR_NAME "portable"
#include "nullor/resistive/deep_kernels_body.h"
