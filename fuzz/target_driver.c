/* The fuzz target of the reference driver. */
#include "fuzz/target.h"

const struct vmsg_fuzz_source vmsg_fuzz_source = {VMSG_ROLE_DRIVER, "ref:", NULL};
