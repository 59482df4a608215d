/* The reference device from GET_DEVICE_INFO to DRIVER_OK: identity, features, status, silence. */
#include "harness/peers/refdev_world.h"

/* Bytes by hand, so that the wire table is not the only witness of itself. */
static void answers_hand_encoded_bytes(void **state)
{
    static const uint8_t get_info[] = {0x00, 0x02, 0x05, 0x00, 0x34, 0x12, 0x08, 0x00};
    static const uint8_t status_1[] = {0x00, 0x08, 0x05, 0x00, 0x35, 0x12,
                                       0x0C, 0x00, 0x01, 0x00, 0x00, 0x00};
    static const uint8_t status_1_answer[] = {0x01, 0x08, 0x05, 0x00, 0x35, 0x12,
                                              0x0C, 0x00, 0x01, 0x00, 0x00, 0x00};
    struct world *w = world_started("entropy", 5);

    vmsg_peer_receive(w->peer, get_info, sizeof get_info);
    assert_int_equal(w->n, 1);
    assert_int_equal(w->log_len, 52);
    assert_memory_equal(w->log, ((uint8_t[]){0x01, 0x02, 0x05, 0x00, 0x34, 0x12, 52, 0, 4, 0, 0}),
                        11);
    assert_memory_equal(w->log + 32, ((uint8_t[]){2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0}), 12);
    vmsg_peer_receive(w->peer, status_1, sizeof status_1);
    assert_int_equal(w->log_len, 52 + sizeof status_1_answer);
    assert_memory_equal(w->log + 52, status_1_answer, sizeof status_1_answer);
    world_free(w);
}

static void reports_identity_and_limits(void **state)
{
    struct world *w = world_started("max", 7);
    struct vmsg m = world_ask(w, VMSG_ID_GET_DEVICE_INFO, 0);

    assert_int_equal(m.f[VMSG_GET_DEVICE_INFO_RESP_device_id], 3);
    assert_int_equal(m.f[VMSG_GET_DEVICE_INFO_RESP_num_feature_blocks], 16);
    assert_int_equal(m.f[VMSG_GET_DEVICE_INFO_RESP_config_size], 4096);
    assert_int_equal(m.f[VMSG_GET_DEVICE_INFO_RESP_max_virtqueues], 65536);
    assert_int_equal(m.f[VMSG_GET_DEVICE_INFO_RESP_admin_vq_start] +
                         m.f[VMSG_GET_DEVICE_INFO_RESP_admin_vq_count],
                     65536);
    assert_memory_equal(vmsg_uuid(&m, VMSG_GET_DEVICE_INFO_RESP_device_uuid), ((uint8_t[16]){0}),
                        16);
    world_free(w);

    w = world_started("block", 0);
    m = world_ask(w, VMSG_ID_GET_DEVICE_INFO, 0);
    assert_int_equal(vmsg_uuid(&m, VMSG_GET_DEVICE_INFO_RESP_device_uuid)[6] >> 4, 4);
    assert_int_equal(vmsg_uuid(&m, VMSG_GET_DEVICE_INFO_RESP_device_uuid)[8] >> 6, 2);
    world_free(w);
}

static void pads_features_with_zeros(void **state)
{
    struct world *w = world_started("entropy", 5);
    struct vmsg m = world_ask(w, VMSG_ID_GET_DEVICE_FEATURES, 1, 3);

    assert_int_equal(m.tail_len, 12);
    assert_int_equal(vmsg_tail_u32(&m, 0), WORLD_F(VIRTIO_F_VERSION_1));
    assert_int_equal(vmsg_tail_u32(&m, 1), 0);
    assert_int_equal(vmsg_tail_u32(&m, 2), 0);
    m = world_ask(w, VMSG_ID_GET_DEVICE_FEATURES, UINT32_MAX, 2);
    assert_int_equal(vmsg_tail_u32(&m, 0) | vmsg_tail_u32(&m, 1), 0);
    m = world_ask(w, VMSG_ID_GET_DEVICE_FEATURES, 0, 62);
    assert_int_equal(m.delivered, 264);
    world_send(w, VMSG_ID_GET_DEVICE_FEATURES, 0, 63); /* would not fit */
    world_send(w, VMSG_ID_GET_DEVICE_FEATURES, 0, UINT32_MAX);
    world_nothing_more(w);
    world_free(w);
}

static void negotiates_block_by_block(void **state)
{
    struct world *w = world_started("block", 0);

    world_features_ok(w, WORLD_F(VIRTIO_F_EVENT_IDX), 0);

    world_status(w, 0); /* VERSION_1 missing */
    world_status(w, 3);
    world_select(w, 0, WORLD_F(VIRTIO_F_EVENT_IDX));
    assert_int_equal(world_status(w, 11), 3);
    assert_int_equal(world_get_status(w), 3);
    world_select(w, 1, WORLD_F(VIRTIO_F_VERSION_1)); /* the other block stays */
    assert_int_equal(world_status(w, 11), 11);

    world_status(w, 0);
    world_status(w, 3);
    world_select(w, 1, WORLD_F(VIRTIO_F_VERSION_1));
    world_select(w, 3000000000u, 1); /* a bit that nobody offers, in a block far out */
    assert_int_equal(world_status(w, 11), 3);
    world_select(w, 3000000000u, 0);
    assert_int_equal(world_status(w, 11), 11);
    world_free(w);
}

