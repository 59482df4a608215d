/*
 * bridge:, as far as it goes without the kernel's side; see tests/vm for the rest.
 */
#include "adapters/testing.h"

static void wrong_uris_are_told(void **state)
{
    refused("bridge:/dev/x", "driver", "bus=NAME&id=ID");
    refused("bridge:?bus=loopback&id=0", "driver", "bus=NAME&id=ID");
    refused("bridge:/dev/x?bus=loopback", "driver", "bus=NAME&id=ID");
    refused("bridge:/dev/x?bus=a-bus-of-a-long-name&id=0", "driver", "takes 15 characters");
    refused("bridge:/dev/x?bus=loopback&id=0&mem-base=x", "driver", "no number");
    refused("bridge:/dev/x?bus=loopback&id=0", "device", "the role behind it is driver");
    refused("bridge:/dev/x?bus=loopback&id=0", "bus", "the role behind it is driver");
}

static void a_missing_bridge_is_told(void **state)
{
    fails_to_start("bridge:/nowhere/bridge?bus=loopback&id=0", "driver",
                   "is the kernel module that makes it loaded?");
    fails_to_start("bridge:/dev/null?bus=loopback&id=0", "driver", "resolving the endpoint failed");
}

static void bus_messages_have_no_way_but_by_ioctl(void **state)
{
    static const uint8_t ping[12] = {2, 3, 0, 0, 0, 0, 12, 0};
    static const uint8_t added[12] = {2, 0x40, 0, 0, 0, 0, 12, 0, 7, 0, 1, 0};
    static const uint8_t removed[12] = {2, 0x40, 0, 0, 0, 0, 12, 0, 7, 0, 2, 0};
    static const uint8_t odd[12] = {2, 0x40, 0, 0, 0, 0, 12, 0, 7, 0, 3, 0};
    static const uint8_t failed[20] = {2, 0xC1, 0, 0, 0, 0, 20, 0};
    struct vmsg_adapter *a = create("bridge:/dev/x?bus=loopback&id=0", "driver");
    assert_int_equal(a->caps, VMSG_CAN_MEMORY | VMSG_CAN_RESTART | VMSG_CAN_ONE);
    carries(a, ping, sizeof ping, "carries no bus messages");
    carries(a, added, sizeof added, NULL);
    carries(a, removed, sizeof removed, "come or go"); /* it is not there */
    carries(a, odd, sizeof odd, "carries no bus messages");
    carries(a, failed, sizeof failed, NULL);
    a->ops->free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_uris_are_told),
        cmocka_unit_test(a_missing_bridge_is_told),
        cmocka_unit_test(bus_messages_have_no_way_but_by_ioctl),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
