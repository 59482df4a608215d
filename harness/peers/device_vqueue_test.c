/* The reference device's virtqueue rules: GET_VQUEUE, SET_VQUEUE, RESET_VQUEUE. */
#include "harness/peers/refdev_world.h"

enum { ALL_IGNORED = 0x3C };

struct request {
    uint64_t index, flags, size, reserved, desc, driver, device;
};

static void set(struct world *w, struct request r)
{
    struct vmsg m = world_ask(w, VMSG_ID_SET_VQUEUE, r.index, r.flags, r.size, r.reserved, r.desc,
                              r.driver, r.device);

    assert_int_equal(m.payload_len, 0);
}

static void is(struct world *w, uint32_t index, uint64_t flags, uint64_t size, uint64_t desc)
{
    struct vmsg m = world_ask(w, VMSG_ID_GET_VQUEUE, index);

    assert_int_equal(m.f[VMSG_GET_VQUEUE_RESP_index], index);
    assert_int_equal(m.f[VMSG_GET_VQUEUE_RESP_flags], flags);
    assert_int_equal(m.f[VMSG_GET_VQUEUE_RESP_cur_size], size);
    assert_int_equal(m.f[VMSG_GET_VQUEUE_RESP_desc_addr], desc);
}

static void unavailable(struct world *w, uint32_t index)
{
    struct vmsg m = world_ask(w, VMSG_ID_GET_VQUEUE, index);

    assert_int_equal(m.f[VMSG_GET_VQUEUE_RESP_index], index);
    for (unsigned i = VMSG_GET_VQUEUE_RESP_max_size; i < VMSG_GET_VQUEUE_RESP_N_FIELDS; i++)
        assert_true(m.f[i] == 0);
}

static void absent_queues_are_zero_and_stay_so(void **state)
{
    static const uint32_t absent[] = {3, 5, 65536, UINT32_MAX};
    struct world *w = world_started("block", 0);

    world_features_ok(w, 0, WORLD_F(VIRTIO_F_RING_RESET));
    for (unsigned i = 0; i < 4; i++) {
        set(w, (struct request){absent[i], VMSG_VQ_ENABLE, 16, 0, 0x1000, 0x2000, 0x3000});
        unavailable(w, absent[i]);
        world_ask(w, VMSG_ID_RESET_VQUEUE, absent[i]);
    }
    is(w, 0, 0, 0, 0);
    world_free(w);
}

static void refusals_change_nothing(void **state)
{
    static const struct request bad[] = {
        {0, VMSG_VQ_ENABLE, 16, 1, 0x1000, 0x2000, 0x3000},        /* reserved */
        {0, VMSG_VQ_ENABLE | 0x40, 16, 0, 0x1000, 0x2000, 0x3000}, /* reserved flags */
        {0, UINT32_C(0x80000001), 16, 0, 0x1000, 0x2000, 0x3000},  /* the highest of them */
        {0, VMSG_VQ_STATE_BAD, 16, 0, 0x1000, 0x2000, 0x3000},     /* state 3 */
        {0, VMSG_VQ_ENABLE, 0, 0, 0x1000, 0x2000, 0x3000},         /* size 0 */
        {0, VMSG_VQ_ENABLE, 512, 0, 0x1000, 0x2000, 0x3000},       /* above the maximum */
        {0, VMSG_VQ_ENABLE, 24, 0, 0x1000, 0x2000, 0x3000},        /* no power of two */
        {0, VMSG_VQ_ENABLE, 16, 0, 0x1008, 0x2000, 0x3000},        /* misaligned */
        {0, VMSG_VQ_ENABLE, 16, 0, 0x1000, 0x2001, 0x3000},        /* misaligned */
        {0, VMSG_VQ_ENABLE, 16, 0, 0x1000, 0x2000, 0x3002},        /* misaligned */
        {0, VMSG_VQ_ENABLE | VMSG_VQ_IGNORE_DEVICE, 16, 0, 0x1000, 0x2000, 0}, /* incomplete */
        {0, VMSG_VQ_ENABLE | ALL_IGNORED, 16, 0, 0x1000, 0x2000, 0x3000},      /* nothing given */
    };
    struct world *w = world_started("block", 0);

    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        set(w, bad[i]);
        is(w, 0, 0, 0, 0);
    }
    world_free(w);
}

