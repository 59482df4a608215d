/*
 * The tcp: and vsock: adapters and the two sockets of a bus; this process plays the SUT's side.
 */
#include "adapters/socket/address.h"
#include "adapters/testing.h"

#include <stdlib.h>
#include <sys/socket.h>

static int sut_at(const struct vmsg_address *listening)
{
    char uri[100], err[200];
    struct vmsg_address a;
    snprintf(uri, sizeof uri, "tcp:%s", listening->text);
    assert_true(vmsg_address_parse(&a, uri, err, sizeof err));
    int fd = vmsg_address_connect(&a, err, sizeof err);
    if (fd < 0)
        fail_msg("%s", err);
    vmsg_address_clear(&a);
    return fd;
}

static int listen_at(struct vmsg_address *a, const char *uri)
{
    char err[200];
    assert_true(vmsg_address_parse(a, uri, err, sizeof err));
    int fd = vmsg_address_listen(a, err, sizeof err);
    if (fd < 0)
        fail_msg("%s", err);
    return fd;
}

static void port_0_takes_a_free_port_and_says_which(void **state)
{
    struct vmsg_address a;
    int listener = listen_at(&a, "tcp-listen:127.0.0.1:0");
    int sut = sut_at(&a), peer;
    char err[200];
    assert_true(strncmp(a.text, "127.0.0.1:", 10) == 0 && atoi(a.text + 10) > 0);
    peer = vmsg_address_accept(&a, listener, 1000, err, sizeof err);
    assert_true(peer >= 0);
    close(peer);
    close(sut);
    vmsg_address_unlisten(&a, listener);
    vmsg_address_clear(&a);
}

static const uint8_t message[] = {0, 7, 0, 0, 1, 0, 8, 0};

static struct vmsg_adapter *connected(const char *role, struct vmsg_address *a, int *listener,
                                      const char *device_side)
{
    char uri[100], err[300];
    struct vmsg_adapter *adapter;
    *listener = listen_at(a, "tcp-listen:127.0.0.1:0");
    snprintf(uri, sizeof uri, "tcp:%s", a->text);
    adapter = device_side ? vmsg_adapter_create_pair(uri, device_side, role, err, sizeof err)
                          : vmsg_adapter_create(uri, role, err, sizeof err);
    if (!adapter)
        fail_msg("%s", err);
    return adapter;
}

static void a_stream_is_cut_into_messages_by_msg_size(void **state)
{
    struct vmsg_address a;
    int listener, sut;
    struct vmsg_adapter *adapter = connected("device", &a, &listener, NULL);
    uint8_t two[16], got[64];
    size_t len;
    unsigned endpoint;
    assert_false(adapter->caps & VMSG_CAN_BOUNDARIES);
    for (int connection = 0; connection < 2; connection++) {
        start(adapter, &device_params);
        sut = accept(listener, NULL, NULL);
        memcpy(two, message, 8);
        memcpy(two + 8, message, 8);
        assert_int_equal(send(sut, two, 13, 0), 13);
        assert_int_equal(send(sut, two + 13, 3, 0), 3);
        for (int i = 0; i < 2; i++) {
            assert_int_equal(adapter->ops->wait(adapter, adapter->ops->now_ns(adapter) + 1000000000,
                                                got, sizeof got, &len, &endpoint),
                             VMSG_ARRIVED_MESSAGE);
            assert_int_equal(len, 8);
            assert_memory_equal(got, message, 8);
        }
        close(sut);
    }
    adapter->ops->free(adapter);
    close(listener);
    vmsg_address_clear(&a);
}

static void a_bus_has_an_end_at_each_socket(void **state)
{
    struct vmsg_address driver, device;
    int at_driver, at_device = listen_at(&device, "tcp-listen:127.0.0.1:0"), sut[2];
    char uri[100];
    struct vmsg_adapter *adapter;
    uint8_t got[64];
    size_t len;
    unsigned endpoint;
    snprintf(uri, sizeof uri, "tcp:%s", device.text);
    adapter = connected("bus", &driver, &at_driver, uri);
    start(adapter, &device_params);
    sut[0] = accept(at_driver, NULL, NULL);
    sut[1] = accept(at_device, NULL, NULL);
    for (unsigned e = 0; e < 2; e++) {
        assert_true(adapter->ops->send(adapter, e, message, 8));
        assert_int_equal(recv(sut[e], got, sizeof got, 0), 8);
        assert_int_equal(send(sut[e], message, 8, 0), 8);
        assert_int_equal(adapter->ops->wait(adapter, adapter->ops->now_ns(adapter) + 1000000000,
                                            got, sizeof got, &len, &endpoint),
                         VMSG_ARRIVED_MESSAGE);
        assert_int_equal(endpoint, e);
        close(sut[e]);
    }
    adapter->ops->free(adapter);
    close(at_driver);
    close(at_device);
    vmsg_address_clear(&driver);
    vmsg_address_clear(&device);
}

