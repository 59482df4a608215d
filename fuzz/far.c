/* The device that is played to drivers and buses; see far.h. */
#include "fuzz/far.h"

#include "harness/engine/played_rings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OUT_MOST (1u << 20)

static void sent(void *ctx, const void *msg, size_t len)
{
    struct vmsg_fuzz_far *f = ctx;

    vmsg_queue_push(&f->out, VMSG_ARRIVED_MESSAGE, 0, msg, len, len);
}

const char *vmsg_fuzz_far_model(size_t i, const char *first)
{
    return i == 0 && first ? first : i % 2 ? "entropy" : "block";
}

static bool make_device(struct vmsg_fuzz_far *f, struct vmsg_connection *c,
                        const struct vmsg_adapter_params *params,
                        const struct vmsg_fuzz_known *known, const char *model)
{
    struct vmsg_peer_config config = {.role = VMSG_ROLE_DEVICE, .seed = params->seed};
    const struct vmsg_sut_host host = {
        .ctx = f,
        .send = sent,
        .mem = c->memory,
        .mem_base = c->mem_base,
        .mem_size = c->mem_size,
        .revision = params->revision,
        .max_msg_size = params->max_msg_size,
        .transport_features = params->transport_features,
    };
    char err[200];

    for (size_t i = 0; i < known->n_devices && i < VMSG_PEER_MAX_DEVICES; i++) {
        config.devices[i].dev_num = known->devices[i].number;
        config.devices[i].model = vmsg_fuzz_far_model(i, model);
        config.n_devices++;
    }
    config.polling = params->notifications && !strcmp(params->notifications, "polling");
    f->device = vmsg_peer_new(&config, &host, err, sizeof err);
    return f->device;
}

bool vmsg_fuzz_far_begin(struct vmsg_fuzz_far *f, struct vmsg_connection *c,
                         const struct vmsg_adapter_params *params,
                         const struct vmsg_fuzz_known *known, const char *model, unsigned endpoint)
{
    vmsg_fuzz_far_end(f);
    if (!f->packet) {
        f->packet = malloc(VMSG_FUZZ_MESSAGE_MOST);
        vmsg_queue_init(&f->out, OUT_MOST);
        vmsg_queue_init(&f->held, OUT_MOST);
    }
    f->endpoint = endpoint;
    f->armed = NULL;
    f->lost = f->perturbed = false;
    f->n_rings = 0;
    if (!f->packet || !make_device(f, c, params, known, model))
        return false;
    vmsg_peer_tick(f->device, vmsg_connection_now(c));
    return true;
}

void vmsg_fuzz_far_end(struct vmsg_fuzz_far *f)
{
    if (!f->device)
        return;
    vmsg_peer_free(f->device);
    f->device = NULL;
    vmsg_queue_clear(&f->out);
    vmsg_queue_clear(&f->held);
}

void vmsg_fuzz_far_clear(struct vmsg_fuzz_far *f)
{
    vmsg_fuzz_far_end(f);
    if (f->packet) {
        vmsg_queue_free(&f->out);
        vmsg_queue_free(&f->held);
    }
    free(f->packet);
    *f = (struct vmsg_fuzz_far){0};
}

/* Out to the SUT; the log tells it from what a script says. */
static void deliver(struct vmsg_fuzz_far *f, struct vmsg_connection *c, enum vmsg_fuzz_logged how,
                    const void *bytes, size_t len)
{
    vmsg_fuzz_log_add(f->log, how, f->endpoint, NULL, 0);
    vmsg_connection_send(c, f->endpoint, bytes, len);
}

void vmsg_fuzz_far_release(struct vmsg_fuzz_far *f, struct vmsg_connection *c)
{
    enum vmsg_arrival kind;
    unsigned endpoint;
    size_t len;

    while (vmsg_queue_pop(&f->held, &kind, f->packet, VMSG_FUZZ_MESSAGE_MOST, &len, &endpoint))
        deliver(f, c, VMSG_FUZZ_RELEASED, f->packet, len);
}

