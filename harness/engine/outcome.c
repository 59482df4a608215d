/* Outcomes of attempts; see outcome.h. */
#include "harness/engine/outcome.h"

#include "harness/engine/result_build.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Exit statuses of a shell that found no program to run. */
#define SHELL_CANNOT_RUN 126
#define SHELL_NOT_FOUND  127

void vmsg_outcome_clear(struct vmsg_outcome *o)
{
    for (size_t i = 0; i < o->n_findings; i++)
        free(o->findings[i].text);
    free(o->findings);
    vmsg_trace_entries_free(o->trace, o->n_trace);
    free(o->reason);
    free(o->sut_end);
    free(o->sut_output);
    *o = (struct vmsg_outcome){0};
}

void vmsg_outcome_set(struct vmsg_outcome *o, enum vmsg_verdict verdict, const char *reason)
{
    o->verdict = verdict;
    free(o->reason);
    o->reason = verdict == VMSG_VERDICT_PASS ? NULL : strdup(reason);
}

static void count(struct vmsg_outcome *o, const struct vmsg_oracle *oracle,
                  const char *const *clauses, struct vmsg_evidence *e)
{
    for (int i = 0; oracle && i < VMSG_CLAUSE_COUNT; i++) {
        o->exercised[i] = vmsg_oracle_exercised(oracle, (enum vmsg_clause_no)i);
        o->found[i] = vmsg_oracle_findings(oracle, (enum vmsg_clause_no)i);
        for (size_t k = 0; o->exercised[i] && clauses[k]; k++)
            if (strcmp(clauses[k], vmsg_clause_id((enum vmsg_clause_no)i)) == 0)
                e->exercised = true;
    }
}

void vmsg_outcome_judge(struct vmsg_outcome *o, struct vmsg_connection *c,
                        const char *const *clauses, const struct vmsg_clause *const *clause_of,
                        struct vmsg_evidence *e)
{
    count(o, c->oracle, clauses, e);
    e->out_of_memory = c->out_of_memory || !c->oracle || vmsg_oracle_failed(c->oracle);
    o->findings = calloc(c->n_findings + 1, sizeof *o->findings);
    for (size_t i = 0; o->findings && i < c->n_findings; i++) {
        struct vmsg_seen_finding *f = &c->findings[i];
        enum vmsg_level level = clause_of[f->clause] ? clause_of[f->clause]->level : VMSG_MUST;

        o->findings[o->n_findings++] = (struct vmsg_result_finding){
            .clause = vmsg_clause_id(f->clause),
            .level = level,
            .message = vmsg_trace_place(&c->trace, f->message),
            .dev_num = f->dev_num,
            .text = f->text ? f->text : strdup(""),
        };
        f->text = NULL;
        e->must_finding |= level == VMSG_MUST;
    }
    o->trace = vmsg_trace_take(&c->trace, &o->n_trace, &o->n_trace_dropped);
}

/*
 * Writing to a socket that the harness has just closed is no crash, so SIGPIPE is none.
 */
void vmsg_outcome_ended(struct vmsg_outcome *o, struct vmsg_evidence *e,
                        const struct vmsg_adapter_end *end)
{
    bool pipe = end->signalled && end->status == SIGPIPE;

    e->died = (end->signalled && !pipe) || end->crashed || end->exited_itself;
    if (end->text && *end->text &&
        (end->signalled || end->killed || end->explained || end->status > 0))
        o->sut_end = strdup(end->text);
    if (end->output && *end->output)
        o->sut_output = strdup(end->output);
}

char *vmsg_outcome_not_startable(const struct vmsg_adapter_end *end, uint32_t received)
{
    char *text = NULL;

    if (received || (end->status != SHELL_CANNOT_RUN && end->status != SHELL_NOT_FOUND))
        return NULL;
    if (asprintf(&text, "the SUT ended at once: %s%s%s", end->text ? end->text : "unknown",
                 end->output && *end->output ? "; its output: " : "",
                 end->output ? end->output : "") < 0)
        return strdup("the SUT ended at once");
    for (size_t n = strlen(text); n && text[n - 1] == '\n'; n--)
        text[n - 1] = '\0';
    return text;
}

/* The first finding of a MUST clause, as a reason. */
static const char *finding(const struct vmsg_outcome *o, char *text, size_t size)
{
    for (size_t i = 0; i < o->n_findings; i++)
        if (o->findings[i].level == VMSG_MUST) {
            snprintf(text, size, "%s: %s", o->findings[i].clause, o->findings[i].text);
            return text;
        }
    return "a finding that was not kept";
}

void vmsg_outcome_conclude(struct vmsg_outcome *o, const struct vmsg_evidence *e,
                           const char *reason)
{
    enum vmsg_verdict verdict = vmsg_verdict_of(e);
    char text[700];

    switch (verdict) {
    case VMSG_VERDICT_CRASHED:
        reason = o->sut_end ? o->sut_end : "the SUT closed the connection";
        break;
    case VMSG_VERDICT_INCONCLUSIVE:
        if (e->run == VMSG_SCRIPT_RETURNED && e->close == VMSG_SCRIPT_RETURNED)
            reason = "the situation did not arise";
        break;
    case VMSG_VERDICT_FAIL:
        reason = finding(o, text, sizeof text);
        break;
    case VMSG_VERDICT_ERROR:
        if (e->out_of_memory)
            reason = "not enough memory";
        break;
    default:
        break;
    }
    vmsg_outcome_set(o, verdict, reason);
}
