/* Reports side by side: rows, references, trends. */
#include "reports/compare.h"

#include <stdlib.h>
#include <string.h>

static const char *or_empty(const char *s)
{
    return s ? s : "";
}

static bool same_kind(const struct vmsg_read_report *a, const struct vmsg_read_report *b)
{
    return !strcmp(a->role, b->role) && !strcmp(a->spec, b->spec);
}

/* Another specification may mean something else by the same id. */
static struct vmsg_compare_row *find_row(struct vmsg_compare *c, const char *spec, const char *id)
{
    for (size_t i = 0; i < c->n_rows; i++)
        if (!strcmp(c->rows[i].id, id) && !strcmp(c->rows[i].spec, spec))
            return &c->rows[i];
    return NULL;
}

static struct vmsg_compare_row *add_row(struct vmsg_compare *c, const char *spec,
                                        const struct vmsg_read_clause *clause)
{
    struct vmsg_compare_row *row = &c->rows[c->n_rows];

    *row = (struct vmsg_compare_row){.spec = spec,
                                     .id = clause->id,
                                     .section = or_empty(clause->section),
                                     .summary = or_empty(clause->summary),
                                     .level = clause->level,
                                     .cells = calloc(c->n, sizeof *row->cells)};
    c->n_rows += row->cells != NULL;
    return row->cells ? row : NULL;
}

static bool fill_rows(struct vmsg_compare *c)
{
    for (size_t r = 0; r < c->n; r++)
        for (size_t i = 0; i < c->reports[r].n_clauses; i++) {
            const struct vmsg_read_clause *clause = &c->reports[r].clauses[i];
            struct vmsg_compare_row *row = find_row(c, c->reports[r].spec, clause->id);

            if (!row && !(row = add_row(c, c->reports[r].spec, clause)))
                return false;
            row->cells[r].clause = clause;
        }
    return true;
}

static void find_references(struct vmsg_compare *c)
{
    for (size_t r = 0; r < c->n; r++) {
        c->mixed |= strcmp(c->reports[r].spec, c->reports[0].spec) != 0;
        while (!same_kind(&c->reports[c->reference[r]], &c->reports[r]))
            c->reference[r]++;
    }
}

static void find_trends(struct vmsg_compare *c)
{
    for (size_t i = 0; i < c->n_rows; i++)
        for (size_t r = 0; r < c->n; r++) {
            struct vmsg_compare_cell *to = &c->rows[i].cells[r];
            const struct vmsg_compare_cell *from = &c->rows[i].cells[c->reference[r]];

            if (to->clause && from->clause)
                to->trend = vmsg_clause_trend(from->clause->verdict, to->clause->verdict);
        }
}

static void find_scenarios(struct vmsg_compare *c)
{
    for (size_t r = 0; r < c->n; r++)
        for (size_t i = 0; c->reference[r] != r && i < c->reports[r].n_scenarios; i++) {
            const struct vmsg_read_scenario *to = &c->reports[r].scenarios[i];
            const struct vmsg_read_scenario *from =
                vmsg_read_scenario_find(&c->reports[c->reference[r]], to->id);

            if (from && from->verdict != to->verdict)
                c->scenarios[c->n_scenarios++] = (struct vmsg_compare_scenario){
                    .report = r,
                    .id = to->id,
                    .from = from->verdict,
                    .to = to->verdict,
                    .trend = vmsg_scenario_trend(from->verdict, to->verdict)};
        }
}

bool vmsg_compare_make(struct vmsg_compare *c, const struct vmsg_read_report *reports,
                       const char *const *paths, size_t n)
{
    size_t clauses = 0, scenarios = 0;

    *c = (struct vmsg_compare){.reports = reports, .paths = paths, .n = n};
    for (size_t r = 0; r < n; r++) {
        clauses += reports[r].n_clauses;
        scenarios += reports[r].n_scenarios;
    }
    c->reference = calloc(n, sizeof *c->reference);
    c->rows = calloc(clauses + 1, sizeof *c->rows);
    c->scenarios = calloc(scenarios + 1, sizeof *c->scenarios);
    if (!c->reference || !c->rows || !c->scenarios || !fill_rows(c))
        return false;
    find_references(c);
    find_trends(c);
    find_scenarios(c);
    return true;
}

void vmsg_compare_clear(struct vmsg_compare *c)
{
    for (size_t i = 0; i < c->n_rows; i++)
        free(c->rows[i].cells);
    free(c->rows);
    free(c->scenarios);
    free(c->reference);
    *c = (struct vmsg_compare){0};
}

size_t vmsg_compare_count(const struct vmsg_compare *c, size_t report, enum vmsg_trend trend)
{
    size_t n = 0;

    for (size_t i = 0; i < c->n_rows; i++)
        n += c->rows[i].cells[report].clause && c->rows[i].cells[report].trend == trend;
    return n;
}

size_t vmsg_compare_scenario_count(const struct vmsg_compare *c, size_t report,
                                   enum vmsg_trend trend)
{
    size_t n = 0;

    for (size_t i = 0; i < c->n_scenarios; i++)
        n += c->scenarios[i].report == report && c->scenarios[i].trend == trend;
    return n;
}

size_t vmsg_compare_verdicts(const struct vmsg_compare *c, size_t report,
                             enum vmsg_clause_verdict verdict)
{
    size_t n = 0;

    for (size_t i = 0; i < c->reports[report].n_clauses; i++)
        n += c->reports[report].clauses[i].verdict == verdict;
    return n;
}

bool vmsg_compare_regressed(const struct vmsg_compare *c)
{
    size_t n = 0;

    for (size_t r = 0; r < c->n; r++)
        n += vmsg_compare_count(c, r, VMSG_TREND_WORSE) +
             vmsg_compare_count(c, r, VMSG_TREND_LOST) +
             vmsg_compare_scenario_count(c, r, VMSG_TREND_WORSE);
    return n > 0;
}

enum vmsg_trend vmsg_compare_row_trend(const struct vmsg_compare *c, size_t row)
{
    static const enum vmsg_trend order[] = {VMSG_TREND_WORSE, VMSG_TREND_LOST, VMSG_TREND_BETTER,
                                            VMSG_TREND_CHANGED};

    for (size_t k = 0; k < sizeof order / sizeof *order; k++)
        for (size_t r = 0; r < c->n; r++)
            if (c->rows[row].cells[r].clause && c->rows[row].cells[r].trend == order[k])
                return order[k];
    return VMSG_TREND_SAME;
}

struct vmsg_compare_name vmsg_compare_name_of(size_t report)
{
    struct vmsg_compare_name name;

    if (report < 26)
        snprintf(name.text, sizeof name.text, "%c", (int)('A' + report));
    else
        snprintf(name.text, sizeof name.text, "%zu", (report + 1) % 1000000);
    return name;
}

const struct vmsg_compare_format *vmsg_compare_format_at(size_t i)
{
    static const struct vmsg_compare_format formats[] = {
        {"text", "for people: what changed, and the clauses that differ", vmsg_compare_write_text},
        {"json", "for programs", vmsg_compare_write_json},
        {"markdown", "for a pull request or a page", vmsg_compare_write_markdown},
        {"html", "for people: one page with all clauses", vmsg_compare_write_html},
    };

    return i < sizeof formats / sizeof *formats ? &formats[i] : NULL;
}
