/* One connection to the SUT; see connection.h. */
#include "harness/engine/connection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void found(void *ctx, const struct vmsg_finding *f)
{
    struct vmsg_connection *c = ctx;
    struct vmsg_seen_finding *more;
    struct vmsg_tape_place at = vmsg_connection_place(c);

    vmsg_tape_finding(c->tape, &at, f);
    if (c->n_findings >= VMSG_FINDINGS_MOST && c->found[f->clause] >= VMSG_FINDINGS_EACH)
        return;
    if (c->found[f->clause]++ < VMSG_FINDINGS_EACH)
        vmsg_trace_keep(&c->trace, f->message);
    more = realloc(c->findings, (c->n_findings + 1) * sizeof *more);
    if (!more) {
        c->out_of_memory = true;
        return;
    }
    c->findings = more;
    more[c->n_findings++] = (struct vmsg_seen_finding){
        .clause = f->clause, .message = f->message, .dev_num = f->dev_num, .text = strdup(f->text)};
}

void vmsg_connection_judge(struct vmsg_connection *c, const struct vmsg_oracle_config *config)
{
    c->judged = config->judged;
    c->oracle = vmsg_oracle_new(config, found, c);
    c->out_of_memory = !c->oracle;
}

bool vmsg_connection_begin(struct vmsg_connection *c, struct vmsg_adapter *adapter,
                           const struct vmsg_adapter_params *params,
                           const struct vmsg_oracle_config *oracle, char *err, size_t err_size)
{
    struct vmsg_oracle_config config = *oracle;

    memset(c, 0, offsetof(struct vmsg_connection, packet));
    c->adapter = adapter;
    if (!adapter->ops->start(adapter, params, err, err_size))
        return false;
    c->memory = params->mem_size ? adapter->ops->memory(adapter) : NULL;
    c->mem_size = c->memory ? params->mem_size : 0;
    c->mem_base = config.mem_base = params->mem_base;
    config.mem_size = c->mem_size;
    c->began_ns = adapter->ops->now_ns(adapter);
    vmsg_tape_connect(c->tape, c->session, &config, params);
    vmsg_connection_judge(c, &config);
    return true;
}

void vmsg_connection_end(struct vmsg_connection *c, struct vmsg_adapter_end *end)
{
    *end = (struct vmsg_adapter_end){.status = -1};
    c->adapter->ops->stop(c->adapter, end);
    vmsg_oracle_free(c->oracle);
    c->oracle = NULL;
    c->memory = NULL;
}

static void drop_findings(struct vmsg_connection *c)
{
    for (size_t i = 0; i < c->n_findings; i++)
        free(c->findings[i].text);
    free(c->findings);
    c->findings = NULL;
    c->n_findings = 0;
}

void vmsg_connection_clear(struct vmsg_connection *c)
{
    drop_findings(c);
    vmsg_trace_clear(&c->trace);
}

void vmsg_connection_rewind(struct vmsg_connection *c)
{
    drop_findings(c);
    vmsg_trace_rewind(&c->trace);
}

uint64_t vmsg_connection_now(const struct vmsg_connection *c)
{
    return c->adapter->ops->now_ns(c->adapter);
}

struct vmsg_tape_place vmsg_connection_place(const struct vmsg_connection *c)
{
    return (struct vmsg_tape_place){.session = c->session,
                                    .index = c->trace.count,
                                    .t_ns = c->adapter ? vmsg_connection_now(c) - c->began_ns : 0,
                                    .judged = (uint8_t)c->judged};
}

