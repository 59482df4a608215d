/*
 * The HTML report: one self-contained page. All of it is there without a script; the script only
 * filters, opens and searches.
 */
#include "reports/html.h"

#include "reports/escape.h"
#include "reports/formats.h"
#include "reports/page.h"

#include <stdlib.h>

static void number_fact(FILE *out, const char *name, unsigned long long n, const char *unit)
{
    char text[48];

    snprintf(text, sizeof text, "%llu%s", n, unit);
    vmsg_page_fact(out, name, text);
}

static void problems(FILE *out, const struct vmsg_gate_result *g)
{
    if (!g->applied)
        return;
    fprintf(out, "<div class=\"notice %s\"><p><strong>Gate: %s</strong></p>\n",
            g->passes ? "pass" : "fail", g->passes ? "passes: what fails is expected" : "fails");
    if (g->n_problems)
        fputs("<ul>\n", out);
    for (size_t i = 0; i < g->n_problems; i++) {
        fputs("<li>", out);
        vmsg_put_html(out, g->problems[i]);
        fputs("</li>\n", out);
    }
    fputs(g->n_problems ? "</ul></div>\n" : "</div>\n", out);
}

static void counted(FILE *out, const struct vmsg_run_result *r)
{
    size_t broken = vmsg_run_clause_count(r, VMSG_CLAUSE_FAIL);

    fprintf(out, "<span class=\"soft\">%zu clause%s broken, %zu passed by witness</span>", broken,
            broken == 1 ? "" : "s", vmsg_run_clause_count(r, VMSG_CLAUSE_PASS));
}

void vmsg_html_head(FILE *out, const struct vmsg_run_result *r)
{
    fputs("<a class=\"skip\" href=\"#clauses\">Skip to the clauses</a>\n"
          "<header class=\"top\"><div class=\"wrap\">\n<p class=\"kicker\">virtio-msg conformance "
          "of a ",
          out);
    vmsg_put_html(out, r->role);
    fputs("</p>\n<h1>", out);
    vmsg_put_html(out, r->sut_name);
    if (r->sut_version && *r->sut_version) {
        fputs(" <small>", out);
        vmsg_put_html(out, r->sut_version);
        fputs("</small>", out);
    }
    fprintf(out, "</h1>\n<div class=\"verdict\"><strong class=\"%s\">%s</strong>",
            r->conforms ? "v-yes" : "v-no",
            r->conforms      ? "\xe2\x9c\x93 Conforms"
            : r->not_started ? "\xe2\x9c\x97 Did not start"
                             : "\xe2\x9c\x97 Does not conform");
    if (r->n_clauses && !r->not_started)
        counted(out, r);
    fputs("</div>\n", out);
    if (vmsg_run_unfinished(r)) {
        fputs("<p class=\"notice\"><strong>The run is not whole:</strong> ", out);
        vmsg_put_html(out, vmsg_run_unfinished(r));
        fputs("</p>\n", out);
    }
    problems(out, &r->gate);
    fputs("<dl class=\"facts\">\n", out);
    vmsg_page_fact(out, "Specification", r->spec);
    number_fact(out, "Seed", r->seed, "");
    number_fact(out, "Duration", r->duration_us / 1000, " ms");
    number_fact(out, "Scenarios", r->n_scenarios, "");
    vmsg_page_fact(out, "Reached by", r->sut_uri);
    vmsg_page_fact(out, "Assumed", r->assumptions);
    fputs("</dl>\n</div></header>\n", out);
}

bool vmsg_html_write(FILE *out, const struct vmsg_run_result *r,
                     const struct vmsg_report_options *o)
{
    char *title;

    (void)o;
    if (asprintf(&title, "%s %s - virtio-msg %s", r->sut_name,
                 r->conforms ? "conforms" : "does not conform", r->role) < 0)
        return false;
    vmsg_page_begin(out, title);
    free(title);
    vmsg_html_head(out, r);
    fputs("<main>\n", out);
    if (r->n_clauses && !r->not_started)
        vmsg_html_overview(out, r);
    vmsg_html_tools(out, r);
    vmsg_html_clauses(out, r);
    vmsg_html_scenarios(out, r);
    fputs("</main>\n", out);
    vmsg_page_end(out);
    return !ferror(out);
}
