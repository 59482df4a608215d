/*
 * Annotations for the log of a GitHub job, by its workflow commands: an error for each clause that
 * is broken and each scenario that ended badly, a warning for each broken SHOULD. GitHub shows the
 * first ten of a step. What is expected is not told.
 */
#include "reports/formats.h"

#include "reports/escape.h"

#include <string.h>

/* A command's message or property: one line, and '%', ':' and ',' by their codes. */
static void data(FILE *out, const char *s)
{
    struct vmsg_glyph g;
    size_t len = s ? strlen(s) : 0;

    for (size_t i = 0; i < len; i += g.used) {
        vmsg_glyph_next(&g, s + i, len - i);
        for (const char *p = g.bytes; *p; p++)
            if (strchr("%:,#", *p))
                fprintf(out, "%%%02X", *p);
            else
                fputc(*p, out);
    }
}

static void command(FILE *out, const char *level, const char *title, const char *text)
{
    fprintf(out, "::%s title=", level);
    data(out, title);
    fputs("::", out);
    data(out, text);
    fputc('\n', out);
}

static void clauses(FILE *out, const struct vmsg_run_result *r, enum vmsg_clause_verdict verdict,
                    const char *level)
{
    for (size_t i = 0; i < r->n_clauses; i++) {
        const struct vmsg_clause_result *c = &r->clauses[i];

        if (c->verdict == verdict && !c->expected)
            command(out, level, c->clause->id, c->reason ? c->reason : c->clause->summary);
    }
}

bool vmsg_github_write(FILE *out, const struct vmsg_run_result *r,
                       const struct vmsg_report_options *o)
{
    (void)o;
    if (vmsg_run_unfinished(r))
        command(out, "error", "vmsgspec", vmsg_run_unfinished(r));
    for (size_t i = 0; i < r->gate.n_problems; i++)
        command(out, "error", "vmsgspec gate", r->gate.problems[i]);
    clauses(out, r, VMSG_CLAUSE_FAIL, "error");
    for (size_t i = 0; i < r->n_scenarios; i++) {
        const struct vmsg_scenario_result *s = &r->scenarios[i];

        if (!s->expected &&
            (s->verdict == VMSG_VERDICT_WEDGED || s->verdict == VMSG_VERDICT_CRASHED ||
             s->verdict == VMSG_VERDICT_ERROR))
            command(out, "error", s->id, s->reason ? s->reason : vmsg_verdict_text(s->verdict));
    }
    clauses(out, r, VMSG_CLAUSE_WARN, "warning");
    return !ferror(out);
}
