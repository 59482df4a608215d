/* The fuzz target of the reference device. */
#include "fuzz/target.h"

const struct vmsg_fuzz_source vmsg_fuzz_source = {VMSG_ROLE_DEVICE, "ref:", NULL};