void vmsg_connection_pass(struct vmsg_connection *c, const struct vmsg_tape_place *where,
                          bool from_sut, unsigned endpoint, const void *bytes, size_t len)
{
    uint32_t index = vmsg_trace_add(&c->trace, from_sut ? VMSG_TRACE_FROM_SUT : VMSG_TRACE_TO_SUT,
                                    where->t_ns, endpoint, bytes, len, NULL);

    if (c->tape) {
        struct vmsg_tape_place at = *where;

        at.index = index;
        vmsg_tape_message(c->tape, &at, from_sut, endpoint, bytes, len);
    }
    if (!c->oracle)
        return;
    vmsg_oracle_time(c->oracle, where->t_ns);
    vmsg_oracle_message_at(c->oracle, index, endpoint ? VMSG_DEVICE_END : VMSG_DRIVER_END,
                           vmsg_tape_direction(c->judged, from_sut, endpoint), bytes, len);
}

void vmsg_connection_send(struct vmsg_connection *c, unsigned endpoint, const void *bytes,
                          size_t len)
{
    struct vmsg_tape_place at = vmsg_connection_place(c);

    c->sent++;
    vmsg_connection_pass(c, &at, false, endpoint, bytes, len);
    if (!c->closed && !c->adapter->ops->send(c->adapter, endpoint, bytes, len))
        c->closed = true;
}

const char *vmsg_connection_refuses(struct vmsg_connection *c, unsigned endpoint, const void *bytes,
                                    size_t len)
{
    const struct vmsg_adapter_ops *ops = c->adapter->ops;

    return ops->refuses ? ops->refuses(c->adapter, endpoint, bytes, len) : NULL;
}

void vmsg_connection_command(struct vmsg_connection *c, const char *line)
{
    struct vmsg_tape_place at = vmsg_connection_place(c);

    vmsg_tape_command(c->tape, &at, line);
    if (!c->closed && !c->adapter->ops->command(c->adapter, line))
        c->closed = true;
}

static void take_message(struct vmsg_connection *c)
{
    struct vmsg_tape_place at;

    vmsg_connection_poll(c);
    at = vmsg_connection_place(c);
    if (!c->received++)
        c->first_ns = at.t_ns;
    vmsg_connection_pass(c, &at, true, c->endpoint, c->packet, c->len);
}

static void take_line(struct vmsg_connection *c)
{
    char text[300];

    if (c->len >= VMSG_PACKET_MOST)
        c->len = VMSG_PACKET_MOST - 1;
    for (size_t i = 0; i < c->len; i++)
        if (c->packet[i] < ' ' || c->packet[i] > '~')
            c->packet[i] = '?';
    c->packet[c->len] = '\0';
    snprintf(text, sizeof text, "upper tester replies: %.200s", (char *)c->packet);
    vmsg_connection_remark(c, text);
}

void vmsg_connection_layout_at(struct vmsg_connection *c, const struct vmsg_tape_place *where,
                               const struct vmsg_amp_seen *seen)
{
    struct vmsg_tape_place at = *where;

    at.index = c->trace.count ? c->trace.count - 1 : 0;
    vmsg_tape_layout(c->tape, &at, seen);
    if (c->oracle)
        vmsg_oracle_amp(c->oracle, at.index, seen);
}

/* What the shared memory shows; its cursors move with every message and are no line of the trace.
 */
static void take_layout(struct vmsg_connection *c)
{
    struct vmsg_tape_place at;
    struct vmsg_amp_seen seen;
    char text[160];

    if (c->len != sizeof seen)
        return;
    memcpy(&seen, c->packet, sizeof seen);
    if (vmsg_amp_seen_text(&seen, text, sizeof text))
        vmsg_connection_remark(c, text);
    at = vmsg_connection_place(c);
    vmsg_connection_layout_at(c, &at, &seen);
}

enum vmsg_arrival vmsg_connection_wait(struct vmsg_connection *c, uint64_t deadline_ns)
{
    enum vmsg_arrival what;

