/* The JSON report: SUT contract section 8, and more of what is known. */
#include "reports/formats.h"

#include "reports/json_build.h"
#include "reports/trace_line.h"

static json_t *trace_entry(const struct vmsg_trace_entry *e)
{
    char buf[VMSG_TRACE_TEXT];
    json_t *j = json_object();
    bool ok = true;

    vmsg_json_add(&ok, j, "t_us", vmsg_json_number(e->t_ns / 1000));
    vmsg_json_add(&ok, j, "direction", json_string(vmsg_trace_direction(e)));
    vmsg_json_add(&ok, j, "endpoint", vmsg_json_number(e->endpoint));
    vmsg_json_add(&ok, j, "text", vmsg_json_text(vmsg_trace_text(e, buf)));
    if (e->kind != VMSG_TRACE_NOTE)
        vmsg_json_add(&ok, j, "hex", vmsg_json_hex(e->bytes, e->bytes ? e->len : 0));
    return vmsg_json_done(ok, j);
}

static json_t *finding(const struct vmsg_result_finding *f)
{
    json_t *j = json_object();
    bool ok = true;

    vmsg_json_add(&ok, j, "clause", vmsg_json_text(f->clause));
    vmsg_json_add(&ok, j, "level", json_string(vmsg_level_text(f->level)));
    vmsg_json_add(&ok, j, "message", vmsg_json_number(f->message));
    vmsg_json_add(&ok, j, "dev_num", vmsg_json_number(f->dev_num));
    vmsg_json_add(&ok, j, "text", vmsg_json_text(f->text));
    return vmsg_json_done(ok, j);
}

static json_t *scenario(const struct vmsg_scenario_result *s)
{
    json_t *j = json_object(), *clauses = json_array(), *findings = json_array(),
           *trace = json_array();
    bool ok = true;

    for (size_t i = 0; s->clauses && s->clauses[i]; i++)
        vmsg_json_append(&ok, clauses, vmsg_json_text(s->clauses[i]));
    for (size_t i = 0; i < s->n_findings; i++)
        vmsg_json_append(&ok, findings, finding(&s->findings[i]));
    for (size_t i = 0; i < s->n_trace; i++)
        vmsg_json_append(&ok, trace, trace_entry(&s->trace[i]));
    vmsg_json_add(&ok, j, "id", vmsg_json_text(s->id));
    vmsg_json_add(&ok, j, "file", vmsg_json_text(s->file));
    vmsg_json_add(&ok, j, "summary", vmsg_json_text(s->summary));
    vmsg_json_add(&ok, j, "verdict", json_string(vmsg_verdict_text(s->verdict)));
    vmsg_json_add(&ok, j, "reason", vmsg_json_text(s->reason));
    vmsg_json_add(&ok, j, "seed", vmsg_json_number(s->seed));
    vmsg_json_add(&ok, j, "duration_us", vmsg_json_number(s->duration_us));
    vmsg_json_add(&ok, j, "clauses", clauses);
    vmsg_json_add(&ok, j, "findings", findings);
    vmsg_json_add(&ok, j, "trace", trace);
    vmsg_json_add(&ok, j, "trace_dropped", vmsg_json_number(s->n_trace_dropped));
    vmsg_json_add(&ok, j, "expected", vmsg_json_text(s->expected));
    vmsg_json_add(&ok, j, "sut_end", vmsg_json_text(s->sut_end));
    vmsg_json_add(&ok, j, "sut_output", vmsg_json_text(s->sut_output));
    return vmsg_json_done(ok, j);
}

static json_t *clause(const struct vmsg_clause_result *c)
{
    json_t *j = json_object();
    bool ok = true;

    vmsg_json_add(&ok, j, "id", vmsg_json_text(c->clause->id));
    vmsg_json_add(&ok, j, "level", json_string(vmsg_level_text(c->clause->level)));
    vmsg_json_add(&ok, j, "title", vmsg_json_text(c->clause->title));
    vmsg_json_add(&ok, j, "section", vmsg_json_text(c->clause->section));
    vmsg_json_add(&ok, j, "summary", vmsg_json_text(c->clause->summary));
    vmsg_json_add(&ok, j, "verdict", json_string(vmsg_clause_verdict_text(c->verdict)));
    vmsg_json_add(&ok, j, "exercised", vmsg_json_number(c->exercised));
    vmsg_json_add(&ok, j, "findings", vmsg_json_number(c->findings));
    vmsg_json_add(&ok, j, "reason", vmsg_json_text(c->reason));
    vmsg_json_add(&ok, j, "expected", vmsg_json_text(c->expected));
    return vmsg_json_done(ok, j);
}

