/* HTML report: the scenarios, each with its findings, its whole trace and what the SUT printed. */
#include "reports/html.h"

#include "reports/escape.h"
#include "reports/findings.h"
#include "reports/page.h"

#include <string.h>

static bool is_bad(const struct vmsg_scenario_result *s)
{
    return s->verdict == VMSG_VERDICT_FAIL || s->verdict == VMSG_VERDICT_WEDGED ||
           s->verdict == VMSG_VERDICT_CRASHED || s->verdict == VMSG_VERDICT_ERROR;
}

void vmsg_html_row(FILE *out, const char *id, const char *kind, const char *verdict,
                   const char *level, bool bad)
{
    fputs("<details class=\"row\" id=\"", out);
    vmsg_put_html(out, id);
    fprintf(out, "\" data-kind=\"%s\" data-verdict=\"%s\"", kind, verdict);
    if (level)
        fprintf(out, " data-level=\"%s\"", level);
    fputs(bad ? " data-bad=\"1\">\n" : ">\n", out);
}

static void paragraph(FILE *out, const char *before, const char *text)
{
    if (!text || !*text)
        return;
    fprintf(out, "<p>%s", before);
    vmsg_put_html(out, text);
    fputs("</p>\n", out);
}

static void clauses(FILE *out, const struct vmsg_scenario_result *s)
{
    fputs("<h5>Sets out to test</h5>\n<ul class=\"links\">\n", out);
    for (size_t i = 0; s->clauses && s->clauses[i]; i++) {
        fputs("<li><a class=\"id\"", out);
        vmsg_page_href(out, s->clauses[i]);
        fputc('>', out);
        vmsg_put_html(out, s->clauses[i]);
        fputs("</a></li>\n", out);
    }
    fputs("</ul>\n", out);
}

static void findings(FILE *out, const struct vmsg_scenario_result *s)
{
    if (s->n_findings == 0)
        return;
    fputs("<h5>Findings</h5>\n<ol>\n", out);
    for (size_t i = 0; i < s->n_findings; i++) {
        const struct vmsg_result_finding *f = &s->findings[i];

        if (vmsg_finding_told(s, i))
            continue;
        fputs("<li><a class=\"id\"", out);
        vmsg_page_href(out, f->clause);
        fputc('>', out);
        vmsg_put_html(out, f->clause);
        fprintf(out, "</a> <span class=\"tag\">%s</span> ", vmsg_level_text(f->level));
        vmsg_put_html(out, f->text);
        fputs(" <span class=\"soft\">", out);
        vmsg_html_messages(out, s, i, false);
        fputs("</span></li>\n", out);
    }
    fputs("</ol>\n", out);
}

/* What the SUT printed, line by line: everything else about a line is made visible. */
static void output(FILE *out, const char *s)
{
    if (!s || !*s)
        return;
    fputs("<h5>Last output of the SUT</h5>\n<pre class=\"output\" tabindex=\"0\">", out);
    while (*s) {
        size_t len = strcspn(s, "\n");

        vmsg_put_html_n(out, s, len);
        fputc('\n', out);
        s += len + (s[len] == '\n');
    }
    fputs("</pre>\n", out);
}

static void body(FILE *out, const struct vmsg_run_result *r, const struct vmsg_scenario_result *s)
{
    fputs("<div class=\"body\">\n", out);
    paragraph(out, "<strong>Expected to fail:</strong> ", s->expected);
    paragraph(out, "", s->verdict == VMSG_VERDICT_PASS ? NULL : s->reason);
    clauses(out, s);
    findings(out, s);
    paragraph(out, "The SUT: ", s->sut_end);
    if (s->n_trace) {
        fprintf(out, "<div><h5>Trace, %zu entries", s->n_trace);
        if (s->n_trace_dropped)
            fprintf(out, " (%zu more were not kept)", s->n_trace_dropped);
        fputs("</h5>\n", out);
        vmsg_html_trace(out, s, 0, s->n_trace, true);
        fputs("</div>\n", out);
    }
    output(out, s->sut_output);
    fputs("<p class=\"soft\">Again, with your other options: <code>--select ", out);
    vmsg_put_html(out, s->id);
    fprintf(out, " --seed %llu</code>. <a", (unsigned long long)(s->seed ? s->seed : r->seed));
    vmsg_page_href(out, s->id);
    fputs(">Link to this scenario</a></p>\n</div>", out);
}

static void scenario(FILE *out, const struct vmsg_run_result *r,
                     const struct vmsg_scenario_result *s)
{
    vmsg_html_row(out, s->id, "scenario", vmsg_verdict_text(s->verdict), NULL, is_bad(s));
    fputs("<summary><span>", out);
    vmsg_page_badge(out, vmsg_verdict_text(s->verdict));
    if (s->expected)
        fputs(" <span class=\"tag\">expected</span>", out);
    fputs("</span><span class=\"id\">", out);
    vmsg_put_html(out, s->id);
    fputs("</span><span class=\"what\">", out);
    vmsg_put_html(out, s->summary);
    fputs("</span><span class=\"num\">", out);
    if (s->n_findings)
        fprintf(out, "%zu finding%s, ", s->n_findings, s->n_findings == 1 ? "" : "s");
    fprintf(out, "%llu.%llu ms</span></summary>\n", (unsigned long long)(s->duration_us / 1000),
            (unsigned long long)(s->duration_us / 100 % 10));
    body(out, r, s);
    fputs("</details>\n", out);
}

void vmsg_html_scenarios(FILE *out, const struct vmsg_run_result *r)
{
    fputs("<section id=\"scenarios\" class=\"wrap\"><h2>Scenarios</h2>\n<div class=\"chips js\" "
          "role=\"group\" aria-label=\"Scenarios by verdict\" hidden>\n",
          out);
    for (int v = 0; v < VMSG_VERDICT_COUNT; v++) {
        size_t n = vmsg_run_count(r, v);

        if (n)
            fprintf(out,
                    "<button type=\"button\" class=\"chip v-%s\" data-kind=\"scenario\" "
                    "data-verdict=\"%s\" aria-pressed=\"true\">%zu %s</button>\n",
                    vmsg_verdict_text(v), vmsg_verdict_text(v), n, vmsg_verdict_text(v));
    }
    fputs("</div>\n<div class=\"group\"><div class=\"list\" style=\"margin-top:.8rem\">\n", out);
    for (size_t i = 0; i < r->n_scenarios; i++)
        scenario(out, r, &r->scenarios[i]);
    fputs("</div></div>\n<p class=\"empty\" data-kind=\"scenario\" hidden>No scenario "
          "matches.</p></section>\n",
          out);
}
