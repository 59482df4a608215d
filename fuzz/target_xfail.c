/* libFuzzer target: any text as a list of expected failures, and as a conformance statement. */
#include "harness/engine/ics.h"
#include "harness/gate/xfail.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A refusal says why, on one line. */
static void check(bool taken, const char *err)
{
    if (!taken && (!err[0] || strlen(err) > 1000))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vmsg_xfail xfail;
    struct vmsg_ics ics;
    char err[4608] = "";

    check(vmsg_xfail_parse(&xfail, "x.lua", (const char *)data, size, err, sizeof err), err);
    for (size_t i = 0; i < xfail.n_entries; i++)
        if (!err[0] && !xfail.entries[i].reason)
            abort();
    vmsg_xfail_clear(&xfail);

    vmsg_ics_init(&ics);
    err[0] = '\0';
    if (vmsg_ics_parse(&ics, "x.lua", (const char *)data, size, err, sizeof err))
        check(vmsg_ics_check(&ics, err, sizeof err), err);
    else
        check(false, err);
    vmsg_ics_clear(&ics);
    return 0;
}