static void remembers_more_far_blocks_than_fit(void **state)
{
    struct world *w = world_started("entropy", 5);

    world_status(w, 3);
    world_select(w, 1, WORLD_F(VIRTIO_F_VERSION_1));
    for (uint32_t i = 0; i < 40; i++)
        world_select(w, 100 + i, 1);
    for (uint32_t i = 0; i < 40; i++)
        world_select(w, 100 + i, 0);
    assert_int_equal(world_status(w, 11), 3); /* refusing is always legal */
    world_status(w, 0);
    world_features_ok(w, 0, 0);
    world_free(w);
}

static void refuses_driver_ok_without_features(void **state)
{
    struct world *w = world_started("block", 0);

    world_status(w, 0);
    assert_int_equal(world_status(w, 7), 3);
    assert_int_equal(world_status(w, 0x13), 3); /* an undefined bit */
    world_free(w);
}

static void needs_reset_is_told_and_ends_with_reset(void **state)
{
    struct world *w = world_started("entropy", 5);
    struct vmsg m;

    world_entropy_running(w, 8, 0);
    world_command(w, "needs-reset 5", "ok");
    m = world_event(w, VMSG_ID_EVENT_CONFIG);
    assert_int_equal(m.f[VMSG_EVENT_CONFIG_REQ_device_status], 0x4F);
    assert_int_equal(m.f[VMSG_EVENT_CONFIG_REQ_offset], 0);
    assert_int_equal(m.f[VMSG_EVENT_CONFIG_REQ_length], 0);
    assert_int_equal(world_status(w, 15), 0x4F); /* a driver cannot clear it */
    world_command(w, "needs-reset 5", "ok");     /* nothing new to tell */
    world_offer(w, 0, 8, 0);
    world_send(w, VMSG_ID_EVENT_AVAIL, 0);
    assert_int_equal(world_used(w, 0), 0);
    world_nothing_more(w);
    assert_int_equal(world_status(w, 0), 0);
    assert_int_equal(world_get_status(w), 0);
    world_free(w);
}

/* Each of these must be dropped in silence, and what follows must be answered. */
static void discards_what_is_malformed_or_unsupported(void **state)
{
    static const struct {
        uint8_t bytes[16];
        size_t len;
    } silent[] = {
        {{0}, 0},
        {{0x00, 0x02, 5, 0, 1, 0, 8}, 7},                  /* shorter than a header */
        {{0x00, 0x02, 5, 0, 1, 0, 7, 0}, 8},               /* msg_size below the header */
        {{0x00, 0x02, 5, 0, 1, 0, 9, 0}, 8},               /* msg_size beyond what came */
        {{0x00, 0x05, 5, 0, 1, 0, 12, 0, 0, 0, 0, 0}, 12}, /* GET_CONFIG cut off */
        {{0x00, 0x00, 5, 0, 1, 0, 8, 0}, 8},               /* reserved id */
        {{0x00, 0x01, 5, 0, 1, 0, 8, 0}, 8},
        {{0x00, 0x0D, 5, 0, 1, 0, 8, 0}, 8},   /* unassigned id */
        {{0x00, 0x43, 5, 0, 1, 0, 8, 0}, 8},   /* unassigned event */
        {{0x01, 0x02, 5, 0, 1, 0, 8, 0}, 8},   /* a response nobody asked for */
        {{0x01, 0x07, 5, 0, 1, 0, 12, 0}, 12}, /* the same, of full length */
        {{0x01, 0x41, 5, 0, 1, 0, 16, 0}, 16},
        {{0x00, 0x42, 5, 0, 1, 0, 12, 0, 0, 0, 0, 0}, 12}, /* the device's own event */
        {{0x00, 0x02, 6, 0, 1, 0, 8, 0}, 8},               /* no such device */
        {{0x00, 0x82, 5, 0, 1, 0, 8, 0}, 8},               /* implementation-defined */
        {{0x02, 0x00, 0, 0, 1, 0, 8, 0}, 8},               /* bus: reserved, unassigned, cut off */
        {{0x02, 0x04, 0, 0, 1, 0, 8, 0}, 8},
        {{0x02, 0x03, 0, 0, 1, 0, 10, 0, 1, 1}, 10},
    };
    struct world *w = world_started("entropy", 5);

    for (size_t i = 0; i < sizeof silent / sizeof silent[0]; i++) {
        vmsg_peer_receive(w->peer, silent[i].bytes, silent[i].len);
        world_nothing_more(w);
        world_get_status(w);
    }
    world_free(w);
}

