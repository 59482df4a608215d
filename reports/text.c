/* The text report: its parts in order, and their styles. */
#include "reports/text.h"

#include "reports/escape.h"
#include "reports/formats.h"

#include <string.h>

void vmsg_text_style(const struct vmsg_text_report *t, enum vmsg_style style)
{
    static const char *const codes[] = {
        [VMSG_STYLE_PLAIN] = "\033[0m", [VMSG_STYLE_HEAD] = "\033[1m",
        [VMSG_STYLE_GOOD] = "\033[32m", [VMSG_STYLE_BAD] = "\033[1;31m",
        [VMSG_STYLE_WARN] = "\033[33m",
    };

    if (t->colour)
        fputs(codes[style], t->out);
}

void vmsg_text_heading(const struct vmsg_text_report *t, const char *heading)
{
    fputc('\n', t->out);
    vmsg_text_style(t, VMSG_STYLE_HEAD);
    fputs(heading, t->out);
    vmsg_text_style(t, VMSG_STYLE_PLAIN);
    fputc('\n', t->out);
}

static void line(const struct vmsg_text_report *t, const char *name, const char *value)
{
    if (!value || !*value)
        return;
    fprintf(t->out, "  %-8s ", name);
    vmsg_put_wrapped(t->out, value, 11, VMSG_TEXT_WIDTH);
}

/* What the columns of a trace are, where there may be one. */
static const char *legend(const struct vmsg_run_result *r)
{
    if (!vmsg_run_clause_count(r, VMSG_CLAUSE_FAIL) && !vmsg_run_clause_count(r, VMSG_CLAUSE_WARN))
        return NULL;
    return strcmp(r->role, "bus") == 0
               ? "number, microseconds; -> to the SUT, <- from it, => and <= at its device side"
               : "number, microseconds; -> to the SUT, <- from it";
}

void vmsg_text_head(const struct vmsg_text_report *t)
{
    vmsg_text_style(t, VMSG_STYLE_HEAD);
    fputs("Conformance to virtio-msg", t->out);
    vmsg_text_style(t, VMSG_STYLE_PLAIN);
    fputc('\n', t->out);
    line(t, "SUT", t->r->sut_name);
    line(t, "version", t->r->sut_version);
    line(t, "URI", t->r->sut_uri);
    line(t, "role", t->r->role);
    line(t, "spec", t->r->spec);
    fprintf(t->out, "  %-8s %llu\n", "seed", (unsigned long long)t->r->seed);
    line(t, "assumed", t->r->assumptions);
    line(t, "traces", legend(t->r));
    line(t, "stopped", t->r->interrupted ? "interrupted; what follows was found until then" : NULL);
}

bool vmsg_text_write(FILE *out, const struct vmsg_run_result *r,
                     const struct vmsg_report_options *o)
{
    struct vmsg_text_report t = {out, r, o && o->colour, o && o->verbose};

    vmsg_text_head(&t);
    if (!r->not_started) {
        vmsg_text_clauses(&t);
        vmsg_text_gaps(&t);
        vmsg_text_crashes(&t);
    }
    vmsg_text_verdict(&t);
    return !ferror(out);
}
