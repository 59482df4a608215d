/*
 * For the tests of the adapters: the usual steps, each failing the test where it fails.
 */
#ifndef VMSG_ADAPTER_TESTING_H
#define VMSG_ADAPTER_TESTING_H

#include "adapters/adapter.h"
#include "adapters/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct vmsg_adapter_params device_params = {
    .role = "device",
    .revision = 1,
    .max_msg_size = 264,
    .transport_features = 1,
    .notifications = "events",
    .notification_path = "forward",
    .request_timeout_ms = 1000,
    .devices = "0,5",
    .mem_base = 0x40000000,
    .mem_size = 1 << 20,
};

struct arrived {
    enum vmsg_arrival kind;
    size_t len;
    unsigned endpoint;
    uint8_t bytes[1 << 17];
};

static inline void start(struct vmsg_adapter *a, const struct vmsg_adapter_params *params)
{
    char err[400] = "";
    if (!a->ops->start(a, params, err, sizeof err))
        fail_msg("start: %s", err);
}

static inline struct vmsg_adapter *create(const char *uri, const char *role)
{
    char err[400] = "";
    struct vmsg_adapter *a = vmsg_adapter_create(uri, role, err, sizeof err);
    if (!a)
        fail_msg("%s: %s", uri, err);
    return a;
}

/* No adapter comes of that URI, and what is said of it contains `part`. */
static inline void refused(const char *uri, const char *role, const char *part)
{
    char err[400] = "";
    assert_null(vmsg_adapter_create(uri, role, err, sizeof err));
    if (!strstr(err, part))
        fail_msg("'%s' does not say '%s'", err, part);
}

/* That adapter cannot start, and says why. */
static inline void fails_to_start(const char *uri, const char *role, const char *part)
{
    char err[400] = "";
    struct vmsg_adapter_end end;
    struct vmsg_adapter *a = create(uri, role);
    assert_false(a->ops->start(a, &device_params, err, sizeof err));
    if (!strstr(err, part))
        fail_msg("'%s' does not say '%s'", err, part);
    a->ops->stop(a, &end);
    assert_string_equal(end.text, "not connected");
    a->ops->free(a);
}

/* The adapter does not carry the message, and says why; NULL: it does. */
static inline void carries(struct vmsg_adapter *a, const void *msg, size_t len, const char *but)
{
    const char *why = a->ops->refuses(a, 0, msg, len);
    if (!but != !why || (but && !strstr(why, but)))
        fail_msg("'%s', not '%s'", why ? why : "carried", but ? but : "carried");
}

static inline void wait_ms(struct vmsg_adapter *a, unsigned ms, struct arrived *got)
{
    got->len = 0;
    got->kind = a->ops->wait(a, a->ops->now_ns(a) + ms * VMSG_NS_PER_MS, got->bytes,
                             sizeof got->bytes - 1, &got->len, &got->endpoint);
    got->bytes[got->len < sizeof got->bytes ? got->len : sizeof got->bytes - 1] = 0;
}

/* The next arrival is this one, within 10 s. */
static inline void expect(struct vmsg_adapter *a, enum vmsg_arrival kind, const void *bytes,
                          size_t len)
{
    static struct arrived got;
    wait_ms(a, 10000, &got);
    assert_int_equal(got.kind, kind);
    assert_int_equal(got.len, len);
    if (len)
        assert_memory_equal(got.bytes, bytes, len);
}

static inline void expect_text(struct vmsg_adapter *a, enum vmsg_arrival kind, const char *text)
{
    expect(a, kind, text, strlen(text));
}

static inline void send_text(struct vmsg_adapter *a, const char *text)
{
    assert_true(a->ops->send(a, 0, text, strlen(text)));
}

static inline struct vmsg_adapter_end stop(struct vmsg_adapter *a)
{
    struct vmsg_adapter_end end;
    a->ops->stop(a, &end);
    return end;
}

/* The path of this test program, which can be its own SUT. */
static inline const char *own_path(void)
{
    static char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    assert_true(n > 0);
    path[n] = '\0';
    return path;
}

#endif
