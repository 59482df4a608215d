/*
 * The oracle on any stream. The input is a list of records: raw messages, messages of the wire
 * table with fields from a table of values that matter, answers to the last request, notes,
 * settling, and whole initialisations, so that deep states are a byte away. It must follow whatever
 * comes without reading or writing out of bounds, and owe nothing once settled.
 */
#include "harness/oracle/oracle.h"
#include "harness/wire/wire.h"

#include <stdlib.h>
#include <string.h>

enum { MESSAGE_MOST = 600, STEPS = 9 };

struct input {
    const uint8_t *p;
    size_t left;
};

struct stream {
    struct vmsg_oracle *oracle;
    uint32_t index;
    uint64_t now_ns;
    uint8_t last[MESSAGE_MOST]; /* the last request */
    size_t last_len;
    struct input in;
};

static uint8_t byte(struct input *in)
{
    return in->left ? (in->left--, *in->p++) : 0;
}

static const uint8_t *bytes(struct input *in, size_t *len)
{
    const uint8_t *p = in->p;

    if (*len > in->left)
        *len = in->left;
    in->p += *len;
    in->left -= *len;
    return p;
}

/* One byte stands for a value: small numbers as they are, then sizes, addresses and edges. */
static uint64_t value(uint8_t b)
{
    static const uint64_t special[] = {256,        512,        1024,       65535,
                                       65536,      65537,      0x01000000, 0x0b000000,
                                       0x80000000, 0xfffffffe, UINT32_MAX, UINT64_MAX};

    if (b < 128)
        return b;
    if (b < 192)
        return UINT64_C(0x40000000) + 0x1000u * (b - 128u);
    return b - 192u < sizeof special / sizeof *special ? special[b - 192u] : 1u << b % 32;
}

static void found(void *ctx, const struct vmsg_finding *finding)
{
    (void)ctx;
    if (!finding->text[0])
        abort();
}

/* In memory of its own, so that a sanitizer sees one byte too far. */
static void deliver(struct stream *s, enum vmsg_direction direction, const uint8_t *m, size_t len)
{
    uint8_t *exact = malloc(len ? len : 1);

    if (!exact)
        return;
    if (len)
        memcpy(exact, m, len);
    vmsg_oracle_message(s->oracle, s->index++, direction, exact, len);
    free(exact);
    if (direction == VMSG_TO_DEVICE && len <= sizeof s->last) {
        if (len)
            memcpy(s->last, m, len);
        s->last_len = len;
    }
}

static void raw(struct stream *s, enum vmsg_direction direction)
{
    size_t len = byte(&s->in);
    const uint8_t *p = bytes(&s->in, &len);

    deliver(s, direction, p, len);
}

/* A message of the table: definition, number and token, a value each field, a tail. */
static void structured(struct stream *s, enum vmsg_direction direction, bool response)
{
    const struct vmsg_def *def = vmsg_def_at(byte(&s->in) % VMSG_DEFS);
    uint8_t m[MESSAGE_MOST], who = byte(&s->in);
    uint64_t f[VMSG_MAX_FIELDS];
    size_t tail_len = 0, len;
    const uint8_t *tail;

    if (!def)
        def = vmsg_def_at(0);
    const struct vmsg_layout *layout =
        response && def->kind == VMSG_KIND_EXCHANGE ? &def->response : &def->request;
    for (unsigned i = 0; i < layout->n_fields; i++)
        f[i] = value(byte(&s->in));
    if (layout->tail || who & 0x80)
        tail_len = byte(&s->in);
    tail = bytes(&s->in, &tail_len);
    if (layout->tail && !(who & 0x40))
        f[layout->count_field] = tail_len / (layout->tail->type == VMSG_LE32S ? 4 : 1);
    len = vmsg_encode(m, sizeof m, def, response, who % 4, who / 4 % 4, f, NULL, tail, tail_len);
    if (who & 0x20)
        m[0] |= who & 1 ? VMSG_TYPE_RESPONSE : 0x80;
    deliver(s, direction, m, len);
}

/* The answer to the last request; 255 in place of a value repeats the request's. */
static void answer(struct stream *s)
{
    struct vmsg r;
    uint8_t m[MESSAGE_MOST];
    uint64_t f[VMSG_MAX_FIELDS] = {0};
    uint8_t how = byte(&s->in), data[256] = {0};
    size_t tail_len = 0;
    const uint8_t *tail = NULL;

    vmsg_decode(&r, s->last, s->last_len);
    if (!r.def || r.def->kind != VMSG_KIND_EXCHANGE)
        return;
    for (unsigned i = 0; i < r.def->response.n_fields; i++) {
        uint8_t b = byte(&s->in);
        bool repeat = b == 255 && i < r.def->request.n_fields;

        f[i] = repeat ? r.f[i] : value(b);
        if (repeat && r.msg_id == VMSG_ID_GET_CONFIG && !vmsg_is_bus(&r))
            f[i] = i ? r.f[i - 1] : 0; /* offset and length follow the generation */
    }
    if (how & 1 && r.tail) { /* as it was written */
        tail = r.tail;
        tail_len = r.tail_len;
    } else if (how & 4 && r.def->response.tail) { /* as long as it says, mostly zeros */
        size_t given = 4;
        const uint8_t *p = bytes(&s->in, &given);

        if (given)
            memcpy(data, p, given);
        tail = data;
        tail_len = f[r.def->response.count_field] % sizeof data;
    } else if (r.def->response.tail || how & 2) {
        tail_len = byte(&s->in);
        tail = bytes(&s->in, &tail_len);
    }
    deliver(s, VMSG_TO_DRIVER, m,
            vmsg_encode(m, sizeof m, r.def, true, r.dev_num, (uint16_t)(r.token ^ (how & 8)), f,
                        NULL, tail, tail_len));
}

