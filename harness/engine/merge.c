/* Many outcomes made into one result; see merge.h. */
#include "harness/engine/merge.h"

#include "harness/engine/result_build.h"
#include "harness/engine/verdict.h"

#include <stdlib.h>
#include <string.h>

void vmsg_tally_init(struct vmsg_tally *t, const struct vmsg_scenario *scenario)
{
    *t = (struct vmsg_tally){0};
    t->result.id = scenario->id;
    t->result.file = scenario->file;
    t->result.summary = scenario->requirement;
    t->result.clauses = scenario->clauses;
}

void vmsg_tally_clear(struct vmsg_tally *t)
{
    vmsg_scenario_result_clear(&t->result);
}

static void count(struct vmsg_tally *t, const uint64_t *exercised, const uint64_t *found)
{
    for (int i = 0; i < VMSG_CLAUSE_COUNT; i++) {
        t->exercised[i] += exercised[i];
        t->found[i] += found[i];
    }
}

/* The outcome's trace behind the one that is there; *shift is where it begins. */
static bool append_trace(struct vmsg_scenario_result *r, struct vmsg_outcome *o, const char *label,
                         uint32_t *shift)
{
    size_t head = label ? 1 : 0;
    struct vmsg_trace_entry *trace =
        realloc(r->trace, (r->n_trace + head + o->n_trace + 1) * sizeof *trace);

    if (!trace)
        return false;
    r->trace = trace;
    if (label) {
        trace[r->n_trace] =
            (struct vmsg_trace_entry){.kind = VMSG_TRACE_NOTE, .text = strdup(label)};
        r->n_trace++;
    }
    *shift = (uint32_t)r->n_trace;
    if (o->n_trace)
        memcpy(trace + r->n_trace, o->trace, o->n_trace * sizeof *trace);
    r->n_trace += o->n_trace;
    r->n_trace_dropped += o->n_trace_dropped;
    free(o->trace);
    o->trace = NULL;
    o->n_trace = 0;
    return true;
}

static bool append_findings(struct vmsg_scenario_result *r, struct vmsg_outcome *o, uint32_t shift)
{
    struct vmsg_result_finding *findings =
        realloc(r->findings, (r->n_findings + o->n_findings + 1) * sizeof *findings);

    if (!findings)
        return false;
    r->findings = findings;
    for (size_t i = 0; i < o->n_findings; i++) {
        findings[r->n_findings] = o->findings[i];
        findings[r->n_findings++].message += shift;
    }
    o->n_findings = 0;
    return true;
}

static void take(char **to, char **from)
{
    if (*from) {
        free(*to);
        *to = *from;
        *from = NULL;
    }
}

void vmsg_tally_add(struct vmsg_tally *t, struct vmsg_outcome *o, const char *label)
{
    struct vmsg_scenario_result *r = &t->result;
    enum vmsg_verdict merged = t->begun ? vmsg_verdict_merge(r->verdict, o->verdict) : o->verdict;
    bool changed = !t->begun || merged != r->verdict;
    uint32_t shift = 0;

    count(t, o->exercised, o->found);
    t->connected |= o->connected;
    t->opened |= o->opened;
    if (changed) {
        free(r->reason);
        r->reason = o->reason;
        o->reason = NULL;
        t->unobservable = o->unobservable;
        take(&r->sut_end, &o->sut_end);
        take(&r->sut_output, &o->sut_output);
    }
    r->verdict = merged;
    t->begun = true;
    if (o->connected && (!append_trace(r, o, label, &shift) || !append_findings(r, o, shift)))
        r->verdict = VMSG_VERDICT_ERROR;
    vmsg_outcome_clear(o);
}

void vmsg_tally_finish(struct vmsg_tally *t)
{
    struct vmsg_scenario_result *r = &t->result;
    bool fine = r->verdict == VMSG_VERDICT_PASS || r->verdict == VMSG_VERDICT_SKIP;

    if (r->verdict == VMSG_VERDICT_PASS) {
        free(r->sut_output);
        r->sut_output = NULL;
    }
    if (fine && r->n_findings == 0) { /* findings of a SHOULD refer to the trace */
        vmsg_trace_entries_free(r->trace, r->n_trace);
        r->trace = NULL;
        r->n_trace = r->n_trace_dropped = 0;
    }
}

void vmsg_tally_merge(struct vmsg_tally *into, struct vmsg_tally *from)
{
    uint64_t duration = into->result.duration_us + from->result.duration_us;
    enum vmsg_verdict merged = vmsg_verdict_merge(into->result.verdict, from->result.verdict);

    if (!into->begun || merged != into->result.verdict) {
        struct vmsg_scenario_result worse = from->result;

        from->result = into->result;
        into->result = worse;
        into->unobservable = from->unobservable;
    }
    into->begun = true;
    into->result.duration_us = duration;
    count(into, from->exercised, from->found);
    vmsg_tally_clear(from);
}
