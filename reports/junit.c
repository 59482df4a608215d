/*
 * The JUnit report: a test suite for each block of scenarios, a test case for each scenario.
 *
 * failure: a clause is broken or the SUT stopped answering; error: the SUT crashed or the harness
 * failed; skipped: the situation was not there. A run that never began, or was cut short, carries
 * an error of its own, so that no CI system takes it for a success.
 */
#include "reports/formats.h"

#include "reports/escape.h"
#include "reports/trace_line.h"

#include <string.h>

struct suite {
    const char *name; /* not terminated: the start of its scenarios' ids */
    size_t len;
};

static void attribute(FILE *out, const char *name, const char *value)
{
    fprintf(out, " %s=\"", name);
    vmsg_put_xml(out, value, true);
    fputc('"', out);
}

static void xml_text(FILE *out, const char *s)
{
    vmsg_put_xml(out, s, false);
}

/*
 * Seconds, without the locale's decimal sign: milliseconds, since the schema that Jenkins checks
 * takes no more digits.
 */
static void seconds(FILE *out, uint64_t us)
{
    uint64_t ms = (us + 500) / 1000;

    fprintf(out, " time=\"%llu.%03llu\"", (unsigned long long)(ms / 1000),
            (unsigned long long)(ms % 1000));
}

static struct suite suite_of(const struct vmsg_scenario_result *s)
{
    const char *slash = strrchr(s->id, '/');

    return (struct suite){s->id, slash ? (size_t)(slash - s->id) : 0};
}

static bool in_suite(const struct vmsg_scenario_result *s, struct suite suite)
{
    struct suite own = suite_of(s);

    return own.len == suite.len && !strncmp(own.name, suite.name, suite.len);
}

/* The element that a scenario's verdict becomes; NULL: a plain pass. */
static const char *element(const struct vmsg_scenario_result *s)
{
    if (s->expected && s->verdict != VMSG_VERDICT_PASS)
        return "skipped";
    switch (s->verdict) {
    case VMSG_VERDICT_PASS:
        return NULL;
    case VMSG_VERDICT_FAIL:
    case VMSG_VERDICT_WEDGED:
        return "failure";
    case VMSG_VERDICT_SKIP:
    case VMSG_VERDICT_INCONCLUSIVE:
        return "skipped";
    case VMSG_VERDICT_CRASHED:
    case VMSG_VERDICT_ERROR:
    case VMSG_VERDICT_COUNT:
        break;
    }
    return "error";
}

static size_t count(const struct vmsg_run_result *r, const struct suite *suite, const char *what)
{
    size_t n = 0;

    for (size_t i = 0; i < r->n_scenarios; i++) {
        const char *e = element(&r->scenarios[i]);

        if (suite && !in_suite(&r->scenarios[i], *suite))
            continue;
        n += !what || (e && !strcmp(e, what));
    }
    return n;
}

/* Of a suite, or of all of them: those of run_suite() too. */
static void counts(FILE *out, const struct vmsg_run_result *r, const struct suite *suite)
{
    bool unfinished = !suite && vmsg_run_unfinished(r), gate = !suite && r->gate.applied;

    fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"",
            count(r, suite, NULL) + unfinished + gate,
            count(r, suite, "failure") + (gate && !r->gate.passes),
            count(r, suite, "error") + unfinished);
    if (suite)
        fprintf(out, " skipped=\"%zu\"", count(r, suite, "skipped"));
}

static void verdict(FILE *out, const struct vmsg_scenario_result *s)
{
    const char *e = element(s);
    const char *message = s->n_findings ? s->findings[0].text : s->reason;

    if (!e)
        return;
    fprintf(out, "      <%s", e);
    if (!strcmp(e, "skipped")) { /* an empty element, by the common schema */
        fputs(" message=\"", out);
        vmsg_put_xml(out, s->expected ? "expected failure: " : "", true);
        message = s->expected ? s->expected : s->reason;
        vmsg_put_xml(out, message ? message : vmsg_verdict_text(s->verdict), true);
        fputs("\"/>\n", out);
        return;
    }
    attribute(out, "message", message ? message : vmsg_verdict_text(s->verdict));
    attribute(out, "type", vmsg_verdict_text(s->verdict));
    fputc('>', out);
    for (size_t i = 0; i < s->n_findings; i++) {
        const struct vmsg_result_finding *f = &s->findings[i];

        xml_text(out, f->clause);
        fprintf(out, " %s, message %u: ", vmsg_level_text(f->level), (unsigned)f->message);
        xml_text(out, f->text);
        fputc('\n', out);
    }
    xml_text(out, s->reason);
    fprintf(out, "</%s>\n", e);
}

static void output(FILE *out, const struct vmsg_scenario_result *s)
{
    if (s->n_trace == 0 && !s->sut_end && !s->sut_output)
        return;
    fputs("      <system-out>", out);
    for (size_t i = 0; i < s->n_trace; i++) {
        vmsg_trace_put(out, s, i, xml_text);
        fputc('\n', out);
    }
    if (s->n_trace_dropped)
        fprintf(out, "(%zu more messages were not kept)\n", s->n_trace_dropped);
    if (s->sut_end) {
        fputs("the SUT: ", out);
        xml_text(out, s->sut_end);
        fputc('\n', out);
    }
    xml_text(out, s->sut_output);
    fputs("</system-out>\n", out);
}

