/*
 * Long random streams: every id, size and state, answered rightly, wrongly or not at all. The
 * oracle must follow whatever comes, and owes nothing once settled. Under the sanitizers this
 * looks for errors in memory.
 */
#include "harness/oracle/testing.h"

static uint32_t next(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    return *seed ^= *seed << 5;
}

static uint32_t below(uint32_t *seed, uint32_t n)
{
    return next(seed) % n;
}

/* Small numbers mostly, so that states meet. */
static uint64_t value(uint32_t *seed)
{
    static const uint32_t usual[] = {0,  1,  2,    3,    4,   0xb,   0xf,
                                     16, 64, 0x4f, 0x80, 256, 65535, 65536};

    switch (below(seed, 8)) {
    case 0:
        return next(seed);
    case 1:
        return MEM(0x1000ull * below(seed, 16));
    default:
        return usual[below(seed, sizeof usual / sizeof *usual)];
    }
}

struct stream {
    struct session s;
    uint32_t seed;
    struct bytes last; /* the last request */
};

/* A message of the table, or a random one, with random damage. */
static size_t message(struct stream *t, uint8_t *m, size_t cap, bool response)
{
    uint32_t *seed = &t->seed;
    const struct vmsg_def *def = vmsg_def_at(below(seed, VMSG_DEFS));
    uint64_t f[VMSG_MAX_FIELDS];
    uint8_t tail[300];
    size_t tail_len = below(seed, 3) ? 0 : below(seed, sizeof tail), len;

    for (unsigned i = 0; i < VMSG_MAX_FIELDS; i++)
        f[i] = value(seed);
    for (size_t i = 0; i < tail_len; i++)
        tail[i] = (uint8_t)below(seed, 3);
    if (def && def->request.tail && !below(seed, 4))
        f[def->request.count_field] = tail_len / (def->request.tail->type == VMSG_LE32S ? 4 : 1);
    len = vmsg_encode(m, cap, def ? def : vmsg_def_at(0), response, (uint16_t)below(seed, 3),
                      (uint16_t)below(seed, 4), f, NULL, tail, tail_len);
    if (!below(seed, 16))
        len = below(seed, (uint32_t)len + 1);
    if (!below(seed, 16))
        m[below(seed, 8)] = (uint8_t)next(seed);
    if (!below(seed, 32))
        len += below(seed, 40);
    return len;
}

/* The usual answer to the last request, right or with a byte changed. */
static void echo(struct stream *t)
{
    struct vmsg m;
    static struct bytes a;
    uint64_t f[VMSG_MAX_FIELDS] = {0};
    uint32_t *seed = &t->seed;

    vmsg_decode(&m, t->last.b, t->last.len);
    if (!m.def || m.def->kind != VMSG_KIND_EXCHANGE)
        return;
    for (unsigned i = 0; i < m.def->response.n_fields; i++)
        f[i] = below(seed, 3) ? (i < m.def->request.n_fields ? m.f[i] : 0) : value(seed);
    if (m.msg_id == VMSG_ID_GET_CONFIG && !vmsg_is_bus(&m)) {
        f[VMSG_GET_CONFIG_RESP_generation] = below(seed, 3);
        f[VMSG_GET_CONFIG_RESP_offset] = m.f[VMSG_GET_CONFIG_REQ_offset];
        f[VMSG_GET_CONFIG_RESP_length] = m.f[VMSG_GET_CONFIG_REQ_length] % 100;
    }
    a.len = vmsg_encode(a.b, sizeof a.b, m.def, true, m.dev_num, m.token, f, NULL, t->last.b,
                        m.def->response.tail ? f[m.def->response.count_field] % 200 : 0);
    if (!below(seed, 10))
        a.b[below(seed, (uint32_t)a.len)] ^= (uint8_t)next(seed);
    deliver(&t->s, VMSG_TO_DRIVER, a.b, a.len);
}

