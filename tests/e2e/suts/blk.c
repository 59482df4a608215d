/*
 * A bus of two block devices, written from the chapter and core virtio alone: it shares nothing
 * with the harness but the interface. As it stands it conforms; test_mutants.py makes one mistake
 * at a time, test_oddities.py what is unusual but legal.
 */
#include "blk.h"

static const uint32_t offered[BLOCKS] = {INDIRECT | 0x00000a40, PACKED | VERSION_1 | RING_RESET};
static const uint32_t queue_max[QUEUES] = {128, 64, 0, 16}; /* the third is not available */
const uint16_t numbers[UNITS] = {3, 0x0104};

/* ---- sending; the payload stands in `out` already ---- */

void transmit(struct bus *b, uint8_t type, uint8_t id, uint16_t dev, uint16_t token, size_t payload)
{
    uint8_t *m = b->out;

    m[0] = type;
    m[1] = id;
    put16(m + 2, dev);
    put16(m + 4, token);
    put16(m + 6, (uint32_t)(HEADER + payload));
    b->host->send(b->host->ctx, m, HEADER + payload);
}

static void event_config(struct bus *b, struct unit *u)
{
    uint8_t *p = b->out + HEADER;

    memset(p, 0, 16);
    put32(p, u->status);
    put32(p + 4, u->generation);
    transmit(b, 0, EVENT_CONFIG, numbers[u->index], 0, 16);
}

void fail(struct bus *b, struct unit *u)
{
    u->status |= NEEDS_RESET;
    if (u->status & DRIVER_OK)
        event_config(b, u);
}

/* ---- virtqueues; how they are served: blk_rings.c ---- */

static void set_queue(struct unit *u, const uint8_t *p)
{
    uint32_t index = le32(p), flags = le32(p + 4), state = flags & 3;
    struct queue q;

    if (index >= QUEUES || !queue_max[index])
        return;
    q = u->queue[index];
    if (le32(p + 12) || flags >> 6 || state == 3)
        return;
    if (q.enabled && (state == 0 || (flags & 0x3c) != 0x3c))
        return;
    if (!(flags & 4))
        q.size = le32(p + 8);
    for (unsigned i = 0; i < 3; i++)
        if (!(flags & 8u << i))
            q.area[i] = le64(p + 16 + 8 * i);
    if (!(flags & 4) && (!q.size || q.size > queue_max[index]))
        return;
    if (state == 1)
        q.enabled = true;
    u->queue[index] = q;
}

static size_t get_queue(struct unit *u, const uint8_t *p, uint8_t *a)
{
    uint32_t index = le32(p);

    memset(a, 0, 40);
    put32(a, index);
    if (index >= QUEUES || !queue_max[index])
        return 40;
    put32(a + 4, queue_max[index]);
    put32(a + 8, u->queue[index].size);
    put32(a + 12, u->queue[index].enabled);
    for (unsigned i = 0; i < 3; i++)
        put64(a + 16 + 8 * i, u->queue[index].area[i]);
    return 40;
}

static void reset_queue(struct unit *u, const uint8_t *p)
{
    uint32_t index = le32(p);

    if (index >= QUEUES)
        return;
    if (!(u->status & FEATURES_OK) || !(u->selected[1] & RING_RESET))
        return;
    u->queue[index] = (struct queue){0};
}

/* ---- features and status ---- */

static long get_features(struct bus *b, const uint8_t *p, uint8_t *a)
{
    uint64_t first = le32(p), n = le32(p + 4);

    if (HEADER + 8 + 4 * n > b->host->max_msg_size)
        return -1;
    memcpy(a, p, 8);
    for (uint64_t i = 0; i < n; i++)
        put32(a + 8 + 4 * i, first + i < BLOCKS ? offered[first + i] : 0);
    return (long)(8 + 4 * n);
}

static long set_features(struct unit *u, const uint8_t *p, size_t len)
{
    uint64_t first = le32(p), n = le32(p + 4);

    if (len < 8 + 4 * n)
        return -1;
    if (u->status & FEATURES_OK)
        return 0;
    for (uint64_t i = 0; i < n; i++) {
        if (first + i < BLOCKS)
            u->selected[first + i] = le32(p + 8 + 4 * i);
        else
            u->selected_more |= le32(p + 8 + 4 * i) != 0;
    }
    return 0;
}

