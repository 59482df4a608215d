/* A comparison as a page: the reports, what changed, and the matrix of all clauses. */
#include "reports/compare.h"

#include "reports/escape.h"
#include "reports/page.h"

#include <string.h>

static void label(FILE *out, const struct vmsg_compare *c, size_t r)
{
    const struct vmsg_read_report *report = &c->reports[r];

    fprintf(out, "<strong>%s</strong> ", vmsg_compare_name_of(r).text);
    vmsg_put_html(out, report->sut_name);
    if (report->sut_version && *report->sut_version) {
        fputs(" <span class=\"soft\">", out);
        vmsg_put_html(out, report->sut_version);
        fputs("</span>", out);
    }
}

static void report(FILE *out, const struct vmsg_compare *c, size_t r)
{
    const struct vmsg_read_report *report = &c->reports[r];

    fputs("<tr><th scope=\"row\">", out);
    label(out, c, r);
    fputs("<br><span class=\"soft id\">", out);
    vmsg_put_html(out, c->paths[r]);
    fputs("</span></th><td>", out);
    vmsg_put_html(out, report->role);
    fputs("<br><span class=\"soft\">", out);
    vmsg_put_html(out, report->spec);
    fprintf(out,
            "</span></td><td><span class=\"name\">conforms</span> <span class=\"badge "
            "%s\">%s</span></td><td>%zu <span class=\"name\">pass</span></td><td>%zu <span "
            "class=\"name\">fail</span></td><td>%zu <span class=\"name\">warn</span></td>",
            report->conforms ? "v-yes" : "v-no", report->conforms ? "yes" : "no",
            vmsg_compare_verdicts(c, r, VMSG_CLAUSE_PASS),
            vmsg_compare_verdicts(c, r, VMSG_CLAUSE_FAIL),
            vmsg_compare_verdicts(c, r, VMSG_CLAUSE_WARN));
    if (c->reference[r] == r)
        fputs("<td class=\"soft\">a reference</td></tr>\n", out);
    else
        fprintf(
            out,
            "<td>against %s: <span class=\"better\">%zu better</span>, <span "
            "class=\"worse\">%zu worse</span>, %zu lost, %zu changed</td></tr>\n",
            vmsg_compare_name_of(c->reference[r]).text, vmsg_compare_count(c, r, VMSG_TREND_BETTER),
            vmsg_compare_count(c, r, VMSG_TREND_WORSE), vmsg_compare_count(c, r, VMSG_TREND_LOST),
            vmsg_compare_count(c, r, VMSG_TREND_CHANGED));
}

static void reports(FILE *out, const struct vmsg_compare *c)
{
    fputs(
        "<section class=\"wrap\"><h2>Reports</h2>\n<div class=\"scroll\"><table class=\"reports\">"
        "<thead><tr><th scope=\"col\">Implementation</th><th scope=\"col\">Role</th><th "
        "scope=\"col\">Conforms</th><th scope=\"col\">pass</th><th scope=\"col\">fail</th><th "
        "scope=\"col\">warn</th><th scope=\"col\">Changes</th></tr></thead><tbody>\n",
        out);
    for (size_t r = 0; r < c->n; r++)
        report(out, c, r);
    fputs("</tbody></table></div></section>\n", out);
}

static void change(FILE *out, const struct vmsg_compare *c, size_t r,
                   const struct vmsg_compare_row *row)
{
    const char *trend = vmsg_trend_text(row->cells[r].trend);

    fprintf(out, "<li><strong>%s</strong> <span class=\"delta %s\">%s</span> <a class=\"id\"",
            vmsg_compare_name_of(r).text, trend, trend);
    vmsg_page_href(out, row->id);
    fputc('>', out);
    vmsg_put_html(out, row->id);
    fputs("</a> <span>", out);
    vmsg_page_badge(out, vmsg_clause_verdict_text(row->cells[c->reference[r]].clause->verdict));
    fputs(" \xe2\x86\x92 ", out);
    vmsg_page_badge(out, vmsg_clause_verdict_text(row->cells[r].clause->verdict));
    fputs("</span> <span class=\"what soft\">", out);
    vmsg_put_html(out, row->summary);
    fputs("</span></li>\n", out);
}