    /* What was sent before it closed still counts, so a failed send does not end the reading. */
    while ((what = c->adapter->ops->wait(c->adapter, deadline_ns, c->packet, sizeof c->packet,
                                         &c->len, &c->endpoint)) == VMSG_ARRIVED_LAYOUT)
        take_layout(c);
    if (what == VMSG_ARRIVED_NOTHING && c->closed)
        what = VMSG_ARRIVED_CLOSED;
    if (what == VMSG_ARRIVED_CLOSED && !c->closed)
        vmsg_connection_remark(c, "the SUT closed the connection");
    if (what == VMSG_ARRIVED_CLOSED)
        c->closed = true;
    if (c->len > sizeof c->packet)
        c->len = sizeof c->packet;
    if (what == VMSG_ARRIVED_MESSAGE)
        take_message(c);
    if (what == VMSG_ARRIVED_LINE)
        take_line(c);
    return what;
}

void vmsg_connection_note_at(struct vmsg_connection *c, const struct vmsg_tape_place *where,
                             struct vmsg_note *note, const char *text)
{
    struct vmsg_tape_place at = *where;

    at.index = note->index = vmsg_trace_add(&c->trace, VMSG_TRACE_NOTE, at.t_ns, 0, NULL, 0, text);
    vmsg_tape_note(c->tape, &at, note, text);
    if (!c->oracle)
        return;
    vmsg_oracle_time(c->oracle, at.t_ns);
    vmsg_oracle_note(c->oracle, note);
}

void vmsg_connection_note(struct vmsg_connection *c, struct vmsg_note *note, const char *text)
{
    struct vmsg_tape_place at = vmsg_connection_place(c);

    vmsg_connection_note_at(c, &at, note, text);
}

void vmsg_connection_remark_at(struct vmsg_connection *c, const struct vmsg_tape_place *where,
                               const char *text)
{
    struct vmsg_tape_place at = *where;

    at.index = vmsg_trace_add(&c->trace, VMSG_TRACE_NOTE, at.t_ns, 0, NULL, 0, text);
    vmsg_tape_remark(c->tape, &at, text);
}

void vmsg_connection_remark(struct vmsg_connection *c, const char *text)
{
    struct vmsg_tape_place at = vmsg_connection_place(c);

    vmsg_connection_remark_at(c, &at, text);
}

void vmsg_connection_settle(struct vmsg_connection *c)
{
    struct vmsg_tape_place at = vmsg_connection_place(c);

    if (!c->oracle)
        return;
    vmsg_tape_settle(c->tape, &at);
    vmsg_oracle_settle(c->oracle);
}

bool vmsg_connection_watch(struct vmsg_connection *c, const struct vmsg_ring_watch *watch)
{
    if (c->n_watches == VMSG_WATCHES_MOST)
        return false;
    c->watches[c->n_watches++] = *watch;
    return true;
}

void vmsg_connection_unwatch(struct vmsg_connection *c)
{
    c->n_watches = 0;
}

void vmsg_connection_unwatch_queue(struct vmsg_connection *c, uint16_t dev_num, uint32_t vq)
{
    size_t kept = 0;

    for (size_t i = 0; i < c->n_watches; i++)
        if (c->watches[i].dev_num != dev_num || c->watches[i].vq != vq)
            c->watches[kept++] = c->watches[i];
    c->n_watches = kept;
}

void vmsg_connection_poll(struct vmsg_connection *c)
{
    for (size_t i = 0; i < c->n_watches && c->memory; i++) {
        struct vmsg_ring_watch *w = &c->watches[i];
        bool used = w->kind == VMSG_WATCH_USED || w->kind == VMSG_WATCH_USED_PACKED;
        uint32_t more = vmsg_ring_look(w, c->memory);
        struct vmsg_note note = {.kind = used ? VMSG_NOTE_USED : VMSG_NOTE_AVAILABLE,
                                 .dev_num = w->dev_num,
                                 .vq = w->vq,
                                 .value = more,
                                 .position = vmsg_ring_position(w),
                                 .unwanted = w->unwanted};
        char text[96];

        if (!more)
            continue;
        snprintf(text, sizeof text, "memory: %u more %s on queue %u of device %u", more,
                 used ? "used" : "available", w->vq, w->dev_num);
        vmsg_connection_note(c, &note, text);
    }
}
