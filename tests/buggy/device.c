/* The buggy device, message by message; see device.h. */
#include "tests/buggy/device.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void buggy_transmit(struct buggy *b, uint8_t type, uint8_t id, uint16_t dev, uint16_t token,
                    const uint8_t *payload, size_t n)
{
    uint8_t *out = malloc(HEADER + n);

    put_header(out, type, id, dev, token, HEADER + n);
    if (n)
        memcpy(out + HEADER, payload, n);
    b->host->send(b->host->ctx, out, HEADER + n);
    free(out);
}

void buggy_answer(struct buggy *b, const uint8_t *payload, size_t n)
{
    bool bus = b->m[0] & BUS;

    buggy_transmit(b, bus ? BUS | RESPONSE : RESPONSE, b->m[1],
                   bus ? 0 : (uint16_t)get(b->m + 2, 2), (uint16_t)get(b->m + 4, 2), payload, n);
}

static struct device *make(uint16_t number)
{
    struct device *d = calloc(1, sizeof *d);

    d->number = number;
    d->config = calloc(1, CONFIG);
    d->queues = calloc(N_QUEUES, sizeof *d->queues);
    return d;
}

static void destroy(struct buggy *b, struct device *d)
{
    if (!d)
        return;
    buggy_reset(b, d);
    free(d->config);
    free(d->queues);
    free(d);
}

static struct device *find(struct buggy *b, uint16_t number)
{
    if (b->last && b->bug == BUG_REMOVED_DEVICE && number == 1)
        return b->last;
    for (unsigned i = 0; i < N_DEVICES; i++)
        if (b->devices[i] && b->devices[i]->number == number) {
            if (number == 1)
                b->last = b->devices[i];
            return b->devices[i];
        }
    return NULL;
}

void buggy_eject(struct buggy *b)
{
    uint8_t gone[4] = {1, 0, 2, 0}; /* device 1 is removed */

    if (!b->devices[1])
        return;
    destroy(b, b->devices[1]);
    b->devices[1] = NULL;
    if (b->bug != BUG_REMOVED_DEVICE)
        b->last = NULL;
    buggy_transmit(b, BUS, EVENT_DEVICE, 0, 0, gone, sizeof gone);
}

static void transport_message(struct buggy *b, const uint8_t *p, size_t n)
{
    static const uint8_t least[] = {[GET_DEVICE_FEATURES] = 8, 8, 8, 12, 0, 4, 4, 40, 4, 4};
    struct device *d = find(b, (uint16_t)get(b->m + 2, 2));
    uint8_t id = b->m[1], a[4];

    if (!d || b->m[0] & RESPONSE)
        return;
    if (id == EVENT_AVAIL && n >= 8)
        buggy_serve(b, d, (uint32_t)get(p, 4));
    if (id < GET_DEVICE_INFO || id > GET_SHM || n < least[id])
        return;
    switch (id) {
    case GET_DEVICE_INFO:
        buggy_get_info(b);
        return;
    case GET_DEVICE_FEATURES:
        buggy_get_features(b, p);
        return;
    case SET_DRIVER_FEATURES:
        buggy_set_features(b, d, p, n);
        return;
    case GET_CONFIG:
        buggy_get_config(b, d, p);
        return;
    case SET_CONFIG:
        buggy_set_config(b, d, p, n);
        return;
    case GET_DEVICE_STATUS:
        put(a, d->status, 4);
        buggy_answer(b, a, sizeof a);
        return;
    case SET_DEVICE_STATUS:
        buggy_set_status(b, d, (uint32_t)get(p, 4));
        return;
    case GET_VQUEUE:
        buggy_get_vqueue(b, d, p);
        return;
    case SET_VQUEUE:
        buggy_set_vqueue(b, d, p);
        return;
    case RESET_VQUEUE:
        buggy_reset_vqueue(b, d, p);
        return;
    case GET_SHM:
        buggy_get_shm(b, p);
        return;
    }
}

static void buggy_receive(void *sut, const void *msg, size_t len)
{
    struct buggy *b = sut;
    uint8_t *m = malloc(len ? len : 1);
    size_t size;

    if (len)
        memcpy(m, msg, len);
    b->m = m;
    size = len >= HEADER || b->bug == BUG_SHORT_HEADER ? get(m + 6, 2) : 0;
    if (b->bug == BUG_SIZE_TRUSTED && size > len && size < len + 64)
        for (volatile size_t i = len; i < size; i++)
            (void)((volatile uint8_t *)m)[i];
    if (size >= HEADER && size <= len) {
        b->tokens[get(m + 4, 2) % (b->bug == BUG_TOKEN_TABLE ? TOKENS + 1 : TOKENS)]++;
        if (m[0] & BUS)
            buggy_bus_message(b, m + HEADER, size - HEADER);
        else
            transport_message(b, m + HEADER, size - HEADER);
    }
    free(m);
}

static int buggy_open(const struct vmsg_sut_host *host, void **sut)
{
    struct buggy *b = calloc(1, sizeof *b);

    if (!b)
        return ENOMEM;
    b->host = host;
    b->bug = buggy_chosen();
    b->tokens = calloc(1, TOKENS);
    for (uint16_t i = 0; i < N_DEVICES; i++)
        b->devices[i] = make(i);
    *sut = b;
    return 0;
}

static void buggy_close(void *sut)
{
    struct buggy *b = sut;

    for (unsigned i = 0; i < N_DEVICES; i++)
        destroy(b, b->devices[i]);
    free(b->tokens);
    free(b);
}

const struct vmsg_sut *vmsg_sut_entry(void)
{
    static const struct vmsg_sut buggy = {buggy_open, buggy_receive, NULL, buggy_close};
    return &buggy;
}
