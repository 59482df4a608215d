/* The reference device's configuration space: all or nothing, profiles, generation, events. */
#include "harness/peers/refdev_world.h"

static uint32_t generation(struct world *w)
{
    return (uint32_t)world_ask(w, VMSG_ID_GET_CONFIG, 0, 4).f[VMSG_GET_CONFIG_RESP_generation];
}

static struct vmsg set_config(struct world *w, uint32_t gen, uint32_t offset, const char *data)
{
    return world_ask_tail(w, VMSG_ID_SET_CONFIG, (const uint64_t[]){gen, offset, strlen(data)},
                          data, strlen(data));
}

static void applied(struct vmsg m, const char *data)
{
    assert_int_equal(m.f[VMSG_SET_CONFIG_RESP_length], strlen(data));
    assert_int_equal(m.tail_len, strlen(data));
    assert_memory_equal(m.tail, data, strlen(data));
}

static void refused(struct vmsg m)
{
    assert_int_equal(m.f[VMSG_SET_CONFIG_RESP_length], 0);
    assert_int_equal(m.payload_len, 12);
}

static void assert_config(struct world *w, uint32_t offset, const char *data)
{
    struct vmsg m = world_ask(w, VMSG_ID_GET_CONFIG, offset, strlen(data));

    assert_int_equal(m.f[VMSG_GET_CONFIG_RESP_offset], offset);
    assert_memory_equal(m.tail, data, strlen(data));
}

static void writes_in_full_or_not_at_all(void **state)
{
    struct world *w = world_started("block", 0);
    uint32_t first = generation(w);
    struct vmsg m = set_config(w, 0, 44, "abcd");

    applied(m, "abcd");
    assert_int_not_equal(m.f[VMSG_SET_CONFIG_RESP_generation], first);
    assert_int_equal(m.f[VMSG_SET_CONFIG_RESP_generation], generation(w));
    assert_config(w, 44, "abcd");
    m = set_config(w, 0, 44, "abcd"); /* the same again is no change */
    assert_int_equal(m.f[VMSG_SET_CONFIG_RESP_generation], first + 1);
    refused(set_config(w, 0, 43, "xy"));               /* begins read-only */
    refused(set_config(w, 0, 33, "xy"));               /* ends read-only */
    refused(set_config(w, 0, 58, "xyz"));              /* ends outside */
    refused(set_config(w, 0, UINT32_MAX, "x"));        /* outside */
    refused(set_config(w, 0, 32, "0123456789abcdef")); /* spans two ranges */
    assert_config(w, 44, "abcd");
    applied(set_config(w, 0, 32, "\1\2"), "\1\2");
    applied(set_config(w, 0, 44, "0123456789abcdef"), "0123456789abcdef");
    world_free(w);
}

static void length_0_is_a_no_op(void **state)
{
    struct world *w = world_started("block", 0);
    uint32_t first = generation(w);

    refused(set_config(w, 0, 44, ""));
    assert_int_equal(generation(w), first);
    world_free(w);
}

static void baseline_ignores_generation_strict_checks_it(void **state)
{
    struct world *w = world_started("block", 0);

    applied(set_config(w, 12345, 44, "a"), "a");
    world_free(w);

    w = world_new("block", 0);
    w->host.transport_features = VMSG_F_STRICT_CONFIG_GENERATION;
    world_start(w);
    refused(set_config(w, generation(w) + 1, 44, "a"));
    assert_int_equal(world_ask(w, VMSG_ID_GET_CONFIG, 44, 1).tail[0], 0);
    world_nothing_more(w);
    world_free(w);
}

static void strict_applies_the_current_generation(void **state)
{
    struct world *w = world_new("block", 0);
    struct vmsg m;

    w->host.transport_features = VMSG_F_STRICT_CONFIG_GENERATION;
    world_start(w);
    m = set_config(w, generation(w), 44, "a");
    applied(m, "a");
    applied(set_config(w, (uint32_t)m.f[VMSG_SET_CONFIG_RESP_generation], 44, "b"), "b");
    world_free(w);
}