static void fields_and_state_are_applied(void **state)
{
    struct world *w = world_started("block", 0);
    struct vmsg m;

    set(w, (struct request){1, VMSG_VQ_KEEP_DISABLED, 32, 0, 0x1000, 0x2000, 0x3000});
    is(w, 1, 0, 32, 0x1000);
    set(w, (struct request){1, VMSG_VQ_KEEP | VMSG_VQ_IGNORE_DESC, 64, 0, 0x9000, 0x4000, 0x5000});
    is(w, 1, 0, 64, 0x1000);
    set(w, (struct request){1, VMSG_VQ_ENABLE | ALL_IGNORED, 0, 0, 1, 1, 1});
    m = world_ask(w, VMSG_ID_GET_VQUEUE, 1);
    assert_int_equal(m.f[VMSG_GET_VQUEUE_RESP_max_size], 256);
    assert_int_equal(m.f[VMSG_GET_VQUEUE_RESP_flags], 1);
    assert_int_equal(m.f[VMSG_GET_VQUEUE_RESP_driver_addr], 0x4000);
    assert_int_equal(m.f[VMSG_GET_VQUEUE_RESP_device_addr], 0x5000);
    world_free(w);
}

static void an_enabled_queue_stays_as_it_is(void **state)
{
    struct world *w = world_started("block", 0);

    set(w, (struct request){0, VMSG_VQ_ENABLE, 16, 0, 0x1000, 0x2000, 0x3000});
    is(w, 0, 1, 16, 0x1000);
    set(w, (struct request){0, VMSG_VQ_KEEP_DISABLED | ALL_IGNORED, 0, 0, 0, 0, 0});
    set(w, (struct request){0, VMSG_VQ_KEEP_DISABLED, 32, 0, 0x4000, 0x5000, 0x6000});
    set(w, (struct request){0, VMSG_VQ_ENABLE, 32, 0, 0x4000, 0x5000, 0x6000});
    set(w, (struct request){0, VMSG_VQ_KEEP | (ALL_IGNORED & ~VMSG_VQ_IGNORE_DESC), 16, 0, 0x4000,
                            0, 0});
    set(w, (struct request){0, VMSG_VQ_KEEP | ALL_IGNORED, 32, 0, 0x4000, 0x5000, 0x6000});
    set(w, (struct request){0, VMSG_VQ_ENABLE | ALL_IGNORED, 32, 0, 0x4000, 0x5000, 0x6000});
    is(w, 0, 1, 16, 0x1000);
    world_status(w, 0);
    is(w, 0, 0, 0, 0);
    world_free(w);
}

static void ring_reset_needs_its_feature(void **state)
{
    struct world *w = world_started("block", 0);

    world_features_ok(w, 0, 0);
    set(w, (struct request){0, VMSG_VQ_ENABLE, 16, 0, 0x1000, 0x2000, 0x3000});
    world_ask(w, VMSG_ID_RESET_VQUEUE, 0);
    is(w, 0, 1, 16, 0x1000);

    world_features_ok(w, 0, WORLD_F(VIRTIO_F_RING_RESET));
    set(w, (struct request){0, VMSG_VQ_ENABLE, 16, 0, 0x1000, 0x2000, 0x3000});
    set(w, (struct request){1, VMSG_VQ_ENABLE, 16, 0, 0x1000, 0x2000, 0x3000});
    world_ask(w, VMSG_ID_RESET_VQUEUE, 0);
    is(w, 0, 0, 0, 0);
    is(w, 1, 1, 16, 0x1000);
    set(w, (struct request){0, VMSG_VQ_ENABLE, 32, 0, 0x4000, 0x5000, 0x6000});
    is(w, 0, 1, 32, 0x4000);
    world_free(w);
}

static void the_last_of_65536_queues_works(void **state)
{
    struct world *w = world_started("max", 0);

    set(w, (struct request){65535, VMSG_VQ_ENABLE, 128, 0, 0x1000, 0x2000, 0x3000});
    is(w, 65535, 1, 128, 0x1000);
    is(w, 65534, 0, 0, 0);
    unavailable(w, 65536);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(absent_queues_are_zero_and_stay_so),
        cmocka_unit_test(refusals_change_nothing),
        cmocka_unit_test(fields_and_state_are_applied),
        cmocka_unit_test(an_enabled_queue_stays_as_it_is),
        cmocka_unit_test(ring_reset_needs_its_feature),
        cmocka_unit_test(the_last_of_65536_queues_works),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
