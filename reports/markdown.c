/*
 * The Markdown report, for a pull request or a job's summary: the verdict, a table of what is
 * broken, details collapsed. Bounded, since GitHub takes no comment of more than 65,536 characters.
 */
#include "reports/formats.h"

#include "reports/escape.h"
#include "reports/findings.h"
#include "reports/trace_line.h"

#include <stdlib.h>
#include <string.h>

#define DETAILS_MOST  32000u /* characters of all collapsed details */
#define NAMES_MOST    8000u  /* and of the names of scenarios for which there is no room */
#define SHOWN_MOST    25u    /* scenarios with details: a comment is not scrolled for long */
#define ROWS_MOST     60u    /* of a table */
#define FINDINGS_MOST 3u     /* of a scenario */
#define TRACES_MOST   3u     /* of a clause: the next ones look the same */
#define AROUND        4u     /* messages either side of a finding */

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

/* What the report has told so far, and what it has room for. */
struct told {
    const struct vmsg_run_result *r;
    size_t room, scenarios;
    size_t *traces; /* of each clause */
};

/* Whether a trace for this clause is still worth its room. */
static bool wants_trace(struct told *told, const char *clause)
{
    for (size_t i = 0; i < told->r->n_clauses; i++)
        if (!strcmp(told->r->clauses[i].clause->id, clause))
            return told->traces[i]++ < TRACES_MOST;
    return false;
}

static void finding(FILE *out, struct told *told, const struct vmsg_scenario_result *s, size_t i)
{
    const struct vmsg_result_finding *f = &s->findings[i];
    size_t times = vmsg_finding_times(s, i);

    code(out, f->clause);
    fputs(" ", out);
    code(out, f->text);
    if (times > 1)
        fprintf(out, ", %zu times", times);
    fputs("\n\n", out);
    if (wants_trace(told, f->clause)) {
        trace(out, s, f->message);
        fputc('\n', out);
    }
}

static void findings(FILE *out, struct told *told, const struct vmsg_scenario_result *s)
{
    size_t n = 0;

    for (size_t i = 0; i < s->n_findings; i++)
        if (!vmsg_finding_told(s, i) && ++n <= FINDINGS_MOST)
            finding(out, told, s, i);
    if (n > FINDINGS_MOST)
        fprintf(out, "%zu more findings of this scenario.\n\n", n - FINDINGS_MOST);
}

/* A line in front of the details says what the scenario came to. */
static void details(FILE *out, struct told *told, const struct vmsg_scenario_result *s)
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
    findings(out, told, s);
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

/* What there was no room for, by name, as far as there is room for that. */
struct omitted {
    FILE *names;
    char *text;
    size_t size, n, unnamed;
};

static void omit(struct omitted *o, const struct vmsg_scenario_result *s)
{
    o->n++;
    if (fflush(o->names) != 0 || o->size > NAMES_MOST) {
        o->unnamed++;
        return;
    }
    fprintf(o->names, "- %s ", vmsg_verdict_text(s->verdict));
    code(o->names, s->id);
    fputc('\n', o->names);
}

static void put_omitted(FILE *out, const struct omitted *o)
{
    if (o->n == 0)
        return;
    fprintf(out,
            "<details><summary>%zu more, for which there is no room here; the HTML report has "
            "all</summary>\n\n%s\n",
            o->n, o->text);
    if (o->unnamed)
        fprintf(out, "And %zu more.\n\n", o->unnamed);
    fputs("</details>\n", out);
}

/* The details of one, whole, or its name. */
static bool put_details(FILE *out, struct told *told, const struct vmsg_scenario_result *s,
                        struct omitted *omitted)
{
    char *text = NULL;
    size_t size = 0;
    FILE *one = open_memstream(&text, &size);

    if (!one)
        return false;
    details(one, told, s);
    if (fclose(one) != 0) {
        free(text);
        return false;
    }
    if (size <= told->room && told->scenarios < SHOWN_MOST) {
        fputs(text, out);
        told->room -= size;
        told->scenarios++;
    } else {
        omit(omitted, s);
    }
    free(text);
    return true;
}

static bool put_all(FILE *out, const struct vmsg_run_result *r, struct told *told,
                    struct omitted *omitted)
{
    bool first = true, ok = true;

    for (size_t i = 0; ok && i < r->n_scenarios; i++) {
        if (!is_telling(&r->scenarios[i]))
            continue;
        fputs(first ? "### Scenarios\n\n" : "", out);
        first = false;
        ok = put_details(out, told, &r->scenarios[i], omitted);
    }
    return ok;
}

static bool all_details(FILE *out, const struct vmsg_run_result *r)
{
    struct told told = {
        .r = r, .room = DETAILS_MOST, .traces = calloc(r->n_clauses + 1, sizeof *told.traces)};
    struct omitted omitted = {0};
    bool ok;

    omitted.names = open_memstream(&omitted.text, &omitted.size);
    ok = told.traces && omitted.names && put_all(out, r, &told, &omitted);
    ok = omitted.names && fclose(omitted.names) == 0 && ok;
    if (ok)
        put_omitted(out, &omitted);
    free(omitted.text);
    free(told.traces);
    return ok;
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