static void wrong_addresses_are_told(void **state)
{
    char err[300] = "";
    refused("tcp:", "device", "write tcp:HOST:PORT");
    refused("tcp:127.0.0.1", "device", "write tcp:HOST:PORT");
    refused("tcp:127.0.0.1:0", "device", "write tcp:HOST:PORT");
    refused("tcp:127.0.0.1:65536", "device", "write tcp:HOST:PORT");
    refused("tcp:127.0.0.1:5000?framing=stream", "device", "framing");
    refused("vsock:5000", "device", "write vsock:CID:PORT");
    refused("vsock:x:5000", "device", "write vsock:CID:PORT");
    refused("vsock-listen:1:5000", "device", "write vsock-listen:PORT");
    refused("tcp:127.0.0.1:5000", "bus", "--sut-device-side");
    assert_null(vmsg_adapter_create_pair("unix:/a", "exec:b", "bus", err, sizeof err));
    assert_non_null(strstr(err, "'exec:b' cannot be one of a bus's two sides"));
    assert_null(vmsg_adapter_create_pair("unix:/a", "unix:/b", "device", err, sizeof err));
    assert_non_null(strstr(err, "belongs to role bus"));
}

static void nobody_there_is_told(void **state)
{
    struct vmsg_address a;
    int listener = listen_at(&a, "tcp-listen:[::1]:0");
    char uri[100], err[300];
    struct vmsg_adapter *adapter;
    snprintf(uri, sizeof uri, "tcp:%s", a.text);
    close(listener);
    adapter = vmsg_adapter_create(uri, "device", err, sizeof err);
    assert_non_null(adapter);
    assert_false(adapter->ops->start(adapter, &device_params, err, sizeof err));
    assert_non_null(strstr(err, "start the SUT there first"));
    adapter->ops->free(adapter);
    vmsg_address_clear(&a);
}

/* Over the loopback context id, where the machine has it. */
static void vsock_carries_messages(void **state)
{
    char err[300];
    struct vmsg_address a, b;
    int listener, sut, peer;
    uint8_t got[8];
    assert_true(vmsg_address_parse(&a, "vsock-listen:0xFFFFFFFF", err, sizeof err));
    listener = vmsg_address_listen(&a, err, sizeof err); /* any port: all ones */
    vmsg_address_clear(&a);
    if (listener >= 0)
        close(listener);
    assert_true(vmsg_address_parse(&a, "vsock-listen:51966", err, sizeof err));
    listener = listener < 0 ? -1 : vmsg_address_listen(&a, err, sizeof err);
    assert_true(vmsg_address_parse(&b, "vsock:1:51966", err, sizeof err));
    sut = listener < 0 ? -1 : vmsg_address_connect(&b, err, sizeof err);
    if (sut >= 0) {
        peer = vmsg_address_accept(&a, listener, 1000, err, sizeof err);
        assert_true(peer >= 0);
        assert_int_equal(send(sut, message, 8, 0), 8);
        assert_int_equal(recv(peer, got, 8, MSG_WAITALL), 8);
        assert_memory_equal(got, message, 8);
        close(peer);
        close(sut);
    }
    if (listener >= 0)
        close(listener);
    vmsg_address_clear(&a);
    vmsg_address_clear(&b);
    if (sut < 0)
        skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(port_0_takes_a_free_port_and_says_which),
        cmocka_unit_test(a_stream_is_cut_into_messages_by_msg_size),
        cmocka_unit_test(a_bus_has_an_end_at_each_socket),
        cmocka_unit_test(wrong_addresses_are_told),
        cmocka_unit_test(nobody_there_is_told),
        cmocka_unit_test(vsock_carries_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
