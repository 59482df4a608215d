/*
 * The Markdown report, for a pull request or a job's summary: the verdict, a table of what is
 * broken, details collapsed. Bounded, since GitHub takes no comment of more than 65,536 characters.
 */
#include "reports/formats.h"

#include "reports/escape.h"
#include "reports/trace_line.h"

#include <stdlib.h>
#include <string.h>

#define DETAILS_MOST 40000u /* characters of all collapsed details */
#define ROWS_MOST    60u    /* of a table */
#define AROUND       4u     /* messages either side of a finding */

static void code(FILE *out, const char *s)
{
    fputs("<code>", out);
    vmsg_put_markdown(out, s);
    fputs("</code>", out);
}

static void head(FILE *out, const struct vmsg_run_result *r)
{
    fprintf(out, "## virtio-msg conformance: %s\n\n",
            r->conforms ? "conforms" : "does not conform");
    code(out, r->sut_name);
    if (r->sut_version && *r->sut_version) {
        fputs(" version ", out);
        code(out, r->sut_version);
    }
    fprintf(out, ", role %s, %s, seed %llu\n\n", r->role, r->spec, (unsigned long long)r->seed);
    if (vmsg_run_unfinished(r)) {
        fputs("**The run is not whole:** ", out);
        code(out, vmsg_run_unfinished(r));
        fputs("\n\n", out);
    }
}

static void gate(FILE *out, const struct vmsg_gate_result *g)
{
    if (!g->applied)
        return;
    fprintf(out, "**Gate: %s**\n\n", g->passes ? "passes, only expected failures" : "fails");
    for (size_t i = 0; i < g->n_problems && i < ROWS_MOST; i++) {
        fputs("- ", out);
        code(out, g->problems[i]);
        fputc('\n', out);
    }
    fputs(g->n_problems ? "\n" : "", out);
}

static void totals(FILE *out, const struct vmsg_run_result *r)
{
    static const enum vmsg_clause_verdict shown[] = {
        VMSG_CLAUSE_PASS,           VMSG_CLAUSE_FAIL,     VMSG_CLAUSE_WARN,
        VMSG_CLAUSE_INCONCLUSIVE,   VMSG_CLAUSE_DECLARED, VMSG_CLAUSE_NOT_OBSERVABLE,
        VMSG_CLAUSE_NOT_APPLICABLE,
    };
    const size_t n = sizeof shown / sizeof *shown;

    fputs("| clauses |", out);
    for (size_t i = 0; i < n; i++)
        fprintf(out, " %s |", vmsg_clause_verdict_text(shown[i]));
    fputs("\n|---:|", out);
    for (size_t i = 0; i < n; i++)
        fputs("---:|", out);
    fprintf(out, "\n| %zu |", r->n_clauses);
    for (size_t i = 0; i < n; i++)
        fprintf(out, " %zu |", vmsg_run_clause_count(r, shown[i]));
    fputs("\n\n", out);
}

static bool is_broken(const struct vmsg_clause_result *c)
{
    return c->verdict == VMSG_CLAUSE_FAIL || c->verdict == VMSG_CLAUSE_WARN;
}

static void clause_table(FILE *out, const struct vmsg_run_result *r)
{
    size_t rows = 0, broken = 0;

    for (size_t i = 0; i < r->n_clauses; i++)
        broken += is_broken(&r->clauses[i]);
    if (!broken)
        return;
    fputs("### Broken clauses\n\n| | clause | level | what it asks | seen broken |\n"
          "|---|---|---|---|---:|\n",
          out);
    for (size_t i = 0; i < r->n_clauses; i++) {
        const struct vmsg_clause_result *c = &r->clauses[i];

        if (!is_broken(c) || ++rows > ROWS_MOST)
            continue;
        fprintf(out, "| %s | ",
                c->expected                      ? "expected"
                : c->verdict == VMSG_CLAUSE_FAIL ? "**fail**"
                                                 : "warn");
        code(out, c->clause->id);
        fprintf(out, " | %s | ", vmsg_level_text(c->clause->level));
        vmsg_put_markdown(out, c->clause->summary);
        fprintf(out, " | %llu |\n", (unsigned long long)c->findings);
    }
    if (rows > ROWS_MOST)
        fprintf(out, "\n%zu more are broken.\n", rows - ROWS_MOST);
    fputc('\n', out);
}

