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

/* What stands out, first. */
static void broken(FILE *out, const struct vmsg_run_result *r)
{
    bool any = false;

    for (size_t i = 0; i < r->n_clauses; i++) {
        const struct vmsg_clause_result *c = &r->clauses[i];

        if (c->verdict != VMSG_CLAUSE_FAIL && c->verdict != VMSG_CLAUSE_WARN)
            continue;
        fputs(any ? "" : "<h2>What is broken</h2>\n<ul class=\"broken\">\n", out);
        any = true;
        fputs("<li>", out);
        vmsg_page_badge(out, vmsg_clause_verdict_text(c->verdict));
        if (c->expected)
            fputs("<span class=\"tag\">expected</span>", out);
        fputs("<a class=\"id\"", out);
        vmsg_page_href(out, c->clause->id);
        fprintf(out, ">%s</a> <span class=\"what\">", c->clause->id);
        vmsg_put_html(out, c->clause->summary);
        fputs("</span></li>\n", out);
    }
    fputs(any ? "</ul>\n" : "", out);
}

static void legend(FILE *out)
{
    fputs("<ul class=\"legend\">", out);
    for (size_t i = 0; i < ORDERED; i++) {
        const char *verdict = vmsg_clause_verdict_text(order[i]);

        fprintf(out, "<li><span class=\"cell v-%s\" aria-hidden=\"true\">%s</span>%s</li>", verdict,
                vmsg_page_sign(verdict), verdict);
    }
    fputs("</ul>\n", out);
}

/* The prefix that all messages have says nothing. */
static const char *short_topic(const char *section)
{
    static const char prefix[] = "VIRTIO_MSG_";
    const char *topic = vmsg_section_topic(section);

    return strncmp(topic, prefix, sizeof prefix - 1) ? topic : topic + sizeof prefix - 1;
}

static void section(FILE *out, const struct vmsg_run_result *r, size_t i)
{
    const char *name = r->clauses[i].clause->section;

    fputs("<li><span>", out);
    vmsg_put_html(out, short_topic(name));
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
    fputs("<section id=\"overview\" class=\"wrap\">\n", out);
    broken(out, r);
    fputs("<h2>All clauses at a glance</h2>\n", out);
    bar(out, r);
    legend(out);
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