static void log_step(struct vmsg_fuzz_far *f, const struct vmsg_fuzz_step *s, size_t len)
{
    uint8_t record[4 + 512 + VMSG_FUZZ_STEP_MOST];
    size_t n = len < 512 ? len : 512;

    if (!f->log)
        return;
    vmsg_put_le32(record, (uint32_t)n);
    memcpy(record + 4, f->packet, n);
    vmsg_fuzz_log_add(f->log, VMSG_FUZZ_PERTURBED, f->endpoint, record,
                      4 + n + vmsg_fuzz_encode_step(s, record + 4 + n));
}

/* What the armed step makes of the packet. */
static void apply(struct vmsg_fuzz_far *f, struct vmsg_connection *c, struct vmsg_fuzz_known *k,
                  size_t len)
{
    const struct vmsg_fuzz_step *s = f->armed;
    bool raw = s->n_raw > 0;

    if (VMSG_FUZZ_FATE(s->a) != VMSG_FUZZ_LOSE || f->losses-- == 0)
        f->armed = NULL;
    if (VMSG_FUZZ_FATE(s->a) == VMSG_FUZZ_PASS) {
        deliver(f, c, VMSG_FUZZ_PLAYED, f->packet, len);
        return;
    }
    f->perturbed = true;
    f->spoiled += len >= VMSG_HEADER_SIZE && f->packet[1] == VMSG_ID_GET_DEVICE_INFO;
    if (VMSG_FUZZ_FATE(s->a) == VMSG_FUZZ_LOSE) {
        f->lost = true;
        f->lost_at = vmsg_connection_now(c);
    }
    log_step(f, s, len);
    switch (VMSG_FUZZ_FATE(s->a)) {
    case VMSG_FUZZ_LOSE:
        return;
    case VMSG_FUZZ_HOLD:
        vmsg_queue_push(&f->held, VMSG_ARRIVED_MESSAGE, 0, f->packet, len, len);
        return;
    case VMSG_FUZZ_REPLACE:
        if (raw)
            deliver(f, c, VMSG_FUZZ_BENT, s->raw, s->n_raw);
        return;
    case VMSG_FUZZ_BEFORE:
        if (raw)
            deliver(f, c, VMSG_FUZZ_BENT, s->raw, s->n_raw);
        break;
    case VMSG_FUZZ_CHANGE:
        len = vmsg_fuzz_change(k, s, f->packet, len);
        break;
    case VMSG_FUZZ_TWICE:
        deliver(f, c, VMSG_FUZZ_BENT, f->packet, len);
        break;
    }
    deliver(f, c, VMSG_FUZZ_BENT, f->packet, len);
    if (VMSG_FUZZ_FATE(s->a) == VMSG_FUZZ_RELEASE)
        vmsg_fuzz_far_release(f, c);
}

/* What the device that a driver is given finds wrong with its rings; where the driver was told
 * other things than the device, that says nothing. */
static void look_for_broken_rings(struct vmsg_fuzz_far *f, struct vmsg_connection *c,
                                  const struct vmsg_fuzz_known *k)
{
    bool of_driver = f->endpoint == 0;

    for (size_t i = 0; i < k->n_devices && of_driver && !f->perturbed; i++) {
        struct vmsg_note note = {.kind = VMSG_NOTE_BROKEN_RING, .dev_num = k->devices[i].number};
        const char *why = vmsg_peer_broken_ring(f->device, note.dev_num, &note.vq);
        char text[200];

        if (!why)
            continue;
        note.data = (const uint8_t *)why;
        note.data_len = strlen(why);
        snprintf(text, sizeof text,
                 "memory: the ring of queue %u of device %u cannot be followed: %s", note.vq,
                 note.dev_num, why);
        vmsg_connection_note(c, &note, text);
    }
}

