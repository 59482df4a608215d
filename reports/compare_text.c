/* A comparison as text: the reports, what changed, and the clauses that differ. */
#include "reports/compare.h"

#include "reports/escape.h"

#include <string.h>

#define WIDTH 100u

static void counted(FILE *out, const struct vmsg_compare *c, size_t r)
{
    static const enum vmsg_clause_verdict shown[] = {VMSG_CLAUSE_FAIL, VMSG_CLAUSE_WARN,
                                                     VMSG_CLAUSE_INCONCLUSIVE};

    fprintf(out, "%zu pass", vmsg_compare_verdicts(c, r, VMSG_CLAUSE_PASS));
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        size_t n = vmsg_compare_verdicts(c, r, shown[i]);

        if (n)
            fprintf(out, ", %zu %s", n, vmsg_clause_verdict_text(shown[i]));
    }
}

static void report(FILE *out, const struct vmsg_compare *c, size_t r)
{
    const struct vmsg_read_report *report = &c->reports[r];

    fprintf(out, "  %s  ", vmsg_compare_name_of(r).text);
    vmsg_put_safe(out, report->sut_name);
    fputc(' ', out);
    vmsg_put_safe(out, report->sut_version);
    fputs(" (", out);
    vmsg_put_safe(out, c->paths[r]);
    fputs(")\n     ", out);
    vmsg_put_safe(out, report->role);
    fputs(", ", out);
    vmsg_put_safe(out, report->spec);
    fprintf(out, ", %s: ", report->conforms ? "conforms" : "does not conform");
    counted(out, c, r);
    fputc('\n', out);
    if (c->reference[r] == r)
        return;
    fprintf(out, "     against %s: %zu better, %zu worse, %zu lost, %zu changed\n",
            vmsg_compare_name_of(c->reference[r]).text, vmsg_compare_count(c, r, VMSG_TREND_BETTER),
            vmsg_compare_count(c, r, VMSG_TREND_WORSE), vmsg_compare_count(c, r, VMSG_TREND_LOST),
            vmsg_compare_count(c, r, VMSG_TREND_CHANGED));
}

static void changed_clause(FILE *out, const struct vmsg_compare *c, size_t r,
                           const struct vmsg_compare_row *row)
{
    fputs("    ", out);
    vmsg_put_safe(out, row->id);
    fprintf(out, " %s: %s -> %s\n      ", vmsg_level_text(row->level),
            vmsg_clause_verdict_text(row->cells[c->reference[r]].clause->verdict),
            vmsg_clause_verdict_text(row->cells[r].clause->verdict));
    vmsg_put_wrapped(out, row->summary, 6, WIDTH);
}

static void changes(FILE *out, const struct vmsg_compare *c, size_t r, enum vmsg_trend trend)
{
    if (vmsg_compare_count(c, r, trend) + vmsg_compare_scenario_count(c, r, trend) == 0)
        return;
    fprintf(out, "\n  %s: %s\n", vmsg_compare_name_of(r).text, vmsg_trend_text(trend));
    for (size_t i = 0; i < c->n_rows; i++)
        if (c->rows[i].cells[r].clause && c->rows[i].cells[r].trend == trend)
            changed_clause(out, c, r, &c->rows[i]);
    for (size_t i = 0; i < c->n_scenarios; i++) {
        const struct vmsg_compare_scenario *s = &c->scenarios[i];

        if (s->report != r || s->trend != trend)
            continue;
        fputs("    ", out);
        vmsg_put_safe(out, s->id);
        fprintf(out, ": %s -> %s\n", vmsg_verdict_text(s->from), vmsg_verdict_text(s->to));
    }
}

static void matrix(FILE *out, const struct vmsg_compare *c, bool verbose)
{
    size_t alike = 0;

    fprintf(out, "\n%-50s", verbose ? "All clauses" : "Clauses that changed");
    for (size_t r = 0; r < c->n; r++)
        fprintf(out, " %-14s", vmsg_compare_name_of(r).text);
    fputc('\n', out);
    for (size_t i = 0; i < c->n_rows; i++) {
        const struct vmsg_compare_row *row = &c->rows[i];
        size_t used = vmsg_safe_width(row->id, strlen(row->id));

        if (!verbose && vmsg_compare_row_trend(c, i) == VMSG_TREND_SAME) {
            alike++;
            continue;
        }
        fputs("  ", out);
        vmsg_put_safe(out, row->id);
        fprintf(out, "%*s", (int)(used < 48 ? 48 - used : 1), "");
        for (size_t r = 0; r < c->n; r++)
            fprintf(out, " %-14s",
                    row->cells[r].clause ? vmsg_clause_verdict_text(row->cells[r].clause->verdict)
                                         : "-");
        fputc('\n', out);
    }
    if (alike)
        fprintf(out, "  %zu more %s everywhere the same (--verbose shows them)\n", alike,
                alike == 1 ? "is" : "are");
}

bool vmsg_compare_write_text(FILE *out, const struct vmsg_compare *c, bool verbose)
{
    static const enum vmsg_trend shown[] = {VMSG_TREND_WORSE, VMSG_TREND_LOST, VMSG_TREND_BETTER,
                                            VMSG_TREND_CHANGED};

    fprintf(out, "Comparison of %zu report%s\n", c->n, c->n == 1 ? "" : "s");
    for (size_t r = 0; r < c->n; r++)
        report(out, c, r);
    for (size_t r = 0; r < c->n; r++)
        for (size_t k = 0; k < sizeof shown / sizeof *shown; k++)
            changes(out, c, r, shown[k]);
    matrix(out, c, verbose);
    fprintf(out, "\n%s\n", vmsg_compare_regressed(c) ? "something got worse" : "nothing got worse");
    return !ferror(out);
}
