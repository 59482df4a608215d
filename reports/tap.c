/*
 * The TAP report (Test Anything Protocol 13, which readers of 14 follow too; Perl's refuses a 14):
 * a test for each scenario, with what was found as a YAML block. An expected failure is a TODO. A
 * run that never began, was cut short or found nothing to run bails out.
 */
#include "reports/formats.h"

#include "reports/escape.h"
#include "reports/trace_line.h"

#include <string.h>

#define SHOWN_FIRST  40u /* messages up to a scenario's first finding, or to its end */
#define SHOWN_MORE   8u  /* and up to the next ones */
#define SHOWN_TRACES 20u /* findings of a scenario */

/* A description: a '#' that began a directive would be taken for one. */
static void description(FILE *out, const char *s)
{
    struct vmsg_glyph g;
    size_t len = s ? strlen(s) : 0;

    for (size_t i = 0; i < len; i += g.used) {
        vmsg_glyph_next(&g, s + i, len - i);
        for (const char *p = g.bytes; *p; p++) {
            if (*p == '#' || *p == '\\')
                fputc('\\', out);
            fputc(*p, out);
        }
    }
}

static void member(FILE *out, const char *indent, const char *key, const char *value)
{
    if (!value)
        return;
    fprintf(out, "%s%s: ", indent, key);
    vmsg_put_quoted(out, value);
    fputc('\n', out);
}

/* The messages that led to one of the trace, which is the last of them. */
static void trace(FILE *out, const char *indent, const struct vmsg_scenario_result *s, size_t last,
                  size_t most)
{
    size_t end = last < s->n_trace ? last + 1 : s->n_trace;
    char buf[VMSG_TRACE_TEXT];

    if (end == 0)
        return;
    fprintf(out, "%strace:\n", indent);
    for (size_t i = end > most ? end - most : 0; i < end; i++) {
        fprintf(out, "%s  - {message: %zu, direction: %s, text: ", indent, i,
                vmsg_trace_direction(&s->trace[i]));
        vmsg_put_quoted(out, vmsg_trace_text(&s->trace[i], buf));
        fputs("}\n", out);
    }
}

static void finding(FILE *out, const struct vmsg_scenario_result *s, size_t i)
{
    const struct vmsg_result_finding *f = &s->findings[i];

    member(out, "    - ", "clause", f->clause);
    member(out, "      ", "level", vmsg_level_text(f->level));
    fprintf(out, "      message: %u\n", (unsigned)f->message);
    member(out, "      ", "text", f->text);
    if (i < SHOWN_TRACES)
        trace(out, "      ", s, f->message, i ? SHOWN_MORE : SHOWN_FIRST);
}

static void diagnostics(FILE *out, const struct vmsg_scenario_result *s)
{
    fputs("  ---\n", out);
    member(out, "  ", "verdict", vmsg_verdict_text(s->verdict));
    member(out, "  ", "message", s->n_findings ? s->findings[0].text : s->reason);
    if (s->n_findings)
        fputs("  findings:\n", out);
    for (size_t i = 0; i < s->n_findings; i++)
        finding(out, s, i);
    member(out, "  ", "sut_end", s->sut_end);
    member(out, "  ", "sut_output", s->sut_output);
    if (s->n_findings == 0)
        trace(out, "  ", s, s->n_trace, SHOWN_FIRST);
    fputs("  ...\n", out);
}

static bool is_skipped(enum vmsg_verdict v)
{
    return v == VMSG_VERDICT_SKIP || v == VMSG_VERDICT_INCONCLUSIVE;
}

static void test(FILE *out, size_t number, const struct vmsg_scenario_result *s)
{
    bool ok = s->verdict == VMSG_VERDICT_PASS || is_skipped(s->verdict);

    fprintf(out, "%sok %zu - ", ok ? "" : "not ", number);
    description(out, s->id);
    if (is_skipped(s->verdict)) {
        fprintf(out, " # SKIP %s: ", vmsg_verdict_text(s->verdict));
        description(out, s->reason);
    } else if (s->expected) {
        fputs(" # TODO ", out);
        description(out, s->expected);
    }
    fputc('\n', out);
    if (!ok || s->n_findings)
        diagnostics(out, s);
}

/* What the gate complains of has no scenario of its own. */
static void gate(FILE *out, size_t number, const struct vmsg_gate_result *g)
{
    fprintf(out, "%sok %zu - gate\n", g->passes ? "" : "not ", number);
    if (g->n_problems == 0)
        return;
    fputs("  ---\n  problems:\n", out);
    for (size_t i = 0; i < g->n_problems; i++) {
        fputs("    - ", out);
        vmsg_put_quoted(out, g->problems[i]);
        fputc('\n', out);
    }
    fputs("  ...\n", out);
}

static void comment(FILE *out, const char *name, const char *value)
{
    fprintf(out, "# %s: ", name);
    vmsg_put_safe(out, value);
    fputc('\n', out);
}

bool vmsg_tap_write(FILE *out, const struct vmsg_run_result *r, const struct vmsg_report_options *o)
{
    const char *unfinished = vmsg_run_unfinished(r);

    (void)o;
    fprintf(out, "TAP version 13\n1..%zu\n", r->n_scenarios + r->gate.applied);
    comment(out, "SUT", r->sut_name);
    comment(out, "role", r->role);
    fprintf(out, "# seed: %llu\n", (unsigned long long)r->seed);
    comment(out, "conforms", r->conforms ? "yes" : "no");
    for (size_t i = 0; i < r->n_scenarios; i++)
        test(out, i + 1, &r->scenarios[i]);
    if (r->gate.applied)
        gate(out, r->n_scenarios + 1, &r->gate);
    if (unfinished) {
        fputs("Bail out! ", out);
        description(out, unfinished);
        fputc('\n', out);
    }
    return !ferror(out);
}
