/*
 * The ref: adapter: the reference device in process, in virtual time.
 */
#include "adapters/testing.h"
#include "harness/wire/wire.h"

static const uint8_t get_status[] = {0, VMSG_ID_GET_DEVICE_STATUS, 0, 0, 7, 0, 8, 0};
static const uint8_t status_is_0[] = {1, VMSG_ID_GET_DEVICE_STATUS, 0, 0, 7, 0, 12, 0, 0, 0, 0, 0};

static void a_request_is_answered(void **state)
{
    struct vmsg_adapter *a = create("ref:?devices=block@0,entropy@5&seed=3", "device");
    unsigned wanted = VMSG_CAN_BOUNDARIES | VMSG_CAN_RESTART | VMSG_CAN_MEMORY | VMSG_CAN_UPPER |
                      VMSG_VIRTUAL_TIME | VMSG_CAN_MANY;
    assert_int_equal(a->caps, wanted);
    for (int connection = 0; connection < 3; connection++) {
        start(a, &device_params);
        assert_true(a->ops->send(a, 0, get_status, sizeof get_status));
        expect(a, VMSG_ARRIVED_MESSAGE, status_is_0, sizeof status_is_0);
        stop(a);
    }
    a->ops->free(a);
}

static void time_passes_only_in_wait(void **state)
{
    struct vmsg_adapter *a = create("ref:", "device");
    static struct arrived got;
    start(a, &device_params);
    assert_int_equal(a->ops->now_ns(a), 0);
    assert_true(a->ops->send(a, 0, get_status, 3)); /* malformed: dropped in silence */
    assert_int_equal(a->ops->now_ns(a), 0);
    wait_ms(a, 3600 * 1000, &got);
    assert_int_equal(got.kind, VMSG_ARRIVED_NOTHING);
    assert_true(a->ops->now_ns(a) == 3600 * VMSG_NS_PER_S);
    stop(a);
    start(a, &device_params);
    assert_int_equal(a->ops->now_ns(a), 0);
    a->ops->free(a);
}

static void memory_is_zeroed_at_start(void **state)
{
    struct vmsg_adapter *a = create("ref:", "device");
    for (int connection = 0; connection < 2; connection++) {
        start(a, &device_params);
        uint8_t *mem = a->ops->memory(a);
        assert_int_equal(mem[0] | mem[12345] | mem[(1 << 20) - 1], 0);
        mem[0] = mem[12345] = mem[(1 << 20) - 1] = 1;
        stop(a);
    }
    struct vmsg_adapter_params without = device_params;
    without.mem_size = 0;
    start(a, &without);
    assert_null(a->ops->memory(a));
    a->ops->free(a);
}

static void commands_are_answered_by_lines(void **state)
{
    struct vmsg_adapter *a = create("ref:", "device");
    static struct arrived got;
    start(a, &device_params);
    assert_true(a->ops->command(a, "make-tea 0"));
    wait_ms(a, 1000, &got);
    assert_int_equal(got.kind, VMSG_ARRIVED_LINE);
    assert_memory_equal(got.bytes, "error ", 6);
    a->ops->free(a);
}

static void nothing_works_when_stopped(void **state)
{
    struct vmsg_adapter *a = create("ref:", "device");
    static struct arrived got;
    assert_false(a->ops->send(a, 0, get_status, sizeof get_status));
    start(a, &device_params);
    assert_false(a->ops->send(a, 1, get_status, sizeof get_status));
    assert_true(a->ops->send(a, 0, get_status, sizeof get_status));
    stop(a);
    assert_false(a->ops->send(a, 0, get_status, sizeof get_status));
    assert_false(a->ops->command(a, "needs-reset 0"));
    wait_ms(a, 1000, &got);
    assert_int_equal(got.kind, VMSG_ARRIVED_CLOSED);
    a->ops->free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_answered),
        cmocka_unit_test(time_passes_only_in_wait),
        cmocka_unit_test(memory_is_zeroed_at_start),
        cmocka_unit_test(commands_are_answered_by_lines),
        cmocka_unit_test(nothing_works_when_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