static void test_case(FILE *out, const struct vmsg_run_result *r,
                      const struct vmsg_scenario_result *s)
{
    struct suite suite = suite_of(s);
    bool plain = !element(s) && s->n_trace == 0 && !s->sut_end && !s->sut_output;

    fputs("    <testcase", out);
    attribute(out, "name", s->id + suite.len + (suite.len ? 1 : 0));
    fputs(" classname=\"", out);
    if (suite.len == 0)
        vmsg_put_xml(out, r->role, true);
    for (size_t i = 0, n; i < suite.len; i += n + 1) { /* dots: viewers make a tree of them */
        n = strcspn(s->id + i, "/");
        fputs(i ? "." : "", out);
        vmsg_put_xml_n(out, s->id + i, n, true);
    }
    fputc('"', out);
    seconds(out, s->duration_us);
    if (plain) {
        fputs("/>\n", out);
        return;
    }
    fputs(">\n", out);
    verdict(out, s);
    output(out, s);
    fputs("    </testcase>\n", out);
}

static void property(FILE *out, const char *name, const char *value)
{
    fputs("      <property", out);
    attribute(out, "name", name);
    attribute(out, "value", value);
    fputs("/>\n", out);
}

static void properties(FILE *out, const struct vmsg_run_result *r)
{
    char seed[24];

    snprintf(seed, sizeof seed, "%llu", (unsigned long long)r->seed);
    fputs("    <properties>\n", out);
    property(out, "spec", r->spec);
    property(out, "role", r->role);
    property(out, "sut", r->sut_name);
    property(out, "sut-version", r->sut_version);
    property(out, "sut-uri", r->sut_uri);
    property(out, "seed", seed);
    property(out, "conforms", r->conforms ? "true" : "false");
    if (r->assumptions)
        property(out, "assumptions", r->assumptions);
    fputs("    </properties>\n", out);
}

static void test_suite(FILE *out, const struct vmsg_run_result *r, size_t first)
{
    struct suite suite = suite_of(&r->scenarios[first]);
    uint64_t us = 0;

    for (size_t i = first; i < r->n_scenarios; i++)
        us += in_suite(&r->scenarios[i], suite) ? r->scenarios[i].duration_us : 0;
    fputs("  <testsuite name=\"", out);
    if (suite.len == 0) /* bare messages are a scenario for themselves */
        vmsg_put_xml(out, r->role, true);
    vmsg_put_xml_n(out, suite.name, suite.len, true);
    fputc('"', out);
    counts(out, r, &suite);
    seconds(out, us);
    if (r->scenarios[first].file) /* a block is one; an attribute of test cases is not for all */
        attribute(out, "file", r->scenarios[first].file);
    fputs(">\n", out);
    properties(out, r);
    for (size_t i = first; i < r->n_scenarios; i++)
        if (in_suite(&r->scenarios[i], suite))
            test_case(out, r, &r->scenarios[i]);
    fputs("  </testsuite>\n", out);
}

/* A suite of one case that tells of the run as a whole: `element` "failure", "error" or NULL. */
static void run_suite(FILE *out, const struct vmsg_run_result *r, const char *name,
                      const char *element, const char *message, const struct vmsg_gate_result *g)
{
    fprintf(out, "  <testsuite name=\"%s\" tests=\"1\" failures=\"%d\" errors=\"%d\" skipped=\"0\"",
            name, element && !strcmp(element, "failure"), element && !strcmp(element, "error"));
    seconds(out, 0);
    fputs(">\n", out);
    properties(out, r);
    fprintf(out, "    <testcase name=\"%s\" classname=\"run\" time=\"0.000\">\n", name);
    if (element) {
        fprintf(out, "      <%s", element);
        attribute(out, "message", message);
        attribute(out, "type", element);
        fputs(">", out);
        for (size_t i = 0; g && i < g->n_problems; i++) {
            xml_text(out, g->problems[i]);
            fputc('\n', out);
        }
        fprintf(out, "</%s>\n", element);
    }
    fputs("    </testcase>\n  </testsuite>\n", out);
}

static void gate_suite(FILE *out, const struct vmsg_run_result *r)
{
    const struct vmsg_gate_result *g = &r->gate;

    run_suite(out, r, "gate", g->passes ? NULL : "failure",
              g->n_problems ? g->problems[0] : "not all failures are expected", g);
}

bool vmsg_junit_write(FILE *out, const struct vmsg_run_result *r,
                      const struct vmsg_report_options *o)
{
    (void)o;
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites", out);
    attribute(out, "name", r->spec);
    counts(out, r, NULL);
    seconds(out, r->duration_us);
    fputs(">\n", out);
    if (vmsg_run_unfinished(r))
        run_suite(out, r, "complete", "error", vmsg_run_unfinished(r), NULL);
    if (r->gate.applied)
        gate_suite(out, r);
    for (size_t i = 0; i < r->n_scenarios; i++) {
        bool seen = false;

        for (size_t k = 0; k < i && !seen; k++)
            seen = in_suite(&r->scenarios[k], suite_of(&r->scenarios[i]));
        if (!seen)
            test_suite(out, r, i);
    }
    fputs("</testsuites>\n", out);
    return !ferror(out);
}
