/*
 * Annotations for the log of a GitHub job, by its workflow commands: an error for each clause that
 * is broken and each scenario that ended badly, a warning for each broken SHOULD. GitHub shows the
 * first ten of a step. What is expected is not told.
 */
#include "reports/formats.h"

#include "reports/escape.h"

#include <stdlib.h>
#include <string.h>

/* One safe line with these characters by their codes, as the runner reads them back. */
static bool encoded(FILE *out, const char *s, const char *special)
{
    char *text = NULL;
    size_t size = 0;
    FILE *safe = open_memstream(&text, &size);

    if (!safe)
        return false;
    vmsg_put_safe(safe, s);
    if (fclose(safe) != 0) {
        free(text);
        return false;
    }
    for (const char *p = text; *p; p++)
        if (strchr(special, *p))
            fprintf(out, "%%%02X", *p);
        else
            fputc(*p, out);
    free(text);
    return true;
}

/* A property ends at ':' or ','; the message, behind the properties, only at the line's end. */
static bool command(FILE *out, const char *level, const char *title, const char *text)
{
    bool ok;

    fprintf(out, "::%s title=", level);
    ok = encoded(out, title, "%:,");
    fputs("::", out);
    ok = encoded(out, text, "%") && ok;
    fputc('\n', out);
    return ok;
}

static bool clauses(FILE *out, const struct vmsg_run_result *r, enum vmsg_clause_verdict verdict,
                    const char *level)
{
    bool ok = true;

    for (size_t i = 0; i < r->n_clauses; i++) {
        const struct vmsg_clause_result *c = &r->clauses[i];

        if (c->verdict == verdict && !c->expected)
            ok = command(out, level, c->clause->id, c->reason ? c->reason : c->clause->summary) &&
                 ok;
    }
    return ok;
}

/* Scenarios that ended badly, whatever they showed before. */
static bool endings(FILE *out, const struct vmsg_run_result *r)
{
    bool ok = true;

    for (size_t i = 0; i < r->n_scenarios; i++) {
        const struct vmsg_scenario_result *s = &r->scenarios[i];

        if (!s->expected &&
            (s->verdict == VMSG_VERDICT_WEDGED || s->verdict == VMSG_VERDICT_CRASHED ||
             s->verdict == VMSG_VERDICT_ERROR))
            ok = command(out, "error", s->id,
                         s->reason ? s->reason : vmsg_verdict_text(s->verdict)) &&
                 ok;
    }
    return ok;
}

bool vmsg_github_write(FILE *out, const struct vmsg_run_result *r,
                       const struct vmsg_report_options *o)
{
    bool ok = true;

    (void)o;
    if (vmsg_run_unfinished(r))
        ok = command(out, "error", "vmsgspec", vmsg_run_unfinished(r));
    for (size_t i = 0; i < r->gate.n_problems; i++)
        ok = command(out, "error", "vmsgspec gate", r->gate.problems[i]) && ok;
    ok = clauses(out, r, VMSG_CLAUSE_FAIL, "error") && ok;
    ok = endings(out, r) && ok;
    ok = clauses(out, r, VMSG_CLAUSE_WARN, "warning") && ok;
    return ok && !ferror(out);
}
