/* A comparison as JSON: reports/schema/compare.schema.json. */
#include "reports/compare.h"

#include "reports/json_build.h"

static json_t *report(const struct vmsg_compare *c, size_t r)
{
    const struct vmsg_read_report *report = &c->reports[r];
    json_t *j = json_object(), *trends = json_object();
    bool ok = true;

    for (int t = 0; t < VMSG_TREND_COUNT; t++)
        vmsg_json_add(&ok, trends, vmsg_trend_text(t),
                      vmsg_json_number(vmsg_compare_count(c, r, t)));
    vmsg_json_add(&ok, j, "path", vmsg_json_text(c->paths[r]));
    vmsg_json_add(&ok, j, "name", vmsg_json_text(report->sut_name));
    vmsg_json_add(&ok, j, "version", vmsg_json_text(report->sut_version));
    vmsg_json_add(&ok, j, "role", vmsg_json_text(report->role));
    vmsg_json_add(&ok, j, "spec", vmsg_json_text(report->spec));
    vmsg_json_add(&ok, j, "conforms", json_boolean(report->conforms));
    vmsg_json_add(&ok, j, "reference", vmsg_json_number(c->reference[r]));
    vmsg_json_add(&ok, j, "clauses", trends);
    return vmsg_json_done(ok, j);
}

static json_t *row(const struct vmsg_compare *c, const struct vmsg_compare_row *row)
{
    json_t *j = json_object(), *verdicts = json_array(), *trends = json_array();
    bool ok = true;

    for (size_t r = 0; r < c->n; r++) {
        const struct vmsg_compare_cell *cell = &row->cells[r];

        vmsg_json_append(&ok, verdicts,
                         cell->clause ? json_string(vmsg_clause_verdict_text(cell->clause->verdict))
                                      : json_null());
        vmsg_json_append(&ok, trends,
                         cell->clause ? json_string(vmsg_trend_text(cell->trend)) : json_null());
    }
    vmsg_json_add(&ok, j, "spec", vmsg_json_text(row->spec));
    vmsg_json_add(&ok, j, "id", vmsg_json_text(row->id));
    vmsg_json_add(&ok, j, "level", json_string(vmsg_level_text(row->level)));
    vmsg_json_add(&ok, j, "section", vmsg_json_text(row->section));
    vmsg_json_add(&ok, j, "summary", vmsg_json_text(row->summary));
    vmsg_json_add(&ok, j, "verdicts", verdicts);
    vmsg_json_add(&ok, j, "trends", trends);
    return vmsg_json_done(ok, j);
}

static json_t *scenario(const struct vmsg_compare_scenario *s)
{
    json_t *j = json_object();
    bool ok = true;

    vmsg_json_add(&ok, j, "report", vmsg_json_number(s->report));
    vmsg_json_add(&ok, j, "id", vmsg_json_text(s->id));
    vmsg_json_add(&ok, j, "from", json_string(vmsg_verdict_text(s->from)));
    vmsg_json_add(&ok, j, "to", json_string(vmsg_verdict_text(s->to)));
    vmsg_json_add(&ok, j, "trend", json_string(vmsg_trend_text(s->trend)));
    return vmsg_json_done(ok, j);
}

bool vmsg_compare_write_json(FILE *out, const struct vmsg_compare *c, bool verbose)
{
    json_t *j = json_object(), *reports = json_array(), *clauses = json_array(),
           *scenarios = json_array();
    bool ok = true;

    (void)verbose;
    for (size_t r = 0; r < c->n; r++)
        vmsg_json_append(&ok, reports, report(c, r));
    for (size_t i = 0; i < c->n_rows; i++)
        vmsg_json_append(&ok, clauses, row(c, &c->rows[i]));
    for (size_t i = 0; i < c->n_scenarios; i++)
        vmsg_json_append(&ok, scenarios, scenario(&c->scenarios[i]));
    vmsg_json_add(&ok, j, "tool",
                  json_pack("{s:s, s:s}", "name", "vmsgspec", "version", VMSGSPEC_VERSION));
    vmsg_json_add(&ok, j, "regressed", json_boolean(vmsg_compare_regressed(c)));
    vmsg_json_add(&ok, j, "reports", reports);
    vmsg_json_add(&ok, j, "clauses", clauses);
    vmsg_json_add(&ok, j, "scenarios", scenarios);
    return vmsg_json_dump(out, vmsg_json_done(ok, j));
}