static void beside(struct stream *t)
{
    uint8_t data[64] = {0};
    uint32_t *seed = &t->seed;

    vmsg_oracle_note(oracle_of(&t->s),
                     &(struct vmsg_note){.kind = below(seed, VMSG_NOTE_RESET_TIMEOUT + 1),
                                         .index = t->s.index,
                                         .dev_num = (uint16_t)below(seed, 3),
                                         .vq = (uint32_t)value(seed),
                                         .value = (uint32_t)value(seed),
                                         .data = data,
                                         .data_len = below(seed, 64)});
}

static void step(struct stream *t)
{
    static struct bytes m;
    uint32_t *seed = &t->seed;

    memset(m.b, 0, 1000);
    switch (below(seed, 12)) {
    case 0:
        m.len = message(t, m.b, 600, true);
        deliver(&t->s, VMSG_TO_DRIVER, m.b, m.len);
        break;
    case 1:
        m.len = message(t, m.b, 600, false);
        deliver(&t->s, VMSG_TO_DRIVER, m.b, m.len);
        break;
    case 2:
        beside(t);
        break;
    case 3:
        if (!below(seed, 200))
            settle(&t->s);
        break;
    case 4:
    case 5:
    case 6:
    case 7:
        t->last.len = message(t, t->last.b, 600, below(seed, 20) == 0);
        deliver(&t->s, VMSG_TO_DEVICE, t->last.b, t->last.len);
        break;
    default:
        if (t->last.len)
            echo(t);
        break;
    }
}

static void test_random_streams(void **state)
{
    for (uint32_t run = 1; run <= 64; run++) {
        static struct stream t;
        static const uint16_t devices[] = {0, 1};
        static const struct vmsg_range writable[] = {{0, 32}};
        static const struct vmsg_device_facts facts[] = {
            {.writable_declared = true, .writable = writable, .n_writable = 1, .no_uuid = true}};

        t = (struct stream){.s = with_defaults(), .seed = run * 2654435761u};
        t.s.config.transport_features = run & 1;
        t.s.config.max_msg_size = run & 2 ? 52 : 264;
        t.s.config.polling = run & 4;
        t.s.config.devices = devices;
        t.s.config.n_devices = run & 8 ? 2 : 0;
        t.s.config.facts = facts;
        t.s.config.n_facts = run & 16 ? 1 : 0;
        t.s.config.mem_size = run & 32 ? 1 << 20 : 0;
        for (unsigned i = 0; i < 20000; i++)
            step(&t);
        settle(&t.s);
        close_session(&t.s);
    }
}

/* A legal device, driven at random for long, with all that it may do: see the reference peers. */
static void test_legal_for_long(void **state)
{
    struct session s = with_defaults();
    uint32_t seed = 1, gen = 3;

    initialise(&s, AT_FEATURES_OK);
    enable_queue(&s, 0x1000);
    status(&s, 0xf, 0xf);
    for (unsigned i = 0; i < 100000; i++) {
        char data[4] = {(char)gen, 1, 2, 3};

        switch (below(&seed, 8)) {
        case 0:
            event_config(&s, 0xf, ++gen, 0, NULL, 0);
            break;
        case 1:
            read_config(&s, 0, data, 4, gen);
            break;
        case 2:
            read_status(&s, 0xf);
            break;
        case 3:
            read_queue(&s, 0, 64, 0x1000, true);
            break;
        case 4:
            event(&s, "EVENT_USED", F(0), NULL, 0);
            break;
        case 5:
            write_config(&s, 0, data, 4, next(&seed), true, gen);
            break;
        case 6:
            ask(&s, "PING", F(i), F(i));
            break;
        default:
            twisted(&s, VMSG_TO_DEVICE, "GET_SHM", 0, F(0),
                    (struct twist){.len = 9, .msg_size = 9});
            break;
        }
    }
    clean(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_streams),
        cmocka_unit_test(test_legal_for_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
