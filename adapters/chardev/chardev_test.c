/*
 * chardev:, as far as it goes without the kernel's side: its URI and what is told when there is no
 * such device. Its work is tested in a booted Linux, tests/vm.
 */
#include "adapters/testing.h"

static void refused(const char *uri, const char *role, const char *part)
{
    char err[300] = "";
    assert_null(vmsg_adapter_create(uri, role, err, sizeof err));
    if (!strstr(err, part))
        fail_msg("'%s' does not say '%s'", err, part);
}

static void wrong_uris_are_told(void **state)
{
    refused("chardev:", "driver", "write chardev:/dev/virtio-msg-0");
    refused("chardev:/dev/x?lb=/dev/y", "driver", "control, mem-base");
    refused("chardev:/dev/x?mem-base=0x1000", "driver", "control=");
    refused("chardev:/dev/x?control=/dev/y&mem-base=high", "driver", "no number");
    refused("chardev:/dev/x", "bus", "one end of a bus");
}

static void capabilities_depend_on_the_control_node(void **state)
{
    struct vmsg_adapter *a = create("chardev:/dev/x", "driver");
    assert_int_equal(a->caps, VMSG_CAN_ONE);
    assert_null(a->ops->memory(a));
    a->ops->free(a);
    a = create("chardev:/dev/x?control=/dev/y&mem-base=0x80000000", "driver");
    assert_int_equal(a->caps, VMSG_CAN_MEMORY | VMSG_CAN_RESTART | VMSG_CAN_ONE);
    assert_int_equal(a->mem_base, 0x80000000);
    a->ops->free(a);
}

static void fails_to_start(const char *uri, const char *part)
{
    char err[300] = "";
    struct vmsg_adapter *a = create(uri, "driver");
    assert_false(a->ops->start(a, &device_params, err, sizeof err));
    if (!strstr(err, part))
        fail_msg("'%s' does not say '%s'", err, part);
    assert_string_equal(stop(a).text, "not connected");
    a->ops->free(a);
}

static void a_missing_device_is_told(void **state)
{
    fails_to_start("chardev:/nowhere/device", "is the kernel module that makes it loaded?");
    fails_to_start("chardev:/dev/null?control=/nowhere/lb", "cannot open the control node");
    fails_to_start("chardev:/dev/null?control=/dev/null", "bytes of memory, not 1048576");
}

/* /dev/null has nothing to say, which is no message and no hang. */
static void a_device_that_gives_nothing_is_closed(void **state)
{
    struct vmsg_adapter *a = create("chardev:/dev/null", "driver");
    start(a, &device_params);
    expect(a, VMSG_ARRIVED_CLOSED, NULL, 0);
    struct vmsg_adapter_end end = stop(a);
    assert_true(end.exited_itself);
    assert_non_null(strstr(end.text, "gives nothing any more"));
    a->ops->free(a);
}

static void only_faithful_messages_are_carried(void **state)
{
    static const uint8_t header[9] = {0, 7, 0, 0, 1, 0, 8, 0, 0};
    struct vmsg_adapter *a = create("chardev:/dev/x", "driver");
    assert_null(a->ops->refuses(a, 0, header, 8));
    assert_non_null(a->ops->refuses(a, 0, header, 9));
    assert_non_null(a->ops->refuses(a, 0, header, 7));
    a->ops->free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_uris_are_told),
        cmocka_unit_test(capabilities_depend_on_the_control_node),
        cmocka_unit_test(a_missing_device_is_told),
        cmocka_unit_test(a_device_that_gives_nothing_is_closed),
        cmocka_unit_test(only_faithful_messages_are_carried),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
