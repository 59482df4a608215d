/*
 * A finding as a scenario that a person can read and `vmsgspec run --scenario` can run.
 */
#ifndef VMSG_FUZZ_LUA_H
#define VMSG_FUZZ_LUA_H

#include "fuzz/execute.h"
#include "fuzz/log.h"

#include <stdio.h>

struct vmsg_fuzz_story {
    const struct vmsg_fuzz_log *log;
    const struct vmsg_fuzz_target *target;
    const struct vmsg_fuzz_result *result;
    const char *model; /* a driver's or a bus's first device, NULL: the usual */
};

/* Write the file's text. */
void vmsg_fuzz_write_lua(FILE *out, const struct vmsg_fuzz_story *story);

#endif
