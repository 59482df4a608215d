/*
 * Floods against the reference device: random, mutated and half-sensible messages over changing
 * memory, every model. It must survive, and whatever it sends must be proper.
 */
#include "harness/peers/refdev_world.h"
#include "harness/peers/rng.h"

enum { MESSAGES = 100000, LONGEST = 300 };

struct flood {
    struct world *w;
    uint64_t rng;
    uint32_t answers;
};

static uint32_t pick(struct flood *f, uint32_t n)
{
    return (uint32_t)(vmsg_rng_next(&f->rng) >> 33) % n;
}

/* Numbers that matter more often than others. */
static uint64_t number(struct flood *f)
{
    static const uint64_t known[] = {0,  1,  2,  3,     4,          5,          11,        15,
                                     16, 44, 64, 65535, UINT32_MAX, UINT64_MAX, WORLD_BASE};

    switch (pick(f, 4)) {
    case 0:
        return pick(f, 8);
    case 1:
        return known[pick(f, sizeof known / sizeof known[0])];
    case 2:
        return world_area(pick(f, 8), pick(f, 3));
    }
    return vmsg_rng_next(&f->rng);
}

/* A message of the table, its tail as long as its count says when that is short. */
static size_t sensible(struct flood *f, uint8_t *out)
{
    const struct vmsg_def *def = NULL;
    uint64_t fields[VMSG_MAX_FIELDS];
    uint8_t tail[64];
    uint16_t dev = (uint16_t)(pick(f, 8) ? f->w->dev : number(f));
    size_t tail_len;

    while (!def)
        def = vmsg_def_at(pick(f, VMSG_DEFS));
    for (unsigned i = 0; i < VMSG_MAX_FIELDS; i++)
        fields[i] = number(f);
    for (unsigned i = 0; i < sizeof tail; i++)
        tail[i] = (uint8_t)pick(f, 256);
    tail_len = def->request.tail ? fields[def->request.count_field] % 16 : 0;
    if (def->request.tail && pick(f, 8))
        fields[def->request.count_field] = tail_len;
    if (def->request.tail && def->request.tail->type == VMSG_LE32S)
        tail_len *= 4;
    return vmsg_encode(out, LONGEST, def, pick(f, 32) == 0, def->ns == VMSG_NS_BUS ? 0 : dev,
                       (uint16_t)pick(f, 65536), fields, NULL, tail, tail_len);
}

static size_t next_message(struct flood *f, uint8_t *out)
{
    size_t len;

    if (pick(f, 8) == 0) {
        len = pick(f, LONGEST);
        for (size_t i = 0; i < len; i++)
            out[i] = (uint8_t)pick(f, 256);
        return len;
    }
    len = sensible(f, out);
    if (pick(f, 4) == 0)
        for (unsigned i = pick(f, 4); i > 0; i--)
            out[pick(f, (uint32_t)len)] = (uint8_t)pick(f, 256);
    if (pick(f, 16) == 0)
        len = pick(f, (uint32_t)len + 1);
    return len;
}

/* Up to DRIVER_OK with running queues, over rings full of noise. */
static void bring_up(struct flood *f)
{
    struct world *w = f->w;

    world_send(w, VMSG_ID_SET_DEVICE_STATUS, 0);
    world_send(w, VMSG_ID_SET_DEVICE_STATUS, 3);
    for (uint32_t block = 0; block < 2; block++) {
        uint8_t bits[4];

        vmsg_put_le32(bits, block ? 0x101 : pick(f, 2) ? 0x30000000 : 0);
        world_send_tail(w, VMSG_ID_SET_DRIVER_FEATURES, (const uint64_t[]){block, 1}, bits, 4);
    }
    world_send(w, VMSG_ID_SET_DEVICE_STATUS, 11);
    for (uint32_t q = 0; q < 3; q++)
        world_send(w, VMSG_ID_SET_VQUEUE, q, VMSG_VQ_ENABLE, 8, 0, world_area(q, 0),
                   world_area(q, 1), world_area(q, 2));
    world_send(w, VMSG_ID_SET_DEVICE_STATUS, 15);
}

