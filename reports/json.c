/*
 * The JSON report: SUT contract section 8, and more of what is known.
 *
 * Built whole, then dumped in ASCII, so that bytes of the SUT reach no terminal. Any allocation
 * that fails makes the report fail; jansson's functions pass NULL on.
 */
#include "reports/formats.h"

#include "reports/escape.h"
#include "reports/trace_line.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* Text from outside: whatever is not UTF-8 is replaced. NULL stays null. */
static json_t *text(const char *s)
{
    char *valid;
    json_t *j;

    if (!s)
        return json_null();
    valid = vmsg_valid_utf8(s);
    j = valid ? json_string(valid) : NULL;
    free(valid);
    return j;
}

static json_t *number(uint64_t n)
{
    return json_integer(n <= INT64_MAX ? (json_int_t)n : INT64_MAX);
}

/* Both consume what they are given; *ok becomes false when any of it is missing. */
static void add(bool *ok, json_t *object, const char *key, json_t *value)
{
    *ok = json_object_set_new(object, key, value) == 0 && *ok;
}

static void append(bool *ok, json_t *array, json_t *value)
{
    *ok = json_array_append_new(array, value) == 0 && *ok;
}

static json_t *done(bool ok, json_t *j)
{
    if (ok)
        return j;
    json_decref(j);
    return NULL;
}

static json_t *hex(const uint8_t *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    char *s = malloc(len * 2 + 1);
    json_t *j;

    if (!s)
        return NULL;
    for (size_t i = 0; i < len; i++) {
        s[2 * i] = digits[bytes[i] >> 4];
        s[2 * i + 1] = digits[bytes[i] & 15];
    }
    j = json_stringn(s, len * 2);
    free(s);
    return j;
}

static json_t *trace_entry(const struct vmsg_trace_entry *e)
{
    char buf[VMSG_TRACE_TEXT];
    json_t *j = json_object();
    bool ok = true;

    add(&ok, j, "t_us", number(e->t_ns / 1000));
    add(&ok, j, "direction", json_string(vmsg_trace_direction(e)));
    add(&ok, j, "endpoint", number(e->endpoint));
    add(&ok, j, "text", text(vmsg_trace_text(e, buf)));
    if (e->kind != VMSG_TRACE_NOTE)
        add(&ok, j, "hex", hex(e->bytes, e->bytes ? e->len : 0));
    return done(ok, j);
}

static json_t *finding(const struct vmsg_result_finding *f)
{
    json_t *j = json_object();
    bool ok = true;

    add(&ok, j, "clause", text(f->clause));
    add(&ok, j, "level", json_string(vmsg_level_text(f->level)));
    add(&ok, j, "message", number(f->message));
    add(&ok, j, "dev_num", number(f->dev_num));
    add(&ok, j, "text", text(f->text));
    return done(ok, j);
}

static json_t *scenario(const struct vmsg_scenario_result *s)
{
    json_t *j = json_object(), *clauses = json_array(), *findings = json_array(),
           *trace = json_array();
    bool ok = true;

    for (size_t i = 0; s->clauses && s->clauses[i]; i++)
        append(&ok, clauses, text(s->clauses[i]));
    for (size_t i = 0; i < s->n_findings; i++)
        append(&ok, findings, finding(&s->findings[i]));
    for (size_t i = 0; i < s->n_trace; i++)
        append(&ok, trace, trace_entry(&s->trace[i]));
    add(&ok, j, "id", text(s->id));
    add(&ok, j, "summary", text(s->summary));
    add(&ok, j, "verdict", json_string(vmsg_verdict_text(s->verdict)));
    add(&ok, j, "reason", text(s->reason));
    add(&ok, j, "duration_us", number(s->duration_us));
    add(&ok, j, "clauses", clauses);
    add(&ok, j, "findings", findings);
    add(&ok, j, "trace", trace);
    add(&ok, j, "trace_dropped", number(s->n_trace_dropped));
    add(&ok, j, "sut_end", text(s->sut_end));
    add(&ok, j, "sut_output", text(s->sut_output));
    return done(ok, j);
}

static json_t *clause(const struct vmsg_clause_result *c)
{
    json_t *j = json_object();
    bool ok = true;

    add(&ok, j, "id", text(c->clause->id));
    add(&ok, j, "level", json_string(vmsg_level_text(c->clause->level)));
    add(&ok, j, "title", text(c->clause->title));
    add(&ok, j, "section", text(c->clause->section));
    add(&ok, j, "summary", text(c->clause->summary));
    add(&ok, j, "verdict", json_string(vmsg_clause_verdict_text(c->verdict)));
    add(&ok, j, "exercised", number(c->exercised));
    add(&ok, j, "findings", number(c->findings));
    add(&ok, j, "reason", text(c->reason));
    return done(ok, j);
}

static json_t *totals(const struct vmsg_run_result *r)
{
    json_t *j = json_object(), *scenarios = json_object(), *clauses = json_object();
    bool ok = true;

    for (int v = 0; v < VMSG_VERDICT_COUNT; v++)
        add(&ok, scenarios, vmsg_verdict_text(v), number(vmsg_run_count(r, v)));
    for (int v = 0; v < VMSG_CLAUSE_VERDICT_COUNT; v++)
        add(&ok, clauses, vmsg_clause_verdict_text(v), number(vmsg_run_clause_count(r, v)));
    add(&ok, j, "scenarios", scenarios);
    add(&ok, j, "clauses", clauses);
    return done(ok, j);
}

static json_t *head(const struct vmsg_run_result *r)
{
    json_t *j = json_object(), *tool = json_object(), *sut = json_object();
    bool ok = true;

    add(&ok, tool, "name", json_string("vmsgspec"));
    add(&ok, tool, "version", json_string(VMSGSPEC_VERSION));
    add(&ok, sut, "name", text(r->sut_name));
    add(&ok, sut, "version", text(r->sut_version));
    add(&ok, sut, "uri", text(r->sut_uri));
    add(&ok, j, "tool", tool);
    add(&ok, j, "spec", text(r->spec));
    add(&ok, j, "role", text(r->role));
    add(&ok, j, "sut", sut);
    add(&ok, j, "seed", number(r->seed));
    add(&ok, j, "conforms", json_boolean(r->conforms));
    add(&ok, j, "interrupted", json_boolean(r->interrupted));
    add(&ok, j, "not_started", text(r->not_started));
    add(&ok, j, "assumptions", text(r->assumptions));
    add(&ok, j, "duration_us", number(r->duration_us));
    return done(ok, j);
}

static json_t *report(const struct vmsg_run_result *r)
{
    json_t *j = head(r), *scenarios = json_array(), *clauses = json_array();
    bool ok = true;

    for (size_t i = 0; i < r->n_scenarios; i++)
        append(&ok, scenarios, scenario(&r->scenarios[i]));
    for (size_t i = 0; i < r->n_clauses; i++)
        append(&ok, clauses, clause(&r->clauses[i]));
    add(&ok, j, "scenarios", scenarios);
    add(&ok, j, "clauses", clauses);
    add(&ok, j, "totals", totals(r));
    return done(ok, j);
}

bool vmsg_json_write(FILE *out, const struct vmsg_run_result *r,
                     const struct vmsg_report_options *o)
{
    json_t *j = report(r);
    bool written;

    (void)o;
    if (!j) {
        errno = ENOMEM;
        return false;
    }
    written = json_dumpf(j, out, JSON_INDENT(1) | JSON_ENSURE_ASCII) == 0;
    json_decref(j);
    return written && fputc('\n', out) != EOF && !ferror(out);
}
