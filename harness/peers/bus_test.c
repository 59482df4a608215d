/* The reference bus alone, between two ends that the test is. */
#include "harness/peers/peer.h"
#include "harness/wire/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* What came last at an end, and how much. */
struct end {
    unsigned n;
    size_t len;
    uint8_t bytes[64];
};

static void came(void *ctx, const void *msg, size_t len)
{
    struct end *e = ctx;

    e->n++;
    e->len = len < sizeof e->bytes ? len : sizeof e->bytes;
    memcpy(e->bytes, msg, e->len);
}

/* The device end answers the window that was asked for last: device 3 is there. */
static void show_device_3(struct vmsg_peer *bus, const struct end *far, uint32_t next)
{
    uint64_t f[] = {0, next, 8};
    uint8_t out[64];
    struct vmsg asked;

    vmsg_decode(&asked, far->bytes, far->len);
    assert_string_equal(asked.def->name, "GET_DEVICES");
    vmsg_peer_receive_far(
        bus, out, vmsg_encode(out, sizeof out, asked.def, true, 0, asked.token, f, NULL, "\10", 1));
}

static void tell(struct vmsg_peer *bus, uint64_t dev, uint64_t state)
{
    uint8_t out[64];

    vmsg_peer_receive_far(bus, out,
                          vmsg_encode(out, sizeof out, vmsg_def_by_name("EVENT_DEVICE"), false, 0,
                                      0, (uint64_t[]){dev, state}, NULL, NULL, 0));
}

static void assert_told(const struct end *near, unsigned n, uint64_t dev, uint64_t state)
{
    struct vmsg m;

    assert_int_equal(near->n, n);
    vmsg_decode(&m, near->bytes, near->len);
    assert_string_equal(m.def->name, "EVENT_DEVICE");
    assert_int_equal(m.f[VMSG_EVENT_DEVICE_REQ_device_number], dev);
    assert_int_equal(m.f[VMSG_EVENT_DEVICE_REQ_device_bus_state], state);
}

/* What was reported as removed is reported when a later window shows it again. */
static void found_again_is_reported(void **state)
{
    const struct vmsg_peer_config config = {.role = VMSG_ROLE_BUS};
    struct end near = {0}, far = {0};
    const struct vmsg_sut_host host = {
        .ctx = &near, .send = came, .revision = 1, .max_msg_size = VMSG_MAX_SIZE_DEFAULT};
    char err[200];
    struct vmsg_peer *bus = vmsg_peer_new(&config, &host, err, sizeof err);

    assert_non_null(bus);
    vmsg_peer_far(bus, &far, came);
    vmsg_peer_tick(bus, 1);
    show_device_3(bus, &far, 8);
    assert_int_equal(near.n, 0); /* found for the first time: who wants to know it asks */
    tell(bus, 3, VMSG_DEVICE_REMOVED);
    assert_told(&near, 1, 3, VMSG_DEVICE_REMOVED);
    show_device_3(bus, &far, 0);
    assert_told(&near, 2, 3, VMSG_DEVICE_ADDED);
    vmsg_peer_free(bus);
}

static size_t status_message(uint8_t *out, size_t size, bool response, uint16_t token)
{
    return vmsg_encode(out, size, vmsg_def_by_name("GET_DEVICE_STATUS"), response, 3, token,
                       (uint64_t[]){0}, NULL, NULL, 0);
}

/* One request at a time: what names the second, which was not sent yet, is no response. */
static void nothing_answers_what_was_not_sent(void **state)
{
    const struct vmsg_peer_config config = {
        .role = VMSG_ROLE_BUS, .platform = "3", .quirks = {"bus-one-request-at-a-time"}};
    struct end near = {0}, far = {0};
    const struct vmsg_sut_host host = {
        .ctx = &near, .send = came, .revision = 1, .max_msg_size = VMSG_MAX_SIZE_DEFAULT};
    char err[200];
    struct vmsg_peer *bus = vmsg_peer_new(&config, &host, err, sizeof err);
    struct vmsg sent;
    uint8_t out[64];

    assert_non_null(bus);
    vmsg_peer_far(bus, &far, came);
    vmsg_peer_tick(bus, 1);
    far.n = 0;
    for (uint16_t token = 1; token <= 2; token++)
        vmsg_peer_receive(bus, out, status_message(out, sizeof out, false, token));
    assert_int_equal(far.n, 1);
    vmsg_decode(&sent, far.bytes, far.len);
    for (unsigned i = 2; i-- > 0;) { /* the second's, then the first's */
        assert_int_equal(near.n, 0);
        vmsg_peer_receive_far(bus, out,
                              status_message(out, sizeof out, true, (uint16_t)(sent.token + i)));
    }
    assert_int_equal(near.n, 1);
    assert_int_equal(far.n, 2);
    vmsg_peer_free(bus);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(found_again_is_reported),
        cmocka_unit_test(nothing_answers_what_was_not_sent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
