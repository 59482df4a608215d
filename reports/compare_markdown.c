/* A comparison as Markdown: reports, changes, and all clauses collapsed. */
#include "reports/compare.h"

#include "reports/escape.h"

#include <string.h>

#define CHANGES_MOST 80u    /* rows of a table of changes */
#define MATRIX_MOST  36000u /* characters: a comment of GitHub's has 65,536 */

static void code(FILE *out, const char *s)
{
    fputs("<code>", out);
    vmsg_put_markdown(out, s);
    fputs("</code>", out);
}

static void reports(FILE *out, const struct vmsg_compare *c)
{
    fputs("| | implementation | role | conforms | pass | fail | warn | better | worse | lost |\n"
          "|---|---|---|---|---:|---:|---:|---:|---:|---:|\n",
          out);
    for (size_t r = 0; r < c->n; r++) {
        const struct vmsg_read_report *report = &c->reports[r];

        fprintf(out, "| %s | ", vmsg_compare_name_of(r).text);
        code(out, report->sut_name);
        if (report->sut_version && *report->sut_version) {
            fputc(' ', out);
            code(out, report->sut_version);
        }
        fputs(" | ", out);
        code(out, report->role);
        fprintf(out, " | %s | %zu | %zu | %zu |", report->conforms ? "yes" : "**no**",
                vmsg_compare_verdicts(c, r, VMSG_CLAUSE_PASS),
                vmsg_compare_verdicts(c, r, VMSG_CLAUSE_FAIL),
                vmsg_compare_verdicts(c, r, VMSG_CLAUSE_WARN));
        if (c->reference[r] == r)
            fputs(" | | |\n", out);
        else
            fprintf(out, " %zu | %zu | %zu |\n", vmsg_compare_count(c, r, VMSG_TREND_BETTER),
                    vmsg_compare_count(c, r, VMSG_TREND_WORSE),
                    vmsg_compare_count(c, r, VMSG_TREND_LOST));
    }
    fputc('\n', out);
}

static void change(FILE *out, const struct vmsg_compare *c, size_t r, const char *trend,
                   const char *id, const char *from, const char *to)
{
    fprintf(out, "| %s | %s%s%s | ", vmsg_compare_name_of(r).text,
            !strcmp(trend, "worse") ? "**" : "", trend, !strcmp(trend, "worse") ? "**" : "");
    code(out, id);
    fprintf(out, " | %s | %s |\n", from, to);
}

static const enum vmsg_trend order[] = {VMSG_TREND_WORSE, VMSG_TREND_LOST, VMSG_TREND_BETTER,
                                        VMSG_TREND_CHANGED};

#define ORDERED (sizeof order / sizeof *order)

static void table(FILE *out, const char *of)
{
    fprintf(out, "| | | %s | was | is |\n|---|---|---|---|---|\n", of);
}

static void not_shown(FILE *out, size_t n)
{
    if (n > CHANGES_MOST)
        fprintf(out, "\n%zu more are not shown.\n", n - CHANGES_MOST);
    fputc('\n', out);
}

/* Clauses of all reports that changed in this way, after the `shown` before. */
static size_t clauses_of(FILE *out, const struct vmsg_compare *c, enum vmsg_trend trend,
                         size_t shown)
{
    for (size_t r = 0; r < c->n; r++)
        for (size_t i = 0; i < c->n_rows; i++) {
            const struct vmsg_compare_row *row = &c->rows[i];

            if (row->cells[r].clause && row->cells[r].trend == trend && shown++ < CHANGES_MOST)
                change(out, c, r, vmsg_trend_text(trend), row->id,
                       vmsg_clause_verdict_text(row->cells[c->reference[r]].clause->verdict),
                       vmsg_clause_verdict_text(row->cells[r].clause->verdict));
        }
    return shown;
}

static void changed_clauses(FILE *out, const struct vmsg_compare *c)
{
    size_t shown = 0;

    table(out, "clause");
    for (size_t k = 0; k < ORDERED; k++)
        shown = clauses_of(out, c, order[k], shown);
    not_shown(out, shown);
}

/* There are many of them where a clause is broken everywhere, and they say less. */
static void changed_scenarios(FILE *out, const struct vmsg_compare *c)
{
    size_t shown = 0;

    if (!c->n_scenarios)
        return;
    fprintf(out, "<details><summary>%zu scenario%s changed</summary>\n\n", c->n_scenarios,
            c->n_scenarios == 1 ? "" : "s");
    table(out, "scenario");
    for (size_t k = 0; k < ORDERED; k++)
        for (size_t i = 0; i < c->n_scenarios; i++) {
            const struct vmsg_compare_scenario *s = &c->scenarios[i];

            if (s->trend == order[k] && shown++ < CHANGES_MOST)
                change(out, c, s->report, vmsg_trend_text(s->trend), s->id,
                       vmsg_verdict_text(s->from), vmsg_verdict_text(s->to));
        }
    not_shown(out, shown);
    fputs("</details>\n\n", out);
}

static void changes(FILE *out, const struct vmsg_compare *c)
{
    size_t clauses = 0;

    for (size_t i = 0; i < c->n_rows; i++)
        clauses += vmsg_compare_row_trend(c, i) != VMSG_TREND_SAME;
    if (clauses)
        changed_clauses(out, c);
    else
        fputs(c->n_scenarios ? "No clause changed.\n\n" : "Nothing changed.\n\n", out);
    changed_scenarios(out, c);
}

static void matrix(FILE *out, const struct vmsg_compare *c)
{
    size_t i, row_size = 100 + 20 * c->n;

    fputs("<details><summary>All clauses</summary>\n\n| clause | level |", out);
    for (size_t r = 0; r < c->n; r++)
        fprintf(out, " %s |", vmsg_compare_name_of(r).text);
    fputs("\n|---|---|", out);
    for (size_t r = 0; r < c->n; r++)
        fputs("---|", out);
    fputc('\n', out);
    for (i = 0; i < c->n_rows && (i + 1) * row_size < MATRIX_MOST; i++) {
        fputs("| ", out);
        code(out, c->rows[i].id);
        fprintf(out, " | %s |", vmsg_level_text(c->rows[i].level));
        for (size_t r = 0; r < c->n; r++) {
            const struct vmsg_read_clause *clause = c->rows[i].cells[r].clause;

            fprintf(out, " %s |", clause ? vmsg_clause_verdict_text(clause->verdict) : "");
        }
        fputc('\n', out);
    }
    if (i < c->n_rows)
        fprintf(out, "\n%zu more are not shown; the HTML has all.\n", c->n_rows - i);
    fputs("\n</details>\n", out);
}

bool vmsg_compare_write_markdown(FILE *out, const struct vmsg_compare *c, bool verbose)
{
    (void)verbose;
    fputs("## virtio-msg conformance, compared\n\n", out);
    reports(out, c);
    changes(out, c);
    matrix(out, c);
    return !ferror(out);
}
