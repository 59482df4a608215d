/*
 * What a run produced; all that reports know.
 *
 * Verdicts: contract section 7 (ISO/IEC 9646 words). The presets are pessimistic: a zeroed
 * scenario result is an error, a zeroed clause result inconclusive.
 */
#ifndef VMSG_RESULT_H
#define VMSG_RESULT_H

#include "spec-rules/catalogue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum vmsg_verdict {
    VMSG_VERDICT_ERROR, /* the harness failed */
    VMSG_VERDICT_PASS,
    VMSG_VERDICT_FAIL,
    VMSG_VERDICT_INCONCLUSIVE, /* the situation never arose */
    VMSG_VERDICT_SKIP,         /* the ICS says the option is absent */
    VMSG_VERDICT_WEDGED,       /* no longer answers well-formed requests */
    VMSG_VERDICT_CRASHED,
    VMSG_VERDICT_COUNT,
};

enum vmsg_clause_verdict {
    VMSG_CLAUSE_INCONCLUSIVE,
    VMSG_CLAUSE_PASS,
    VMSG_CLAUSE_FAIL,
    VMSG_CLAUSE_WARN, /* a broken SHOULD */
    VMSG_CLAUSE_NOT_OBSERVABLE,
    VMSG_CLAUSE_NOT_APPLICABLE,
    VMSG_CLAUSE_DECLARED,
    VMSG_CLAUSE_VERDICT_COUNT,
};

/* One line of a scenario's trace. */
struct vmsg_trace_entry {
    uint64_t t_ns; /* since the connection began */
    enum {
        VMSG_TRACE_TO_SUT,
        VMSG_TRACE_FROM_SUT,
        VMSG_TRACE_NOTE, /* upper-tester line, memory fact, connection event: `text` */
    } kind;
    unsigned endpoint;
    uint8_t *bytes; /* NULL for notes */
    size_t len;
    char *text; /* notes only */
};

struct vmsg_result_finding {
    const char *clause; /* id */
    enum vmsg_level level;
    uint32_t message; /* index into the scenario's trace */
    uint16_t dev_num;
    char *text; /* what was seen and what the clause asks */
};

struct vmsg_scenario_result {
    const char *id;      /* "device/set-vqueue/reserved-nonzero" */
    const char *file;    /* that declares it: "scenarios/device/set-vqueue.lua" */
    const char *summary; /* its requirement, from the scenario file */
    enum vmsg_verdict verdict;
    char *reason;  /* why not pass, one sentence; NULL for pass */
    uint64_t seed; /* of the repetition that it came to this in; 0: not known */
    uint64_t duration_us;
    const char *const *clauses; /* NULL-terminated: what it sets out to test */
    struct vmsg_result_finding *findings;
    size_t n_findings;
    struct vmsg_trace_entry *trace; /* kept when the verdict is not pass or skip */
    size_t n_trace;
    size_t n_trace_dropped; /* entries cut from the middle of a flood */
    char *sut_end;          /* how the SUT's process ended, NULL when unremarkable */
    char *sut_output;       /* its last output, NULL when none or verdict pass */
    char *expected;         /* why the gate lets it fail; NULL: it does not */
};

struct vmsg_clause_result {
    const struct vmsg_clause *clause;
    enum vmsg_clause_verdict verdict;
    uint64_t exercised; /* situations in which it could have been broken */
    uint64_t findings;
    char *reason;   /* for all but pass: one sentence */
    char *expected; /* why the gate lets it fail; NULL: it does not */
};

/*
 * What a run is held to when some of its failures are expected. It says nothing about conformance.
 */
struct vmsg_gate_result {
    bool applied; /* there were expectations; else the rest means nothing */
    bool passes;
    char **problems; /* one sentence each: unexpected passes, regressions, unused entries */
    size_t n_problems;
};

struct vmsg_run_result {
    const char *spec; /* "virtio-msg-v2" */
    const char *role;
    const char *sut_name, *sut_version; /* from the ICS; version may be "" */
    const char *sut_uri;
    uint64_t seed;
    bool conforms;
    bool interrupted;  /* Ctrl-C: what is here is what was found */
    char *not_started; /* the SUT could not be started or reached: why; else NULL */
    char *assumptions; /* what the harness assumed in place of an ICS, one line; or NULL */
    uint64_t duration_us;
    struct vmsg_scenario_result *scenarios;
    size_t n_scenarios;
    struct vmsg_clause_result *clauses; /* spec order; the clauses that this role is judged by */
    size_t n_clauses;
    struct vmsg_gate_result gate;
};

const char *vmsg_verdict_text(enum vmsg_verdict v);               /* "pass", ... */
const char *vmsg_clause_verdict_text(enum vmsg_clause_verdict v); /* "not-observable", ... */
size_t vmsg_run_count(const struct vmsg_run_result *r, enum vmsg_verdict v);
size_t vmsg_run_clause_count(const struct vmsg_run_result *r, enum vmsg_clause_verdict v);

/* One more thing that was assumed; NULL: nothing. What memory is short for is left out. */
void vmsg_run_assume(struct vmsg_run_result *r, const char *text);

/* Does what the result holds amount to conformance? Something passed, and nothing failed. */
bool vmsg_run_conforms(const struct vmsg_run_result *r);

/* Why the run is not whole, NULL when it is. */
const char *vmsg_run_unfinished(const struct vmsg_run_result *r);

void vmsg_run_result_clear(struct vmsg_run_result *r);

#endif
