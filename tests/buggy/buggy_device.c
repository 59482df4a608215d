/*
 * The buggy device: two small devices (0 and 1) behind the C interface of a SUT, sound unless
 * BUGGY_BUG names one of the bugs of bugs.h. Writing to the last byte of device 0's configuration
 * ejects device 1. Like many a real parser it copies each message to the heap first.
 */
#include "tests/buggy/bugs.h"

#include "adapters/lib/vmsgspec_sut.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER = 8, N_DEVICES = 2, N_QUEUES = 4, CONFIG = 16, BLOCKS = 2, TOKENS = 16 };
enum { S_DRIVER_OK = 4, S_FEATURES_OK = 8, S_NEEDS_RESET = 0x40, S_FAILED = 0x80 };
enum { QUEUE_MAX = 64, F_VERSION_1 = 1, F_RING_RESET = 0x100 }; /* bits of block 1 */

struct queue {
    bool enabled;
    uint32_t size;
    uint64_t desc, driver, device;
    uint16_t next;
    uint32_t *shadow; /* made with the queue */
};

struct device {
    uint16_t number;
    uint32_t status, generation, features[BLOCKS];
    bool stray; /* features that do not exist were selected */
    uint8_t *config;
    struct queue *queues;
    uint8_t *negotiated; /* lives from FEATURES_OK to the reset */
};

struct buggy {
    const struct vmsg_sut_host *host;
    enum buggy_bug bug;
    struct device *devices[N_DEVICES], *last; /* the one that was used last */
    uint8_t *tokens;                          /* how often each was seen */
    const uint8_t *m;                         /* the message, in memory of its own */
    size_t n;                                 /* its bytes */
};

static uint64_t get(const uint8_t *p, unsigned bytes)
{
    uint64_t v = 0;
    while (bytes--)
        v = v << 8 | p[bytes];
    return v;
}

static void put(uint8_t *p, uint64_t v, unsigned bytes)
{
    for (; bytes--; v >>= 8)
        *p++ = (uint8_t)v;
}

static enum buggy_bug chosen(void)
{
    static const char *const ids[] = {
#define X(NAME, ID, TEXT) ID,
        BUGGY_DEVICE_BUGS(X)
#undef X
    };
    const char *id = getenv("BUGGY_BUG");

    for (unsigned i = 0; id && i < BUG_NONE; i++)
        if (!strcmp(id, ids[i]))
            return (enum buggy_bug)i;
    return BUG_NONE;
}

static void transmit(struct buggy *b, uint8_t type, uint8_t id, uint16_t dev, uint16_t token,
                     const uint8_t *payload, size_t n)
{
    uint8_t *out = malloc(HEADER + n);

    put(out, type, 1);
    put(out + 1, id, 1);
    put(out + 2, dev, 2);
    put(out + 4, token, 2);
    put(out + 6, HEADER + n, 2);
    if (n)
        memcpy(out + HEADER, payload, n);
    b->host->send(b->host->ctx, out, HEADER + n);
    free(out);
}

static void answer(struct buggy *b, const uint8_t *payload, size_t n)
{
    bool bus = b->m[0] & 2;

    transmit(b, bus ? 3 : 1, b->m[1], bus ? 0 : (uint16_t)get(b->m + 2, 2),
             (uint16_t)get(b->m + 4, 2), payload, n);
}

/* ---- devices ---- */

static void drop_queue(struct buggy *b, struct queue *q)
{
    free(q->shadow);
    if (b->bug != BUG_QUEUE_FREED_TWICE)
        q->shadow = NULL;
    q->enabled = false;
    q->size = 0;
    q->desc = q->driver = q->device = 0;
    q->next = 0;
}

