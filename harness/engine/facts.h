/* What the run knows, as the table `facts` of the prelude. */
#ifndef VMSG_FACTS_H
#define VMSG_FACTS_H

#include "harness/engine/run_context.h"

#include <lua.h>

/*
 * Push the table for one connection about a device. `tested` is the device's index among the
 * tested ones; `params` what the SUT is told.
 */
void vmsg_facts_push(lua_State *L, const struct vmsg_run_context *ctx,
                     const struct vmsg_adapter_params *params, uint16_t dev, size_t tested);

#endif
