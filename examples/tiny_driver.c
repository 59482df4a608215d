/*
 * A whole virtio-msg driver to start from, for exec:. It drives one entropy device: finds it,
 * initialises it, reads from it through one virtqueue, and starts again when the device asks for
 * that or stops answering. Needs the C library only.
 *
 * Section names are those of the virtio-msg v2 chapter.
 */
#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { HEADER = 8, DEVICE_ID_ENTROPY = 4, ATTEMPTS = 3, RESTARTS = 3, RESET_POLLS = 100 };
enum { RESPONSE = 1, BUS = 2 }; /* bits of type */
enum {
    GET_DEVICE_INFO = 0x02,
    GET_DEVICE_FEATURES = 0x03,
    SET_DRIVER_FEATURES = 0x04,
    GET_DEVICE_STATUS = 0x07,
    SET_DEVICE_STATUS = 0x08,
    GET_VQUEUE = 0x09,
    SET_VQUEUE = 0x0A,
    EVENT_CONFIG = 0x40,
    EVENT_AVAIL = 0x41,
    EVENT_USED = 0x42,
    BUS_GET_DEVICES = 0x02,
    BUS_PING = 0x03,
    BUS_EVENT_DEVICE = 0x40,
};
enum {
    ACKNOWLEDGE = 1,
    DRIVER = 2,
    DRIVER_OK = 4,
    FEATURES_OK = 8,
    NEEDS_RESET = 64,
    FAILED = 128
};
enum { VERSION_1 = 32 };
enum {
    DESC = 0,
    AVAIL = 256,
    USED = 512,
    DATA = 1024,
    DATA_SIZE = 64,
    QUEUE_MOST = 8,
    REQUESTS = 6
};

static int sock;
static uint8_t *memory; /* DMA memory; NULL: none */
static uint64_t memory_base = 0x10000;
static int timeout_ms, max_size;
static bool polling;

static int device = -1; /* the number of the entropy device that is driven */
static bool needs_reset, gone, appeared, used;
static uint16_t next_token = 1, queue_size, offered, taken; /* buffers, in all */

static uint64_t get(const uint8_t *p, unsigned bytes) /* "Endianness": little */
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

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- messages ---- */

static void transmit(uint8_t type, uint8_t id, uint16_t dev, uint16_t token, const uint8_t *payload,
                     size_t len)
{
    uint8_t m[64] = {type, id};

    put(m + 2, dev, 2);
    put(m + 4, token, 2);
    put(m + 6, HEADER + len, 2);
    if (len)
        memcpy(m + HEADER, payload, len);
    if (send(sock, m, HEADER + len, MSG_NOSIGNAL) < 0)
        exit(0); /* the bus is gone */
}

/* What comes without being asked for. Malformed and unknown messages are dropped. */
static void take_event(const uint8_t *m, size_t len)
{
    bool ours = device >= 0 && get(m + 2, 2) == (uint64_t)device;
    size_t payload = len - HEADER;

    if (m[0] & RESPONSE)
        return; /* to something long forgotten */
    if (m[0] & BUS) {
        if (get(m + 2, 2) != 0)
            return;
        if (m[1] == BUS_PING && payload >= 4)
            transmit(BUS | RESPONSE, BUS_PING, 0, (uint16_t)get(m + 4, 2), m + HEADER, 4);
        if (m[1] == BUS_EVENT_DEVICE && payload >= 4) {
            uint64_t state = get(m + HEADER + 2, 2);

            gone |= state == 2 && device >= 0 && get(m + HEADER, 2) == (uint64_t)device;
            appeared |= state == 1;
        }
        return;
    }
    if (ours && m[1] == EVENT_CONFIG && payload >= 16)
        needs_reset |= (get(m + HEADER, 4) & NEEDS_RESET) != 0;
    if (ours && m[1] == EVENT_USED && payload >= 4 && get(m + HEADER, 4) == 0)
        used = true;
}

/* One message, well-formed in its header; 0: none came in time. */
static size_t receive(uint8_t *m, size_t room, int64_t deadline)
{
    for (;;) {
        struct pollfd p = {.fd = sock, .events = POLLIN};
        int64_t left = deadline < 0 ? -1 : deadline - now_ms();
        ssize_t n;

        if (deadline >= 0 && left < 0)
            left = 0;
        if (poll(&p, 1, (int)left) == 0)
            return 0;
        n = recv(sock, m, room, 0);
        if (n <= 0)
            exit(0);
        if (n < HEADER || get(m + 6, 2) < HEADER || get(m + 6, 2) > (uint64_t)n)
            continue;
        m[0] &= RESPONSE | BUS; /* other bits are reserved: ignored */
        return (size_t)get(m + 6, 2);
    }
}