static void discards_messages_above_the_maximum(void **state)
{
    uint8_t bytes[265] = {0x00, 0x07, 5, 0, 1, 0, 9, 1};
    struct world *w = world_started("entropy", 5);

    vmsg_peer_receive(w->peer, bytes, sizeof bytes);
    world_nothing_more(w);
    bytes[6] = 8;
    w->token = 1;
    vmsg_peer_receive(w->peer, bytes, sizeof bytes - 1);
    world_answer(w, VMSG_ID_GET_DEVICE_STATUS);
    world_free(w);
}

static void ignores_reserved_type_bits(void **state)
{
    static const uint8_t bytes[] = {0xFC, 0x07, 5, 0, 1, 0, 8, 0};
    struct world *w = world_started("entropy", 5);

    w->token = 1;
    vmsg_peer_receive(w->peer, bytes, sizeof bytes);
    world_answer(w, VMSG_ID_GET_DEVICE_STATUS);
    world_free(w);
}

static void serves_every_device_of_the_stream(void **state)
{
    struct world *w = world_new("block", 0);

    w->config.n_devices = 0; /* block at 0, entropy at 5 */
    world_start(w);
    assert_int_equal(world_ask(w, VMSG_ID_GET_DEVICE_INFO, 0).f[0], 2);
    assert_int_equal(world_status(w, 1), 1);
    w->dev = 5;
    assert_int_equal(world_ask(w, VMSG_ID_GET_DEVICE_INFO, 0).f[0], 4);
    assert_int_equal(world_get_status(w), 0);
    world_free(w);
}

static void reset_may_take_its_time(void **state)
{
    struct world *w = world_new("entropy", 5);

    w->config.quirks[0] = "reset-after-reads";
    world_start(w);
    world_entropy_running(w, 8, 0);
    assert_int_equal(world_status(w, 0), 15);
    assert_int_equal(world_get_status(w), 15);
    assert_int_equal(world_get_status(w), 15);
    assert_int_equal(world_get_status(w), 0);
    assert_int_equal(world_ask(w, VMSG_ID_GET_VQUEUE, 0).f[VMSG_GET_VQUEUE_RESP_cur_size], 0);
    world_free(w);

    w = world_new("entropy", 5);
    w->config.quirks[0] = "reset-after-time";
    world_start(w);
    vmsg_peer_tick(w->peer, 1000);
    world_entropy_running(w, 8, 0);
    assert_int_equal(world_status(w, 0), 15);
    assert_true(vmsg_peer_deadline(w->peer) > 1000 && vmsg_peer_deadline(w->peer) != UINT64_MAX);
    assert_int_equal(world_get_status(w), 15);
    vmsg_peer_tick(w->peer, vmsg_peer_deadline(w->peer));
    assert_int_equal(world_get_status(w), 0);
    assert_true(vmsg_peer_deadline(w->peer) == UINT64_MAX);
    world_free(w);
}

static void says_why_it_cannot_be(void **state)
{
    struct world *w = world_new("block", 0);
    char err[160];

    w->config.fault = "no-such-fault";
    assert_null(vmsg_peer_new(&w->config, &w->host, err, sizeof err));
    assert_non_null(strstr(err, "no-such-fault"));
    w->config.fault = NULL;
    w->config.quirks[0] = "no-such-quirk";
    assert_null(vmsg_peer_new(&w->config, &w->host, err, sizeof err));
    assert_non_null(strstr(err, "no-such-quirk"));
    w->config.quirks[0] = NULL;
    w->config.devices[0].model = "toaster";
    assert_null(vmsg_peer_new(&w->config, &w->host, err, sizeof err));
    assert_non_null(strstr(err, "toaster"));
    w->config.devices[0].model = "block";
    w->host.max_msg_size = 51;
    assert_null(vmsg_peer_new(&w->config, &w->host, err, sizeof err));
    assert_non_null(strstr(err, "51"));
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_hand_encoded_bytes),
        cmocka_unit_test(reports_identity_and_limits),
        cmocka_unit_test(pads_features_with_zeros),
        cmocka_unit_test(negotiates_block_by_block),
        cmocka_unit_test(remembers_more_far_blocks_than_fit),
        cmocka_unit_test(refuses_driver_ok_without_features),
        cmocka_unit_test(needs_reset_is_told_and_ends_with_reset),
        cmocka_unit_test(discards_what_is_malformed_or_unsupported),
        cmocka_unit_test(discards_messages_above_the_maximum),
        cmocka_unit_test(ignores_reserved_type_bits),
        cmocka_unit_test(serves_every_device_of_the_stream),
        cmocka_unit_test(reset_may_take_its_time),
        cmocka_unit_test(says_why_it_cannot_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
