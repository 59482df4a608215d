/* One line for one entry of a scenario's trace. */
#include "reports/trace_line.h"

#include "harness/wire/wire.h"

const char *vmsg_trace_direction(const struct vmsg_trace_entry *e)
{
    switch (e->kind) {
    case VMSG_TRACE_TO_SUT:
        return "to-sut";
    case VMSG_TRACE_FROM_SUT:
        return "from-sut";
    case VMSG_TRACE_NOTE:
        break;
    }
    return "note";
}

static const char *arrow(const struct vmsg_trace_entry *e)
{
    switch (e->kind) {
    case VMSG_TRACE_TO_SUT:
        return e->endpoint ? "=>" : "->"; /* a bus: its device side */
    case VMSG_TRACE_FROM_SUT:
        return e->endpoint ? "<=" : "<-";
    case VMSG_TRACE_NOTE:
        break;
    }
    return "--";
}

const char *vmsg_trace_text(const struct vmsg_trace_entry *e, char buf[VMSG_TRACE_TEXT])
{
    if (e->kind == VMSG_TRACE_NOTE)
        return e->text ? e->text : "";
    if (vmsg_text(buf, VMSG_TRACE_TEXT, e->bytes, e->bytes ? e->len : 0) == 0)
        buf[0] = '\0';
    return buf;
}

void vmsg_trace_put(FILE *out, const struct vmsg_scenario_result *s, size_t i,
                    void (*put)(FILE *out, const char *text))
{
    const struct vmsg_trace_entry *e = &s->trace[i];
    char buf[VMSG_TRACE_TEXT];

    fprintf(out, "%4zu %9llu ", i, (unsigned long long)(e->t_ns / 1000));
    put(out, arrow(e));
    fputc(' ', out);
    put(out, vmsg_trace_text(e, buf));
}
