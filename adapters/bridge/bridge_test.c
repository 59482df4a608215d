/*
 * bridge:, as far as it goes without the kernel's side; see tests/vm for the rest.
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
    refused("bridge:/dev/x", "driver", "bus=NAME&id=ID");
    refused("bridge:?bus=loopback&id=0", "driver", "bus=NAME&id=ID");
    refused("bridge:/dev/x?bus=loopback", "driver", "bus=NAME&id=ID");
    refused("bridge:/dev/x?bus=a-bus-of-a-long-name&id=0", "driver", "takes 15 characters");
    refused("bridge:/dev/x?bus=loopback&id=0&mem-base=x", "driver", "no number");
    refused("bridge:/dev/x?bus=loopback&id=0", "device", "the role behind it is driver");
    refused("bridge:/dev/x?bus=loopback&id=0", "bus", "the role behind it is driver");
}

static void fails_to_start(const char *uri, const char *part)
{
    char err[300] = "";
    struct vmsg_adapter *a = create(uri, "driver");
    assert_int_equal(a->caps, VMSG_CAN_MEMORY | VMSG_CAN_RESTART | VMSG_CAN_ONE);
    assert_false(a->ops->start(a, &device_params, err, sizeof err));
    if (!strstr(err, part))
        fail_msg("'%s' does not say '%s'", err, part);
    assert_string_equal(stop(a).text, "not connected");
    a->ops->free(a);
}

static void a_missing_bridge_is_told(void **state)
{
    fails_to_start("bridge:/nowhere/bridge?bus=loopback&id=0",
                   "is the kernel module that makes it loaded?");
    fails_to_start("bridge:/dev/null?bus=loopback&id=0", "resolving the endpoint failed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_uris_are_told),
        cmocka_unit_test(a_missing_bridge_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
