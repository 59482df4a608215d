/* The fuzz target of the reference bus. */
#include "fuzz/target.h"

const struct vmsg_fuzz_source vmsg_fuzz_source = {VMSG_ROLE_BUS, "ref:", NULL};
