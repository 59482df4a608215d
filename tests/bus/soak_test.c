/* The reference bus with thousands of requests under way: no finding, nothing lost, flat memory. */
#include "tests/bus/soak.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_soak(void **state)
{
    static const struct soak_config configs[] = {
        {.devices = 1, .outstanding = 256, .requests = 20000},
        {.devices = 1000, .outstanding = 1, .requests = 20000},
        {.devices = 200, .outstanding = 64, .requests = 60000},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof configs / sizeof *configs; i++) {
        const struct soak_config *c = &configs[i];
        struct soak_result r;

        assert_int_equal(soak_run(c, &r), 0);
        assert_string_equal(r.finding, "");
        assert_int_equal(r.responses, c->requests + c->devices);
        assert_int_equal(r.events, 2 * ((c->requests + 15) / 16));
        assert_int_equal(r.most, (uint64_t)c->devices * c->outstanding);
        assert_int_equal(r.early_bytes, r.late_bytes);
    }
}

static void test_broken_bus(void **state)
{
    static const char *const faults[] = {"bus-loses-events", "bus-pads-with-rubbish"};
    struct soak_result r;

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct soak_config config = {
            .devices = 8, .outstanding = 64, .requests = 5000, .fault = faults[i]};

        assert_int_equal(soak_run(&config, &r), 0);
        assert_true(*r.finding);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_soak),
        cmocka_unit_test(test_broken_bus),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
