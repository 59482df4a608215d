/*
 * A bus of five unlike devices, written from the chapter and core virtio alone: a process that
 * answers on one thread and does its I/O on another. Where blk.c keeps what is written, these do
 * with their configuration what such devices do: registers that are cleared by what is written,
 * that keep nothing, and that choose what the others show. It conforms; test_zoo.py breaks it.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

enum { RESPONSE = 1, BUS = 2, HEADER = 8, CONFIG_MAX = 136, QUEUES_MAX = 5, LARGEST = 65535 };
enum { ACKNOWLEDGE = 1, DRIVER = 2, DRIVER_OK = 4, FEATURES_OK = 8 };
enum { GPU, CONSOLE, INPUT, NET, GPIO, DEVICES };
#define VERSION_1  1u /* of block 1 */
#define RING_RESET (1u << 8)

struct queue {
    uint32_t max, size, enabled;
    uint64_t area[3]; /* descriptors, driver, device */
    uint16_t seen;    /* of the available index */
    bool keeps;       /* its buffers, until there is something to say */
    bool pending;
};

struct device {
    const uint16_t number;
    const uint32_t id, config_size, queues, offered[2];
    uint8_t config[CONFIG_MAX];
    struct queue queue[QUEUES_MAX];
    uint32_t selected[2], status, generation;
    bool selected_more; /* bits in blocks that there are not */
};

static struct device devices[DEVICES] = {
    [GPU] =
        {0, 16, 16, 2, {1u << 1, VERSION_1 | RING_RESET}, {[8] = 1}, {{.max = 64}, {.max = 16}}},
    [CONSOLE] =
        {7, 3, 12, 2, {5, VERSION_1}, {80, 0, 25, 0, 1}, {{.max = 16, .keeps = true}, {.max = 32}}},
    [INPUT] = {300, 18, 136, 2, {0, VERSION_1}, {0}, {{.max = 64, .keeps = true}, {.max = 8}}},
    [NET] = {4000,
             1,
             17,
             5,
             {1u << 5 | 1u << 16, VERSION_1 | RING_RESET},
             {0x52, 0x54, 0, 0x12, 0x34, 0x56, 1, 0, 1, 0, 0xDC, 5},
             {{.max = 256, .keeps = true}, {.max = 256}, {.max = 0}, {.max = 0}, {.max = 64}}},
    [GPIO] = {65535, 41, 8, 1, {0, VERSION_1}, {8}, {{.max = 128}}},
};

static int bus;
static uint32_t largest = 264;
static uint8_t *memory;
static uint64_t memory_base, memory_size;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t work_to_do = PTHREAD_COND_INITIALIZER;

/* The machine is little-endian, and so is the bus. */
#define DEFINE_ACCESS(type, name)                                                                  \
    __attribute__((unused)) static type get_##name(const uint8_t *p)                               \
    {                                                                                              \
        type v;                                                                                    \
        memcpy(&v, p, sizeof v);                                                                   \
        return v;                                                                                  \
    }                                                                                              \
    __attribute__((unused)) static void put_##name(uint8_t *p, type v)                             \
    {                                                                                              \
        memcpy(p, &v, sizeof v);                                                                   \
    }
DEFINE_ACCESS(uint16_t, le16)
DEFINE_ACCESS(uint32_t, le32)
DEFINE_ACCESS(uint64_t, le64)

static void transmit(uint8_t type, uint8_t id, uint16_t number, uint16_t token,
                     const uint8_t *payload, size_t n)
{
    uint8_t m[LARGEST];

    m[0] = type;
    m[1] = id;
    put_le16(m + 2, number);
    put_le16(m + 4, token);
    put_le16(m + 6, (uint16_t)(HEADER + n));
    memcpy(m + HEADER, payload, n);
    if (send(bus, m, HEADER + n, MSG_NOSIGNAL) < 0)
        exit(0);
}

/* ---- I/O, on the worker's thread ---- */

static uint8_t *at(uint64_t address, uint64_t n)
{
    if (!memory || address < memory_base || address - memory_base > memory_size ||
        n > memory_size - (address - memory_base))
        return NULL;
    return memory + (address - memory_base);
}

