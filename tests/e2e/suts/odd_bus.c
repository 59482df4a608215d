/*
 * A bus that makes use of every freedom: a thread a direction, responses in reverse order of their
 * arrival, tokens of its own that are reused early, requests of different devices interleaved by
 * holding one device's back, GET_DEVICES in windows of eight and without a token, zeros behind every
 * message, unknown events dropped, reserved bits kept, own implementation-defined messages. With a
 * word in argv it makes a mistake instead, too.
 */
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { RESPONSE = 1, BUS = 2, EVENT = 0x40, OWN = 0x80, HEADER = 8, MOST = 70000, TABLE = 65536 };
enum { GET_DEVICES = 2, PING = 3, EVENT_DEVICE = 0x40, REQUEST_FAILED = 0xC1 };

struct request {
    bool used;
    uint8_t id;
    uint16_t dev, token;
    uint64_t late;
};

struct held {
    size_t len;
    uint8_t bytes[MOST];
};

static int driver, device;
static unsigned max_size, timeout_ms;
static bool present[TABLE];
static struct request table[TABLE]; /* by the bus's token */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *mistake = "";
static struct held events[64], requests[2];
static unsigned n_events;

static bool wrong(const char *what)
{
    return strcmp(mistake, what) == 0;
}

static unsigned get16(const uint8_t *p)
{
    return p[0] | p[1] << 8;
}