static void changes(FILE *out, const struct vmsg_compare *c)
{
    static const enum vmsg_trend order[] = {VMSG_TREND_WORSE, VMSG_TREND_LOST, VMSG_TREND_BETTER,
                                            VMSG_TREND_CHANGED};

    fputs("<section class=\"wrap\"><h2>What changed</h2>\n<ul class=\"broken\">", out);
    for (size_t r = 0; r < c->n; r++)
        for (size_t k = 0; k < sizeof order / sizeof *order; k++)
            for (size_t i = 0; i < c->n_rows; i++)
                if (c->rows[i].cells[r].clause && c->rows[i].cells[r].trend == order[k])
                    change(out, c, r, &c->rows[i]);
    fputs("</ul></section>\n", out);
}

static void scenarios(FILE *out, const struct vmsg_compare *c)
{
    if (c->n_scenarios == 0)
        return;
    fputs("<section class=\"wrap\" id=\"scenarios\"><h2>Scenarios that changed</h2>\n<div "
          "class=\"scroll\"><table><thead><tr><th scope=\"col\">Scenario</th><th "
          "scope=\"col\">Report</th><th scope=\"col\">Was</th><th "
          "scope=\"col\">Is</th></tr></thead><tbody class=\"list\">\n",
          out);
    for (size_t i = 0; i < c->n_scenarios; i++) {
        const struct vmsg_compare_scenario *s = &c->scenarios[i];
        const char *trend = vmsg_trend_text(s->trend);

        fprintf(out,
                "<tr class=\"row\" data-kind=\"scenario\" data-verdict=\"%s\"><th scope=\"row\" "
                "class=\"id\">",
                trend);
        vmsg_put_html(out, s->id);
        fprintf(out, "</th><td>%s</td><td>", vmsg_compare_name_of(s->report).text);
        vmsg_page_badge(out, vmsg_verdict_text(s->from));
        fputs("</td><td>", out);
        vmsg_page_badge(out, vmsg_verdict_text(s->to));
        fprintf(out, " <span class=\"delta %s\">%s</span></td></tr>\n", trend, trend);
    }
    fputs("</tbody></table></div></section>\n", out);
}

static void tools(FILE *out, const struct vmsg_compare *c)
{
    static const enum vmsg_trend order[] = {VMSG_TREND_WORSE, VMSG_TREND_LOST, VMSG_TREND_BETTER,
                                            VMSG_TREND_CHANGED, VMSG_TREND_SAME};
    static const char *const colours[] = {"v-fail", "v-warn", "v-pass", "v-inconclusive", "v-skip"};

    fputs(
        "<div class=\"tools js\" role=\"search\" hidden><div class=\"wrap\">\n<label class=\"vh\" "
        "for=\"search\">Search</label><input type=\"search\" id=\"search\" "
        "placeholder=\"Search clauses\">\n<label class=\"vh\" for=\"level\">Level</label><select "
        "id=\"level\"><option value=\"\">all levels</option><option>MUST</option>"
        "<option>SHOULD</option><option>MAY</option></select>\n<div class=\"chips\" "
        "role=\"group\" aria-label=\"Clauses by change\">\n",
        out);
    for (size_t k = 0; k < sizeof order / sizeof *order; k++) {
        size_t n = 0;

        for (size_t i = 0; i < c->n_rows; i++)
            n += vmsg_compare_row_trend(c, i) == order[k];
        if (n)
            fprintf(out,
                    "<button type=\"button\" class=\"chip %s\" data-kind=\"clause\" "
                    "data-verdict=\"%s\" aria-pressed=\"true\">%zu %s</button>\n",
                    colours[k], vmsg_trend_text(order[k]), n, vmsg_trend_text(order[k]));
    }
    fputs("</div>\n<button type=\"button\" id=\"reset\">Reset</button><button type=\"button\" "
          "id=\"theme\">Light/dark</button><span class=\"count\" id=\"count\" "
          "data-scenario=\"changed scenario\" role=\"status\"></span></div></div>\n",
          out);
}

static void cell(FILE *out, const struct vmsg_compare_cell *cell)
{
    const char *trend = vmsg_trend_text(cell->trend);

    fputs("<td>", out);
    if (cell->clause)
        vmsg_page_badge(out, vmsg_clause_verdict_text(cell->clause->verdict));
    else
        fputs("<span class=\"soft\">not judged</span>", out);
    if (cell->clause && cell->trend != VMSG_TREND_SAME)
        fprintf(out, "<span class=\"delta %s\">%s</span>", trend, trend);
    fputs("</td>", out);
}