static void reset(struct buggy *b, struct device *d)
{
    for (unsigned i = 0; i < N_QUEUES; i++) {
        if (d->queues[i].shadow)
            drop_queue(b, &d->queues[i]);
        d->queues[i] = (struct queue){0};
    }
    free(d->negotiated);
    d->negotiated = NULL;
    d->status = 0;
    d->stray = false;
    memset(d->features, 0, sizeof d->features);
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
    reset(b, d);
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

static void eject(struct buggy *b)
{
    uint8_t gone[4] = {1, 0, 2, 0}; /* device 1 is removed */

    if (!b->devices[1])
        return;
    destroy(b, b->devices[1]);
    b->devices[1] = NULL;
    if (b->bug != BUG_REMOVED_DEVICE)
        b->last = NULL;
    transmit(b, 2, 0x40, 0, 0, gone, sizeof gone);
}

/* ---- transport messages; p is the payload, n its bytes ---- */

static void get_info(struct buggy *b)
{
    uint8_t a[44] = {0};

    put(a, 4, 4);
    put(a + 4, 0x6262, 4);
    put(a + 24, BLOCKS, 4);
    put(a + 28, CONFIG, 4);
    put(a + 32, N_QUEUES, 4);
    answer(b, a, sizeof a);
}

static void get_features(struct buggy *b, const uint8_t *p)
{
    uint64_t first = get(p, 4), count = get(p + 4, 4), i;
    uint64_t room = (b->host->max_msg_size - HEADER - 8) / 4;
    uint8_t *a;

    if (count > room)
        return;
    a = malloc(8 + 4 * count);
    memcpy(a, p, 8);
    for (i = 0; i < count; i++)
        put(a + 8 + 4 * i, first + i == 1 ? F_VERSION_1 | F_RING_RESET : 0, 4);
    if (b->bug == BUG_FEATURES_OFF_BY_ONE && count > 16)
        put(a + 8 + 4 * i, 0, 4);
    answer(b, a, 8 + 4 * count);
    free(a);
}

static void set_features(struct buggy *b, struct device *d, const uint8_t *p, size_t n)
{
    uint64_t first = get(p, 4), count = get(p + 4, 4);

    if (b->bug == BUG_FEATURES_TRUSTS_COUNT ? count > 64 : count > (n - 8) / 4)
        return;
    for (uint64_t i = 0; i < count && !(d->status & S_FEATURES_OK); i++) {
        uint32_t word = (uint32_t)get(p + 8 + 4 * i, 4);

        if (first + i < BLOCKS)
            d->features[first + i] = word;
        else
            d->stray |= word != 0;
    }
    answer(b, NULL, 0);
}

static void get_config(struct buggy *b, struct device *d, const uint8_t *p)
{
    uint32_t offset = (uint32_t)get(p, 4), length = (uint32_t)get(p + 4, 4);
    uint8_t a[12 + CONFIG] = {0};
    bool outside = b->bug == BUG_CONFIG_SUM_WRAPS ? offset + length > CONFIG || length > CONFIG
                                                  : (uint64_t)offset + length > CONFIG;

    if (outside)
        length = 0;
    put(a, d->generation, 4);
    put(a + 4, offset, 4);
    put(a + 8, length, 4);
    if (b->bug == BUG_CONFIG_ODD_LENGTH && length > 8)
        for (uint32_t i = 0; i != length; i += 4)
            a[12 + i % CONFIG] = ((volatile uint8_t *)d->config)[(offset + i) % CONFIG];
    if (length)
        memcpy(a + 12, d->config + offset, length);
    answer(b, a, 12 + length);
}

static void set_config(struct buggy *b, struct device *d, const uint8_t *p, size_t n)
{
    uint32_t offset = (uint32_t)get(p + 4, 4), length = (uint32_t)get(p + 8, 4);
    uint8_t a[12 + CONFIG] = {0};
    bool ejects, strict = b->host->transport_features & 1;

    if (length > n - 12)
        return;
    if (b->bug == BUG_CONFIG_WRITE_BOUND ? length > CONFIG || offset > CONFIG
                                         : (uint64_t)offset + length > CONFIG)
        length = 0;
    if (strict && get(p, 4) != d->generation)
        length = 0;
    if (length) {
        memcpy(d->config + offset, p + 12, length);
        d->generation++;
    }
    ejects = length && d->number == 0 && (uint64_t)offset + length == CONFIG;
    put(a, d->generation, 4);
    put(a + 4, offset, 4);
    put(a + 8, length, 4);
    memcpy(a + 12, p + 12, length);
    answer(b, a, 12 + length);
    if (ejects)
        eject(b);
}

static void set_status(struct buggy *b, struct device *d, uint32_t wanted)
{
    uint8_t a[4];

    if (wanted == 0) {
        reset(b, d);
    } else {
        if (d->features[0] || d->features[1] & ~(uint32_t)(F_VERSION_1 | F_RING_RESET) || d->stray)
            wanted &= ~(uint32_t)S_FEATURES_OK;
        d->status |= wanted & 0x8F;
        if (d->status & S_FEATURES_OK && !d->negotiated)
            d->negotiated = calloc(1, 32);
        if (wanted & S_FAILED && b->bug == BUG_STATUS_AFTER_FAILED)
            free(d->negotiated);
    }
    put(a, d->status, 4);
    answer(b, a, sizeof a);
}

static struct queue *queue_at(struct buggy *b, struct device *d, uint32_t index)
{
    if (b->bug == BUG_QUEUE_INDEX_EQUAL)
        return index <= N_QUEUES ? &d->queues[index] : NULL;
    if (b->bug == BUG_QUEUE_INDEX_SIGNED)
        return (int32_t)index < N_QUEUES ? &d->queues[(int32_t)index] : NULL;
    return index < N_QUEUES ? &d->queues[index] : NULL;
}

static void get_vqueue(struct buggy *b, struct device *d, const uint8_t *p)
{
    const struct queue *q = queue_at(b, d, (uint32_t)get(p, 4));
    uint8_t a[40] = {0};

    memcpy(a, p, 4);
    if (q) {
        put(a + 4, QUEUE_MAX, 4);
        put(a + 8, q->size, 4);
        put(a + 12, q->enabled, 4);
        put(a + 16, q->desc, 8);
        put(a + 24, q->driver, 8);
        put(a + 32, q->device, 8);
    }
    answer(b, a, sizeof a);
}

static void set_vqueue(struct buggy *b, struct device *d, const uint8_t *p)
{
    struct queue *at = queue_at(b, d, (uint32_t)get(p, 4)), q;
    uint32_t flags = (uint32_t)get(p + 4, 4), size = (uint32_t)get(p + 8, 4);
    unsigned op = flags & 3, ignored = flags & 0x3C;

    answer(b, NULL, 0);
    if (!at || get(p + 12, 4) || flags >> 6 || op == 3)
        return;
    q = *at;
    if (q.enabled && (op == 0 || ignored != 0x3C))
        return;
    if (!(flags & 0x04))
        q.size = size;
    if (!(flags & 0x08))
        q.desc = get(p + 16, 8);
    if (!(flags & 0x10))
        q.driver = get(p + 24, 8);
    if (!(flags & 0x20))
        q.device = get(p + 32, 8);
    q.enabled |= op == 1;
    if (q.size > QUEUE_MAX || (q.size & (q.size - 1)) ||
        (b->bug != BUG_QUEUE_SIZE_ZERO && q.enabled && !q.size) ||
        (b->bug != BUG_QUEUE_SIZE_ZERO && !size && !(flags & 0x04)))
        return;
    if (!q.shadow)
        q.shadow = calloc(QUEUE_MAX, sizeof *q.shadow);
    *at = q;
}

static void reset_vqueue(struct buggy *b, struct device *d, const uint8_t *p)
{
    struct queue *q = get(p, 4) < N_QUEUES ? &d->queues[get(p, 4)] : NULL;

    if (q && q->shadow && d->status & S_FEATURES_OK && d->features[1] & F_RING_RESET)
        drop_queue(b, q);
    answer(b, NULL, 0);
}

static void get_shm(struct buggy *b, const uint8_t *p)
{
    static const uint64_t *const regions[256] = {NULL};
    uint8_t a[24] = {0};
    uint32_t id = (uint32_t)get(p, 4);

    memcpy(a, p, 4);
    if (id && id < 256 && (regions[id] || b->bug == BUG_SHM_NULL))
        put(a + 8, *(const volatile uint64_t *)regions[id], 8);
    answer(b, a, sizeof a);
}

/* ---- rings ---- */

static uint8_t *at(struct buggy *b, uint64_t address, uint64_t n)
{
    uint64_t offset = address - b->host->mem_base;

    if (address < b->host->mem_base || offset > b->host->mem_size || n > b->host->mem_size - offset)
        return NULL;
    return b->host->mem + offset;
}

static void give_up(struct buggy *b, struct device *d)
{
    uint8_t a[16] = {0};

    d->status |= S_NEEDS_RESET;
    put(a, d->status, 4);
    put(a + 4, d->generation, 4);
    transmit(b, 0, 0x40, d->number, 0, a, sizeof a);
}

/* Bytes written into a chain, -1 when it is broken. */
static long fill(struct buggy *b, struct queue *q, const uint8_t *table, uint16_t head)
{
    uint32_t index = head, steps = 0;
    long written = 0;

    for (;;) {
        const uint8_t *desc = table + (size_t)index * 16;
        uint8_t *buffer;
        uint32_t n;
        uint16_t flags;

        if (b->bug == BUG_RING_INDEX && index >= q->size)
            q->shadow[index] = 1;
        if (index >= q->size || (b->bug != BUG_RING_LOOP && steps++ == q->size))
            return -1;
        n = (uint32_t)get(desc + 8, 4);
        flags = (uint16_t)get(desc + 12, 2);
        buffer = at(b, get(desc, 8), n);
        if (b->bug == BUG_RING_ADDRESS && !buffer)
            buffer = b->host->mem + (get(desc, 8) - b->host->mem_base);
        if (!buffer)
            return -1;
        if (flags & 2) {
            memset(buffer, 0x11, n);
            written += n;
        }
        if (!(flags & 1))
            return written;
        index = (uint32_t)get(desc + 14, 2);
    }
}

static void serve(struct buggy *b, struct device *d, uint32_t index)
{
    struct queue *q = index < N_QUEUES ? &d->queues[index] : NULL;
    uint8_t *table, *avail, *used, a[4];
    uint16_t available, served = 0;

    if (!q || !q->enabled || !b->host->mem || !(d->status & S_DRIVER_OK) ||
        d->status & S_NEEDS_RESET)
        return;
    table = at(b, q->desc, 16 * (uint64_t)q->size);
    avail = at(b, q->driver, 4 + 2 * (uint64_t)q->size);
    used = at(b, q->device, 4 + 8 * (uint64_t)q->size);
    available = avail ? (uint16_t)get(avail + 2, 2) : 0;
    if (!table || !avail || !used ||
        (b->bug != BUG_QUEUE_SIZE_ZERO && (uint16_t)(available - q->next) > q->size)) {
        give_up(b, d);
        return;
    }
    for (; q->next != available; q->next++, served++) {
        uint16_t slot = (uint16_t)(q->next % (volatile uint32_t){q->size});
        uint16_t head = (uint16_t)get(avail + 4 + 2 * slot, 2);
        long written = fill(b, q, table, head);

        if (written < 0) {
            give_up(b, d);
            return;
        }
        put(used + 4 + 8 * slot, head, 4);
        put(used + 8 + 8 * slot, (uint64_t)written, 4);
        put(used + 2, q->next + 1u, 2);
    }
    put(a, index, 4);
    if (served)
        transmit(b, 0, 0x42, d->number, 0, a, sizeof a);
}

/* ---- bus messages ---- */

static void get_devices(struct buggy *b, const uint8_t *p)
{
    uint32_t offset = (uint32_t)get(p, 2), count = (uint32_t)get(p + 2, 2);
    uint32_t step = count < 64 ? count : 64, next = offset + (step ? step : 1);
    uint8_t a[14] = {0};

    if (b->bug == BUG_DEVICES_LOOP && offset)
        for (volatile uint32_t i = 0; i < offset; i += step)
            ;
    for (uint32_t i = 0; i < step; i++)
        for (unsigned k = 0; k < N_DEVICES; k++)
            if (b->devices[k] && b->devices[k]->number == offset + i)
                a[6 + i / 8] |= (uint8_t)(1u << i % 8);
    put(a, offset, 2);
    put(a + 2, next < N_DEVICES ? next : 0, 2);
    put(a + 4, step, 2);
    answer(b, a, 6 + (step + 7) / 8);
}

static uint32_t by_recursion(uint32_t v)
{
    volatile uint8_t frame[64];

    frame[v % 64] = (uint8_t)v;
    return v ? 1 + by_recursion(v - 1) + (frame[v % 64] & 0) : 0;
}

static void ping(struct buggy *b, const uint8_t *p)
{
    uint32_t v = (uint32_t)get(p, 4);
    uint8_t a[4];

    put(a, b->bug == BUG_PING_RECURSION ? by_recursion(v) : v, 4);
    answer(b, a, sizeof a);
}

/* ---- */

static void bus_message(struct buggy *b, const uint8_t *p, size_t n)
{
    if (b->m[0] & 1)
        return;
    if (b->m[1] == 0x02 && n >= 4)
        get_devices(b, p);
    else if (b->m[1] == 0x03 && n >= 4)
        ping(b, p);
}

static void transport_message(struct buggy *b, const uint8_t *p, size_t n)
{
    static const uint8_t least[] = {[0x03] = 8, 8, 8, 12, 0, 4, 4, 40, 4, 4};
    struct device *d = find(b, (uint16_t)get(b->m + 2, 2));
    uint8_t id = b->m[1], a[4];

    if (!d || b->m[0] & 1)
        return;
    if (id == 0x41 && n >= 8)
        serve(b, d, (uint32_t)get(p, 4));
    if (id < 2 || id > 0x0C || n < least[id])
        return;
    switch (id) {
    case 0x02:
        get_info(b);
        return;
    case 0x03:
        get_features(b, p);
        return;
    case 0x04:
        set_features(b, d, p, n);
        return;
    case 0x05:
        get_config(b, d, p);
        return;
    case 0x06:
        set_config(b, d, p, n);
        return;
    case 0x07:
        put(a, d->status, 4);
        answer(b, a, sizeof a);
        return;
    case 0x08:
        set_status(b, d, (uint32_t)get(p, 4));
        return;
    case 0x09:
        get_vqueue(b, d, p);
        return;
    case 0x0A:
        set_vqueue(b, d, p);
        return;
    case 0x0B:
        reset_vqueue(b, d, p);
        return;
    case 0x0C:
        get_shm(b, p);
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
        if (m[0] & 2)
            bus_message(b, m + HEADER, size - HEADER);
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
    b->bug = chosen();
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
