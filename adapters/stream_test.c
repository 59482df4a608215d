/*
 * Messages out of a byte stream.
 */
#include "adapters/stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t ten[] = {0, 2, 0, 0, 0, 0, 10, 0, 'a', 'b'};
static const uint8_t eight[] = {0, 2, 0, 0, 1, 0, 8, 0};
static const uint8_t lying[] = {0, 2, 0, 0, 2, 0, 7, 0, 9, 9};

static void feed(struct vmsg_stream *s, const uint8_t *bytes, size_t n)
{
    size_t room;
    uint8_t *space = vmsg_stream_space(s, &room);
    assert_true(room >= n);
    memcpy(space, bytes, n);
    vmsg_stream_filled(s, n);
}

static void whole_messages_only(void **state)
{
    struct vmsg_stream s;
    uint8_t buf[16];
    size_t len;
    assert_true(vmsg_stream_init(&s));
    for (size_t i = 0; i < sizeof ten - 1; i++) {
        feed(&s, ten + i, 1);
        assert_false(vmsg_stream_next(&s, buf, sizeof buf, &len));
    }
    assert_int_equal(vmsg_stream_pending(&s), 9);
    feed(&s, ten + 9, 1);
    feed(&s, eight, sizeof eight);
    assert_true(vmsg_stream_next(&s, buf, sizeof buf, &len));
    assert_int_equal(len, 10);
    assert_memory_equal(buf, ten, 10);
    assert_true(vmsg_stream_next(&s, buf, sizeof buf, &len));
    assert_int_equal(len, 8);
    assert_false(vmsg_stream_next(&s, buf, sizeof buf, &len));
    vmsg_stream_free(&s);
}

static void a_short_buffer_gets_the_beginning(void **state)
{
    struct vmsg_stream s;
    uint8_t buf[4] = {0};
    size_t len;
    assert_true(vmsg_stream_init(&s));
    feed(&s, ten, sizeof ten);
    assert_true(vmsg_stream_next(&s, buf, 3, &len));
    assert_int_equal(len, 10);
    assert_memory_equal(buf, "\0\2\0\0", 4);
    vmsg_stream_free(&s);
}

static void a_size_below_the_header_ends_it(void **state)
{
    struct vmsg_stream s;
    uint8_t buf[16];
    size_t len;
    assert_true(vmsg_stream_init(&s));
    feed(&s, lying, sizeof lying);
    feed(&s, ten, sizeof ten);
    assert_true(vmsg_stream_next(&s, buf, sizeof buf, &len));
    assert_int_equal(len, 8);
    assert_memory_equal(buf, lying, 8);
    assert_false(vmsg_stream_next(&s, buf, sizeof buf, &len));
    assert_true(s.undecodable);
    vmsg_stream_free(&s);
}

/* Messages of 65,535 bytes in pieces of 50,001: boundaries wander through the buffer. */
static void there_is_always_room(void **state)
{
    enum { SIZE = 65535, PIECE = 50001, MESSAGES = 20 };
    struct vmsg_stream s;
    uint8_t *all = calloc(MESSAGES, SIZE), *buf = malloc(SIZE);
    size_t len, got = 0;
    assert_true(vmsg_stream_init(&s));
    for (unsigned m = 0; m < MESSAGES; m++)
        memcpy(all + m * SIZE, (uint8_t[]){0, 2, 0, 0, (uint8_t)m, 0, 0xFF, 0xFF}, 8);
    for (size_t fed = 0; fed < MESSAGES * SIZE;) {
        size_t left = MESSAGES * SIZE - fed, n = left < PIECE ? left : PIECE;
        feed(&s, all + fed, n);
        fed += n;
        while (vmsg_stream_next(&s, buf, SIZE, &len)) {
            assert_int_equal(len, SIZE);
            assert_int_equal(buf[4], got++);
        }
    }
    assert_int_equal(got, MESSAGES);
    vmsg_stream_free(&s);
    free(all);
    free(buf);
}

static void a_large_message_that_stops_is_given_up(void **state)
{
    struct vmsg_stream s;
    static const uint8_t begun[] = {0, 2, 0, 0, 0, 0, 0, 12, 'a', 'b'};
    uint8_t got[16];
    size_t len, room;
    assert_true(vmsg_stream_init(&s));
    assert_false(vmsg_stream_give_up(&s, 264, got, sizeof got, &len));
    memcpy(vmsg_stream_space(&s, &room), begun, sizeof begun);
    vmsg_stream_filled(&s, sizeof begun);
    assert_false(vmsg_stream_next(&s, got, sizeof got, &len));
    assert_false(vmsg_stream_give_up(&s, 12 * 256, got, sizeof got, &len)); /* may yet come */
    assert_true(vmsg_stream_give_up(&s, 264, got, sizeof got, &len));
    assert_int_equal(len, sizeof begun);
    assert_memory_equal(got, begun, sizeof begun);
    assert_true(s.undecodable);
    assert_false(vmsg_stream_give_up(&s, 264, got, sizeof got, &len));
    vmsg_stream_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_messages_only),
        cmocka_unit_test(a_short_buffer_gets_the_beginning),
        cmocka_unit_test(a_size_below_the_header_ends_it),
        cmocka_unit_test(there_is_always_room),
        cmocka_unit_test(a_large_message_that_stops_is_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