static void row(FILE *out, const struct vmsg_compare *c, size_t i)
{
    const struct vmsg_compare_row *row = &c->rows[i];
    enum vmsg_trend trend = vmsg_compare_row_trend(c, i);

    fputs("<tr class=\"row\" id=\"", out);
    vmsg_put_html(out, row->id);
    fprintf(out,
            "\" data-kind=\"clause\" data-level=\"%s\" data-verdict=\"%s\"%s><th scope=\"row\"><a "
            "class=\"id\"",
            vmsg_level_text(row->level), vmsg_trend_text(trend),
            trend == VMSG_TREND_WORSE || trend == VMSG_TREND_LOST
                ? " data-bad=\"1\" tabindex=\"-1\""
                : "");
    vmsg_page_href(out, row->id);
    fputc('>', out);
    vmsg_put_html(out, row->id);
    fprintf(out, "</a> <span class=\"tag\">%s</span><br><span class=\"soft\">",
            vmsg_level_text(row->level));
    vmsg_put_html(out, row->summary);
    fputs("</span></th>", out);
    for (size_t r = 0; r < c->n; r++)
        cell(out, &row->cells[r]);
    fputs("</tr>\n", out);
}

static bool same_section(const struct vmsg_compare_row *a, const struct vmsg_compare_row *b)
{
    return !strcmp(a->section, b->section) && !strcmp(a->spec, b->spec);
}

static bool begins_section(const struct vmsg_compare *c, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (same_section(&c->rows[k], &c->rows[i]))
            return false;
    return true;
}

static void section(FILE *out, const struct vmsg_compare *c, size_t i)
{
    const struct vmsg_compare_row *first = &c->rows[i];

    fprintf(out,
            "<tbody class=\"list\"><tr class=\"section\"><th scope=\"rowgroup\" colspan=\"%zu\">",
            c->n + 1);
    vmsg_put_html(out, first->section);
    if (c->mixed) {
        fputs(" <span class=\"soft\">", out);
        vmsg_put_html(out, first->spec);
        fputs("</span>", out);
    }
    fputs("</th></tr>\n", out);
    for (size_t k = i; k < c->n_rows; k++)
        if (same_section(first, &c->rows[k]))
            row(out, c, k);
    fputs("</tbody>\n", out);
}

static void matrix(FILE *out, const struct vmsg_compare *c)
{
    fputs("<section class=\"wrap\" id=\"clauses\"><h2>Clauses</h2>\n<div class=\"scroll\"><table>"
          "<thead><tr><th scope=\"col\">Clause</th>",
          out);
    for (size_t r = 0; r < c->n; r++) {
        fputs("<th scope=\"col\">", out);
        label(out, c, r);
        fputs("</th>", out);
    }
    fputs("</tr></thead>\n", out);
    for (size_t i = 0; i < c->n_rows; i++)
        if (begins_section(c, i))
            section(out, c, i);
    fputs("</table></div>\n<p class=\"empty\" data-kind=\"clause\" hidden>No clause "
          "matches.</p></section>\n",
          out);
}

bool vmsg_compare_write_html(FILE *out, const struct vmsg_compare *c, bool verbose)
{
    bool worse = vmsg_compare_regressed(c);

    (void)verbose;
    vmsg_page_begin(out, "virtio-msg conformance, compared");
    fprintf(out,
            "<a class=\"skip\" href=\"#clauses\">Skip to the clauses</a>\n<header "
            "class=\"top\"><div class=\"wrap\">\n<p class=\"kicker\">virtio-msg conformance</p>\n"
            "<h1>%zu reports compared</h1>\n<div class=\"verdict\"><strong "
            "class=\"%s\">%s</strong></div></div></header>\n<main>\n",
            c->n, worse ? "v-no" : "v-yes",
            worse ? "\xe2\x9c\x97 Somewhere worse than its reference"
                  : "\xe2\x9c\x93 Nowhere worse than its reference");
    reports(out, c);
    changes(out, c);
    tools(out, c);
    matrix(out, c);
    scenarios(out, c);
    fputs("</main>\n", out);
    vmsg_page_end(out);
    return !ferror(out);
}
