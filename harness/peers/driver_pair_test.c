/* The reference driver against the reference devices, in one process and virtual time. */
#include "harness/peers/peer.h"
#include "harness/wire/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MEM_SIZE (256u * 1024u)
#define QUEUED   256u
#define LONGEST  512u

/* One way between the peers. */
struct lane {
    struct pair *pair;
    uint8_t bytes[QUEUED][LONGEST];
    size_t len[QUEUED];
    unsigned in, out;
};

struct pair {
    struct vmsg_peer *driver, *device;
    struct lane to_device, to_driver;
    uint64_t now;
    /* What went by. */
    uint32_t status[16];
    unsigned used[16], messages, malformed;
};

static void sent(void *ctx, const void *msg, size_t len)
{
    struct lane *lane = ctx;
    unsigned at = lane->in++ % QUEUED;

    assert_true(lane->in - lane->out <= QUEUED && len <= LONGEST);
    memcpy(lane->bytes[at], msg, len);
    lane->len[at] = len;
}

static void watch(struct pair *p, const uint8_t *bytes, size_t len)
{
    struct vmsg m;

    vmsg_decode(&m, bytes, len);
    p->messages++;
    p->malformed += m.defect != VMSG_WELL_FORMED && m.defect != VMSG_IMPLEMENTATION_ID;
    if (vmsg_is_bus(&m) || m.dev_num >= 16)
        return;
    if (m.msg_id == VMSG_ID_SET_DEVICE_STATUS && vmsg_is_response(&m))
        p->status[m.dev_num] = (uint32_t)m.f[0];
    p->used[m.dev_num] += m.msg_id == VMSG_ID_EVENT_USED;
}

static bool deliver(struct pair *p, struct lane *lane, struct vmsg_peer *peer)
{
    unsigned at = lane->out % QUEUED;

    if (lane->in == lane->out)
        return false;
    lane->out++;
    watch(p, lane->bytes[at], lane->len[at]);
    vmsg_peer_receive(peer, lane->bytes[at], lane->len[at]);
    return true;
}

static void run(struct pair *p, uint64_t ms)
{
    uint64_t end = p->now + ms * 1000000;

    for (;;) {
        uint64_t a, b, next;

        while (deliver(p, &p->to_device, p->device) || deliver(p, &p->to_driver, p->driver))
            continue;
        a = vmsg_peer_deadline(p->driver);
        b = vmsg_peer_deadline(p->device);
        next = a < b ? a : b;
        if (next > end)
            break;
        p->now = next > p->now ? next : p->now;
        vmsg_peer_tick(p->device, p->now);
        vmsg_peer_tick(p->driver, p->now);
    }
    p->now = end;
}

static struct pair *pair_new(const struct vmsg_peer_config *device, struct vmsg_sut_host host,
                             const char *quirk)
{
    struct vmsg_peer_config driver = {.role = VMSG_ROLE_DRIVER,
                                      .polling = device->polling,
                                      .seed = device->seed,
                                      .quirks = {quirk}};
    struct pair *p = calloc(1, sizeof(*p));
    char err[256] = "";

    assert_non_null(p);
    host.send = sent;
    host.ctx = &p->to_device;
    p->driver = vmsg_peer_new(&driver, &host, err, sizeof(err));
    assert_string_equal(err, "");
    host.ctx = &p->to_driver;
    p->device = vmsg_peer_new(device, &host, err, sizeof(err));
    assert_string_equal(err, "");
    return p;
}

static void pair_free(struct pair *p)
{
    vmsg_peer_free(p->driver);
    vmsg_peer_free(p->device);
    free(p);
}

/* Both default devices and the one of greatest size come up, whatever is left free. */
static void test_all_come_up(void **state)
{
    static const uint32_t sizes[] = {52, 64, 264, 512};
    uint8_t *mem = aligned_alloc(4096, MEM_SIZE);

    (void)state;
    assert_non_null(mem);
    for (unsigned seed = 0; seed < 64; seed++) {
        struct vmsg_sut_host host = {.mem = seed & 8 ? NULL : mem,
                                     .mem_base = seed & 8 ? 0 : 0x40000000,
                                     .mem_size = seed & 8 ? 0 : MEM_SIZE,
                                     .revision = 1,
                                     .max_msg_size = sizes[seed % 4],
                                     .transport_features = seed >> 2 & 1};
        struct vmsg_peer_config device = {.role = VMSG_ROLE_DEVICE,
                                          .devices = {{0, "block"}, {5, "entropy"}, {9, "max"}},
                                          .n_devices = 3,
                                          .polling = seed & 16,
                                          .seed = seed};
        struct pair *p;

        memset(mem, 0, MEM_SIZE);
        p = pair_new(&device, host, NULL);
        run(p, 20000);
        assert_int_equal(p->malformed, 0);
        assert_int_equal(p->status[0], 0xf);
        assert_int_equal(p->status[5], 0xf);
        assert_int_equal(p->status[9], 0xf);
        if (host.mem && !device.polling) {
            assert_true(p->used[0] > 0);
            assert_true(p->used[5] > 0);
        }
        pair_free(p);
    }
    free(mem);
}