static void put16(uint8_t *p, unsigned v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

static uint64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* With zeros behind it, which are no part of it. */
static void put(int fd, const uint8_t *m, size_t len)
{
    static _Thread_local uint8_t padded[MOST + 16];

    memcpy(padded, m, len);
    memset(padded + len, 0, 16);
    if (m[0] & BUS)
        send(fd, m, len, MSG_NOSIGNAL);
    else
        send(fd, padded, (len + 3) / 4 * 4 + 4, MSG_NOSIGNAL);
}

static void say(int fd, unsigned type, unsigned id, unsigned token, const void *payload, size_t n)
{
    uint8_t m[600] = {(uint8_t)(BUS | type), (uint8_t)id};

    put16(m + 4, token);
    put16(m + 6, (unsigned)(HEADER + n));
    memcpy(m + HEADER, payload, n);
    put(fd, m, HEADER + n);
}

static void fail_request(unsigned dev, unsigned token, unsigned id)
{
    uint8_t p[12] = {0};

    put16(p, dev);
    put16(p + 2, token);
    p[4] = (uint8_t)id;
    p[8] = 5;
    say(driver, 0, REQUEST_FAILED, 0, p, sizeof p);
    if (wrong("fails-twice"))
        say(driver, 0, REQUEST_FAILED, 0, p, sizeof p);
}

static void get_devices(const uint8_t *m)
{
    unsigned offset = get16(m + HEADER), count = get16(m + HEADER + 2), next = 0;
    uint8_t p[7] = {0};

    count = count > 8 ? 8 : count;
    if (offset + count > 65536)
        count = 65536 - offset;
    for (unsigned d = offset + count; d < 65536 && !next; d++)
        next = present[d] && d > offset ? d : 0;
    for (unsigned i = 0; i < count; i++)
        p[6] |= (uint8_t)(present[offset + i] << i);
    if (wrong("stands-still") && next)
        next = offset ? offset : next;
    put16(p, offset);
    put16(p + 2, next);
    put16(p + 4, count);
    say(driver, RESPONSE, GET_DEVICES, 0, p, 6 + (count + 7) / 8);
}

static void bus_message(int from, const uint8_t *m, size_t len)
{
    unsigned state, dev;

    if (m[1] == PING && !(m[0] & RESPONSE) && len >= 12)
        say(from, RESPONSE, PING, get16(m + 4), m + HEADER, 4);
    else if (m[1] == GET_DEVICES && len >= 12 && from == driver && !(m[0] & RESPONSE))
        get_devices(m);
    else if (m[1] == EVENT_DEVICE && len >= 12 && from == device && !(m[0] & RESPONSE)) {
        dev = get16(m + HEADER);
        state = get16(m + HEADER + 2);
        if (state == 1 || state == 2) {
            present[dev] = state == 1;
            say(driver, 0, EVENT_DEVICE, 0, m + HEADER, 4);
            say(driver, 0, 0xC8, 0, "mine", 4);
        }
    }
}

static bool known_event(unsigned id)
{
    return id >= 0x40 && id <= 0x42;
}

static unsigned own_token(void)
{
    for (unsigned t = 0; t < TABLE; t++)
        if (!table[t].used)
            return t;
    return 0;
}

static void forward_request(uint8_t *m, size_t len)
{
    unsigned dev = get16(m + 2), ours = own_token();

    if (!present[dev]) {
        fail_request(dev, get16(m + 4), m[1]);
        return;
    }
    table[ours] = (struct request){true, m[1], (uint16_t)dev, (uint16_t)get16(m + 4),
                                   now_ms() + timeout_ms * 3 / 4};
    put16(m + 4, ours);
    if (wrong("swaps-number"))
        put16(m + 2, (dev >> 8 | dev << 8) & 0xFFFF);
    if (wrong("reorders") && m[1] == 9) { /* GET_VQUEUE: the second before the first */
        if (!requests[0].len) {
            requests[0].len = len;
            memcpy(requests[0].bytes, m, len);
            return;
        }
        put(device, m, len);
        put(device, requests[0].bytes, requests[0].len);
        requests[0].len = 0;
        return;
    }
    put(device, m, len);
}

static void from_driver(uint8_t *m, size_t len)
{
    if (m[0] & BUS)
        bus_message(driver, m, len);
    else if (m[0] & RESPONSE)
        return;
    else if (!(m[1] & EVENT))
        forward_request(m, len);
    else if (present[get16(m + 2)] && known_event(m[1]))
        put(device, m, len);
}

static bool outstanding(unsigned dev)
{
    for (unsigned t = 0; t < TABLE; t++)
        if (table[t].used && table[t].dev == dev)
            return true;
    return false;
}

static void release_events(void)
{
    for (unsigned i = 0; i < n_events; i++)
        put(driver, events[i].bytes, events[i].len);
    n_events = 0;
}

static void deliver(uint8_t *m, size_t len)
{
    struct request *r = &table[get16(m + 4)];

    if (!r->used || r->id != m[1] || r->dev != get16(m + 2))
        return;
    put16(m + 4, wrong("keeps-own-token") ? get16(m + 4) : r->token);
    r->used = false;
    put(driver, m, len);
    if (wrong("fails-answered"))
        fail_request(r->dev, r->token, r->id);
}

static void from_device(uint8_t *m, size_t len)
{
    if (m[0] & BUS && m[1] == GET_DEVICES && m[0] & RESPONSE && len >= 14) {
        for (unsigned i = 0; i < 8 * (len - 14) && get16(m + HEADER) + i < TABLE; i++)
            if (m[14 + i / 8] >> i % 8 & 1)
                present[get16(m + HEADER) + i] = true;
    } else if (m[0] & BUS) {
        bus_message(device, m, len);
    } else if (m[0] & RESPONSE) {
        deliver(m, len);
    } else if (present[get16(m + 2)] && known_event(m[1])) {
        if (wrong("holds-events") && outstanding(get16(m + 2)) && n_events < 64) {
            events[n_events].len = len;
            memcpy(events[n_events++].bytes, m, len);
            return;
        }
        put(driver, m, len);
    }
}

static void give_up(void)
{
    for (unsigned t = 0; t < TABLE; t++)
        if (table[t].used && table[t].late <= now_ms()) {
            table[t].used = false;
            fail_request(table[t].dev, table[t].token, table[t].id);
        }
    if (n_events && !outstanding(get16(events[0].bytes + 2)))
        release_events();
}

/* A whole message of the size that it claims, cut to it. */
static ssize_t take(int fd, uint8_t *m, int flags)
{
    ssize_t n = recv(fd, m, MOST, flags);

    if (n <= 0)
        return n;
    if (n < HEADER || get16(m + 6) < HEADER || get16(m + 6) > n || get16(m + 6) > max_size)
        return -1;
    return get16(m + 6);
}

static void *driver_thread(void *unused)
{
    static uint8_t m[MOST];
    ssize_t n;

    (void)unused;
    while ((n = take(driver, m, 0)) != 0) {
        pthread_mutex_lock(&lock);
        if (n > 0)
            from_driver(m, (size_t)n);
        pthread_mutex_unlock(&lock);
    }
    exit(0);
}

/* All that is there, last first; events keep their order among themselves. */
static void device_loop(void)
{
    static struct held batch[16];

    for (;;) {
        struct pollfd p = {device, POLLIN, 0};
        unsigned n = 0;

        if (poll(&p, 1, 5) > 0)
            while (n < 16) {
                ssize_t len = take(device, batch[n].bytes, MSG_DONTWAIT);

                if (len == 0)
                    exit(0);
                if (len < 0)
                    break;
                batch[n++].len = (size_t)len;
            }
        pthread_mutex_lock(&lock);
        for (unsigned i = 0; i < n; i++)
            if (!(batch[i].bytes[0] & RESPONSE) || batch[i].bytes[0] & BUS)
                from_device(batch[i].bytes, batch[i].len);
        for (unsigned i = n; i-- > 0;)
            if (batch[i].bytes[0] & RESPONSE && !(batch[i].bytes[0] & BUS))
                from_device(batch[i].bytes, batch[i].len);
        give_up();
        pthread_mutex_unlock(&lock);
    }
}

int main(int argc, char **argv)
{
    pthread_t thread;

    mistake = argc > 1 ? argv[1] : "";
    driver = atoi(getenv("VMSG_DRIVER_FD"));
    device = atoi(getenv("VMSG_DEVICE_FD"));
    max_size = (unsigned)atoi(getenv("VMSG_MAX_MSG_SIZE"));
    timeout_ms = (unsigned)atoi(getenv("VMSG_REQUEST_TIMEOUT_MS"));
    say(device, 0, GET_DEVICES, 0, "\0\0\320\7", 4);
    if (pthread_create(&thread, NULL, driver_thread, NULL))
        return 1;
    device_loop();
}
