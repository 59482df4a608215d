/* What one run knows; made by vmsg_run(), then read by every worker. */
#ifndef VMSG_RUN_CONTEXT_H
#define VMSG_RUN_CONTEXT_H

#include "adapters/adapter.h"
#include "harness/engine/clause_verdicts.h"
#include "harness/engine/suite_build.h"

#define VMSG_TESTED_MOST 8u /* devices that scenarios run on */

/* Where adapters come from: the configured URI, or a test's own. */
struct vmsg_adapter_source {
    struct vmsg_adapter *(*create)(void *ctx, char *err, size_t err_size);
    void *ctx;
};

/* What the first connection found out. */
struct vmsg_discovery {
    uint16_t *devices;
    size_t n_devices;
    uint16_t tested[VMSG_TESTED_MOST];
    size_t n_tested;
    unsigned bus_messages;              /* enum vmsg_bus_messages */
    uint32_t answers[VMSG_TESTED_MOST]; /* by bit, the messages that the device answers */
    char *probes[VMSG_TESTED_MOST];     /* the prelude's text, NULL: nothing is known */
    bool platform;     /* undeclared, but it must be told: a bus its devices, a driver the first */
    uint64_t start_ns; /* from the start of a connection to the SUT's first message, the longest */
    unsigned tries;    /* connections that the discovery made before this one */
    bool drives;       /* a driver took one of the devices that it was shown */
    bool runs;         /* and brought one to DRIVER_OK */
    char *assumed;     /* what it found of a driver or a bus, in words; NULL: nothing */
};

struct vmsg_run_context {
    const struct vmsg_run_config *config;
    struct vmsg_adapter_source source;
    unsigned caps;     /* enum vmsg_adapter_caps */
    uint64_t mem_base; /* of the DMA memory */
    struct vmsg_discovery discovery;
    bool want_writable; /* a selected scenario needs a writable range */
    struct vmsg_device_facts facts[VMSG_TESTED_MOST]; /* of the tested devices; arrays borrowed */
    const struct vmsg_clause *clause_of[VMSG_CLAUSE_COUNT]; /* NULL: not in the catalogue */
    char platform_data[VMSG_TESTED_MOST * 6 + 1]; /* VMSG_DEVICES of drivers and buses: "0,5" */
};

/* As vmsg_run(), with adapters from elsewhere. */
bool vmsg_run_from(const struct vmsg_run_config *config, struct vmsg_adapter_source source,
                   struct vmsg_run_result *result, char *err, size_t err_size);

/*
 * What the SUT is told and what the oracle is told for one connection; `entry` is the scenario,
 * NULL for the first connection.
 */
void vmsg_context_params(const struct vmsg_run_context *ctx, const struct vmsg_suite_entry *entry,
                         uint64_t seed, struct vmsg_adapter_params *params);
void vmsg_context_oracle(const struct vmsg_run_context *ctx,
                         const struct vmsg_adapter_params *params,
                         struct vmsg_oracle_config *config);

/* What the clauses are judged by, but for what came of it; after the discovery. */
struct vmsg_clause_input vmsg_context_facts_of_clauses(const struct vmsg_run_context *ctx);

/* enum vmsg_judged of the run's role. */
unsigned vmsg_context_judged(const struct vmsg_run_context *ctx);

/* Is the strict profile among what the conformance statement offers? */
bool vmsg_context_strict_offered(const struct vmsg_run_context *ctx);

/* Fill ctx->platform_data: what a driver or a bus is told of the devices. */
void vmsg_context_platform_data(struct vmsg_run_context *ctx);

/* Fill ctx->facts from the conformance statement and the discovery. */
void vmsg_context_facts(struct vmsg_run_context *ctx);

#endif