/*
 * Ask, and ask again when no answer comes ("Error Signaling"). The answer's payload, at least
 * `least` bytes of it, is in `answer`; its length, or -1 when all attempts failed.
 */
static int ask(uint8_t type, uint8_t id, uint16_t dev, const uint8_t *payload, size_t len,
               uint8_t *answer, size_t least)
{
    static uint8_t m[65536];
    uint16_t first = next_token;

    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        int64_t deadline = now_ms() + timeout_ms;
        size_t n;

        transmit(type, id, dev, next_token++, payload, len);
        while ((n = receive(m, sizeof m, deadline))) {
            uint16_t age = (uint16_t)(get(m + 4, 2) - first);

            if (m[0] != (type | RESPONSE) || m[1] != id || get(m + 2, 2) != dev ||
                age >= (uint16_t)(next_token - first) || n - HEADER < least) {
                take_event(m, n);
                continue;
            }
            memcpy(answer, m + HEADER, n - HEADER);
            return (int)(n - HEADER);
        }
    }
    return -1;
}

static uint8_t answer[65536];

static bool ask_device(uint8_t id, const uint8_t *payload, size_t len, size_t least)
{
    return ask(0, id, (uint16_t)device, payload, len, answer, least) >= 0;
}

/* ---- initialisation ---- */

static bool write_status(uint32_t status)
{
    uint8_t p[4];

    put(p, status, 4);
    return ask_device(SET_DEVICE_STATUS, p, 4, 4);
}

/* Write the status and see that the device has taken it. */
static bool step(uint32_t status)
{
    return write_status(status) && !(status & ~get(answer, 4)) && !(get(answer, 4) & NEEDS_RESET);
}

/* A reset is complete when the status is 0, at once or after a while ("SET_DEVICE_STATUS"). */
static bool reset(void)
{
    uint8_t m[64];

    if (!write_status(0))
        return false;
    for (int polls = 0; get(answer, 4) != 0; polls++) {
        int64_t pause = now_ms() + 5;
        size_t n;

        if (polls == RESET_POLLS)
            return false;
        while ((n = receive(m, sizeof m, pause)))
            take_event(m, n);
        if (!ask_device(GET_DEVICE_STATUS, NULL, 0, 4))
            return false;
    }
    needs_reset = used = false;
    offered = taken = 0;
    return true;
}

/* Nothing but VERSION_1 is taken; it is in block 1. */
static bool agree_on_features(void)
{
    uint8_t p[16];

    put(p, 1, 4);
    put(p + 4, 1, 4);
    if (!ask_device(GET_DEVICE_FEATURES, p, 8, 12) ||
        !(get(answer + 8, 4) & 1u << (VERSION_1 - 32)))
        return false;
    put(p + 8, 1u << (VERSION_1 - 32), 4);
    return ask_device(SET_DRIVER_FEATURES, p, 12, 0) && step(ACKNOWLEDGE | DRIVER | FEATURES_OK);
}

static uint64_t area(unsigned which)
{
    static const uint16_t at[] = {DESC, AVAIL, USED};

    return memory_base + at[which];
}

/* Look, configure and enable, and look whether the device took it ("SET_VQUEUE"). */
static bool set_up_queue(void)
{
    uint8_t index[4] = {0}, p[40] = {0};

    if (!ask_device(GET_VQUEUE, index, 4, 40) || get(answer + 4, 4) == 0)
        return false;
    for (queue_size = 1; queue_size < QUEUE_MOST && queue_size * 2u <= get(answer + 4, 4);)
        queue_size *= 2;
    if (memory)
        memset(memory, 0, 4096);
    put(p + 4, 1, 4); /* enable */
    put(p + 8, queue_size, 4);
    for (unsigned i = 0; i < 3; i++)
        put(p + 16 + 8 * i, area(i), 8);
    if (!ask_device(SET_VQUEUE, p, 40, 0) || !ask_device(GET_VQUEUE, index, 4, 40))
        return false;
    return get(answer + 8, 4) == queue_size && get(answer + 12, 4) & 1 &&
           !memcmp(answer + 16, p + 16, 24);
}