static uint32_t fill_chain(const struct queue *q, const uint8_t *table, uint16_t i)
{
    uint32_t written = 0;

    for (uint32_t n = 0; n < q->size && i < q->size; n++) {
        const uint8_t *d = table + 16 * i;
        uint16_t flags = get_le16(d + 12);
        uint32_t length = get_le32(d + 8);
        uint8_t *buffer = at(get_le64(d), length);

        if (flags & 2 && buffer) {
            memset(buffer, 0, length);
            written += length;
        }
        if (!(flags & 1))
            break;
        i = get_le16(d + 14);
    }
    return written;
}

static void serve(struct device *d, uint32_t index)
{
    struct queue *q = &d->queue[index];
    uint8_t *table = at(q->area[0], 16 * q->size);
    uint8_t *available = at(q->area[1], 4 + 2 * q->size), *used = at(q->area[2], 4 + 8 * q->size);
    uint8_t event[4];
    uint16_t behind;
    bool any = false;

    if (!(d->status & DRIVER_OK) || !q->enabled || !q->size || q->keeps)
        return;
    if (!table || !available || !used || q->area[1] % 2 || q->area[2] % 4)
        return;
    behind = (uint16_t)(__atomic_load_n((uint16_t *)(available + 2), __ATOMIC_ACQUIRE) - q->seen);
    if (behind > q->size)
        return; /* a broken ring */
    while (behind--) {
        uint16_t head = get_le16(available + 4 + 2 * (q->seen++ % q->size));
        uint16_t next = get_le16(used + 2);
        uint8_t *element = used + 4 + 8 * (next % q->size);

        put_le32(element, head);
        put_le32(element + 4, fill_chain(q, table, head));
        __atomic_store_n((uint16_t *)(used + 2), (uint16_t)(next + 1), __ATOMIC_RELEASE);
        any = true;
    }
    if (any && !(get_le16(available) & 1)) {
        put_le32(event, index);
        transmit(0, 0x42, d->number, 0, event, sizeof event);
    }
}

/* One queue that waits; false: none does. */
static bool serve_one(void)
{
    for (struct device *d = devices; d < devices + DEVICES; d++)
        for (uint32_t i = 0; i < d->queues; i++)
            if (d->queue[i].pending) {
                d->queue[i].pending = false;
                serve(d, i);
                return true;
            }
    return false;
}

static void *work(void *unused)
{
    pthread_mutex_lock(&lock);
    for (;;) {
        if (!serve_one())
            pthread_cond_wait(&work_to_do, &lock);
        pthread_mutex_unlock(&lock); /* a reset may come in between */
        pthread_mutex_lock(&lock);
    }
    return unused;
}

static void wake(struct device *d, uint32_t index)
{
    if (index < d->queues) {
        d->queue[index].pending = true;
        pthread_cond_signal(&work_to_do);
    }
}

/* ---- what a device keeps ---- */

static void reset_queue(struct queue *q)
{
    *q = (struct queue){.max = q->max, .keeps = q->keeps};
}

static void reset(struct device *d)
{
    d->status = 0;
    d->selected_more = false;
    memset(d->selected, 0, sizeof d->selected);
    for (uint32_t i = 0; i < d->queues; i++)
        reset_queue(&d->queue[i]);
    if (d == &devices[INPUT])
        memset(d->config, 0, sizeof d->config);
}

static uint32_t set_status(struct device *d, uint32_t status)
{
    if (!status) {
        reset(d);
        return 0;
    }
    if (d->selected_more || d->selected[0] & ~d->offered[0] || d->selected[1] & ~d->offered[1] ||
        !(d->selected[1] & VERSION_1))
        status &= ~(uint32_t)FEATURES_OK;
    d->status = status;
    for (uint32_t i = 0; i < d->queues && status & DRIVER_OK; i++)
        wake(d, i);
    return status;
}

/* What select and subsel choose: ID_NAME, and one type of events. */
static void choose_input(uint8_t *config)
{
    memset(config + 2, 0, CONFIG_MAX - 2);
    if (config[0] == 1) {
        config[2] = 5;
        memcpy(config + 8, "mouse", 5);
    } else if (config[0] == 0x11) {
        config[2] = 1;
        config[8] = config[1];
    }
}

