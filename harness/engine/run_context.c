/* What the SUT and the oracle are told; see run_context.h. */
#include "harness/engine/run_context.h"

#include "harness/engine/connection.h"
#include "harness/wire/wire.h"

#include <stdio.h>
#include <string.h>

bool vmsg_context_strict_offered(const struct vmsg_run_context *ctx)
{
    return ctx->config->ics->transport_features & VMSG_F_STRICT_CONFIG_GENERATION;
}

void vmsg_context_params(const struct vmsg_run_context *ctx, const struct vmsg_suite_entry *entry,
                         uint64_t seed, struct vmsg_adapter_params *params)
{
    const struct vmsg_ics *ics = ctx->config->ics;

    *params = (struct vmsg_adapter_params){
        .role = vmsg_role_text(ctx->config->role),
        .revision = ics->revision,
        .max_msg_size = entry && entry->max_msg_size ? entry->max_msg_size : ics->max_msg_size,
        .transport_features = ics->transport_features,
        .notifications = ics->polling ? "polling" : "events",
        .notification_path = ics->synthesis ? "synthesis" : "forward",
        .request_timeout_ms = ics->request_timeout_ms,
        .devices = ctx->platform_data,
        .mem_base = ctx->mem_base,
        .mem_size = ctx->caps & VMSG_CAN_MEMORY ? ctx->config->mem_size : 0,
        .upper = ics->upper_tester && ctx->caps & VMSG_CAN_UPPER,
        .seed = seed,
    };
    if (entry && entry->profile == VMSG_PROFILE_BASELINE)
        params->transport_features &= ~VMSG_F_STRICT_CONFIG_GENERATION;
}

unsigned vmsg_context_judged(const struct vmsg_run_context *ctx)
{
    static const unsigned judged[] = {VMSG_JUDGE_DEVICE, VMSG_JUDGE_DRIVER, VMSG_JUDGE_BUS};

    return judged[ctx->config->role];
}

void vmsg_context_oracle(const struct vmsg_run_context *ctx,
                         const struct vmsg_adapter_params *params,
                         struct vmsg_oracle_config *config)
{
    const struct vmsg_ics *ics = ctx->config->ics;
    bool bounded = ics->timeout_given;

    *config = (struct vmsg_oracle_config){
        .judged = vmsg_context_judged(ctx),
        .revision = params->revision,
        .max_msg_size = params->max_msg_size,
        .transport_features = params->transport_features,
        .polling = ics->polling,
        .synthesis = ics->synthesis,
        .virtual_time = ctx->caps & VMSG_VIRTUAL_TIME,
        .request_timeout_ms = bounded ? ics->request_timeout_ms : 0,
        .attempts = bounded ? ics->attempts : 0,
        .bus_messages = ctx->discovery.bus_messages,
        .devices = ctx->discovery.devices,
        .n_devices = ctx->discovery.n_devices,
        .facts = ctx->facts,
        .n_facts = ctx->discovery.n_tested,
    };
}

struct vmsg_clause_input vmsg_context_facts_of_clauses(const struct vmsg_run_context *ctx)
{
    const struct vmsg_run_config *config = ctx->config;

    return (struct vmsg_clause_input){
        .catalogue = config->catalogue,
        .role = config->role,
        .suite = config->suite,
        .memory = config->mem_size && ctx->caps & VMSG_CAN_MEMORY,
        .upper = config->ics->upper_tester && ctx->caps & VMSG_CAN_UPPER,
        .layout = ctx->caps & VMSG_CAN_LAYOUT,
        .strict = vmsg_context_strict_offered(ctx),
        .polling = config->ics->polling,
        .bus_messages = ctx->discovery.bus_messages,
    };
}

static bool declared_without_uuid(const struct vmsg_ics *ics)
{
    for (size_t i = 0; i < ics->n_options; i++)
        if (strcmp(ics->options[i].name, "uuid") == 0)
            return !ics->options[i].present;
    return false;
}

void vmsg_context_platform_data(struct vmsg_run_context *ctx)
{
    const struct vmsg_ics *ics = ctx->config->ics;
    const struct vmsg_discovery *d = &ctx->discovery;
    size_t all = ctx->config->role == VMSG_ROLE_BUS ? d->n_devices : 1;
    size_t n = ics->devices_given ? d->n_devices : d->platform ? all : 0, len = 0;

    *ctx->platform_data = '\0';
    if (ctx->config->role == VMSG_ROLE_DEVICE)
        return;
    for (size_t i = 0; i < n && i < VMSG_TESTED_MOST; i++)
        len += (size_t)snprintf(ctx->platform_data + len, sizeof ctx->platform_data - len, "%s%u",
                                i ? "," : "", d->devices[i]);
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
        f->answers = ctx->discovery.answers[i];
    }
}
