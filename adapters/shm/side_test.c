/*
 * One side of a layout against another in the same process: states, cursors, notifications.
 */
#include "adapters/shm/shared.h"
#include "adapters/shm/side.h"
#include "harness/wire/wire.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { AREA = 1 << 16 };

struct pair {
    _Alignas(64) uint8_t area[AREA];
    struct vmsg_amp_layout layout;
    struct vmsg_amp driver, device;
};

static void lay_out(struct pair *p, uint16_t elements, uint8_t words, bool mask)
{
    char err[200];
    memset(p, 0, sizeof *p);
    p->layout = (struct vmsg_amp_layout){.magic = VMSG_AMP_LAYOUT_MAGIC,
                                         .version = 1,
                                         .length = 64,
                                         .options = mask ? VMSG_AMP_OPTION_MASK : 0,
                                         .words = words,
                                         .per_device = 4,
                                         .elements = elements,
                                         .element_size = 64};
    vmsg_amp_place(&p->layout, 1);
    assert_true(vmsg_amp_usable(&p->layout, 1, AREA, err, sizeof err));
    p->driver = (struct vmsg_amp){.area = p->area,
                                  .size = AREA,
                                  .number = 1,
                                  .magic = VMSG_AMP_QUEUE_MAGIC,
                                  .side = VMSG_AMP_DRIVER};
    p->device = p->driver;
    p->device.side = VMSG_AMP_DEVICE;
    vmsg_amp_attach(&p->driver, &p->layout);
    vmsg_amp_attach(&p->device, &p->layout);
}

static void both_up(struct pair *p)
{
    enum vmsg_amp_phase a, b;
    vmsg_amp_begin(&p->driver);
    vmsg_amp_begin(&p->device);
    for (int i = 0; i < 10; i++) {
        a = vmsg_amp_step(&p->driver, true);
        b = vmsg_amp_step(&p->device, false);
    }
    assert_int_equal(a, VMSG_AMP_UP);
    assert_int_equal(b, VMSG_AMP_UP);
}

static struct pair *fresh(uint16_t elements, uint8_t words)
{
    struct pair *p = aligned_alloc(64, sizeof *p);
    assert_non_null(p);
    lay_out(p, elements, words, false);
    both_up(p);
    return p;
}

static void message(uint8_t *m, size_t len, uint16_t token)
{
    memset(m, 0xA5, len);
    memset(m, 0, VMSG_HEADER_SIZE);
    m[4] = (uint8_t)token;
    m[5] = (uint8_t)(token >> 8);
    m[6] = (uint8_t)len;
    m[7] = (uint8_t)(len >> 8);
}

static void header_comes_back(void **state)
{
    uint8_t area[64];
    struct vmsg_amp_layout wrote, read;
    memset(&wrote, 0, sizeof wrote);
    wrote = (struct vmsg_amp_layout){.magic = 0x1234,
                                     .version = 1,
                                     .length = 64,
                                     .options = 1,
                                     .words = 7,
                                     .per_device = 8,
                                     .elements = 300,
                                     .element_size = 72,
                                     .pad = 0x55AA};
    vmsg_amp_place(&wrote, 3);
    vmsg_amp_write_layout(area, &wrote);
    vmsg_amp_read_layout(area, &read);
    assert_int_equal(read.magic, 0x1234);
    assert_int_equal(read.words, 7);
    assert_int_equal(read.elements, 300);
    assert_int_equal(read.element_size, 72);
    assert_int_equal(read.pad, 0x55AA);
    for (unsigned i = 0; i < VMSG_AMP_PARTS; i++) {
        assert_true(vmsg_amp_part(&read, i).ref == vmsg_amp_part(&wrote, i).ref);
        assert_true(vmsg_amp_part(&read, i).ref >> 52 == 3);
    }
    /* Where the notes put them. */
    assert_int_equal(area[0] | area[1] << 8, 0x1234);
    assert_int_equal(area[10] | area[11] << 8, 300);
    assert_int_equal(area[12] | area[13] << 8, 72);
}

