/*
 * The fuzz target of a linked SUT: whatever exports vmsg_sut_entry() is driven by the input's
 * script, with the oracle as judge. libFuzzer and its like see code coverage; what the SUT answers
 * counts, too. A broken MUST ends the program like a crash.
 *
 * Environment: VMSGSPEC_ICS, a conformance statement.
 */
#include "adapters/inproc/inproc.h"
#include "adapters/lib/loaded.h"
#include "fuzz/target.h"

static struct vmsg_adapter *create(void *ctx, char *err, size_t err_size)
{
    static struct vmsg_loaded linked;

    linked.sut = vmsg_sut_entry();
    return vmsg_inproc_create(
        &(struct vmsg_inproc_sut){&vmsg_served_loaded, &linked, NULL, vmsg_fuzz_keep}, err,
        err_size);
}

const struct vmsg_fuzz_source vmsg_fuzz_source = {VMSG_ROLE_DEVICE, NULL, create};