static void note(struct stream *s)
{
    struct vmsg_note n = {.kind = byte(&s->in) % (VMSG_NOTE_REFUSED + 1),
                          .index = s->index,
                          .dev_num = byte(&s->in) % 4};

    n.vq = (uint32_t)value(byte(&s->in));
    n.value = (uint32_t)value(byte(&s->in));
    n.position = n.value;
    vmsg_oracle_time(s->oracle, s->now_ns += n.value % 1024 * 1000000u);
    if (n.kind == VMSG_NOTE_CHANGE_CONFIG) {
        n.data_len = byte(&s->in);
        n.data = bytes(&s->in, &n.data_len);
    }
    vmsg_oracle_note(s->oracle, &n);
}

static void ask(struct stream *s, const char *name, uint16_t dev, const uint64_t *f,
                const uint64_t *back, const void *tail, size_t len, size_t back_len)
{
    const struct vmsg_def *def = vmsg_def_by_name(name);
    uint8_t m[MESSAGE_MOST];

    deliver(s, VMSG_TO_DEVICE, m, vmsg_encode(m, sizeof m, def, false, dev, 1, f, NULL, tail, len));
    deliver(s, VMSG_TO_DRIVER, m,
            vmsg_encode(m, sizeof m, def, true, dev, 1, back, NULL, tail, back_len));
}

#define F(...) ((const uint64_t[VMSG_MAX_FIELDS]){__VA_ARGS__})

/* A legal device, initialised as far as the byte says. */
static void initialise(struct stream *s)
{
    static const uint8_t features[] = {0, 0, 0, 0, 1, 1, 0, 0};
    uint8_t b = byte(&s->in);
    uint16_t dev = b / 16 % 4;
    unsigned steps = b % 16 > STEPS ? STEPS : b % 16;

    for (unsigned i = 0; i <= steps; i++) {
        static const uint64_t status[] = {0, 0, 1, 3, 0, 0, 0xb, 0, 0, 0xf};

        if (i == 0)
            ask(s, "GET_DEVICE_INFO", dev, NULL, F(2, 0, 0, 2, 64, 4), NULL, 0, 0);
        else if (i == 4)
            ask(s, "GET_DEVICE_FEATURES", dev, F(0, 2), F(0, 2), features, 0, 8);
        else if (i == 5)
            ask(s, "SET_DRIVER_FEATURES", dev, F(0, 2), NULL, features, 8, 0);
        else if (i == 7)
            ask(s, "GET_VQUEUE", dev, F(0), F(0, 64), NULL, 0, 0);
        else if (i == 8)
            ask(s, "SET_VQUEUE", dev, F(0, 1, 64, 0, 0x40001000, 0x40002000, 0x40003000), NULL,
                NULL, 0, 0);
        else
            ask(s, "SET_DEVICE_STATUS", dev, &status[i], &status[i], NULL, 0, 0);
    }
}

static void record(struct stream *s)
{
    switch (byte(&s->in) % 10) {
    case 0:
        raw(s, VMSG_TO_DEVICE);
        break;
    case 1:
        raw(s, VMSG_TO_DRIVER);
        break;
    case 2:
        note(s);
        break;
    case 3:
        vmsg_oracle_settle(s->oracle);
        if (vmsg_oracle_owes(s->oracle))
            abort();
        break;
    case 4:
        initialise(s);
        break;
    case 5:
        structured(s, VMSG_TO_DRIVER, false);
        break;
    case 6:
        structured(s, VMSG_TO_DRIVER, true);
        break;
    case 7:
        structured(s, VMSG_TO_DEVICE, false);
        break;
    default:
        answer(s);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint16_t devices[] = {0, 1, 2};
    static const struct vmsg_range writable[] = {{0, 16}};
    static const uint32_t shm[] = {1};
    static const struct vmsg_device_facts facts[] = {{.writable_declared = true,
                                                      .writable = writable,
                                                      .n_writable = 1,
                                                      .shm_declared = true,
                                                      .shm = shm,
                                                      .n_shm = 1,
                                                      .no_uuid = true}};
    struct stream s = {.in = {data, size}};
    uint8_t a = byte(&s.in), b = byte(&s.in);
    struct vmsg_oracle_config config = {
        .judged = b & 16   ? VMSG_JUDGE_DRIVER
                  : b & 32 ? VMSG_JUDGE_DEVICE | VMSG_JUDGE_DRIVER
                           : VMSG_JUDGE_DEVICE,
        .request_timeout_ms = b & 64 ? 100 : 0,
        .attempts = b & 128 ? 3 : 0,
        .revision = 1,
        .max_msg_size = a & 1 ? 52 : 264,
        .transport_features = a >> 1 & 1,
        .polling = a & 4,
        .mem_base = 0x40000000,
        .mem_size = a & 16 ? 0 : 1 << 20,
        .bus_messages = b & 7,
        .devices = devices,
        .n_devices = a & 8 ? 3 : 0,
        .facts = facts,
        .n_facts = b & 8 ? 1 : 0,
    };

    s.oracle = vmsg_oracle_new(&config, found, NULL);
    if (!s.oracle)
        return 0;
    while (s.in.left)
        record(&s);
    vmsg_oracle_settle(s.oracle);
    if (vmsg_oracle_owes(s.oracle))
        abort();
    vmsg_oracle_free(s.oracle);
    return 0;
}