static bool write_config(struct device *d, uint32_t offset, uint32_t n, const uint8_t *data)
{
    switch (d - devices) {
    case GPU: /* events_clear: what is written is cleared in events_read */
        if (offset != 4 || n != 4)
            return false;
        put_le32(d->config, get_le32(d->config) & ~get_le32(data));
        return true;
    case CONSOLE: /* emerg_wr: printed, and kept nowhere */
        return offset == 8 && n == 4;
    case INPUT:
        if (offset + n > 2)
            return false;
        memcpy(d->config + offset, data, n);
        choose_input(d->config);
        return true;
    case NET: /* its address, which is never multicast */
        if (offset + n > 6 || (!offset && data[0] & 1))
            return false;
        memcpy(d->config + offset, data, n);
        d->generation++;
        return true;
    }
    return false;
}

static struct queue *queue_of(struct device *d, uint32_t index)
{
    return index < d->queues && d->queue[index].max ? &d->queue[index] : NULL;
}

static void set_queue(struct device *d, const uint8_t *p)
{
    uint32_t index = get_le32(p), flags = get_le32(p + 4), size = get_le32(p + 8);
    bool updates = (flags & 0x3C) != 0x3C;
    struct queue *q = queue_of(d, index);

    if (!q || get_le32(p + 12) || flags > 63 || (flags & 3) == 3)
        return;
    if (q->enabled && (updates || !(flags & 3)))
        return;
    if (!(flags & 4) && (!size || size > q->max || size & (size - 1)))
        return;
    if (!(flags & 4))
        q->size = size;
    for (uint32_t i = 0; i < 3; i++)
        if (!(flags & 8 << i))
            q->area[i] = get_le64(p + 16 + 8 * i);
    q->enabled |= flags & 1;
}

/* ---- messages: each fills the payload of its answer and tells its length, or -1: no answer ----
 */

static long device_info(struct device *d, uint8_t *a)
{
    memset(a, 0, 44);
    put_le32(a, d->id);
    put_le32(a + 4, 0x1234);
    put_le32(a + 24, 2);
    put_le32(a + 28, d->config_size);
    put_le32(a + 32, d->queues);
    return 44;
}

static long get_features(struct device *d, const uint8_t *p, uint8_t *a)
{
    uint64_t first = get_le32(p), n = get_le32(p + 4);

    if (HEADER + 8 + 4 * n > largest)
        return -1;
    memcpy(a, p, 8);
    for (uint64_t i = 0; i < n; i++)
        put_le32(a + 8 + 4 * i, first + i < 2 ? d->offered[first + i] : 0);
    return (long)(8 + 4 * n);
}

static long set_features(struct device *d, const uint8_t *p, size_t size)
{
    uint64_t first = get_le32(p), n = get_le32(p + 4);

    if (8 + 4 * n > size)
        return -1;
    for (uint64_t i = 0; i < n; i++) {
        uint32_t bits = get_le32(p + 8 + 4 * i);

        if (first + i < 2)
            d->selected[first + i] = bits;
        else if (bits)
            d->selected_more = true;
    }
    return 0;
}

static long get_config(struct device *d, const uint8_t *p, uint8_t *a)
{
    uint64_t offset = get_le32(p), n = get_le32(p + 4);

    if (offset + n > d->config_size || HEADER + 12 + n > largest)
        return -1;
    put_le32(a, d->generation);
    memcpy(a + 4, p, 8);
    memcpy(a + 12, d->config + offset, n);
    return (long)(12 + n);
}

static long set_config(struct device *d, const uint8_t *p, size_t size, uint8_t *a)
{
    uint64_t offset = get_le32(p + 4), n = get_le32(p + 8);
    bool applied;

    if (12 + n > size)
        return -1;
    applied =
        n && offset + n <= d->config_size && write_config(d, (uint32_t)offset, (uint32_t)n, p + 12);
    put_le32(a, d->generation);
    put_le32(a + 4, (uint32_t)offset);
    put_le32(a + 8, applied ? (uint32_t)n : 0);
    memcpy(a + 12, p + 12, applied ? n : 0);
    return (long)(12 + (applied ? n : 0));
}

static long get_queue(struct device *d, const uint8_t *p, uint8_t *a)
{
    uint32_t index = get_le32(p);
    const struct queue *q = queue_of(d, index);

    memset(a, 0, 40);
    put_le32(a, index);
    if (!q)
        return 40;
    put_le32(a + 4, q->max);
    put_le32(a + 8, q->size);
    put_le32(a + 12, q->enabled);
    memcpy(a + 16, q->area, 24);
    return 40;
}

