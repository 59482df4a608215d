/* The reference bus from outside: creation, the way of transport messages, time, commands. */
#include "harness/peers/bus_state.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "0,5"; false when the list is malformed. */
static bool parse_devices(struct vmsg_bus *bus, const char *list)
{
    for (const char *p = list; *p;) {
        char *end;
        unsigned long n;

        if (!isdigit((unsigned char)*p))
            return false;
        n = strtoul(p, &end, 10);
        if (n > UINT16_MAX || (*end && *end != ',') || (*end == ',' && !end[1]))
            return false;
        bus_set(bus->present, (uint16_t)n, true);
        p = *end ? end + 1 : end;
    }
    return true;
}

static void set_up(struct vmsg_bus *bus, const struct vmsg_peer_config *config,
                   const struct vmsg_sut_host *host)
{
    uint32_t timeout = config->request_timeout_ms;

    bus->host = *host;
    bus->polling = config->polling;
    bus->synthesis = config->synthesis;
    bus->max_msg_size = host->max_msg_size;
    bus->timeout_ns = BUS_MS * (timeout ? timeout : BUS_TIMEOUT_MS);
    bus->own_token = (uint16_t)(config->seed * 40503u);
    bus->free = bus->first = bus->last = BUS_NONE;
    bus->first_token = (uint16_t)(config->seed * 2654435761u);
}

struct vmsg_bus *vmsg_bus_new(const struct vmsg_peer_config *config,
                              const struct vmsg_sut_host *host, char *err, size_t err_size)
{
    const char *list = config->platform ? config->platform : "";
    enum vmsg_fault_no fault;
    struct vmsg_bus *bus;
    uint64_t quirks;

    if (host->max_msg_size < VMSG_MAX_SIZE_LEAST || host->max_msg_size > VMSG_MAX_SIZE_MOST) {
        snprintf(err, err_size, "the maximum message size must be 52 to 65535 bytes");
        return NULL;
    }
    if (!vmsg_faults_select(config, &fault, &quirks, err, err_size))
        return NULL;
    bus = malloc(sizeof *bus);
    if (bus) {
        memset(bus, 0, offsetof(struct vmsg_bus, out));
        bus->tokens = calloc(65536, sizeof *bus->tokens);
        bus->outstanding = calloc(65536, sizeof *bus->outstanding);
    }
    if (!bus || !bus->tokens || !bus->outstanding) {
        snprintf(err, err_size, "out of memory; free some");
        vmsg_bus_free(bus);
        return NULL;
    }
    set_up(bus, config, host);
    bus->fault = fault;
    bus->quirks = quirks;
    bus->enumerate = !*list;
    if (!parse_devices(bus, list)) {
        snprintf(err, err_size, "\"%s\" is not a list of device numbers; write it like 0,5", list);
        vmsg_bus_free(bus);
        return NULL;
    }
    return bus;
}

void vmsg_bus_free(struct vmsg_bus *bus)
{
    struct bus_waiting *w;

    if (!bus)
        return;
    while ((w = bus->waiting)) {
        bus->waiting = w->next;
        free(w);
    }
    free(bus->tokens);
    free(bus->outstanding);
    free(bus->requests);
    free(bus);
}

void vmsg_bus_far(struct vmsg_bus *bus, void *ctx, void (*send)(void *, const void *, size_t))
{
    bus->far_ctx = ctx;
    bus->far_send = send;
}

/* A header that can be believed, and a size that is allowed. */
static bool framed(const struct vmsg_bus *bus, const struct vmsg *m)
{
    return m->delivered >= VMSG_HEADER_SIZE && m->msg_size >= VMSG_HEADER_SIZE &&
           m->msg_size <= m->delivered && m->msg_size <= bus->max_msg_size;
}

/* ---- from the driver side ---- */

static void forward_event(struct vmsg_bus *bus, const struct vmsg *m)
{
    bool known = m->def || !bus_quirky(bus, VMSG_BUS_QUIRK_UNKNOWN_EVENTS_DROPPED);

    if (!bus_has(bus, m->dev_num)) {
        if (bus_faulty(bus, VMSG_BUS_FAULT_EVENTS_FAILED))
            bus_fail(bus, m->dev_num, m->token, m->msg_id, BUS_E_NODEV);
        if (!bus_faulty(bus, VMSG_BUS_FAULT_FORWARDS_TO_ABSENT))
            return;
    }
    if (bus_faulty(bus, VMSG_BUS_FAULT_LOSES_EVENTS) && bus->events++ % 2)
        return;
    if (known)
        bus_forward(bus, true, m, m->token);
    if (bus_faulty(bus, VMSG_BUS_FAULT_BOTH_PATHS) && m->msg_id == VMSG_ID_EVENT_AVAIL)
        bus_forward(bus, true, m, m->token);
}

