/*
 * The SARIF 2.1.0 report: a rule for each clause, a result for each clause that a scenario shows
 * broken, with the messages before its first finding as a code flow and the number of them all. A
 * scenario that crashed the SUT, or that it no longer answered, is a result of a rule of its own.
 * An expected failure is suppressed.
 */
#include "reports/formats.h"

#include "reports/sarif_parts.h"

#include <string.h>

/* What can go wrong with a scenario beside broken clauses; rules behind those of the clauses. */
static const struct {
    const char *id;
    enum vmsg_verdict verdict;
    const char *help;
} endings[] = {
    {"scenario.crashed", VMSG_VERDICT_CRASHED, "The implementation's process ended by itself."},
    {"scenario.wedged", VMSG_VERDICT_WEDGED,
     "The implementation no longer answered well-formed requests."},
    {"scenario.error", VMSG_VERDICT_ERROR, "The harness failed; this is not the implementation's."},
};

static const char *level_text(enum vmsg_level level)
{
    return level == VMSG_SHOULD ? "warning" : "error";
}

static json_t *rule(const struct vmsg_clause *c)
{
    json_t *j = json_object(), *properties = json_object(), *level = json_object();
    bool ok = true;

    vmsg_json_add(&ok, level, "level", json_string(level_text(c->level)));
    vmsg_json_add(&ok, properties, "requirement", json_string(vmsg_level_text(c->level)));
    vmsg_json_add(&ok, properties, "section", vmsg_json_text(c->section));
    vmsg_json_add(&ok, j, "id", vmsg_json_text(c->id));
    vmsg_json_add(&ok, j, "shortDescription",
                  json_pack("{s:o}", "text", vmsg_json_text(c->title ? c->title : c->id)));
    vmsg_json_add(&ok, j, "fullDescription",
                  json_pack("{s:o}", "text", vmsg_json_text(c->summary)));
    vmsg_json_add(&ok, j, "help", vmsg_sarif_help(c));
    vmsg_json_add(&ok, j, "defaultConfiguration", level);
    vmsg_json_add(&ok, j, "properties", properties);
    return vmsg_json_done(ok, j);
}

static json_t *ending_rule(size_t i)
{
    return json_pack("{s:s, s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s}}", "id", endings[i].id,
                     "shortDescription", "text", vmsg_verdict_text(endings[i].verdict),
                     "fullDescription", "text", endings[i].help, "help", "text", endings[i].help,
                     "defaultConfiguration", "level", "error");
}

static json_t *rules(const struct vmsg_run_result *r)
{
    json_t *j = json_array();
    bool ok = true;

    for (size_t i = 0; i < r->n_clauses; i++)
        vmsg_json_append(&ok, j, rule(r->clauses[i].clause));
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        vmsg_json_append(&ok, j, ending_rule(i));
    return vmsg_json_done(ok, j);
}

/* A clause with that id is in the run, whatever the finding says: the oracle judges no others. */
static size_t rule_index(const struct vmsg_run_result *r, const char *clause)
{
    size_t i = 0;

    while (i < r->n_clauses && strcmp(r->clauses[i].clause->id, clause) != 0)
        i++;
    return i;
}

static const char *expected(const struct vmsg_run_result *r, const struct vmsg_scenario_result *s,
                            size_t rule)
{
    return rule < r->n_clauses && r->clauses[rule].expected ? r->clauses[rule].expected
                                                            : s->expected;
}

/* How many findings of the scenario are of the clause of its i-th; 0: an earlier one has it. */
static size_t occurrences(const struct vmsg_scenario_result *s, size_t i)
{
    size_t n = 0;

    for (size_t k = 0; k < s->n_findings; k++) {
        bool same = !strcmp(s->findings[k].clause, s->findings[i].clause);

        if (same && k < i)
            return 0;
        n += same;
    }
    return n;
}

