/* The buggy driver: requests, attempts and answers; see driver.h. */
#include "tests/buggy/driver.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void drv_tell(struct driver *d, uint8_t type, uint8_t id, uint16_t dev, uint16_t token,
              const uint8_t *payload, size_t n)
{
    uint8_t m[HEADER + REQUEST_MOST];

    put_header(m, type, id, dev, token, HEADER + n);
    if (n)
        memcpy(m + HEADER, payload, n);
    d->host->send(d->host->ctx, m, HEADER + n);
}

/* ---- requests ---- */

static void attempt(struct driver *d)
{
    struct request *r = d->open;

    d->token = (uint16_t)((d->token + 1) % TOKENS);
    d->by_token[d->token] = r;
    put(r->m + 4, d->token, 2);
    r->tokens[r->attempts++] = d->token;
    r->due = d->now + d->attempt_ns;
    d->host->send(d->host->ctx, r->m, r->n);
}

void drv_ask(struct driver *d, uint8_t type, uint8_t id, uint16_t dev, const uint8_t *payload,
             size_t n)
{
    struct request *r = calloc(1, sizeof *r);

    r->n = HEADER + n;
    put_header(r->m, type, id, dev, 0, r->n);
    if (n)
        memcpy(r->m + HEADER, payload, n);
    d->open = r;
    attempt(d);
}

void drv_forget(struct driver *d)
{
    for (unsigned i = 0; i < d->open->attempts && d->bug != BUG_DRV_ANSWERED_TWICE; i++)
        d->by_token[d->open->tokens[i]] = NULL;
    free(d->open);
    d->open = NULL;
}

static void answered(struct driver *d, const uint8_t *m, size_t n)
{
    uint16_t token = (uint16_t)get(m + 4, 2), number = (uint16_t)get(m + 2, 2);
    struct request *r;
    struct device *dev;

    if (d->bug != BUG_DRV_TOKEN_INDEX && token >= TOKENS)
        return;
    r = d->by_token[token];
    if (!r || m[0] != (r->m[0] | RESPONSE) || m[1] != r->m[1] || number != get(r->m + 2, 2))
        return;
    if (!drv_is_whole(d, m[0] & BUS, m[1], m + HEADER, n - HEADER))
        return;
    dev = m[0] & BUS ? NULL : drv_find(d, number);
    drv_forget(d);
    if (m[0] & BUS)
        drv_learn_window(d, m + HEADER);
    else if (dev)
        drv_answered(d, dev, m + HEADER);
}

static void give_up(struct driver *d)
{
    struct device *dev = d->open->m[0] & BUS ? NULL : drv_find(d, (uint16_t)get(d->open->m + 2, 2));

    if (d->open->m[0] & BUS)
        d->window = WINDOW_DONE;
    drv_forget(d);
    if (dev)
        drv_failed(dev);
}

/* Whatever is next of anything, one request at a time. */
static void go_on(struct driver *d)
{
    if (d->open || d->now < d->wait)
        return;
    if (d->window != WINDOW_DONE) {
        drv_ask_window(d);
        return;
    }
    for (unsigned i = 0; i < N_DEVICES; i++)
        if (d->devices[i] && drv_next(d, d->devices[i]))
            return;
}

/* ---- the SUT ---- */

static void message(struct driver *d, uint8_t *m, size_t n)
{
    struct device *dev;

    m[0] &= RESPONSE | BUS; /* other bits are reserved: ignored */
    if (m[0] & RESPONSE) {
        answered(d, m, n);
    } else if (m[0] & BUS) {
        drv_bus_message(d, m, n);
    } else {
        dev = drv_find(d, (uint16_t)get(m + 2, 2));
        d->last = dev ? dev : d->last;
        if (dev)
            drv_event(d, dev, m[1], m + HEADER, n - HEADER);
    }
}

static void driver_receive(void *sut, const void *msg, size_t len)
{
    struct driver *d = sut;
    size_t size = len < HEADER ? 0 : get((const uint8_t *)msg + 6, 2);
    uint8_t *delivered = malloc(len ? len : 1), *m;

    if (len)
        memcpy(delivered, msg, len);
    if (size >= HEADER && (d->bug == BUG_DRV_SIZE_TRUSTED || size <= len)) {
        m = malloc(size);
        memcpy(m, delivered, size);
        message(d, m, size);
        free(m);
    }
    free(delivered);
    go_on(d);
}

static void driver_tick(void *sut, uint64_t now)
{
    struct driver *d = sut;

    d->now = now;
    if (d->open && now >= d->open->due) {
        if (d->open->attempts < ATTEMPTS)
            attempt(d);
        else
            give_up(d);
    }
    go_on(d);
}

/* As long as its program is told to wait; a library is told nothing. */
static uint64_t attempt_ns(void)
{
    const char *text = getenv("VMSG_REQUEST_TIMEOUT_MS");
    unsigned long ms = text ? strtoul(text, NULL, 10) : 0;

    return ms ? ms * UINT64_C(1000000) : ATTEMPT_NS;
}

static int driver_open(const struct vmsg_sut_host *host, void **sut)
{
    struct driver *d = calloc(1, sizeof *d);

    if (!d)
        return ENOMEM;
    d->host = host;
    d->bug = buggy_chosen();
    d->attempt_ns = attempt_ns();
    d->by_token = calloc(TOKENS, sizeof *d->by_token);
    *sut = d;
    return 0;
}

static void driver_close(void *sut)
{
    struct driver *d = sut;

    d->bug = BUG_NONE;
    for (unsigned i = 0; i < N_DEVICES; i++)
        if (d->devices[i])
            drv_remove(d, d->devices[i]);
    free(d->open);
    free(d->by_token);
    free(d);
}

const struct vmsg_sut *vmsg_sut_entry(void)
{
    static const struct vmsg_sut driver = {driver_open, driver_receive, driver_tick, driver_close};
    return &driver;
}
