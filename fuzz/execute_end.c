/* What a script came to, and the name of a finding. */
#include "fuzz/execute_build.h"

#include "fuzz/crash.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The message that a finding points to, or the last one that the SUT was sent. */
static void name_message(const struct vmsg_trace *t, uint32_t at, bool to_sut, char *out,
                         size_t size)
{
    snprintf(out, size, "start");
    for (uint32_t i = at < t->count ? at + 1 : t->count; i-- > 0;) {
        const struct vmsg_trace_entry *e = vmsg_trace_at(t, i);
        struct vmsg m;

        if (!e || e->kind == VMSG_TRACE_NOTE || !e->bytes ||
            (to_sut && e->kind != VMSG_TRACE_TO_SUT))
            continue;
        vmsg_decode(&m, e->bytes, e->len);
        if (to_sut && m.msg_id == VMSG_ID_GET_DEVICE_INFO && !vmsg_is_bus(&m))
            continue; /* a fence, mostly */
        snprintf(out, size, "%s%s", m.def ? m.def->name : "unknown",
                 vmsg_is_response(&m) ? "-resp" : "");
        return;
    }
}

/* The first finding of a MUST clause. */
static const struct vmsg_seen_finding *first_broken(const struct vmsg_fuzz_executor *e)
{
    for (size_t i = 0; i < e->connection.n_findings; i++)
        if (e->target->must[e->connection.findings[i].clause])
            return &e->connection.findings[i];
    return NULL;
}

static void forget_others(struct vmsg_connection *c)
{
    for (size_t i = 0; i < c->n_findings; i++)
        free(c->findings[i].text);
    c->n_findings = 0;
}

static void say_broken(struct vmsg_fuzz_executor *e, const struct vmsg_seen_finding *f,
                       struct vmsg_fuzz_result *r)
{
    const struct vmsg_trace_entry *at = vmsg_trace_at(&e->connection.trace, f->message);
    char name[64] = "owed";

    if (at && at->kind == VMSG_TRACE_FROM_SUT)
        name_message(&e->connection.trace, f->message, false, name, sizeof name);
    r->end = VMSG_FUZZ_BROKEN;
    r->message = f->message;
    snprintf(r->key, sizeof r->key, "%s-%s", vmsg_clause_id(f->clause), name);
    snprintf(r->text, sizeof r->text, "%s: %s", vmsg_clause_id(f->clause),
             f->text ? f->text : "out of memory");
}

/* By a signal with which people and systems end programs. */
static bool is_asked_to_end(const struct vmsg_adapter_end *end)
{
    return end->signalled && (end->status == SIGINT || end->status == SIGTERM ||
                              end->status == SIGHUP || end->status == SIGQUIT);
}

static void keep_output(const struct vmsg_adapter_end *end, struct vmsg_fuzz_result *r)
{
    vmsg_fuzz_crash_place(end->output, r->place, sizeof r->place);
    if (end->output && *end->output)
        r->output = strdup(end->output);
}

/* The SUT is stopped, so that its end and its output are known. */
static void say_crashed(struct vmsg_fuzz_executor *e, struct vmsg_fuzz_result *r)
{
    struct vmsg_adapter_end end;
    char name[64];

    name_message(&e->connection.trace, UINT32_MAX, true, name, sizeof name);
    vmsg_connection_end(&e->connection, &end);
    e->open = false;
    r->end = VMSG_FUZZ_CRASHED;
    r->asked_to_end = is_asked_to_end(&end);
    vmsg_fuzz_crash_name(end.output, end.signalled ? end.status : 0, name, r->key, sizeof r->key);
    snprintf(r->text, sizeof r->text, "the SUT died after %s: %s", name,
             end.text ? end.text : "it closed the connection");
    keep_output(&end, r);
}

/* Writing to a socket that the harness has just closed is no crash, so SIGPIPE is none. */
static void look_at_end(const struct vmsg_adapter_end *end, struct vmsg_fuzz_result *r)
{
    bool killed = end->signalled && end->status != SIGPIPE && !is_asked_to_end(end);

    if (!killed && !end->crashed)
        return;
    r->end = VMSG_FUZZ_CRASHED;
    vmsg_fuzz_crash_name(end->output, end->signalled ? end->status : 0, "end", r->key,
                         sizeof r->key);
    snprintf(r->text, sizeof r->text, "the SUT died when its connection was closed: %s", end->text);
    keep_output(end, r);
}

void vmsg_fuzz_stop(struct vmsg_fuzz_executor *e, struct vmsg_fuzz_result *r)
{
    struct vmsg_adapter_end end;

    if (!e->open)
        return;
    vmsg_connection_end(&e->connection, &end);
    e->open = false;
    if (r->end == VMSG_FUZZ_CLEAN)
        look_at_end(&end, r);
}

/* One that is about to die, with a report that takes long to write, does so when it is stopped. */
static void say_silent(struct vmsg_fuzz_executor *e, const char *name, struct vmsg_fuzz_result *r)
{
    vmsg_fuzz_stop(e, r);
    if (r->end != VMSG_FUZZ_CLEAN)
        return;
    r->end = VMSG_FUZZ_WEDGED;
    snprintf(r->key, sizeof r->key, "wedged-%s", name);
    snprintf(r->text, sizeof r->text, "well-formed requests are not answered within %u ms any more",
             e->target->timeout_ms);
}

void vmsg_fuzz_conclude(struct vmsg_fuzz_executor *e, bool answers, struct vmsg_fuzz_result *r)
{
    const struct vmsg_seen_finding *f = first_broken(e);
    char name[64];

    r->end = VMSG_FUZZ_CLEAN;
    name_message(&e->connection.trace, UINT32_MAX, true, name, sizeof name);
    if (e->connection.out_of_memory || vmsg_oracle_failed(e->connection.oracle)) {
        r->end = VMSG_FUZZ_FAILED;
        snprintf(r->text, sizeof r->text, "not enough memory");
    } else if (e->connection.closed) {
        say_crashed(e, r);
    } else if (e->refused) {
        r->text[0] = '\0'; /* what the oracle was told did not happen */
    } else if (f) {
        say_broken(e, f, r);
    } else if (e->flooded) {
        r->end = VMSG_FUZZ_FLOOD;
        snprintf(r->key, sizeof r->key, "flood-%s", name);
        snprintf(r->text, sizeof r->text, "the SUT sends without end after %s", name);
    } else if (!answers) {
        say_silent(e, name, r);
    }
    r->refused = e->refused;
    forget_others(&e->connection);
    if (r->end == VMSG_FUZZ_CLEAN && !e->refused && e->scripts < e->target->together)
        return;
    vmsg_fuzz_part(e, r);
}
