/*
 * The queue of arrivals.
 */
#include "adapters/queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void assert_pop(struct vmsg_queue *q, enum vmsg_arrival kind, const char *text,
                       unsigned endpoint)
{
    enum vmsg_arrival k;
    char buf[64];
    size_t len;
    unsigned e;
    assert_true(vmsg_queue_pop(q, &k, buf, sizeof buf, &len, &e));
    assert_int_equal(k, kind);
    assert_int_equal(len, strlen(text));
    assert_memory_equal(buf, text, len);
    assert_int_equal(e, endpoint);
}

static void first_in_first_out(void **state)
{
    struct vmsg_queue q;
    vmsg_queue_init(&q, 1000);
    assert_true(vmsg_queue_push(&q, VMSG_ARRIVED_MESSAGE, 1, "one", 3, 3));
    assert_true(vmsg_queue_push(&q, VMSG_ARRIVED_LINE, 0, "", 0, 0));
    assert_pop(&q, VMSG_ARRIVED_MESSAGE, "one", 1);
    assert_true(vmsg_queue_push(&q, VMSG_ARRIVED_MESSAGE, 0, "three", 5, 5));
    assert_pop(&q, VMSG_ARRIVED_LINE, "", 0);
    assert_pop(&q, VMSG_ARRIVED_MESSAGE, "three", 0);
    assert_true(vmsg_queue_is_empty(&q));
    vmsg_queue_free(&q);
}

static void order_survives_growth(void **state)
{
    struct vmsg_queue q;
    char text[32];
    unsigned in = 0, out = 0;
    vmsg_queue_init(&q, 1 << 20);
    for (unsigned round = 0; round < 300; round++) {
        for (unsigned i = 0; i < round % 7 + 2; i++, in++) {
            size_t n = (size_t)snprintf(text, sizeof text, "message %u", in);
            assert_true(vmsg_queue_push(&q, VMSG_ARRIVED_MESSAGE, 0, text, n, n));
        }
        for (unsigned i = 0; i < round % 5 && out < in; i++) {
            snprintf(text, sizeof text, "message %u", out++);
            assert_pop(&q, VMSG_ARRIVED_MESSAGE, text, 0);
        }
    }
    while (out < in) {
        snprintf(text, sizeof text, "message %u", out++);
        assert_pop(&q, VMSG_ARRIVED_MESSAGE, text, 0);
    }
    assert_true(vmsg_queue_is_empty(&q));
    vmsg_queue_free(&q);
}

static void the_limit_holds(void **state)
{
    struct vmsg_queue q;
    uint8_t bytes[100] = {0};
    unsigned n = 0;
    vmsg_queue_init(&q, 1000);
    assert_false(vmsg_queue_push(&q, VMSG_ARRIVED_MESSAGE, 0, bytes, 1001, 1001));
    while (vmsg_queue_has_room(&q, sizeof bytes)) {
        assert_true(vmsg_queue_push(&q, VMSG_ARRIVED_MESSAGE, 0, bytes, sizeof bytes, 100));
        n++;
    }
    assert_in_range(n, 5, 9);
    assert_false(vmsg_queue_push(&q, VMSG_ARRIVED_MESSAGE, 0, bytes, sizeof bytes, 100));
    vmsg_queue_free(&q);
}

static void what_was_not_kept_reads_as_zero(void **state)
{
    struct vmsg_queue q;
    enum vmsg_arrival kind;
    char buf[6];
    size_t len;
    unsigned endpoint;
    vmsg_queue_init(&q, 1000);
    vmsg_queue_push(&q, VMSG_ARRIVED_MESSAGE, 0, "abc", 3, 90);
    memset(buf, 'x', sizeof buf);
    assert_true(vmsg_queue_pop(&q, &kind, buf, 5, &len, &endpoint));
    assert_int_equal(len, 90);
    assert_memory_equal(buf, "abc\0\0x", 6);
    vmsg_queue_free(&q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_in_first_out),
        cmocka_unit_test(order_survives_growth),
        cmocka_unit_test(the_limit_holds),
        cmocka_unit_test(what_was_not_kept_reads_as_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