static long answer(struct device *d, uint8_t id, const uint8_t *p, size_t n, uint8_t *a)
{
    static const uint8_t fixed[] = {0, 0, 0, 8, 8, 8, 12, 0, 4, 4, 40, 4, 4};

    if (id < 2 || id >= sizeof fixed || n < fixed[id])
        return -1;
    switch (id) {
    case 2:
        return device_info(d, a);
    case 3:
        return get_features(d, p, a);
    case 4:
        return set_features(d, p, n);
    case 5:
        return get_config(d, p, a);
    case 6:
        return set_config(d, p, n, a);
    case 7:
        put_le32(a, d->status);
        return 4;
    case 8:
        put_le32(a, set_status(d, get_le32(p)));
        return 4;
    case 9:
        return get_queue(d, p, a);
    case 10:
        set_queue(d, p);
        return 0;
    case 11:
        if (get_le32(p) < d->queues && d->status & FEATURES_OK && d->selected[1] & RING_RESET)
            reset_queue(&d->queue[get_le32(p)]);
        return 0;
    }
    memset(a, 0, 24); /* GET_SHM: there is none */
    memcpy(a, p, 4);
    return 24;
}

static long get_devices(const uint8_t *p, uint8_t *a)
{
    uint32_t offset = get_le16(p), count = get_le16(p + 2), most = (largest - HEADER - 6) * 8;
    uint32_t next = 0;

    if (count > most)
        count = most;
    if (count > 65536 - offset)
        count = 65536 - offset;
    memset(a, 0, 6 + (count + 7) / 8);
    for (int i = DEVICES - 1; i >= 0; i--) {
        uint32_t number = devices[i].number;

        if (number >= offset + count)
            next = number;
        else if (number >= offset)
            a[6 + (number - offset) / 8] |= (uint8_t)(1 << (number - offset) % 8);
    }
    if (next <= offset)
        next = 0;
    put_le16(a, (uint16_t)offset);
    put_le16(a + 2, (uint16_t)next);
    put_le16(a + 4, (uint16_t)count);
    return 6 + (count + 7) / 8;
}

static void receive(const uint8_t *m, size_t len)
{
    uint16_t number, token, size;
    uint8_t a[LARGEST];
    long n = -1;

    if (len < HEADER)
        return;
    number = get_le16(m + 2), token = get_le16(m + 4), size = get_le16(m + 6);
    if (size < HEADER || size > len || m[0] & RESPONSE)
        return;
    if (m[0] & BUS) {
        if (!number && m[1] == 2 && size >= HEADER + 4)
            n = get_devices(m + HEADER, a);
        else if (!number && m[1] == 3 && size >= HEADER + 4)
            memcpy(a, m + HEADER, (size_t)(n = 4));
        if (n >= 0)
            transmit(BUS | RESPONSE, m[1], 0, token, a, (size_t)n);
        return;
    }
    for (struct device *d = devices; d < devices + DEVICES; d++) {
        if (d->number != number)
            continue;
        if (m[1] == 0x41 && size >= HEADER + 8)
            wake(d, get_le32(m + HEADER));
        n = answer(d, m[1], m + HEADER, size - HEADER, a);
        if (n >= 0)
            transmit(RESPONSE, m[1], number, token, a, (size_t)n);
    }
}

static uint64_t variable(const char *name, int base)
{
    const char *value = getenv(name);

    return value ? strtoull(value, NULL, base) : 0;
}

int main(void)
{
    uint8_t m[LARGEST];
    pthread_t worker;
    ssize_t n;

    bus = (int)variable("VMSG_FD", 10);
    largest = (uint32_t)variable("VMSG_MAX_MSG_SIZE", 10);
    memory_base = variable("VMSG_MEM_BASE", 16);
    memory_size = variable("VMSG_MEM_SIZE", 10);
    if (memory_size)
        memory = mmap(NULL, memory_size, PROT_READ | PROT_WRITE, MAP_SHARED,
                      (int)variable("VMSG_MEM_FD", 10), 0);
    if (memory == MAP_FAILED || pthread_create(&worker, NULL, work, NULL))
        return 1;
    while ((n = recv(bus, m, sizeof m, 0)) > 0) {
        pthread_mutex_lock(&lock);
        receive(m, (size_t)n);
        pthread_mutex_unlock(&lock);
    }
    return 0;
}