static json_t *totals(const struct vmsg_run_result *r)
{
    json_t *j = json_object(), *scenarios = json_object(), *clauses = json_object();
    bool ok = true;

    for (int v = 0; v < VMSG_VERDICT_COUNT; v++)
        vmsg_json_add(&ok, scenarios, vmsg_verdict_text(v), vmsg_json_number(vmsg_run_count(r, v)));
    for (int v = 0; v < VMSG_CLAUSE_VERDICT_COUNT; v++)
        vmsg_json_add(&ok, clauses, vmsg_clause_verdict_text(v),
                      vmsg_json_number(vmsg_run_clause_count(r, v)));
    vmsg_json_add(&ok, j, "scenarios", scenarios);
    vmsg_json_add(&ok, j, "clauses", clauses);
    return vmsg_json_done(ok, j);
}

static json_t *gate(const struct vmsg_gate_result *g)
{
    json_t *j, *problems;
    bool ok = true;

    if (!g->applied)
        return json_null();
    j = json_object();
    problems = json_array();
    for (size_t i = 0; i < g->n_problems; i++)
        vmsg_json_append(&ok, problems, vmsg_json_text(g->problems[i]));
    vmsg_json_add(&ok, j, "passes", json_boolean(g->passes));
    vmsg_json_add(&ok, j, "problems", problems);
    return vmsg_json_done(ok, j);
}

static json_t *head(const struct vmsg_run_result *r)
{
    json_t *j = json_object(), *tool = json_object(), *sut = json_object();
    bool ok = true;

    vmsg_json_add(&ok, tool, "name", json_string("vmsgspec"));
    vmsg_json_add(&ok, tool, "version", json_string(VMSGSPEC_VERSION));
    vmsg_json_add(&ok, sut, "name", vmsg_json_text(r->sut_name));
    vmsg_json_add(&ok, sut, "version", vmsg_json_text(r->sut_version));
    vmsg_json_add(&ok, sut, "uri", vmsg_json_text(r->sut_uri));
    vmsg_json_add(&ok, j, "tool", tool);
    vmsg_json_add(&ok, j, "spec", vmsg_json_text(r->spec));
    vmsg_json_add(&ok, j, "role", vmsg_json_text(r->role));
    vmsg_json_add(&ok, j, "sut", sut);
    vmsg_json_add(&ok, j, "seed", vmsg_json_number(r->seed));
    vmsg_json_add(&ok, j, "conforms", json_boolean(r->conforms));
    vmsg_json_add(&ok, j, "interrupted", json_boolean(r->interrupted));
    vmsg_json_add(&ok, j, "not_started", vmsg_json_text(r->not_started));
    vmsg_json_add(&ok, j, "assumptions", vmsg_json_text(r->assumptions));
    vmsg_json_add(&ok, j, "duration_us", vmsg_json_number(r->duration_us));
    vmsg_json_add(&ok, j, "gate", gate(&r->gate));
    return vmsg_json_done(ok, j);
}

static json_t *report(const struct vmsg_run_result *r)
{
    json_t *j = head(r), *scenarios = json_array(), *clauses = json_array();
    bool ok = true;

    for (size_t i = 0; i < r->n_scenarios; i++)
        vmsg_json_append(&ok, scenarios, scenario(&r->scenarios[i]));
    for (size_t i = 0; i < r->n_clauses; i++)
        vmsg_json_append(&ok, clauses, clause(&r->clauses[i]));
    vmsg_json_add(&ok, j, "scenarios", scenarios);
    vmsg_json_add(&ok, j, "clauses", clauses);
    vmsg_json_add(&ok, j, "totals", totals(r));
    return vmsg_json_done(ok, j);
}

bool vmsg_json_write(FILE *out, const struct vmsg_run_result *r,
                     const struct vmsg_report_options *o)
{
    (void)o;
    return vmsg_json_dump(out, report(r));
}