static bool results_of(const struct vmsg_run_result *r, const struct vmsg_scenario_result *s,
                       json_t *to)
{
    bool ok = true;

    for (size_t i = 0; i < s->n_findings; i++) {
        const struct vmsg_result_finding *f = &s->findings[i];
        size_t rule = rule_index(r, f->clause);
        const struct vmsg_sarif_result result = {
            .rule = f->clause,
            .rule_index = rule,
            .level = level_text(f->level),
            .text = f->text,
            .message = f->message,
            .expected = expected(r, s, rule),
            .occurrences = occurrences(s, i),
        };

        if (rule < r->n_clauses && result.occurrences)
            vmsg_json_append(&ok, to, vmsg_sarif_result(s, &result));
    }
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        const struct vmsg_sarif_result result = {
            .rule = endings[i].id,
            .rule_index = r->n_clauses + i,
            .level = "error",
            .text = s->reason ? s->reason : endings[i].help,
            .message = s->n_trace ? (uint32_t)s->n_trace - 1 : 0,
            .expected = s->expected,
            .occurrences = 1,
        };

        if (s->verdict == endings[i].verdict)
            vmsg_json_append(&ok, to, vmsg_sarif_result(s, &result));
    }
    return ok;
}

static json_t *invocation(const struct vmsg_run_result *r)
{
    const char *unfinished = vmsg_run_unfinished(r);
    json_t *j = json_object(), *notes = json_array();
    bool ok = true;

    if (unfinished)
        vmsg_json_append(&ok, notes, vmsg_sarif_notification("error", unfinished));
    for (size_t i = 0; i < r->gate.n_problems; i++)
        vmsg_json_append(&ok, notes, vmsg_sarif_notification("warning", r->gate.problems[i]));
    vmsg_json_add(&ok, j, "executionSuccessful", json_boolean(!unfinished));
    vmsg_json_add(&ok, j, "toolExecutionNotifications", notes);
    return vmsg_json_done(ok, j);
}

static json_t *properties(const struct vmsg_run_result *r)
{
    json_t *j = json_object();
    bool ok = true;

    vmsg_json_add(&ok, j, "conforms", json_boolean(r->conforms));
    vmsg_json_add(&ok, j, "spec", vmsg_json_text(r->spec));
    vmsg_json_add(&ok, j, "role", vmsg_json_text(r->role));
    vmsg_json_add(&ok, j, "sut", vmsg_json_text(r->sut_name));
    vmsg_json_add(&ok, j, "sutVersion", vmsg_json_text(r->sut_version));
    vmsg_json_add(&ok, j, "sutUri", vmsg_json_text(r->sut_uri));
    vmsg_json_add(&ok, j, "seed", vmsg_json_number(r->seed));
    return vmsg_json_done(ok, j);
}

static json_t *run(const struct vmsg_run_result *r)
{
    json_t *j = json_object(), *driver = json_object(), *results = json_array();
    char category[64];
    bool ok = true;

    for (size_t i = 0; i < r->n_scenarios; i++)
        ok = results_of(r, &r->scenarios[i], results) && ok;
    snprintf(category, sizeof category, "vmsgspec/%s/", r->role);
    vmsg_json_add(&ok, driver, "name", json_string("vmsgspec"));
    vmsg_json_add(&ok, driver, "semanticVersion", json_string(VMSGSPEC_VERSION));
    vmsg_json_add(&ok, driver, "rules", rules(r));
    vmsg_json_add(&ok, j, "tool", json_pack("{s:o}", "driver", driver));
    vmsg_json_add(&ok, j, "automationDetails", json_pack("{s:s}", "id", category));
    vmsg_json_add(&ok, j, "columnKind", json_string("unicodeCodePoints"));
    vmsg_json_add(&ok, j, "invocations", json_pack("[o]", invocation(r)));
    vmsg_json_add(&ok, j, "results", results);
    vmsg_json_add(&ok, j, "properties", properties(r));
    return vmsg_json_done(ok, j);
}

bool vmsg_sarif_write(FILE *out, const struct vmsg_run_result *r,
                      const struct vmsg_report_options *o)
{
    (void)o;
    return vmsg_json_dump(out, json_pack("{s:s, s:s, s:[o]}", "$schema",
                                         "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/"
                                         "os/schemas/sarif-schema-2.1.0.json",
                                         "version", "2.1.0", "runs", run(r)));
}