static bool initialise(void)
{
    return reset() && step(ACKNOWLEDGE) && step(ACKNOWLEDGE | DRIVER) && agree_on_features() &&
           set_up_queue() && step(ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
}

/* ---- requests ---- */

static _Atomic uint16_t *ring_index(unsigned area_at)
{
    return (_Atomic uint16_t *)(void *)(memory + area_at + 2);
}

/* One buffer for the device to fill, and its notification. */
static void offer(void)
{
    uint8_t event[8] = {0}; /* queue 0; no VIRTIO_F_NOTIFICATION_DATA, so next_offset is 0 */

    put(memory + DESC, memory_base + DATA, 8);
    put(memory + DESC + 8, DATA_SIZE, 4);
    put(memory + DESC + 12, 2, 2); /* the device writes */
    put(memory + AVAIL + 4 + 2 * (offered % queue_size), 0, 2);
    atomic_store_explicit(ring_index(AVAIL), ++offered, memory_order_release);
    if (!polling)
        transmit(0, EVENT_AVAIL, (uint16_t)device, 0, event, sizeof event);
}

/* Take buffers back and go on, for a few requests. */
static void work(void)
{
    if (!memory)
        return;
    if (atomic_load_explicit(ring_index(USED), memory_order_acquire) != taken)
        taken++;
    if (taken == offered && offered < REQUESTS)
        offer();
}

/* Until the device needs a reset or goes. */
static void run(void)
{
    uint8_t m[65536];

    work();
    while (!needs_reset && !gone) {
        bool waits = polling && memory && taken != offered;
        size_t n = receive(m, sizeof m, waits ? now_ms() + 2 : -1);

        if (n)
            take_event(m, n);
        if (used || waits)
            work();
        used = false;
    }
}

/* ---- finding the device ---- */

static bool is_ours(uint16_t dev)
{
    return ask(0, GET_DEVICE_INFO, dev, NULL, 0, answer, 44) >= 0 &&
           get(answer, 4) == DEVICE_ID_ENTROPY;
}

/* "0,5" */
static int find_listed(const char *list)
{
    while (*list) {
        char *end;
        unsigned long dev = strtoul(list, &end, 10);

        if (end == list || dev > UINT16_MAX)
            return -1;
        if (is_ours((uint16_t)dev))
            return (int)dev;
        list = *end ? end + 1 : end;
    }
    return -1;
}

/* "GET_DEVICES", window by window. */
static int enumerate(void)
{
    uint32_t from = 0, next = 0;
    uint8_t p[4], bitmap[8192];

    do {
        uint32_t count, fit = 8u * (uint32_t)(max_size - HEADER - 6);

        put(p, from, 2);
        put(p + 2, fit < 512 ? fit : 512, 2);
        if (ask(BUS, BUS_GET_DEVICES, 0, p, 4, answer, 6) < 0)
            return -1;
        next = (uint32_t)get(answer + 2, 2);
        count = (uint32_t)get(answer + 4, 2);
        memcpy(bitmap, answer + 6, sizeof bitmap);
        for (uint32_t i = 0; i < count && i < 512; i++)
            if (bitmap[i / 8] >> i % 8 & 1 && is_ours((uint16_t)(from + i)))
                return (int)(from + i);
    } while (next > from && (from = next));
    return -1;
}

static int find(void)
{
    const char *list = getenv("VMSG_DEVICES");

    return list && *list ? find_listed(list) : enumerate();
}

/* Drive the device until it goes, or does not work. */
static void drive(void)
{
    int restarts = 0;

    gone = false;
    while (!gone && restarts++ < RESTARTS) {
        if (initialise()) {
            restarts = 0;
            run();
        }
    }
    if (!gone)
        write_status(FAILED);
    device = -1;
}

static long number(const char *name, long missing)
{
    const char *text = getenv(name);

    return text ? strtol(text, NULL, 0) : missing;
}

static void map_memory(void)
{
    long fd = number("VMSG_MEM_FD", -1), size = number("VMSG_MEM_SIZE", 0);

    if (fd < 0 || size < 4096)
        return;
    memory = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, (int)fd, 0);
    if (memory == MAP_FAILED)
        exit(1);
    memory_base = strtoull(getenv("VMSG_MEM_BASE"), NULL, 0);
}

int main(void)
{
    const char *notifications = getenv("VMSG_NOTIFICATIONS");
    uint8_t m[65536];

    sock = (int)number("VMSG_FD", -1);
    timeout_ms = (int)number("VMSG_REQUEST_TIMEOUT_MS", 1000);
    max_size = (int)number("VMSG_MAX_MSG_SIZE", 264);
    polling = notifications && !strcmp(notifications, "polling");
    map_memory();
    for (;;) {
        appeared = false;
        device = find();
        if (device >= 0)
            drive();
        while (!appeared) /* nothing to drive: wait until something comes */
            take_event(m, receive(m, sizeof m, -1));
    }
}
