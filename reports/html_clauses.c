/* HTML report: the clauses, grouped as the spec, each with its findings. */
#include "reports/html.h"

#include "reports/escape.h"
#include "reports/findings.h"
#include "reports/page.h"
#include "reports/sections.h"

#include <string.h>

#define SHOWN_EXCERPTS 3u /* of one clause; the other findings link to their scenario */
#define AROUND         3u /* messages either side of a finding */

static bool lists(const struct vmsg_scenario_result *s, const char *clause)
{
    for (size_t i = 0; s->clauses && s->clauses[i]; i++)
        if (!strcmp(s->clauses[i], clause))
            return true;
    return false;
}

static void finding(FILE *out, const struct vmsg_scenario_result *s, size_t i, bool excerpt)
{
    const struct vmsg_result_finding *f = &s->findings[i];

    fputs("<li>", out);
    vmsg_put_html(out, f->text);
    fputs("<br><span class=\"soft\">in ", out);
    vmsg_html_messages(out, s, i, true);
    fputs("</span>", out);
    if (excerpt && s->n_trace)
        vmsg_html_trace(out, s, f->message > AROUND ? f->message - AROUND : 0,
                        (size_t)f->message + AROUND + 1, false);
    fputs("</li>\n", out);
}

static void findings(FILE *out, const struct vmsg_run_result *r, const char *clause)
{
    size_t shown = 0;

    fputs("<h5>Findings</h5>\n<ol>\n", out);
    for (size_t i = 0; i < r->n_scenarios; i++) {
        const struct vmsg_scenario_result *s = &r->scenarios[i];

        for (size_t k = 0; k < s->n_findings; k++)
            if (!strcmp(s->findings[k].clause, clause) && !vmsg_finding_told(s, k))
                finding(out, s, k, shown++ < SHOWN_EXCERPTS);
    }
    fputs("</ol>\n", out);
}

static void scenarios(FILE *out, const struct vmsg_run_result *r, const char *clause)
{
    bool any = false;

    for (size_t i = 0; i < r->n_scenarios; i++) {
        const struct vmsg_scenario_result *s = &r->scenarios[i];

        if (!lists(s, clause))
            continue;
        fputs(any ? "" : "<h5>Scenarios that set out to test it</h5>\n<ul class=\"links\">\n", out);
        any = true;
        fputs("<li>", out);
        vmsg_page_badge(out, vmsg_verdict_text(s->verdict));
        fputs(" <a class=\"id\"", out);
        vmsg_page_href(out, s->id);
        fputc('>', out);
        vmsg_put_html(out, s->id);
        fputs("</a></li>\n", out);
    }
    fputs(any ? "</ul>\n" : "", out);
}

static void readings(FILE *out, const struct vmsg_clause *c)
{
    for (size_t i = 0; c->readings && c->readings[i]; i++) {
        fputs("<p class=\"soft\">A legal reading: ", out);
        vmsg_put_html(out, c->readings[i]);
        fputs("</p>\n", out);
    }
}

static void summary_line(FILE *out, const struct vmsg_clause_result *c)
{
    fputs("<summary><span>", out);
    vmsg_page_badge(out, vmsg_clause_verdict_text(c->verdict));
    if (c->expected)
        fputs(" <span class=\"tag\">expected</span>", out);
    fprintf(out, "</span><span class=\"id\">%s</span><span class=\"what\">", c->clause->id);
    vmsg_put_html(out, c->clause->summary);
    fprintf(out, "</span><span class=\"num\"><span class=\"tag\">%s</span>",
            vmsg_level_text(c->clause->level));
    if (c->exercised)
        fprintf(out, " %llu seen", (unsigned long long)c->exercised);
    if (c->findings)
        fprintf(out, ", %llu broken", (unsigned long long)c->findings);
    fputs("</span></summary>\n", out);
}

static void clause(FILE *out, const struct vmsg_run_result *r, const struct vmsg_clause_result *c)
{
    bool bad = c->verdict == VMSG_CLAUSE_FAIL || c->verdict == VMSG_CLAUSE_WARN;

    vmsg_html_row(out, c->clause->id, "clause", vmsg_clause_verdict_text(c->verdict),
                  vmsg_level_text(c->clause->level), bad);
    summary_line(out, c);
    fprintf(out,
            "<div class=\"body\"><p class=\"soft\">%llu situation%s in which it could have been "
            "broken, %llu finding%s. <a",
            (unsigned long long)c->exercised, c->exercised == 1 ? "" : "s",
            (unsigned long long)c->findings, c->findings == 1 ? "" : "s");
    vmsg_page_href(out, c->clause->id);
    fputs(">Link to this clause</a></p>\n", out);
    if (c->expected) {
        fputs("<p><strong>Expected to fail:</strong> ", out);
        vmsg_put_html(out, c->expected);
        fputs("</p>\n", out);
    }
    if (c->reason && !bad) {
        fputs("<p>", out);
        vmsg_put_html(out, c->reason);
        fputs("</p>\n", out);
    }
    readings(out, c->clause);
    if (c->findings)
        findings(out, r, c->clause->id);
    scenarios(out, r, c->clause->id);
    fputs("</div></details>\n", out);
}

static void section(FILE *out, const struct vmsg_run_result *r, size_t i)
{
    const char *name = r->clauses[i].clause->section;

    fputs("<div><h4 class=\"heading\">", out);
    vmsg_put_html(out, vmsg_section_topic(name));
    fputs("</h4>\n<div class=\"list\">\n", out);
    for (size_t k = i; k < r->n_clauses; k++)
        if (!strcmp(r->clauses[k].clause->section, name))
            clause(out, r, &r->clauses[k]);
    fputs("</div></div>\n", out);
}

void vmsg_html_clauses(FILE *out, const struct vmsg_run_result *r)
{
    fputs("<section id=\"clauses\" class=\"wrap\" tabindex=\"-1\"><h2>Clauses</h2>\n"
          "<p class=\"keys js\" hidden><kbd>/</kbd> searches, <kbd>n</kbd> and <kbd>p</kbd> go to "
          "the next and previous broken one, <kbd>Esc</kbd> shows everything.</p>\n",
          out);
    for (size_t i = 0; i < r->n_clauses; i++) {
        const char *part = r->clauses[i].clause->section;

        if (!vmsg_section_begins_part(r, i))
            continue;
        fputs("<div class=\"group\"><h3 class=\"heading\">", out);
        vmsg_put_html_n(out, part, vmsg_section_part_len(part));
        fputs("</h3>\n", out);
        for (size_t k = i; k < r->n_clauses; k++)
            if (vmsg_section_same_part(part, r->clauses[k].clause->section) &&
                vmsg_section_begins(r, k))
                section(out, r, k);
        fputs("</div>\n", out);
    }
    fputs("<p class=\"empty\" data-kind=\"clause\" hidden>No clause matches.</p></section>\n", out);
}
