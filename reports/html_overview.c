/* HTML report: the proportions of the verdicts, and the matrix of all clauses. */
#include "reports/html.h"

#include "reports/escape.h"
#include "reports/page.h"
#include "reports/sections.h"

#include <string.h>

static const enum vmsg_clause_verdict order[] = {
    VMSG_CLAUSE_FAIL,           VMSG_CLAUSE_WARN,     VMSG_CLAUSE_PASS,
    VMSG_CLAUSE_INCONCLUSIVE,   VMSG_CLAUSE_DECLARED, VMSG_CLAUSE_NOT_OBSERVABLE,
    VMSG_CLAUSE_NOT_APPLICABLE,
};

#define ORDERED (sizeof order / sizeof *order)

static void bar(FILE *out, const struct vmsg_run_result *r)
{
    fputs("<div class=\"bar\" role=\"img\" aria-label=\"", out);
    for (size_t i = 0; i < ORDERED; i++)
        fprintf(out, "%s%zu %s", i ? ", " : "", vmsg_run_clause_count(r, order[i]),
                vmsg_clause_verdict_text(order[i]));
    fputs("\">", out);
    for (size_t i = 0; i < ORDERED; i++) {
        size_t n = vmsg_run_clause_count(r, order[i]);

        if (n)
            fprintf(out, "<span class=\"v-%s\" style=\"flex:%zu\" title=\"%zu %s\"></span>",
                    vmsg_clause_verdict_text(order[i]), n, n, vmsg_clause_verdict_text(order[i]));
    }
    fputs("</div>\n", out);
}

static void cell(FILE *out, const struct vmsg_clause_result *c)
{
    const char *verdict = vmsg_clause_verdict_text(c->verdict);

    fprintf(out, "<a class=\"cell v-%s\"", verdict);
    vmsg_page_href(out, c->clause->id);
    fprintf(out,
            " title=\"%s: %s\"><span aria-hidden=\"true\">%s</span><span class=\"vh\">%s: "
            "%s</span></a>",
            c->clause->id, verdict, vmsg_page_sign(verdict), c->clause->id, verdict);
}

static void section(FILE *out, const struct vmsg_run_result *r, size_t i)
{
    const char *name = r->clauses[i].clause->section;

    fputs("<li><span>", out);
    vmsg_put_html(out, vmsg_section_topic(name));
    fputs("</span><span class=\"cells\">", out);
    for (size_t k = i; k < r->n_clauses; k++)
        if (!strcmp(r->clauses[k].clause->section, name))
            cell(out, &r->clauses[k]);
    fputs("</span></li>\n", out);
}

static void part(FILE *out, const struct vmsg_run_result *r, size_t i)
{
    const char *name = r->clauses[i].clause->section;

    fputs("<div class=\"part\"><h3>", out);
    vmsg_put_html_n(out, name, vmsg_section_part_len(name));
    fputs("</h3>\n<ul>\n", out);
    for (size_t k = i; k < r->n_clauses; k++)
        if (vmsg_section_same_part(name, r->clauses[k].clause->section) &&
            vmsg_section_begins(r, k))
            section(out, r, k);
    fputs("</ul></div>\n", out);
}

void vmsg_html_overview(FILE *out, const struct vmsg_run_result *r)
{
    fputs("<section id=\"overview\" class=\"wrap\"><h2>Overview</h2>\n", out);
    bar(out, r);
    fputs("<nav class=\"parts\" aria-label=\"All clauses, grouped as the specification\">\n", out);
    for (size_t i = 0; i < r->n_clauses; i++)
        if (vmsg_section_begins_part(r, i))
            part(out, r, i);
    fputs("</nav></section>\n", out);
}

static void chip(FILE *out, const char *kind, const char *verdict, size_t n)
{
    if (n)
        fprintf(out,
                "<button type=\"button\" class=\"chip v-%s\" data-kind=\"%s\" data-verdict=\"%s\" "
                "aria-pressed=\"true\">%zu %s</button>\n",
                verdict, kind, verdict, n, verdict);
}

void vmsg_html_tools(FILE *out, const struct vmsg_run_result *r)
{
    fputs("<div class=\"tools js\" role=\"search\" hidden><div class=\"wrap\">\n"
          "<label class=\"vh\" for=\"search\">Search</label>"
          "<input type=\"search\" id=\"search\" placeholder=\"Search clauses, scenarios, "
          "findings\">\n"
          "<label class=\"vh\" for=\"level\">Level</label><select id=\"level\">"
          "<option value=\"\">all levels</option><option>MUST</option><option>SHOULD</option>"
          "<option>MAY</option></select>\n"
          "<div class=\"chips\" role=\"group\" aria-label=\"Clauses by verdict\">\n",
          out);
    for (size_t i = 0; i < ORDERED; i++)
        chip(out, "clause", vmsg_clause_verdict_text(order[i]), vmsg_run_clause_count(r, order[i]));
    fputs("</div>\n<button type=\"button\" id=\"reset\">Reset</button>"
          "<button type=\"button\" id=\"expand\">Open all</button>"
          "<button type=\"button\" id=\"collapse\">Close all</button>"
          "<label class=\"count\"><input type=\"checkbox\" id=\"bytes\" checked> bytes</label>"
          "<button type=\"button\" id=\"theme\">Light/dark</button>"
          "<span class=\"count\" id=\"count\" role=\"status\"></span></div></div>\n",
          out);
}
