/*
 * The first connection of a run: which devices there are, which bus messages the SUT implements,
 * and what each device has to test. Nothing is judged here; scenarios do that.
 */
#ifndef VMSG_DISCOVERY_H
#define VMSG_DISCOVERY_H

#include "harness/engine/worker.h"

/*
 * Fill ctx->discovery and ctx->facts. `w` works for ctx. result->not_started tells when the SUT
 * could not be started or reached; result->assumptions what stands in place of an ICS.
 */
void vmsg_discover(struct vmsg_run_context *ctx, struct vmsg_worker *w,
                   struct vmsg_run_result *result);
void vmsg_discovery_clear(struct vmsg_discovery *d);

#endif