static void flush(struct vmsg_fuzz_far *f, struct vmsg_connection *c, struct vmsg_fuzz_known *k)
{
    enum vmsg_arrival kind;
    unsigned endpoint;
    size_t len;

    vmsg_connection_poll(c);
    look_for_broken_rings(f, c, k);
    while (
        vmsg_queue_pop(&f->out, &kind, f->packet, VMSG_FUZZ_MESSAGE_MOST - 1024, &len, &endpoint)) {
        bool meant = f->armed && vmsg_fuzz_means(f->armed, f->packet, len);

        vmsg_fuzz_played(k, f->packet, len);
        if (meant && f->skip == 0) {
            apply(f, c, k, len);
            continue;
        }
        f->skip -= meant;
        deliver(f, c, VMSG_FUZZ_PLAYED, f->packet, len);
    }
}

static void remember_ring(struct vmsg_fuzz_far *f, uint16_t dev, uint32_t vq)
{
    for (unsigned i = 0; i < f->n_rings; i++)
        if (f->rings[i].dev == dev && f->rings[i].vq == vq)
            return;
    if (f->n_rings == VMSG_FUZZ_RINGS)
        return;
    f->rings[f->n_rings].dev = dev;
    f->rings[f->n_rings++].vq = vq;
}

/* Rings of queues that the message may have set up or reset. */
static void look_at_rings(struct vmsg_fuzz_far *f, struct vmsg_connection *c, const struct vmsg *m)
{
    if (vmsg_is_bus(m) || m->defect || vmsg_is_response(m))
        return;
    if (m->msg_id == VMSG_ID_SET_VQUEUE)
        remember_ring(f, m->dev_num, (uint32_t)m->f[0]);
    if (m->msg_id != VMSG_ID_SET_VQUEUE && m->msg_id != VMSG_ID_RESET_VQUEUE &&
        m->msg_id != VMSG_ID_SET_DEVICE_STATUS && m->msg_id != VMSG_ID_GET_DEVICE_STATUS)
        return;
    for (unsigned i = 0; i < f->n_rings; i++)
        if (f->rings[i].dev == m->dev_num)
            vmsg_played_rings_watch(c, f->device, m->dev_num, f->rings[i].vq);
}

static bool is_look(const struct vmsg *m)
{
    return !vmsg_is_bus(m) && !vmsg_is_response(m) && !m->defect &&
           m->msg_id == VMSG_ID_GET_DEVICE_INFO;
}

void vmsg_fuzz_far_receive(struct vmsg_fuzz_far *f, struct vmsg_connection *c,
                           struct vmsg_fuzz_known *k, const void *bytes, size_t len)
{
    struct vmsg m;

    vmsg_decode(&m, bytes, len);
    vmsg_peer_tick(f->device, vmsg_connection_now(c));
    vmsg_peer_receive(f->device, bytes, len);
    f->unserved = is_look(&m) && vmsg_queue_is_empty(&f->out);
    look_at_rings(f, c, &m);
    flush(f, c, k);
}

void vmsg_fuzz_far_tick(struct vmsg_fuzz_far *f, struct vmsg_connection *c,
                        struct vmsg_fuzz_known *k)
{
    vmsg_peer_tick(f->device, vmsg_connection_now(c));
    flush(f, c, k);
}

void vmsg_fuzz_far_command(struct vmsg_fuzz_far *f, struct vmsg_connection *c,
                           struct vmsg_fuzz_known *k, const char *line)
{
    char reply[200], text[300];

    vmsg_peer_command(f->device, line, reply, sizeof reply);
    if (!strcmp(reply, "ok"))
        vmsg_fuzz_log_add(f->log, VMSG_FUZZ_DIRECTED, f->endpoint, line, strlen(line));
    snprintf(text, sizeof text, "device: %s", line);
    vmsg_connection_remark(c, text);
    flush(f, c, k);
}
