/* Finding out what is fuzzed; see setup.h. */
#include "fuzz/setup.h"

#include "harness/engine/connection.h"
#include "harness/engine/discovery.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct vmsg_suite no_scenarios;

static void fill_target(struct vmsg_fuzz_setup *s)
{
    struct vmsg_fuzz_target *t = &s->target;
    const struct vmsg_discovery *d = &s->ctx.discovery;
    const char *probe = d->probes[0] ? d->probes[0] : "";

    *t = (struct vmsg_fuzz_target){
        .role = s->config.role, .timeout_ms = s->config.timeout_ms, .together = 1};
    vmsg_context_params(&s->ctx, NULL, s->config.seed, &t->params);
    vmsg_context_oracle(&s->ctx, &t->params, &t->oracle);
    t->oracle.ends_apart = t->role == VMSG_ROLE_BUS && !(s->ctx.caps & VMSG_VIRTUAL_TIME);
    for (int i = 0; i < VMSG_CLAUSE_COUNT; i++)
        t->must[i] = !s->ctx.clause_of[i] || s->ctx.clause_of[i]->level == VMSG_MUST;
    t->n_devices = d->n_devices < VMSG_FUZZ_DEVICES ? d->n_devices : VMSG_FUZZ_DEVICES;
    memcpy(t->devices, d->devices, t->n_devices * sizeof *t->devices);
    if (t->role == VMSG_ROLE_DRIVER) /* "block,entropy;ping", see prelude/driven.lua */
        snprintf(s->model, sizeof s->model, "%.*s", (int)strcspn(probe, ",;"), probe);
    t->model = *s->model ? s->model : NULL;
}

static void take_abilities(struct vmsg_fuzz_setup *s, const struct vmsg_adapter *adapter)
{
    s->ctx.caps = adapter->caps;
    s->ctx.mem_base = adapter->mem_base ? adapter->mem_base : VMSG_MEM_BASE;
}

bool vmsg_fuzz_attach(struct vmsg_fuzz_setup *s, struct vmsg_adapter_source source, char *err,
                      size_t err_size)
{
    struct vmsg_adapter *adapter = source.create(source.ctx, err, err_size);

    if (!adapter)
        return false;
    s->ctx.source = source;
    take_abilities(s, adapter);
    adapter->ops->free(adapter);
    fill_target(s);
    return true;
}

enum vmsg_fuzz_ready vmsg_fuzz_setup(struct vmsg_fuzz_setup *s,
                                     const struct vmsg_run_config *config,
                                     struct vmsg_adapter_source source, char *err, size_t err_size)
{
    struct vmsg_run_result result = {0};
    struct vmsg_worker *w;
    bool started;

    *s = (struct vmsg_fuzz_setup){.config = *config};
    s->config.suite = &no_scenarios;
    s->ctx.config = &s->config;
    s->ctx.source = source;
    for (int i = 0; i < VMSG_CLAUSE_COUNT; i++)
        s->ctx.clause_of[i] =
            vmsg_catalogue_find(config->catalogue, vmsg_clause_id((enum vmsg_clause_no)i));
    w = vmsg_worker_new(&s->ctx, err, err_size);
    if (!w)
        return VMSG_FUZZ_WRONG;
    take_abilities(s, w->adapter);
    vmsg_discover(&s->ctx, w, &result);
    vmsg_worker_free(w);
    started = !result.not_started;
    s->assumed = result.assumptions;
    result.assumptions = NULL;
    if (!started)
        snprintf(err, err_size, "%s", result.not_started);
    else
        fill_target(s);
    vmsg_run_result_clear(&result);
    return started ? VMSG_FUZZ_READY : VMSG_FUZZ_NOT_STARTED;
}

void vmsg_fuzz_setup_clear(struct vmsg_fuzz_setup *s)
{
    vmsg_discovery_clear(&s->ctx.discovery);
    free(s->assumed);
    s->assumed = NULL;
}
