/*
 * The engine: loads scenarios, runs each against a SUT through an adapter, lets the oracle judge,
 * and makes the run's result.
 */
#ifndef VMSG_ENGINE_H
#define VMSG_ENGINE_H

#include "harness/engine/ics.h"
#include "harness/engine/result.h"

/* One scenario as its file declares it. Strings are owned by the suite. */
struct vmsg_scenario {
    const char *id; /* "device/set-vqueue/reserved-nonzero" */
    const char *role;
    const char *file; /* as in the source tree, or the path on disk */
    const char *requirement;
    const char *const *clauses; /* NULL-terminated */
};

struct vmsg_suite;

/*
 * Load the scenarios of a role from the program, or also one file from disk (extra_file, may be
 * NULL; its id prefix is "file/"). Checks every scenario: unknown clause, unknown need, duplicate
 * id, unknown key are errors. NULL with a sentence in err.
 */
struct vmsg_suite *vmsg_suite_load(enum vmsg_role role, const char *extra_file,
                                   const struct vmsg_catalogue *catalogue, char *err,
                                   size_t err_size);
void vmsg_suite_free(struct vmsg_suite *suite);
size_t vmsg_suite_size(const struct vmsg_suite *suite);
const struct vmsg_scenario *vmsg_suite_at(const struct vmsg_suite *suite, size_t i); /* by id */

/* Does a glob (fnmatch; a bare id or a clause id also selects) choose this scenario? */
bool vmsg_scenario_matches(const struct vmsg_scenario *s, const char *glob);

/* The same by id or block alone. */
bool vmsg_scenario_id_matches(const char *id, const char *glob);

/*
 * Called as things happen, from the thread that runs vmsg_run(). Any may be NULL. stop() true
 * ends the run after the running scenarios, keeping what was found.
 */
struct vmsg_run_hooks {
    void *ctx;
    void (*started)(void *ctx, const char *scenario_id, size_t done, size_t total);
    void (*finished)(void *ctx, const struct vmsg_scenario_result *result, size_t done,
                     size_t total);
    bool (*stop)(void *ctx);
};

struct vmsg_tape; /* tape.h */

struct vmsg_run_config {
    enum vmsg_role role;
    const char *sut_uri;
    const char *sut_device_side; /* of a bus at two sockets; else NULL */
    const struct vmsg_ics *ics;
    const char *assumed; /* what stands in `ics` though nobody declared it, or NULL */
    const struct vmsg_catalogue *catalogue;
    const struct vmsg_suite *suite;
    const char *const *select; /* globs, NULL-terminated; NULL or empty: all */
    uint64_t seed;
    unsigned repeat;     /* 1..1,000,000; each repetition uses the next seed; verdicts are merged,
                            the worst counts */
    unsigned jobs;       /* 1..64 SUTs at a time; 0: one, of our own peers one a processor */
    size_t mem_size;     /* bytes of DMA memory, 0: none; default 16 MiB */
    uint32_t timeout_ms; /* how long a SUT may stay silent, default 2000 */
    struct vmsg_tape *tape; /* records what the oracle is fed; NULL: nobody does */
    struct vmsg_run_hooks hooks;
};

/*
 * Run. False with a sentence in err only for wrong usage (a glob that selects nothing, an unknown
 * URI); everything else, also a SUT that never came up, is in the result (clear it with
 * vmsg_run_result_clear). Scenarios come in suite order whatever `jobs` is; the same seed gives the
 * same bytes to the SUT.
 */
bool vmsg_run(const struct vmsg_run_config *config, struct vmsg_run_result *result, char *err,
              size_t err_size);

#endif
