/* What the SUT and the oracle are told; see run_context.h. */
#include "harness/engine/run_context.h"

#include "harness/engine/connection.h"
#include "harness/wire/wire.h"

#include <string.h>

bool vmsg_context_strict_offered(const struct vmsg_run_context *ctx)
{
    return ctx->config->ics->transport_features & VMSG_F_STRICT_CONFIG_GENERATION;
}

void vmsg_context_params(const struct vmsg_run_context *ctx, enum vmsg_profile profile,
                         uint64_t seed, struct vmsg_adapter_params *params)
{
    const struct vmsg_ics *ics = ctx->config->ics;

    *params = (struct vmsg_adapter_params){
        .role = vmsg_role_text(ctx->config->role),
        .revision = ics->revision,
        .max_msg_size = ics->max_msg_size,
        .transport_features = ics->transport_features,
        .notifications = ics->polling ? "polling" : "events",
        .notification_path = ics->synthesis ? "synthesis" : "forward",
        .request_timeout_ms = ics->request_timeout_ms,
        .devices = "",
        .mem_base = VMSG_MEM_BASE,
        .mem_size = ctx->caps & VMSG_CAN_MEMORY ? ctx->config->mem_size : 0,
        .upper = ics->upper_tester && ctx->caps & VMSG_CAN_UPPER,
        .seed = seed,
    };
    if (profile == VMSG_PROFILE_BASELINE)
        params->transport_features &= ~VMSG_F_STRICT_CONFIG_GENERATION;
}

void vmsg_context_oracle(const struct vmsg_run_context *ctx,
                         const struct vmsg_adapter_params *params,
                         struct vmsg_oracle_config *config)
{
    *config = (struct vmsg_oracle_config){
        .judged = VMSG_JUDGE_DEVICE,
        .revision = params->revision,
        .max_msg_size = params->max_msg_size,
        .transport_features = params->transport_features,
        .polling = ctx->config->ics->polling,
        .bus_messages = ctx->discovery.bus_messages,
        .devices = ctx->discovery.devices,
        .n_devices = ctx->discovery.n_devices,
        .facts = ctx->facts,
        .n_facts = ctx->discovery.n_tested,
    };
}

static bool declared_without_uuid(const struct vmsg_ics *ics)
{
    for (size_t i = 0; i < ics->n_options; i++)
        if (strcmp(ics->options[i].name, "uuid") == 0)
            return !ics->options[i].present;
    return false;
}

void vmsg_context_facts(struct vmsg_run_context *ctx)
{
    const struct vmsg_ics *ics = ctx->config->ics;

    for (size_t i = 0; i < ctx->discovery.n_tested; i++) {
        struct vmsg_device_facts *f = &ctx->facts[i];

        *f = (struct vmsg_device_facts){.dev_num = ctx->discovery.tested[i]};
        for (size_t k = 0; k < ics->n_facts; k++)
            if (ics->facts[k].dev_num == f->dev_num)
                *f = ics->facts[k];
        f->no_uuid |= declared_without_uuid(ics);
    }
}