static void bad_layouts_are_refused(void **state)
{
    struct pair *p = fresh(4, 1);
    struct vmsg_amp_layout good = p->layout, l;
    char err[200];
#define REFUSED(CHANGE)                                                                            \
    l = good;                                                                                      \
    CHANGE;                                                                                        \
    assert_false(vmsg_amp_usable(&l, 1, AREA, err, sizeof err))
    REFUSED(l.version = 0);
    REFUSED(l.length = 65);
    REFUSED(l.words = 65);
    REFUSED(l.elements = 1);
    REFUSED(l.elements = 0);
    REFUSED(l.element_size = 7);
    REFUSED(l.elements = 0xFFFF);
    REFUSED(l.head[0] = 0);
    REFUSED(l.head[1] += 1);
    REFUSED(l.head[1] = l.head[0]);
    REFUSED(l.queue[0] = UINT64_MAX);
    REFUSED(l.queue[1] ^= UINT64_C(1) << 52);
    REFUSED(l.queue[1] = (UINT64_C(1) << 52) + AREA - 8);
    REFUSED(l.notify[0] = l.queue[0]);
#undef REFUSED
    assert_true(vmsg_amp_usable(&good, 1, AREA, err, sizeof err));
    free(p);
}

static void messages_pass_in_order(void **state)
{
    struct pair *p = fresh(4, 1);
    uint8_t m[64], got[64];
    size_t len;
    for (unsigned i = 0; i < 50; i++) {
        message(m, 8 + i % 50, (uint16_t)i);
        assert_true(vmsg_amp_put(&p->driver, m, 8 + i % 50));
        assert_int_equal(vmsg_amp_step(&p->device, false), VMSG_AMP_UP);
        assert_true(vmsg_amp_take(&p->device, got, sizeof got, &len));
        assert_int_equal(len, 8 + i % 50);
        assert_memory_equal(m, got, len);
        assert_false(vmsg_amp_take(&p->device, got, sizeof got, &len));
        assert_int_equal(vmsg_amp_step(&p->driver, false), VMSG_AMP_UP);
    }
    free(p);
}

static void one_element_stays_free(void **state)
{
    struct pair *p = fresh(4, 0);
    uint8_t m[65], got[64];
    size_t len;
    message(m, sizeof m, 0);
    assert_false(vmsg_amp_put(&p->driver, m, sizeof m)); /* longer than an element */
    message(m, 8, 1);
    for (int i = 0; i < 3; i++)
        assert_true(vmsg_amp_put(&p->driver, m, 8));
    assert_false(vmsg_amp_put(&p->driver, m, 8));
    vmsg_amp_step(&p->device, false);
    assert_true(vmsg_amp_take(&p->device, got, sizeof got, &len));
    assert_false(vmsg_amp_put(&p->driver, m, 8)); /* not seen yet */
    vmsg_amp_step(&p->driver, false);
    assert_true(vmsg_amp_put(&p->driver, m, 8));
    free(p);
}

static uint16_t shown_tail(struct pair *p)
{
    assert_int_equal(vmsg_amp_step(&p->driver, false), VMSG_AMP_UP);
    return p->driver.peer.tail;
}

/* A tail that need not be seen is shown with the next head, or when there is nothing left. */
static void tails_are_shown_in_time(void **state)
{
    struct pair *p = fresh(8, 0);
    uint8_t m[8], got[64];
    size_t len;
    message(m, 8, 1);
    for (int i = 0; i < 5; i++)
        assert_true(vmsg_amp_put(&p->driver, m, 8));
    vmsg_amp_step(&p->device, false);
    for (unsigned i = 1; i <= 3; i++) {
        assert_true(vmsg_amp_take(&p->device, got, sizeof got, &len));
        assert_int_equal(shown_tail(p), i < 2 ? i : 2); /* half of the queue is room enough */
    }
    assert_true(vmsg_amp_put(&p->device, m, 8));
    assert_int_equal(shown_tail(p), 3);
    for (int i = 0; i < 2; i++)
        assert_true(vmsg_amp_take(&p->device, got, sizeof got, &len));
    assert_int_equal(shown_tail(p), 3);
    assert_false(vmsg_amp_take(&p->device, got, sizeof got, &len));
    assert_int_equal(shown_tail(p), 5);
    free(p);
}

