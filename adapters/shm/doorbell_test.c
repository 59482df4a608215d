/*
 * A rung side that finds things without a ring polls for them, but not because of one thing that it
 * found between its writing and its ring.
 */
#include "adapters/shm/doorbell.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

static struct vmsg_doorbell doorbell(void)
{
    struct vmsg_doorbell d;
    char wake[16], err[200];
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    assert_true(fd >= 0);
    snprintf(wake, sizeof wake, "fd:%d", fd);
    assert_true(vmsg_doorbell_open(&d, wake, NULL, err, sizeof err));
    return d;
}

static void ring(const struct vmsg_doorbell *d)
{
    const uint64_t one = 1;
    assert_int_equal(write(d->wake, &one, sizeof one), sizeof one);
}

/* Wait in vain for a ring, and find something. */
static void find_unrung(struct vmsg_doorbell *d)
{
    do
        assert_true(vmsg_doorbell_pause(d, -1, UINT64_MAX));
    while (!d->timed_out);
    vmsg_doorbell_busy(d);
}

static void find_rung(struct vmsg_doorbell *d)
{
    ring(d);
    do
        assert_true(vmsg_doorbell_pause(d, -1, UINT64_MAX));
    while (d->timed_out);
    vmsg_doorbell_busy(d);
}

static void finish(struct vmsg_doorbell *d)
{
    close(d->wake);
    vmsg_doorbell_close(d);
}

static void a_ring_that_comes_late_is_a_ring(void **state)
{
    struct vmsg_doorbell d = doorbell();
    for (int i = 0; i < 3; i++) {
        find_unrung(&d);
        find_rung(&d);
    }
    assert_false(d.deaf);
    finish(&d);
}

static void who_never_rings_is_polled(void **state)
{
    struct vmsg_doorbell d = doorbell();
    find_unrung(&d);
    assert_false(d.deaf);
    find_unrung(&d);
    assert_true(d.deaf);
    assert_true(d.alone || vmsg_doorbell_spins(&d));
    ring(&d);
    while (d.deaf)
        assert_true(vmsg_doorbell_pause(&d, -1, UINT64_MAX));
    finish(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ring_that_comes_late_is_a_ring),
        cmocka_unit_test(who_never_rings_is_polled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