/* Why a request cannot be forwarded, as an error of REQUEST_FAILED; 0: it can. */
static uint32_t refusal(struct vmsg_bus *bus, const struct vmsg *m)
{
    bool informed = bus->informed[m->dev_num / 8] >> m->dev_num % 8 & 1;

    if (!bus_has(bus, m->dev_num))
        return bus_faulty(bus, VMSG_BUS_FAULT_FORWARDS_TO_ABSENT) ? 0 : BUS_E_NODEV;
    if (!m->def && bus_faulty(bus, VMSG_BUS_FAULT_UNKNOWN_IDS_FAILED))
        return BUS_E_NODEV;
    if (bus_faulty(bus, VMSG_BUS_FAULT_INFO_FAILED) && m->msg_id == VMSG_ID_GET_DEVICE_INFO &&
        !informed) {
        bus_set(bus->informed, m->dev_num, true);
        return BUS_E_NODEV;
    }
    return 0;
}

/* Keep a message, with another token, to be sent later. */
static void hold(struct vmsg_bus *bus, bool to_device, const struct vmsg *m, uint16_t token)
{
    uint8_t *copy = bus->out;
    struct vmsg own;

    memcpy(copy, m->bytes, m->msg_size);
    copy[0] &= VMSG_TYPE_RESPONSE | VMSG_TYPE_BUS;
    vmsg_put_le16(copy + 4, token);
    vmsg_decode(&own, copy, m->msg_size);
    bus_wait(bus, to_device, &own);
}

/* Send it on, now or when it is its turn. */
static void send_on(struct vmsg_bus *bus, const struct vmsg *m, const struct bus_request *r)
{
    bool one = bus_quirky(bus, VMSG_BUS_QUIRK_ONE_AT_A_TIME) && bus->outstanding[r->dev] > 1;
    bool swap = bus_faulty(bus, VMSG_BUS_FAULT_REORDERS) && m->msg_id == VMSG_ID_GET_VQUEUE;

    if (!one && !(swap && !bus->swapping)) {
        bus_forward(bus, true, m, r->ours);
        if (swap)
            bus_release(bus, true, r->dev, 1);
        bus->swapping = bus->swapping && !swap;
        return;
    }
    hold(bus, true, m, r->ours);
    bus->swapping |= swap;
}

static void forward_request(struct vmsg_bus *bus, const struct vmsg *m)
{
    uint32_t error = refusal(bus, m);
    struct bus_request *r;

    if (error) {
        if (!bus_faulty(bus, VMSG_BUS_FAULT_DROPS_UNROUTABLE))
            bus_fail(bus, m->dev_num, m->token, m->msg_id, error);
        return;
    }
    r = bus_request_add(bus, m);
    if (!r) {
        bus_fail(bus, m->dev_num, m->token, m->msg_id, BUS_E_NOBUFS);
        return;
    }
    r->lost = bus->drop_next;
    bus->drop_next = false;
    if (!r->lost)
        send_on(bus, m, r);
}

void vmsg_bus_receive(struct vmsg_bus *bus, const void *msg, size_t len)
{
    struct vmsg m;

    vmsg_decode(&m, msg, len);
    if (!framed(bus, &m)) {
        /* Of a transport request whose header can be read the driver side hears. */
        if (m.delivered >= VMSG_HEADER_SIZE && !vmsg_is_bus(&m) && !vmsg_is_response(&m) &&
            !vmsg_is_event(&m) && !bus_quirky(bus, VMSG_BUS_QUIRK_SIZES_DROPPED))
            bus_fail(bus, m.dev_num, m.token, m.msg_id, BUS_E_MSGSIZE);
        return;
    }
    if (vmsg_is_bus(&m))
        bus_message(bus, false, &m);
    else if (vmsg_is_response(&m))
        return;
    else if (vmsg_is_event(&m))
        forward_event(bus, &m);
    else
        forward_request(bus, &m);
}

/* ---- from the device side ---- */