static void lying_sizes_stay_inside(void **state)
{
    struct pair *p = fresh(4, 0);
    uint8_t m[64], got[64];
    size_t len;
    message(m, 64, 1);
    m[6] = m[7] = 0xFF;
    assert_true(vmsg_amp_put(&p->driver, m, 64));
    m[6] = m[7] = 0;
    assert_true(vmsg_amp_put(&p->driver, m, 64));
    vmsg_amp_step(&p->device, false);
    assert_true(vmsg_amp_take(&p->device, got, sizeof got, &len));
    assert_int_equal(len, 64);
    assert_true(vmsg_amp_take(&p->device, got, 4, &len)); /* fewer bytes are wanted */
    assert_int_equal(len, 8);
    free(p);
}

static void either_side_starts_over(void **state)
{
    struct pair *p = fresh(4, 1);
    uint8_t m[8], got[8];
    size_t len;
    message(m, 8, 1);
    assert_true(vmsg_amp_put(&p->driver, m, 8));
    vmsg_amp_begin(&p->driver); /* without a word */
    assert_int_equal(vmsg_amp_step(&p->device, false), VMSG_AMP_OVER);
    assert_non_null(strstr(p->device.why, "from RUN to INIT"));
    assert_int_equal(vmsg_amp_step(&p->driver, false), VMSG_AMP_WAITING);
    assert_int_equal(p->driver.own.status, VMSG_AMP_INIT); /* while the other is in RUN */
    vmsg_amp_end(&p->device);
    both_up(p);
    assert_false(vmsg_amp_take(&p->device, got, sizeof got, &len)); /* nothing stale */
    vmsg_amp_end(&p->device);
    assert_int_equal(vmsg_amp_step(&p->driver, false), VMSG_AMP_OVER);
    assert_non_null(strstr(p->driver.why, "SHUTDOWN"));
    free(p);
}

static void corrupt_heads_are_told(void **state)
{
    static const struct {
        struct vmsg_amp_head head;
        const char *why;
    } heads[] = {
        {{VMSG_AMP_QUEUE_MAGIC, VMSG_AMP_RUN, 4, 0}, "head"},
        {{VMSG_AMP_QUEUE_MAGIC, VMSG_AMP_RUN, 0xFFFF, 0}, "head"},
        {{VMSG_AMP_QUEUE_MAGIC, VMSG_AMP_RUN, 0, 4}, "tail"},
        {{VMSG_AMP_QUEUE_MAGIC, VMSG_AMP_RUN, 0, 1}, "not yet written"},
        {{VMSG_AMP_QUEUE_MAGIC, 5, 0, 0}, "state"},
        {{0, VMSG_AMP_RUN, 0, 0}, "magic"},
    };
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        struct pair *p = fresh(4, 1);
        vmsg_shared_store_head(p->device.own_head_at, &heads[i].head);
        assert_int_equal(vmsg_amp_step(&p->driver, false), VMSG_AMP_BROKEN);
        assert_non_null(strstr(p->driver.why, heads[i].why));
        free(p);
    }
}

static void events_have_places(void **state)
{
    unsigned word, bit;
    int cascade;
    assert_int_equal(vmsg_amp_events(0), 0);
    assert_int_equal(vmsg_amp_events(1), 64);
    assert_int_equal(vmsg_amp_events(2), 127);
    assert_int_equal(vmsg_amp_events(64), 4033);
    vmsg_amp_event_at(2, 62, &word, &bit, &cascade);
    assert_true(word == 0 && bit == 62 && cascade == -1);
    vmsg_amp_event_at(2, 63, &word, &bit, &cascade);
    assert_true(word == 1 && bit == 0 && cascade == 63);
    vmsg_amp_event_at(48, 17, &word, &bit, &cascade); /* the notes: bits 16 to 62 lead to words */
    assert_true(word == 1 && bit == 0 && cascade == 17);
    vmsg_amp_event_at(64, 4032, &word, &bit, &cascade);
    assert_true(word == 63 && bit == 63 && cascade == 63);
}