static bool features_good(const struct unit *u)
{
    if (u->selected_more || !(u->selected[1] & VERSION_1))
        return false;
    return !(u->selected[0] & ~offered[0]) && !(u->selected[1] & ~offered[1]);
}

static void reset(struct unit *u)
{
    u->status = 0;
    memset(u->selected, 0, sizeof u->selected);
    u->selected_more = false;
    memset(u->queue, 0, sizeof u->queue);
}

static void set_status(struct bus *b, struct unit *u, uint32_t status)
{
    if (!status) {
        reset(u);
        return;
    }
    if (status & FEATURES_OK && !(u->status & FEATURES_OK) && !features_good(u))
        status &= ~(uint32_t)FEATURES_OK;
    if (status & DRIVER_OK && !(status & FEATURES_OK))
        status &= ~(uint32_t)DRIVER_OK;
    u->status = (status & 0x8f) | (u->status & NEEDS_RESET);
    (void)b;
}

/* ---- configuration ---- */

static size_t get_config(struct bus *b, struct unit *u, const uint8_t *p, uint8_t *a)
{
    uint64_t offset = le32(p), len = le32(p + 4);

    if (offset + len > CONFIG || HEADER + 12 + len > b->host->max_msg_size)
        len = 0;
    put32(a, u->generation);
    put32(a + 4, (uint32_t)offset);
    put32(a + 8, (uint32_t)len);
    if (len)
        memcpy(a + 12, u->config + offset, len);
    return 12 + len;
}

static long set_config(struct bus *b, struct unit *u, const uint8_t *p, size_t n, uint8_t *a)
{
    uint64_t offset = le32(p + 4), len = le32(p + 8);
    bool strict = b->host->transport_features & 1;

    if (n < 12 + len)
        return -1;
    if (offset < WRITABLE || offset + len > WRITABLE_END || (strict && le32(p) != u->generation))
        len = 0;
    if (len && memcmp(u->config + offset, p + 12, len)) {
        memcpy(u->config + offset, p + 12, len);
        u->generation++;
    }
    put32(a, u->generation);
    put32(a + 4, (uint32_t)offset);
    put32(a + 8, (uint32_t)len);
    memcpy(a + 12, p + 12, len);
    return (long)(12 + len);
}

/* ---- messages ---- */

static size_t device_info(struct unit *u, uint8_t *a)
{
    static const uint8_t uuid[16] = {0x6b, 0x1d, 0x27, 0x90, 0x55, 0xaa, 0x4c, 0x11,
                                     0x9e, 0x02, 0x3f, 0x70, 0x12, 0x34, 0x56, 0x78};

    memset(a, 0, 44);
    put32(a, 2);
    put32(a + 4, 0x6d62);
    if (u->index == 0)
        memcpy(a + 8, uuid, sizeof uuid);
    put32(a + 24, BLOCKS);
    put32(a + 28, CONFIG);
    put32(a + 32, QUEUES);
    return 44;
}

static size_t get_shm(struct unit *u, const uint8_t *p, uint8_t *a)
{
    memset(a, 0, 24);
    memcpy(a, p, 4);
    if (u->index == 0 && le32(p) == 1) {
        put64(a + 8, 0x10000);
        put64(a + 16, 0x4000000000);
    }
    return 24;
}

/* The length of the answer's payload; -1: there is none. */
static long answer(struct bus *b, struct unit *u, uint8_t id, const uint8_t *p, size_t n)
{
    static const uint8_t fixed[] = {0, 0, 0, 8, 8, 8, 12, 0, 4, 4, 40, 4, 4};
    uint8_t *a = b->out + HEADER;

    if (id < DEVICE_INFO || id > GET_SHM || n < fixed[id])
        return -1;
    switch (id) {
    case DEVICE_INFO:
        return (long)device_info(u, a);
    case GET_FEATURES:
        return get_features(b, p, a);
    case SET_FEATURES:
        return set_features(u, p, n);
    case GET_CONFIG:
        return (long)get_config(b, u, p, a);
    case SET_CONFIG:
        return set_config(b, u, p, n, a);
    case SET_STATUS:
        set_status(b, u, le32(p));
        put32(a, u->status);
        return 4;
    case GET_STATUS:
        put32(a, u->status);
        return 4;
    case GET_QUEUE:
        return (long)get_queue(u, p, a);
    case SET_QUEUE:
        set_queue(u, p);
        return 0;
    case RESET_QUEUE:
        reset_queue(u, p);
        return 0;
    default:
        return (long)get_shm(u, p, a);
    }
}

