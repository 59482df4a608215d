/* Scripts: any bytes decode, and what is decoded encodes to bytes that decode to it again. */
#include "fuzz/minimise.h"
#include "fuzz/mutate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void is_stable(const uint8_t *bytes, size_t len)
{
    struct vmsg_fuzz_script once = {0}, twice = {0};
    size_t n, m;
    uint8_t *a, *b;

    assert_true(vmsg_fuzz_decode(&once, bytes, len));
    a = vmsg_fuzz_encode(&once, &n);
    assert_non_null(a);
    assert_true(vmsg_fuzz_decode(&twice, a, n));
    b = vmsg_fuzz_encode(&twice, &m);
    assert_int_equal(once.n, twice.n);
    assert_int_equal(n, m);
    assert_memory_equal(a, b, n);
    for (size_t i = 0; i < once.n; i++) {
        assert_int_equal(once.steps[i].kind, twice.steps[i].kind);
        for (unsigned f = 0; f < VMSG_FUZZ_FIELDS; f++)
            assert_true(once.steps[i].f[f].literal == twice.steps[i].f[f].literal);
    }
    free(a);
    free(b);
    vmsg_fuzz_clear(&once);
    vmsg_fuzz_clear(&twice);
}

static void any_bytes_decode(void **state)
{
    struct vmsg_random r;
    uint8_t bytes[700];

    (void)state;
    vmsg_random_seed(&r, 7);
    for (int i = 0; i < 3000; i++) {
        size_t len = vmsg_random_below(&r, sizeof bytes);

        for (size_t k = 0; k < len; k++)
            bytes[k] = (uint8_t)vmsg_random_next(&r);
        is_stable(bytes, len);
    }
    memset(bytes, 0xFF, sizeof bytes);
    is_stable(bytes, sizeof bytes);
    is_stable(bytes, 0);
}

/* The bytes of what 200 mutations make of nothing. */
static uint8_t *mutated(enum vmsg_role role, uint64_t seed, size_t *len)
{
    struct vmsg_fuzz_script s = {0}, other = {0};
    struct vmsg_random r;
    uint8_t *bytes;

    vmsg_random_seed(&r, seed);
    assert_true(vmsg_fuzz_seed_script(&other, role, &r));
    for (int i = 0; i < 200; i++) {
        assert_true(vmsg_fuzz_mutate(&s, &other, role, 40, &r));
        assert_true(s.n <= 40);
    }
    bytes = vmsg_fuzz_encode(&s, len);
    assert_non_null(bytes);
    is_stable(bytes, *len);
    vmsg_fuzz_clear(&s);
    vmsg_fuzz_clear(&other);
    return bytes;
}

static void mutation_is_repeatable(void **state)
{
    (void)state;
    for (int role = VMSG_ROLE_DEVICE; role <= VMSG_ROLE_BUS; role++) {
        size_t n, m, k;
        uint8_t *a = mutated((enum vmsg_role)role, 3, &n),
                *b = mutated((enum vmsg_role)role, 3, &m);
        uint8_t *c = mutated((enum vmsg_role)role, 4, &k);

        assert_int_equal(n, m);
        assert_memory_equal(a, b, n);
        assert_true(k != n || memcmp(a, c, n) != 0);
        free(a);
        free(b);
        free(c);
    }
}

static void crossing_keeps_steps_whole(void **state)
{
    struct vmsg_fuzz_script a = {0}, b = {0}, out = {0};
    struct vmsg_random r;

    (void)state;
    vmsg_random_seed(&r, 1);
    for (int i = 0; i < 200; i++) {
        size_t k = 0;

        assert_true(vmsg_fuzz_seed_script(&a, VMSG_ROLE_DEVICE, &r));
        assert_true(vmsg_fuzz_seed_script(&b, VMSG_ROLE_DEVICE, &r));
        assert_true(vmsg_fuzz_cross(&out, &a, &b, 30, &r));
        assert_true(out.n <= 30);
        while (k < out.n && k < a.n && !memcmp(&out.steps[k], &a.steps[k], sizeof *a.steps))
            k++;
        /* A beginning of a, then steps of b in their order. */
        for (size_t at = 0; k < out.n; k++, at++) {
            while (at < b.n && memcmp(&out.steps[k], &b.steps[at], sizeof *b.steps) != 0)
                at++;
            assert_true(at < b.n);
        }
    }
    vmsg_fuzz_clear(&a);
    vmsg_fuzz_clear(&b);
    vmsg_fuzz_clear(&out);
}

/* Breaks when a RESET step with field 0 equal to 9 comes after a STAGE step. */
static bool still(void *ctx, const struct vmsg_fuzz_script *s)
{
    bool staged = false;

    ++*(unsigned *)ctx;
    for (size_t i = 0; i < s->n; i++) {
        staged |= s->steps[i].kind == VMSG_FUZZ_STAGE;
        if (staged && s->steps[i].kind == VMSG_FUZZ_MESSAGE && s->steps[i].a == 9 &&
            s->steps[i].mask & 1 && s->steps[i].f[0].class == 9)
            return true;
    }
    return false;
}

static void what_is_not_needed_goes(void **state)
{
    const struct vmsg_fuzz_step culprit = {.kind = VMSG_FUZZ_MESSAGE,
                                           .a = 9,
                                           .b = 5,
                                           .mask = 0x83,
                                           .corruption = 3,
                                           .amount = 8,
                                           .f = {{9, 0}, {200, 0}},
                                           .n_raw = 20};
    struct vmsg_fuzz_script s = {0};
    struct vmsg_random r;
    unsigned asked = 0;

    (void)state;
    vmsg_random_seed(&r, 5);
    assert_true(vmsg_fuzz_seed_script(&s, VMSG_ROLE_DEVICE, &r));
    for (int i = 0; i < 60; i++)
        assert_true(vmsg_fuzz_mutate(&s, NULL, VMSG_ROLE_DEVICE, 60, &r));
    assert_true(vmsg_fuzz_insert(&s, s.n, &(struct vmsg_fuzz_step){.kind = VMSG_FUZZ_STAGE}, 1));
    assert_true(vmsg_fuzz_insert(&s, s.n, &culprit, 1));
    assert_true(vmsg_fuzz_minimise(&s, still, &asked, 1000));
    assert_true(asked < 1000);
    assert_int_equal(s.n, 2);
    assert_int_equal(s.steps[1].mask, 1);
    assert_int_equal(s.steps[1].corruption, 0);
    assert_int_equal(s.steps[1].b, 0);
    assert_int_equal(s.steps[1].n_raw, 0);
    vmsg_fuzz_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_bytes_decode),
        cmocka_unit_test(mutation_is_repeatable),
        cmocka_unit_test(crossing_keeps_steps_whole),
        cmocka_unit_test(what_is_not_needed_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