static void events_are_pending_until_acknowledged(void **state)
{
    struct pair *p = aligned_alloc(64, sizeof *p);
    assert_non_null(p);
    for (unsigned words = 1; words <= 64; words++) {
        lay_out(p, 4, (uint8_t)words, false);
        both_up(p);
        for (unsigned e = 0; e < vmsg_amp_events(words); e += 1 + e / 3) {
            unsigned word, bit;
            int cascade;
            vmsg_amp_event_at(words, e, &word, &bit, &cascade);
            assert_true(vmsg_amp_raise(&p->driver, e));
            assert_true(vmsg_amp_raise(&p->driver, e)); /* once more changes nothing */
            assert_true((p->driver.own_tx[word] ^ p->device.own_rx[word]) >> bit & 1);
            assert_int_equal(vmsg_amp_acknowledge(&p->device), e == 0);
            assert_true(p->driver.own_tx[word] == p->device.own_rx[word]);
            assert_false(vmsg_amp_acknowledge(&p->device));
        }
    }
    free(p);
}

static void masked_events_ring_nobody(void **state)
{
    struct pair *p = aligned_alloc(64, sizeof *p);
    assert_non_null(p);
    lay_out(p, 4, 2, true);
    both_up(p);
    vmsg_amp_mask(&p->device, true);
    assert_false(vmsg_amp_raise(&p->driver, 0));
    assert_true(vmsg_amp_acknowledge(&p->device)); /* pending all the same */
    vmsg_amp_mask(&p->device, false);
    assert_true(vmsg_amp_raise(&p->driver, 0));
    assert_true(vmsg_amp_raise(&p->driver, 100));
    free(p);
}

/* ---- two threads ---- */

enum { ROUND_TRIPS = 20000 };

static void *echo(void *arg)
{
    struct vmsg_amp *a = arg;
    uint8_t m[64];
    size_t len;
    for (int n = 0; n < ROUND_TRIPS;) {
        vmsg_amp_acknowledge(a);
        if (vmsg_amp_step(a, false) != VMSG_AMP_UP || !vmsg_amp_take(a, m, sizeof m, &len)) {
            sched_yield();
            continue;
        }
        while (!vmsg_amp_put(a, m, len)) {
            sched_yield();
            vmsg_amp_step(a, false);
        }
        vmsg_amp_raise(a, 0);
        n++;
    }
    return NULL;
}

static void two_threads(void **state)
{
    struct pair *p = fresh(8, 1);
    pthread_t thread;
    uint8_t m[64], got[64];
    size_t len;
    unsigned sent = 0;
    assert_int_equal(pthread_create(&thread, NULL, echo, &p->device), 0);
    for (unsigned taken = 0; taken < ROUND_TRIPS;) {
        message(m, 8 + sent % 56, (uint16_t)sent);
        if (sent < ROUND_TRIPS && vmsg_amp_put(&p->driver, m, 8 + sent % 56)) {
            vmsg_amp_raise(&p->driver, 0);
            sent++;
        }
        vmsg_amp_acknowledge(&p->driver);
        assert_int_equal(vmsg_amp_step(&p->driver, false), VMSG_AMP_UP);
        if (!vmsg_amp_take(&p->driver, got, sizeof got, &len)) {
            sched_yield();
            continue;
        }
        message(m, 8 + taken % 56, (uint16_t)taken);
        assert_int_equal(len, 8 + taken % 56);
        assert_memory_equal(got, m, len);
        taken++;
    }
    pthread_join(thread, NULL);
    free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(header_comes_back),
        cmocka_unit_test(bad_layouts_are_refused),
        cmocka_unit_test(messages_pass_in_order),
        cmocka_unit_test(one_element_stays_free),
        cmocka_unit_test(tails_are_shown_in_time),
        cmocka_unit_test(lying_sizes_stay_inside),
        cmocka_unit_test(either_side_starts_over),
        cmocka_unit_test(corrupt_heads_are_told),
        cmocka_unit_test(events_have_places),
        cmocka_unit_test(events_are_pending_until_acknowledged),
        cmocka_unit_test(masked_events_ring_nobody),
        cmocka_unit_test(two_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