static void command_for(struct pair *p, struct vmsg_peer *peer, const char *line, uint64_t ms)
{
    char reply[256];

    vmsg_peer_command(peer, line, reply, sizeof(reply));
    if (strcmp(reply, "ok") != 0)
        print_message("%s: %s\n", line, reply);
    assert_string_equal(reply, "ok");
    run(p, ms);
}

static void command(struct pair *p, struct vmsg_peer *peer, const char *line)
{
    command_for(p, peer, line, 5000);
}

static void test_upper_testers(void **state)
{
    static const char *const lines[] = {
        "status 0",         "get-config 0 0 8", "kick 0 0", "setup-vqueue 0 0",
        "reset-vqueue 0 0", "kick 0 0",         "reset 0",  "init 0"};
    uint8_t *mem = aligned_alloc(4096, MEM_SIZE);
    struct vmsg_sut_host host = {.mem = mem,
                                 .mem_base = 0x40000000,
                                 .mem_size = MEM_SIZE,
                                 .revision = 1,
                                 .max_msg_size = 264,
                                 .transport_features = 1};
    struct vmsg_peer_config device = {.role = VMSG_ROLE_DEVICE};
    struct pair *p;
    unsigned before;

    (void)state;
    assert_non_null(mem);
    memset(mem, 0, MEM_SIZE);
    p = pair_new(&device, host, NULL);
    run(p, 1000);
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        before = p->messages;
        command(p, p->driver, lines[i]);
        assert_true(p->messages > before);
    }
    assert_int_equal(p->status[0], 0xf);
    before = p->messages;
    command(p, p->device, "needs-reset 0");
    assert_true(p->messages > before + 10); /* initialised again */
    assert_int_equal(p->status[0], 0xf);
    assert_int_equal(p->malformed, 0);
    pair_free(p);
    free(mem);
}

/* Whatever the two do that they need not do, they get on with each other, I/O included. */
static void get_on(const char *driver_quirk, const char *device_quirk, bool polling, unsigned seed)
{
    uint8_t *mem = aligned_alloc(4096, MEM_SIZE);
    struct vmsg_sut_host host = {.mem = mem,
                                 .mem_base = 0x40000000,
                                 .mem_size = MEM_SIZE,
                                 .revision = 1,
                                 .max_msg_size = 264};
    struct vmsg_peer_config device = {
        .role = VMSG_ROLE_DEVICE, .polling = polling, .seed = seed, .quirks = {device_quirk}};
    struct pair *p;

    assert_non_null(mem);
    memset(mem, 0, MEM_SIZE);
    p = pair_new(&device, host, driver_quirk);
    run(p, 1000);
    if (p->malformed || p->status[0] != 0xf || p->status[5] != 0xf)
        fail_msg("%s and %s: status 0x%x and 0x%x", driver_quirk, device_quirk, p->status[0],
                 p->status[5]);
    if (strcmp(driver_quirk, "driver-without-io") != 0)
        for (unsigned i = 0; i < 40; i++) /* more than once around each ring */
            command_for(p, p->driver, i % 2 ? "kick 0 0" : "kick 5 0", 3);
    assert_int_equal(p->status[0], 0xf);
    assert_int_equal(p->status[5], 0xf);
    pair_free(p);
    free(mem);
}

static void test_quirks(void **state)
{
    static const char *const device_quirks[] = {NULL, "packed", "coalesces-event-used",
                                                "looks-without-notification"};
    const struct vmsg_quirk *q;

    (void)state;
    for (size_t i = 0; (q = vmsg_quirk_at(i)); i++)
        for (unsigned n = 0; q->role == VMSG_ROLE_DRIVER && n < 4; n++) {
            get_on(q->id, device_quirks[n], false, n);
            get_on(q->id, device_quirks[n], true, n);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_come_up),
        cmocka_unit_test(test_upper_testers),
        cmocka_unit_test(test_quirks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