static void own_changes_are_told(void **state)
{
    struct world *w = world_started("block", 0);
    uint32_t first = generation(w);
    struct vmsg m;

    world_command(w, "change-config 0 20 aabb", "ok");
    m = world_event(w, VMSG_ID_EVENT_CONFIG);
    assert_int_not_equal(m.f[VMSG_EVENT_CONFIG_REQ_generation], first);
    assert_int_equal(m.f[VMSG_EVENT_CONFIG_REQ_offset], 20);
    assert_int_equal(m.f[VMSG_EVENT_CONFIG_REQ_length], 2);
    assert_memory_equal(m.tail, "\xaa\xbb", 2);
    assert_config(w, 20, "\xaa\xbb");
    assert_int_equal(generation(w), m.f[VMSG_EVENT_CONFIG_REQ_generation]);
    world_command(w, "change-config 0 0x3B ff", "ok");
    world_event(w, VMSG_ID_EVENT_CONFIG);
    world_command(w, "change-config 0 59 ffff", "error ");
    world_command(w, "change-config 0 20 abc", "error ");
    world_command(w, "change-config 0 20 zz", "error ");
    world_command(w, "change-config 0 20", "error ");
    world_command(w, "change-config 1 20 aa", "error ");
    world_nothing_more(w);
    world_free(w);
}

/* 24 bytes of header and fixed fields leave 28 for data. */
static void change_that_does_not_fit_is_told_without_data(void **state)
{
    struct world *w = world_new("max", 0);
    char line[160] = "change-config 0 100 ";
    struct vmsg m;

    w->host.max_msg_size = 52;
    world_start(w);
    memset(line + strlen(line), 'a', 58);
    world_command(w, line, "ok");
    m = world_event(w, VMSG_ID_EVENT_CONFIG);
    assert_int_equal(m.delivered, 24);
    assert_int_equal(m.f[VMSG_EVENT_CONFIG_REQ_length], 29);
    assert_config(w, 127, "\xaa\xaa");
    line[20 + 56] = '\0';
    world_command(w, line, "ok");
    assert_int_equal(world_event(w, VMSG_ID_EVENT_CONFIG).delivered, 52);
    world_free(w);
}

static void never_returns_bytes_that_do_not_exist(void **state)
{
    struct world *w = world_started("max", 0);

    assert_int_equal(world_ask(w, VMSG_ID_GET_CONFIG, 0, 244).delivered, 264);
    assert_int_equal(world_ask(w, VMSG_ID_GET_CONFIG, 4096, 0).payload_len, 12);
    world_send(w, VMSG_ID_GET_CONFIG, 0, 245);
    world_send(w, VMSG_ID_GET_CONFIG, 4095, 2);
    world_send(w, VMSG_ID_GET_CONFIG, UINT32_MAX, UINT32_MAX);
    world_send(w, VMSG_ID_GET_CONFIG, 4097, 0);
    world_nothing_more(w);
    world_free(w);
}

static void shared_memory_is_described(void **state)
{
    struct world *w = world_started("block", 0);
    struct vmsg m = world_ask(w, VMSG_ID_GET_SHM, 1);

    assert_int_equal(m.f[VMSG_GET_SHM_RESP_shmid], 1);
    assert_int_equal(m.f[VMSG_GET_SHM_RESP_length], 0x10000);
    assert_true(m.f[VMSG_GET_SHM_RESP_address] != 0);
    m = world_ask(w, VMSG_ID_GET_SHM, 256);
    assert_int_equal(m.f[VMSG_GET_SHM_RESP_shmid], 256);
    assert_int_equal(m.f[VMSG_GET_SHM_RESP_length], 0);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_in_full_or_not_at_all),
        cmocka_unit_test(length_0_is_a_no_op),
        cmocka_unit_test(baseline_ignores_generation_strict_checks_it),
        cmocka_unit_test(strict_applies_the_current_generation),
        cmocka_unit_test(own_changes_are_told),
        cmocka_unit_test(change_that_does_not_fit_is_told_without_data),
        cmocka_unit_test(never_returns_bytes_that_do_not_exist),
        cmocka_unit_test(shared_memory_is_described),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
