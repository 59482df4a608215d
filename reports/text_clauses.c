/*
 * Text report: clauses by section of the spec. A section is one line of counts; below it, what is
 * broken (and, when verbose, what passed).
 */
#include "reports/text.h"

#include "reports/escape.h"
#include "reports/sections.h"

#include <string.h>

static const char *section_of(const struct vmsg_run_result *r, size_t i)
{
    return r->clauses[i].clause->section;
}

static enum vmsg_style style_of(enum vmsg_clause_verdict v)
{
    switch (v) {
    case VMSG_CLAUSE_FAIL:
        return VMSG_STYLE_BAD;
    case VMSG_CLAUSE_WARN:
        return VMSG_STYLE_WARN;
    case VMSG_CLAUSE_PASS:
        return VMSG_STYLE_GOOD;
    case VMSG_CLAUSE_INCONCLUSIVE:
    case VMSG_CLAUSE_NOT_OBSERVABLE:
    case VMSG_CLAUSE_NOT_APPLICABLE:
    case VMSG_CLAUSE_DECLARED:
    case VMSG_CLAUSE_VERDICT_COUNT:
        break;
    }
    return VMSG_STYLE_PLAIN;
}

static void section_counts(const struct vmsg_text_report *t, const char *section)
{
    static const enum vmsg_clause_verdict order[] = {
        VMSG_CLAUSE_FAIL,           VMSG_CLAUSE_WARN,     VMSG_CLAUSE_PASS,
        VMSG_CLAUSE_INCONCLUSIVE,   VMSG_CLAUSE_DECLARED, VMSG_CLAUSE_NOT_OBSERVABLE,
        VMSG_CLAUSE_NOT_APPLICABLE,
    };
    size_t n[VMSG_CLAUSE_VERDICT_COUNT] = {0};
    const char *separator = "";

    for (size_t i = 0; i < t->r->n_clauses; i++)
        n[t->r->clauses[i].verdict] += !strcmp(section_of(t->r, i), section);
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        if (n[order[i]] == 0)
            continue;
        fputs(separator, t->out);
        vmsg_text_style(t, style_of(order[i]));
        fprintf(t->out, "%zu %s", n[order[i]], vmsg_clause_verdict_text(order[i]));
        vmsg_text_style(t, VMSG_STYLE_PLAIN);
        separator = ", ";
    }
}

static void clause(const struct vmsg_text_report *t, const struct vmsg_clause_result *c)
{
    bool broken = c->verdict == VMSG_CLAUSE_FAIL || c->verdict == VMSG_CLAUSE_WARN;

    if (!broken && !(t->verbose && c->verdict == VMSG_CLAUSE_PASS))
        return;
    fputs("      ", t->out);
    vmsg_text_style(t, style_of(c->verdict));
    fputs(c->verdict == VMSG_CLAUSE_FAIL   ? "FAIL"
          : c->verdict == VMSG_CLAUSE_WARN ? "WARN"
                                           : "pass",
          t->out);
    vmsg_text_style(t, VMSG_STYLE_PLAIN);
    fprintf(t->out, " %s %s", c->clause->id, vmsg_level_text(c->clause->level));
    fprintf(t->out, " (%llu situation%s", (unsigned long long)c->exercised,
            c->exercised == 1 ? "" : "s");
    if (broken)
        fprintf(t->out, ", %llu finding%s", (unsigned long long)c->findings,
                c->findings == 1 ? "" : "s");
    fputs(")\n           ", t->out);
    vmsg_put_wrapped(t->out, c->clause->summary, 11, VMSG_TEXT_WIDTH);
    if (c->expected) {
        fputs("           expected: ", t->out);
        vmsg_put_wrapped(t->out, c->expected, 11, VMSG_TEXT_WIDTH);
    }
    if (broken)
        vmsg_text_findings(t, c->clause->id);
}

static void section(const struct vmsg_text_report *t, const char *name)
{
    const char *topic = vmsg_section_topic(name);
    size_t width = 56, used = vmsg_safe_width(topic, strlen(topic));

    fputs("    ", t->out);
    vmsg_put_cut(t->out, topic, width);
    fprintf(t->out, "%*s", (int)(used < width ? width - used + 2 : 2), "");
    section_counts(t, name);
    fputc('\n', t->out);
    for (size_t i = 0; i < t->r->n_clauses; i++)
        if (!strcmp(section_of(t->r, i), name))
            clause(t, &t->r->clauses[i]);
}

void vmsg_text_clauses(const struct vmsg_text_report *t)
{
    const struct vmsg_run_result *r = t->r;

    vmsg_text_heading(t, "Clauses");
    for (size_t i = 0; i < r->n_clauses; i++) {
        if (!vmsg_section_begins_part(r, i))
            continue;
        fputs("  ", t->out);
        vmsg_put_safe_n(t->out, section_of(r, i), vmsg_section_part_len(section_of(r, i)));
        fputc('\n', t->out);
        for (size_t k = i; k < r->n_clauses; k++)
            if (vmsg_section_same_part(section_of(r, i), section_of(r, k)) &&
                vmsg_section_begins(r, k))
                section(t, section_of(r, k));
    }
}