static void trace(FILE *out, const struct vmsg_scenario_result *s, size_t mark)
{
    size_t from = mark > AROUND ? mark - AROUND : 0;

    if (s->n_trace == 0)
        return;
    fputs("<pre>\n", out);
    for (size_t i = from; i < s->n_trace && i <= mark + AROUND; i++) {
        fputs(i == mark ? "&gt; " : "  ", out);
        vmsg_trace_put(out, s, i, vmsg_put_markdown);
        fputc('\n', out);
    }
    fputs("</pre>\n", out);
}

/* A line in front of the details says what the scenario came to. */
static void details(FILE *out, const struct vmsg_scenario_result *s)
{
    fprintf(out, "<details><summary>%s%s <code>", vmsg_verdict_text(s->verdict),
            s->expected ? " (expected)" : "");
    vmsg_put_markdown(out, s->id);
    fputs("</code></summary>\n\n", out);
    if (s->expected) {
        fputs("Expected to fail: ", out);
        code(out, s->expected);
        fputs("\n\n", out);
    }
    if (s->n_findings == 0 && s->reason) {
        code(out, s->reason);
        fputs("\n\n", out);
        trace(out, s, s->n_trace ? s->n_trace - 1 : 0);
    }
    for (size_t i = 0; i < s->n_findings && i < 3; i++) {
        code(out, s->findings[i].clause);
        fputs(" ", out);
        code(out, s->findings[i].text);
        fputs("\n\n", out);
        trace(out, s, s->findings[i].message);
        fputc('\n', out);
    }
    if (s->n_findings > 3)
        fprintf(out, "%zu more findings of this scenario.\n\n", s->n_findings - 3);
    if (s->sut_end) {
        fputs("The SUT: ", out);
        code(out, s->sut_end);
        fputs("\n\n", out);
    }
    fputs("</details>\n\n", out);
}

static bool is_telling(const struct vmsg_scenario_result *s)
{
    return s->n_findings || s->verdict == VMSG_VERDICT_FAIL || s->verdict == VMSG_VERDICT_WEDGED ||
           s->verdict == VMSG_VERDICT_CRASHED || s->verdict == VMSG_VERDICT_ERROR;
}

/* Those that fit: one that would make the report too long is left out whole. */
static bool all_details(FILE *out, const struct vmsg_run_result *r)
{
    size_t left = DETAILS_MOST, omitted = 0;
    bool first = true;

    for (size_t i = 0; i < r->n_scenarios; i++) {
        char *text = NULL;
        size_t size = 0;
        FILE *one;

        if (!is_telling(&r->scenarios[i]))
            continue;
        one = open_memstream(&text, &size);
        if (!one)
            return false;
        details(one, &r->scenarios[i]);
        if (fclose(one) != 0) {
            free(text);
            return false;
        }
        if (size <= left) {
            fprintf(out, "%s%s", first ? "### Scenarios\n\n" : "", text);
            left -= size;
            first = false;
        } else {
            omitted++;
        }
        free(text);
    }
    if (omitted)
        fprintf(out, "%zu more scenario%s too long to be shown here; the HTML report has all.\n",
                omitted, omitted == 1 ? " is" : "s are");
    return true;
}

bool vmsg_markdown_write(FILE *out, const struct vmsg_run_result *r,
                         const struct vmsg_report_options *o)
{
    (void)o;
    head(out, r);
    gate(out, &r->gate);
    if (r->n_clauses && !r->not_started)
        totals(out, r);
    clause_table(out, r);
    return all_details(out, r) && !ferror(out);
}