static void deliver_response(struct vmsg_bus *bus, const struct vmsg *m)
{
    struct bus_request *r = bus_request_find(bus, m->dev_num, m->token, m->msg_id);
    bool shm = m->msg_id == VMSG_ID_GET_SHM;
    uint16_t token;

    if (!r || bus_is_waiting(bus, r)) {
        if (bus_faulty(bus, VMSG_BUS_FAULT_DELIVERS_ANYTHING))
            bus_forward(bus, false, m, m->token);
        return;
    }
    token = r->token;
    if (shm && bus_faulty(bus, VMSG_BUS_FAULT_TOKEN_NOT_RESTORED))
        token = r->ours;
    if (bus_quirky(bus, VMSG_BUS_QUIRK_OVERTAKING) && bus->outstanding[r->dev] > 1)
        hold(bus, false, m, token);
    else
        bus_forward(bus, false, m, token);
    if (shm && bus_faulty(bus, VMSG_BUS_FAULT_FAILS_AFTERWARDS))
        bus_fail(bus, r->dev, r->token, r->msg_id, BUS_E_TIMEOUT);
    bus_request_over(bus, r);
    if (bus->polling && bus_faulty(bus, VMSG_BUS_FAULT_POLLED_EVENTS))
        bus_to_driver(bus,
                      (const uint8_t[]){0, VMSG_ID_EVENT_USED, (uint8_t)m->dev_num,
                                        (uint8_t)(m->dev_num >> 8), 0, 0, 12, 0, 0, 0, 0, 0},
                      12);
}

static void deliver_event(struct vmsg_bus *bus, const struct vmsg *m)
{
    bool known = m->def || !bus_quirky(bus, VMSG_BUS_QUIRK_UNKNOWN_EVENTS_DROPPED);
    bool twice =
        m->msg_id == VMSG_ID_EVENT_USED && (bus_faulty(bus, VMSG_BUS_FAULT_DOUBLES_EVENTS) ||
                                            bus_faulty(bus, VMSG_BUS_FAULT_BOTH_PATHS));

    if (!bus_has(bus, m->dev_num) || !known)
        return;
    if (bus_faulty(bus, VMSG_BUS_FAULT_HOLDS_EVENTS) && bus->outstanding[m->dev_num]) {
        bus_wait(bus, false, m);
        return;
    }
    for (unsigned i = 0; i <= twice; i++)
        bus_forward(bus, false, m, m->token);
}

void vmsg_bus_receive_far(struct vmsg_bus *bus, const void *msg, size_t len)
{
    struct vmsg m;

    vmsg_decode(&m, msg, len);
    if (!framed(bus, &m))
        return;
    if (vmsg_is_bus(&m))
        bus_message(bus, true, &m);
    else if (vmsg_is_event(&m) && !vmsg_is_response(&m))
        deliver_event(bus, &m);
    else if (vmsg_is_response(&m) && !vmsg_is_event(&m))
        deliver_response(bus, &m);
}

/* ---- time ---- */

void vmsg_bus_tick(struct vmsg_bus *bus, uint64_t now_ns)
{
    bus->now = now_ns;
    if (!bus->started && bus->far_send) {
        bus->started = true;
        if (bus->enumerate)
            bus_enumerate(bus, 0);
    }
    if (bus->ask_again && bus->ask_again <= now_ns) /* the peer may have been slow to start */
        bus_enumerate(bus, bus->asked_from);
    if (!bus_faulty(bus, VMSG_BUS_FAULT_WAITS_FOR_EVER))
        bus_overdue(bus);
}

uint64_t vmsg_bus_deadline(const struct vmsg_bus *bus)
{
    uint64_t due = bus_requests_deadline(bus);

    if (!bus->started)
        return 0;
    return bus->ask_again && bus->ask_again < due ? bus->ask_again : due;
}

/* ---- the upper tester ---- */

/* The devices are looked at anew: they go and come again. */
static void change_limit(struct vmsg_bus *bus, uint32_t size)
{
    bus->max_msg_size = size;
    if (bus_faulty(bus, VMSG_BUS_FAULT_LIMIT_UNTOLD))
        return;
    for (uint32_t dev = 0; dev < 65536; dev++) {
        if (!bus_has(bus, (uint16_t)dev))
            continue;
        bus_device_goes(bus, (uint16_t)dev);
        bus_device_appears(bus, (uint16_t)dev);
    }
}

void vmsg_bus_command(struct vmsg_bus *bus, const char *line, char *reply, size_t reply_size)
{
    unsigned long n = 0;
    char word[20] = "", rest = 0;
    int got = sscanf(line, "%19s %lu %c", word, &n, &rest);

    snprintf(reply, reply_size, "ok");
    if (got == 2 && !strcmp(word, "add") && n <= UINT16_MAX)
        bus_device_appears(bus, (uint16_t)n);
    else if (got == 2 && !strcmp(word, "remove") && n <= UINT16_MAX)
        bus_device_goes(bus, (uint16_t)n);
    else if (got == 1 && !strcmp(word, "drop-next"))
        bus->drop_next = true;
    else if (got == 2 && !strcmp(word, "max-msg-size") && n >= VMSG_MAX_SIZE_LEAST &&
             n <= VMSG_MAX_SIZE_MOST)
        change_limit(bus, (uint32_t)n);
    else
        snprintf(reply, reply_size,
                 "error unknown command; a bus takes add DEV, remove DEV, drop-next, "
                 "max-msg-size N");
}
