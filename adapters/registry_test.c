/*
 * Adapters by URI.
 */
#include "adapters/adapter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void assert_refused(const char *uri, const char *role, const char *why)
{
    char err[400] = "";
    assert_null(vmsg_adapter_create(uri, role, err, sizeof err));
    if (!strstr(err, why))
        fail_msg("%s: '%s' does not say '%s'", uri, err, why);
}

static void every_kind_describes_itself(void **state)
{
    size_t n = 0;
    for (const struct vmsg_adapter_kind *k; (k = vmsg_adapter_kind_at(n)); n++) {
        assert_memory_equal(k->usage, k->scheme, strlen(k->scheme));
        assert_true(k->summary[0] && k->roles[0]);
        assert_int_equal(k->can & k->may, 0);
    }
    assert_true(n >= 9);
}

/* What an adapter is made with is what its row says of it. */
static void capabilities_are_as_listed(void **state)
{
    static const char *const uris[] = {"exec:true",
                                       "unix:/x",
                                       "unix:/x?framing=stream",
                                       "tcp:127.0.0.1:1",
                                       "vsock:1:1",
                                       "chardev:/dev/x",
                                       "chardev:/dev/x?control=/dev/y",
                                       "bridge:/dev/x?bus=b&id=0",
                                       "shm:/x?layout=simple&side=device",
                                       "ref:"};
    for (size_t i = 0; i < sizeof uris / sizeof *uris; i++) {
        char err[400];
        struct vmsg_adapter *a = vmsg_adapter_create(uris[i], "driver", err, sizeof err);
        const struct vmsg_adapter_kind *k = NULL;
        size_t len = strcspn(uris[i], ":");
        for (size_t n = 0; (k = vmsg_adapter_kind_at(n)); n++)
            if (strlen(k->scheme) == len && !memcmp(k->scheme, uris[i], len))
                break;
        if (!a)
            fail_msg("%s: %s", uris[i], err);
        unsigned caps = a->caps & ~(unsigned)(VMSG_VIRTUAL_TIME | VMSG_CAN_MANY);
        assert_int_equal(caps & k->can, k->can);
        assert_int_equal(caps & ~(k->can | k->may), 0);
        a->ops->free(a);
    }
}

static void unknown_schemes_name_the_known(void **state)
{
    assert_refused("exce:./x", "device", "exec:, unix:, unix-listen:, tcp:, tcp-listen:, vsock:");
    assert_refused("./my-device", "device", "names no adapter");
    assert_refused("exec", "device", "names no adapter");
    assert_refused("", "device", "names no adapter");
}

static void wrong_options_are_told(void **state)
{
    assert_refused("exec: ", "device", "needs a command");
    assert_refused("unix:", "device", "socket path");
    assert_refused("unix:/x?framing=tubes", "device", "seqpacket, stream");
    assert_refused("unix:/x?frame=1", "device", "knows: framing");
    assert_refused("unix:/x", "bus", "--sut-device-side");
    assert_refused("lib:./no-such-library.so", "device", "no library at");
    assert_refused("lib:./x.so?isolate=maybe", "device", "yes, no");
    assert_refused("ref:device", "device", "ref:?fault=ID");
    assert_refused("ref:?fault=no-such-fault", "device", "no-such-fault");
    assert_refused("ref:?devices=teapot@0", "device", "teapot");
    assert_refused("ref:?devices=block", "device", "MODEL@NUMBER");
    assert_refused("ref:?devices=block@65536", "device", "MODEL@NUMBER");
    assert_refused("ref:?seed=many", "device", "no number");
    assert_refused("ref:?speed=1", "device", "knows: fault, quirk, seed, devices");
    assert_refused("ref:", "teapot", "unknown role");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_describes_itself),
        cmocka_unit_test(capabilities_are_as_listed),
        cmocka_unit_test(unknown_schemes_name_the_known),
        cmocka_unit_test(wrong_options_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
