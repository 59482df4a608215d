/*
 * chardev:, as far as it goes without the kernel's side: its URI and what is told when there is no
 * such device. Its work is tested in a booted Linux, tests/vm.
 */
#include "adapters/testing.h"

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

static void a_missing_device_is_told(void **state)
{
    fails_to_start("chardev:/nowhere/device", "driver",
                   "is the kernel module that makes it loaded?");
    fails_to_start("chardev:/dev/null?control=/nowhere/lb", "driver",
                   "cannot open the control node");
    fails_to_start("chardev:/dev/null?control=/dev/null", "driver", "bytes of memory, not 1048576");
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
    carries(a, header, 8, NULL);
    carries(a, header, 9, "boundaries");
    carries(a, header, 7, "boundaries");
    a->ops->free(a);
}

/* The kernel drops such a message: what is known of a device goes by the control node. */
static void devices_come_by_the_control_node(void **state)
{
    static const uint8_t added[12] = {2, 0x40, 0, 0, 0, 0, 12, 0, 7, 0, 1, 0};
    static const uint8_t removed[12] = {2, 0x40, 0, 0, 0, 0, 12, 0, 7, 0, 2, 0};
    struct vmsg_adapter *a = create("chardev:/dev/x", "driver");
    carries(a, added, sizeof added, "control=");
    a->ops->free(a);
    a = create("chardev:/dev/x?control=/dev/y", "driver");
    carries(a, added, sizeof added, NULL);
    carries(a, removed, sizeof removed, "come or go"); /* it is not there */
    a->ops->free(a);
    a = create("chardev:/dev/x?control=/dev/y", "device");
    carries(a, removed, sizeof removed, NULL);
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
        cmocka_unit_test(devices_come_by_the_control_node),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