static void answer_bus(struct bus *b, uint8_t id, uint16_t token, const uint8_t *p, size_t n)
{
    uint8_t *a = b->out + HEADER;
    uint32_t offset, count, most = (b->host->max_msg_size - HEADER - 6) * 8, next = 0;

    if (id == BUS_PING && n >= 4) {
        memcpy(a, p, 4);
        transmit(b, BUS | RESPONSE, id, 0, token, 4);
        return;
    }
    if (id != BUS_GET_DEVICES || n < 4)
        return;
    offset = le16(p);
    count = le16(p + 2) < most ? le16(p + 2) : most;
    if (offset + count > 0x10000)
        count = 0x10000 - offset;
    if (offset + count <= numbers[UNITS - 1])
        next = offset + count;
    if (next <= offset)
        next = offset < numbers[UNITS - 1] ? offset + 1 : 0;
    memset(a, 0, 6 + (count + 7) / 8);
    put16(a, offset);
    put16(a + 2, next);
    put16(a + 4, count);
    for (unsigned i = 0; i < UNITS; i++)
        if (numbers[i] >= offset && numbers[i] < offset + count)
            a[6 + (numbers[i] - offset) / 8] |= (uint8_t)(1u << (numbers[i] - offset) % 8);
    transmit(b, BUS | RESPONSE, id, 0, token, 6 + (count + 7) / 8);
}

static struct unit *find(struct bus *b, uint16_t number)
{
    for (unsigned i = 0; i < UNITS; i++)
        if (numbers[i] == number)
            return &b->unit[i];
    return NULL;
}

static void blk_receive(void *sut, const void *msg, size_t len)
{
    struct bus *b = sut;
    const uint8_t *m = msg, *p = m + HEADER;
    struct unit *u;
    uint16_t token;
    size_t n;
    long payload;

    b->messages++;
    if (len < HEADER || le16(m + 6) < HEADER || le16(m + 6) > len)
        return;
    if (m[0] & RESPONSE)
        return;
    n = le16(m + 6) - HEADER;
    token = (uint16_t)le16(m + 4);
    if (m[0] & BUS) {
        answer_bus(b, m[1], token, p, n);
        return;
    }
    u = find(b, (uint16_t)le16(m + 2));
    if (!u)
        return;
    if (m[1] == EVENT_AVAIL) {
        if (n >= 8 && le32(p) < QUEUES)
            serve(b, u, le32(p));
        return;
    }
    payload = answer(b, u, m[1], p, n);
    if (payload < 0)
        return;
    transmit(b, RESPONSE, m[1], numbers[u->index], token, (size_t)payload);
    for (uint32_t i = 0; i < QUEUES && m[1] == SET_STATUS; i++)
        serve(b, u, i);
}

static int blk_open(const struct vmsg_sut_host *host, void **sut)
{
    struct bus *b = calloc(1, sizeof *b);

    if (!b)
        return ENOMEM;
    b->host = host;
    for (unsigned i = 0; i < UNITS; i++) {
        b->unit[i].index = i;
        put64(b->unit[i].config, SECTORS);
        put32(b->unit[i].config + 20, SECTOR);
    }
    *sut = b;
    return 0;
}

static void blk_tick(void *sut, uint64_t now_ns)
{
    (void)sut;
    (void)now_ns;
}

static void blk_close(void *sut)
{
    free(sut);
}

const struct vmsg_sut *vmsg_sut_entry(void)
{
    static const struct vmsg_sut blk = {blk_open, blk_receive, blk_tick, blk_close};

    return &blk;
}
