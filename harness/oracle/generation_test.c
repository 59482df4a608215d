/* Generation counts and the two configuration profiles. */
#include "harness/oracle/testing.h"

static void at_driver_ok(struct session *s, bool strict)
{
    s->config.transport_features = strict ? VMSG_F_STRICT_CONFIG_GENERATION : 0;
    initialise(s, AT_DRIVER_OK);
}

/* ---- generations ---- */

/* A write and reads, twice: `claimed` in the answers, `shown` in the reads. */
static void episodes(struct session *s, uint32_t before, const uint32_t *claimed,
                     const uint32_t *shown, bool applied)
{
    at_driver_ok(s, false);
    read_config(s, 0, "abcd", 4, before);
    for (unsigned i = 0; i < 3; i++) {
        write_config(s, 0, "abcd", 4, 0, applied, claimed[i]);
        read_config(s, 0, "abcd", 4, shown[i]);
        read_config(s, 0, "abcd", 4, shown[i]);
    }
}

static void test_set_config_generation(void **state)
{
    struct session s = with_defaults();

    episodes(&s, 3, (uint32_t[]){90, 91, 92}, (uint32_t[]){4, 5, 6}, true);
    only(&s, VMSG_DEV_PROFILES_2, VMSG_DEV_SET_CONFIG_1);
    s = with_defaults();
    episodes(&s, 3, (uint32_t[]){90, 90, 90}, (uint32_t[]){3, 3, 3}, false);
    only(&s, VMSG_DEV_PROFILES_2, VMSG_DEV_SET_CONFIG_1);
}

static void test_get_config_generation(void **state)
{
    struct session s = with_defaults();

    episodes(&s, 3, (uint32_t[]){4, 5, 6}, (uint32_t[]){3, 3, 3}, true);
    only(&s, VMSG_DEV_PROFILES_2, VMSG_DEV_GET_CONFIG_1);
}

static void test_event_generation(void **state)
{
    struct session s = with_defaults();

    at_driver_ok(&s, false);
    for (uint32_t gen = 3; gen < 7; gen++) {
        if (gen > 3)
            event_config(&s, 0xf, gen + 80, 8, NULL, 1);
        read_config(&s, 0, "abcd", 4, gen);
        read_config(&s, 0, "abcd", 4, gen);
    }
    only(&s, VMSG_DEV_PROFILES_2);
}

/* ---- profiles ---- */

static void test_baseline_ignores_generation(void **state)
{
    struct session s = with_defaults();

    at_driver_ok(&s, false);
    read_config(&s, 0, "abcd", 4, 3);
    write_config(&s, 0, "abcd", 4, 77, true, 3);
    exercised(&s, VMSG_DEV_PROFILES_4);
    exercised(&s, VMSG_DEV_PROFILES_1);
    clean(&s);

    s = with_defaults();
    at_driver_ok(&s, false);
    read_config(&s, 0, "abcd", 4, 3);
    write_config(&s, 0, "abcd", 4, 3, true, 3);
    read_config(&s, 0, "abcd", 4, 3);
    write_config(&s, 0, "abcd", 4, 77, false, 3);
    only(&s, VMSG_DEV_PROFILES_1, VMSG_DEV_PROFILES_4);
}

/* A write that was never taken may be refused for any reason. */
static void test_baseline_refuses_what_it_never_took(void **state)
{
    struct session s = with_defaults();

    at_driver_ok(&s, false);
    read_config(&s, 0, "abcd", 4, 3);
    write_config(&s, 0, "abcd", 4, 77, false, 3);
    write_config(&s, 0, "WXYZ", 4, 77, false, 3);
    clean(&s);
}

static void test_declared_writable(void **state)
{
    static const struct vmsg_range writable[] = {{0, 8}};
    static const struct vmsg_device_facts facts = {
        .writable_declared = true, .writable = writable, .n_writable = 1};
    struct session s = with_defaults();

    s.config.facts = &facts;
    s.config.n_facts = 1;
    at_driver_ok(&s, false);
    read_config(&s, 0, "abcdefghij", 10, 3);
    write_config(&s, 0, "ab", 2, 77, false, 3); /* maybe it takes no write at all */
    write_config(&s, 0, "ab", 2, 3, true, 3);
    read_config(&s, 0, "abcdefghij", 10, 3);
    write_config(&s, 6, "ghij", 4, 77, false, 3); /* reaches beyond */
    write_config(&s, 0, "ab", 2, 77, false, 3);
    only(&s, VMSG_DEV_PROFILES_1, VMSG_DEV_PROFILES_4);
}

static void test_strict_rejects(void **state)
{
    for (unsigned rejects = 0; rejects < 2; rejects++) {
        struct session s = with_defaults();

        at_driver_ok(&s, true);
        read_config(&s, 0, "abcd", 4, 3);
        write_config(&s, 0, "abcd", 4, 77, !rejects, 3);
        if (rejects) {
            exercised(&s, VMSG_DEV_PROFILES_12);
            read_config(&s, 0, "abcd", 4, 3);
            exercised(&s, VMSG_DEV_PROFILES_5);
            clean(&s);
        } else {
            only(&s, VMSG_DEV_PROFILES_1, VMSG_DEV_PROFILES_12);
        }
    }
}

/* The count moved to the very value, just before. */
static void test_strict_mismatch_by_chance(void **state)
{
    struct session s = with_defaults();

    at_driver_ok(&s, true);
    read_config(&s, 0, "abcd", 4, 3);
    write_config(&s, 0, "abcd", 4, 4, true, 4);
    event_config(&s, 0xf, 4, 8, NULL, 1);
    clean(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set_config_generation),
        cmocka_unit_test(test_get_config_generation),
        cmocka_unit_test(test_event_generation),
        cmocka_unit_test(test_baseline_ignores_generation),
        cmocka_unit_test(test_baseline_refuses_what_it_never_took),
        cmocka_unit_test(test_declared_writable),
        cmocka_unit_test(test_strict_rejects),
        cmocka_unit_test(test_strict_mismatch_by_chance),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