/* Chains that are mostly right, so that the walk gets beyond its first step. */
static void stir_memory(struct flood *f)
{
    uint32_t q = pick(f, 3);
    uint64_t addr = WORLD_BASE + pick(f, WORLD_MEM);

    world_descriptor(f->w, q, pick(f, 8), pick(f, 16) ? addr : number(f), pick(f, 2000),
                     (uint16_t)pick(f, 8), (uint16_t)pick(f, 9));
    world_offer(f->w, q, 8, (uint16_t)pick(f, 8));
    if (pick(f, 16) == 0)
        *world_mem(f->w, addr) = (uint8_t)pick(f, 256);
}

static void check_sent(struct flood *f)
{
    struct world *w = f->w;
    struct vmsg m;
    unsigned responses = 0;

    while (world_next(w, &m)) {
        assert_true(m.delivered <= w->host.max_msg_size);
        assert_int_equal(m.defect, VMSG_WELL_FORMED);
        assert_int_equal(m.msg_size, m.delivered);
        assert_int_equal(m.type & VMSG_TYPE_RESERVED, 0);
        assert_true(vmsg_is_bus(&m) ? m.dev_num == 0 : m.dev_num == w->dev);
        responses += vmsg_is_response(&m);
    }
    assert_true(responses <= 1);
    f->answers += responses;
    w->n = w->seen = 0;
    w->log_len = 0;
}

static void flood(const char *model, bool polling, uint64_t features, uint32_t max_size)
{
    struct flood f = {.w = world_new(model, 5), .rng = max_size};
    uint8_t out[LONGEST];

    f.w->config.polling = polling;
    f.w->host.transport_features = features;
    f.w->host.max_msg_size = max_size;
    world_start(f.w);
    for (unsigned i = 0; i < MESSAGES / 4; i++) {
        size_t len = next_message(&f, out);
        uint8_t *exact =
            malloc(len ? len : 1); /* its own allocation, so that ASan sees an overrun */

        assert_non_null(exact);
        memcpy(exact, out, len);
        vmsg_peer_receive(f.w->peer, exact, len);
        free(exact);
        check_sent(&f);
        stir_memory(&f);
        if (i % 50 == 0) {
            bring_up(&f);
            f.w->seen = f.w->n; /* several answers at once */
            check_sent(&f);
        }
        if (i % 16 == 0)
            vmsg_peer_tick(f.w->peer, UINT64_C(100000) * i);
        check_sent(&f);
    }
    assert_true(f.answers > MESSAGES / 40); /* it lived, and was asked sensible things */
    world_free(f.w);
}

static void block_survives(void **state)
{
    flood("block", false, 0, 264);
    flood("block", true, 1, 52);
}

static void entropy_survives(void **state)
{
    flood("entropy", false, 1, 264);
    flood("entropy", true, 0, 52);
}

static void max_survives(void **state)
{
    flood("max", false, 0, 264);
    flood("max", true, 1, 65535);
}

static void same_seed_same_bytes(void **state)
{
    uint8_t *first = malloc(WORLD_BYTES);
    size_t first_len = 0;

    assert_non_null(first);
    for (unsigned run = 0; run < 2; run++) {
        struct flood f = {.w = world_new("block", 5), .rng = 7};
        uint8_t out[LONGEST];

        f.w->config.quirks[0] = "spontaneous-config-changes";
        f.w->config.quirks[1] = "generation-jumps";
        world_start(f.w);
        bring_up(&f);
        for (unsigned i = 0; i < 1000; i++)
            vmsg_peer_receive(f.w->peer, out, next_message(&f, out));
        if (run) {
            assert_int_equal(f.w->log_len, first_len);
            assert_memory_equal(f.w->log, first, first_len);
        }
        first_len = f.w->log_len;
        memcpy(first, f.w->log, first_len);
        world_free(f.w);
    }
    free(first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(block_survives),
        cmocka_unit_test(entropy_survives),
        cmocka_unit_test(max_survives),
        cmocka_unit_test(same_seed_same_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
