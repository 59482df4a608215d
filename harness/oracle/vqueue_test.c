/* GET_VQUEUE, SET_VQUEUE and RESET_VQUEUE. */
#include "harness/oracle/testing.h"

/* At `stage`, queue 0 is disabled with what area 0x1000 holds, or enabled with it. */
static void queue_at(struct session *s, enum stage stage, bool enabled)
{
    initialise(s, stage);
    read_queue(s, 0, 0, 0, false);
    set_queue(s, 0, enabled ? VMSG_VQ_ENABLE : VMSG_VQ_KEEP_DISABLED, 64, 0x1000);
    read_queue(s, 0, 64, 0x1000, enabled);
}

/* ---- GET_VQUEUE ---- */

static void test_reading(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_FEATURES_OK);
    for (uint32_t i = 0; i < 3; i++)
        read_queue(&s, i, 0, 0, false);
    ask(&s, "GET_VQUEUE", F(3), F(3));
    ask(&s, "GET_VQUEUE", F(4), F(4));
    ask(&s, "GET_VQUEUE", F(65536), F(65536));
    ask(&s, "GET_VQUEUE", F(0xffffffff), F(0xffffffff));
    exercised(&s, VMSG_DEV_GET_VQUEUE_1);
    exercised(&s, VMSG_DEV_GET_VQUEUE_2);
    exercised(&s, VMSG_DEV_GET_VQUEUE_3);
    clean(&s);
}

static void test_bad_reads(void **state)
{
    static const struct {
        uint64_t asked;
        uint64_t f[VMSG_MAX_FIELDS];
        enum vmsg_clause_no clause;
    } bad[] = {
        {0, {0, 256, 256}, VMSG_DEV_GET_VQUEUE_1}, /* a size without being configured */
        {0, {0, 256, 0, 2}, VMSG_DEV_GET_VQUEUE_3},
        {0, {0, 256, 0, 0x80000000}, VMSG_DEV_GET_VQUEUE_3},
        {3, {3, 0, 1}, VMSG_DEV_GET_VQUEUE_2},
        {4, {4, 256}, VMSG_DEV_GET_VQUEUE_2},
        {4, {4, 0, 0, 1}, VMSG_DEV_GET_VQUEUE_2},
        {4, {4, 0, 0, 0, 0, 0, 1}, VMSG_DEV_GET_VQUEUE_2},
        {4, {3}, VMSG_DEV_GET_VQUEUE_2},
        {1, {0, 256}, VMSG_DEV_PROSE_RESPONSE_ECHO},
        {1, {0x01000000, 256}, VMSG_DEV_ENDIANNESS_1},
    };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct session s = with_defaults();

        initialise(&s, AT_FEATURES_OK);
        ask(&s, "GET_VQUEUE", F(bad[i].asked), bad[i].f);
        only(&s, bad[i].clause);
    }
}

static void test_reads_that_change(void **state)
{
    static const struct {
        uint64_t f[VMSG_MAX_FIELDS];
        enum vmsg_clause_no clause;
    } bad[] = {
        {{0, 64, 64, 1, MEM(0x1000), MEM(0x2000), MEM(0x3000)}, VMSG_DEV_GET_VQUEUE_1},
        {{0, 256, 32, 1, MEM(0x1000), MEM(0x2000), MEM(0x3000)}, VMSG_DEV_GET_VQUEUE_1},
        {{0, 256, 64, 1, MEM(0x1000), MEM(0x2000), MEM(0x4000)}, VMSG_DEV_GET_VQUEUE_1},
        {{0, 256, 64, 0, MEM(0x1000), MEM(0x2000), MEM(0x3000)}, VMSG_DEV_GET_VQUEUE_3},
    };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct session s = with_defaults();

        queue_at(&s, AT_FEATURES_OK, true);
        ask(&s, "GET_VQUEUE", F(0), bad[i].f);
        only(&s, bad[i].clause);
    }
}

/* Which queues there are, and how large, may follow from features and status. */
static void test_maxima_follow_features(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_RESET);
    ask(&s, "GET_VQUEUE", F(1), F(1));
    status(&s, 1, 1);
    status(&s, 3, 3);
    select_features(&s, 0, 2, 0, V1);
    ask(&s, "GET_VQUEUE", F(1), F(1, 16));
    status(&s, 0xb, 0xb);
    ask(&s, "GET_VQUEUE", F(1), F(1, 1024));
    status(&s, 0, 0);
    ask(&s, "GET_VQUEUE", F(1), F(1));
    clean(&s);
}

/* After an error the state of a queue is the device's affair. */
static void test_error_stops_a_queue(void **state)
{
    struct session s = with_defaults();

    queue_at(&s, AT_FEATURES_OK, true);
    read_status(&s, 0x4b);
    read_queue(&s, 0, 64, 0x1000, false);
    set_queue(&s, 0, VMSG_VQ_ENABLE, 64, 0x1000);
    read_queue(&s, 0, 64, 0x1000, false);
    clean(&s);
}

static void test_unanswered_for_an_absent_queue(void **state)
{
    static const char *const names[] = {"GET_VQUEUE", "SET_VQUEUE", "RESET_VQUEUE"};
    static const enum vmsg_clause_no clauses[] = {VMSG_DEV_GET_VQUEUE_2, VMSG_DEV_SET_VQUEUE_1,
                                                  VMSG_DEV_RESET_VQUEUE_1};

    for (unsigned i = 0; i < 3; i++)
        for (uint64_t index = 3; index < 5; index++) {
            struct session s = with_defaults();

            initialise(&s, AT_FEATURES_OK);
            ask(&s, "GET_VQUEUE", F(3), F(3));
            to(&s, names[i], 1, F(index, 1, 64));
            read_status(&s, 0xb);
            only(&s, clauses[i]);
        }
}

/* ---- SET_VQUEUE ---- */

static void test_setting_up(void **state)
{
    struct session s = with_defaults();

    initialise(&s, AT_FEATURES_OK);
    for (uint32_t i = 0; i < 3; i++) {
        uint64_t area = 0x1000 + 0x4000 * i;

        read_queue(&s, i, 0, 0, false);
        set_queue(&s, i, VMSG_VQ_KEEP_DISABLED, 32, area);
        read_queue(&s, i, 32, area, false);
        set_queue(&s, i, VMSG_VQ_KEEP | (VMSG_VQ_IGNORE_ALL & ~VMSG_VQ_IGNORE_SIZE), 64, 0);
        read_queue(&s, i, 64, area, false);
        set_queue(&s, i, VMSG_VQ_ENABLE | VMSG_VQ_IGNORE_ALL, 0, 0);
        read_queue(&s, i, 64, area, true);
        set_queue(&s, i, VMSG_VQ_KEEP | VMSG_VQ_IGNORE_ALL, 0, 0);
        read_queue(&s, i, 64, area, true);
        set_queue(&s, i, VMSG_VQ_ENABLE | VMSG_VQ_IGNORE_ALL, 0, 0);
        read_queue(&s, i, 64, area, true);
    }
    status(&s, 0xf, 0xf);
    read_queue(&s, 0, 64, 0x1000, true);
    exercised(&s, VMSG_DEV_SET_VQUEUE_4);
    exercised(&s, VMSG_DEV_SET_VQUEUE_5);
    exercised(&s, VMSG_DEV_SET_VQUEUE_7);
    clean(&s);
}

static void set_reserved(struct session *s, uint64_t flags, uint64_t reserved)
{
    ask(s, "SET_VQUEUE", F(0, flags, 32, reserved, MEM(0x5000), MEM(0x6000), MEM(0x7000)), NULL);
}

static void test_reserved_parts(void **state)
{
    static const uint64_t flags[] = {1, 0x41, 0x80000001, 3}, reserved[] = {1, 0, 0, 0};

    for (unsigned i = 0; i < 4; i++)
        for (unsigned applied = 0; applied < 2; applied++) {
            struct session s = with_defaults();

            queue_at(&s, AT_FEATURES_OK, false);
            set_reserved(&s, flags[i], reserved[i]);
            if (applied)
                read_queue(&s, 0, 32, 0x5000, true);
            else
                read_queue(&s, 0, 64, 0x1000, false);
            exercised(&s, VMSG_DEV_SET_VQUEUE_2);
            if (!applied)
                clean(&s);
            else
                only(&s, VMSG_DEV_SET_VQUEUE_2);
        }
}

static void test_unanswered_refusals(void **state)
{
    static const uint64_t flags[] = {1, VMSG_VQ_IGNORE_ALL, 1};
    static const enum vmsg_clause_no clauses[] = {VMSG_DEV_SET_VQUEUE_2, VMSG_DEV_SET_VQUEUE_3,
                                                  VMSG_DEV_SET_VQUEUE_6};

    for (unsigned i = 0; i < 3; i++) {
        struct session s = with_defaults();

        queue_at(&s, AT_FEATURES_OK, true);
        to(&s, "SET_VQUEUE", 1, F(0, flags[i], 64, i == 0));
        read_status(&s, 0xb);
        only(&s, clauses[i]);
    }
}

static void test_disabling(void **state)
{
    for (unsigned disabled = 0; disabled < 2; disabled++) {
        struct session s = with_defaults();

        queue_at(&s, AT_FEATURES_OK, true);
        set_queue(&s, 0, VMSG_VQ_KEEP_DISABLED | VMSG_VQ_IGNORE_ALL, 0, 0);
        read_queue(&s, 0, 64, 0x1000, !disabled);
        exercised(&s, VMSG_DEV_SET_VQUEUE_3);
        exercised(&s, VMSG_DEV_SET_VQUEUE_7);
        if (disabled)
            only(&s, VMSG_DEV_SET_VQUEUE_3, VMSG_DEV_SET_VQUEUE_7);
        else
            clean(&s);
    }
}

static void test_updating_an_enabled_queue(void **state)
{
    for (unsigned i = 0; i < 3; i++) {
        struct session s = with_defaults();

        queue_at(&s, AT_FEATURES_OK, true);
        set_queue(&s, 0, VMSG_VQ_ENABLE, 32, 0x5000);
        if (i == 0)
            read_queue(&s, 0, 64, 0x1000, true);
        else if (i == 1)
            read_queue(&s, 0, 32, 0x5000, true);
        else
            read_queue(&s, 0, 32, 0x1000, true);
        exercised(&s, VMSG_DEV_SET_VQUEUE_6);
        if (i == 0)
            clean(&s);
        else if (i == 1)
            only(&s, VMSG_DEV_SET_VQUEUE_6);
        else
            only(&s, VMSG_DEV_SET_VQUEUE_6, VMSG_DEV_SET_VQUEUE_4);
    }
}

static void test_size_above_the_maximum(void **state)
{
    for (unsigned i = 0; i < 3; i++) {
        struct session s = with_defaults();

        queue_at(&s, AT_FEATURES_OK, false);
        set_queue(&s, 0, VMSG_VQ_KEEP_DISABLED, 512, 0x5000);
        if (i == 0)
            read_queue(&s, 0, 64, 0x1000, false);
        else
            read_queue(&s, 0, i == 1 ? 64 : 512, 0x5000, false);
        exercised(&s, VMSG_DEV_SET_VQUEUE_4);
        if (i == 0)
            clean(&s);
        else
            only(&s, VMSG_DEV_SET_VQUEUE_4);
    }
}

static void test_fields(void **state)
{
    static const struct {
        uint32_t flags;
        uint64_t f[VMSG_MAX_FIELDS];
        enum vmsg_clause_no clauses[2];
    } bad[] = {
        /* ignored, but applied */
        {VMSG_VQ_IGNORE_SIZE,
         {0, 256, 32, 0, MEM(0x5000), MEM(0x6000), MEM(0x7000)},
         {VMSG_DEV_SET_VQUEUE_5, VMSG_DEV_SET_VQUEUE_5}},
        {VMSG_VQ_IGNORE_DEVICE,
         {0, 256, 32, 0, MEM(0x5000), MEM(0x6000), MEM(0x7000)},
         {VMSG_DEV_SET_VQUEUE_5, VMSG_DEV_SET_VQUEUE_5}},
        /* not ignored, but not applied */
        {0,
         {0, 256, 32, 0, MEM(0x5000), MEM(0x2000), MEM(0x7000)},
         {VMSG_DEV_SET_VQUEUE_4, VMSG_DEV_SET_VQUEUE_5}},
        {0,
         {0, 256, 64, 0, MEM(0x1000), MEM(0x2000), MEM(0x3000)},
         {VMSG_DEV_SET_VQUEUE_5, VMSG_DEV_SET_VQUEUE_5}},
        /* something else altogether */
        {0,
         {0, 256, 256, 0, MEM(0x5000), MEM(0x6000), MEM(0x7000)},
         {VMSG_DEV_GET_VQUEUE_1, VMSG_DEV_GET_VQUEUE_1}},
        {0,
         {0, 256, 32, 0, MEM(0x5000), MEM(0x9000), MEM(0x7000)},
         {VMSG_DEV_SET_VQUEUE_5, VMSG_DEV_SET_VQUEUE_5}},
        /* enabled unasked */
        {0,
         {0, 256, 32, 1, MEM(0x5000), MEM(0x6000), MEM(0x7000)},
         {VMSG_DEV_SET_VQUEUE_7, VMSG_DEV_SET_VQUEUE_7}},
    };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct session s = with_defaults();

        queue_at(&s, AT_FEATURES_OK, false);
        set_queue(&s, 0, bad[i].flags, 32, 0x5000);
        ask(&s, "GET_VQUEUE", F(0), bad[i].f);
        if (bad[i].clauses[0] == bad[i].clauses[1])
            only(&s, bad[i].clauses[0]);
        else
            only(&s, bad[i].clauses[0], bad[i].clauses[1]);
    }
}

/* Enabled but shown as disabled, or not enabled: an update tells. */
static void test_enabled_or_not(void **state)
{
    for (unsigned updates = 0; updates < 2; updates++) {
        struct session s = with_defaults();

        queue_at(&s, AT_FEATURES_OK, false);
        set_queue(&s, 0, VMSG_VQ_ENABLE | VMSG_VQ_IGNORE_ALL, 0, 0);
        read_queue(&s, 0, 64, 0x1000, false);
        set_queue(&s, 0, VMSG_VQ_KEEP, 32, 0x5000);
        if (updates)
            read_queue(&s, 0, 32, 0x5000, false);
        else
            read_queue(&s, 0, 64, 0x1000, false);
        only(&s, updates ? VMSG_DEV_SET_VQUEUE_7 : VMSG_DEV_GET_VQUEUE_3);
    }
}

/* AMBIGUITIES 8: taken or nothing changes, and nothing between. */
static void test_taken_or_not(void **state)
{
    static const struct {
        enum stage stage;
        uint32_t flags, size;
        uint64_t area;
    } odd[] = {
        {AT_FEATURES_OK, 0, 33, 0x5000},                                    /* no power of two */
        {AT_FEATURES_OK, 1, 0, 0x5000},                                     /* no size */
        {AT_FEATURES_OK, 1, 32, 0x5001},                                    /* misaligned */
        {AT_FEATURES_OK, 1, 32, 0x10000000},                                /* not in memory */
        {AT_RESET, 0, 32, 0x5000},                                          /* not yet */
        {AT_DRIVER, 1, 32, 0x5000},          {AT_DRIVER_OK, 1, 32, 0x5000}, /* late */
    };

    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        for (unsigned how = 0; how < 3; how++) {
            struct session s = with_defaults();

            initialise(&s, odd[i].stage);
            read_queue(&s, 0, 0, 0, false);
            set_queue(&s, 0, odd[i].flags, odd[i].size, odd[i].area);
            if (how == 0)
                read_queue(&s, 0, 0, 0, false);
            else if (how == 1)
                read_queue(&s, 0, odd[i].size, odd[i].area, odd[i].flags);
            else
                read_queue(&s, 0, 128, odd[i].area, odd[i].flags);
            exercised(&s, VMSG_DEV_SET_VQUEUE_4);
            if (how == 2)
                only(&s, VMSG_DEV_SET_VQUEUE_4);
            else
                clean(&s);
        }
}

/* Without knowledge of memory, or with areas one upon the other, a device may refuse. */
static void test_addresses_that_may_be_refused(void **state)
{
    for (unsigned i = 0; i < 2; i++) {
        struct session s = with_defaults();

        if (i == 0)
            s.config.mem_size = 0;
        initialise(&s, AT_FEATURES_OK);
        read_queue(&s, 0, 0, 0, false);
        ask(&s, "SET_VQUEUE", F(0, 1, 64, 0, MEM(0x1000), MEM(i ? 0x1000 : 0x2000), MEM(0x3000)),
            NULL);
        read_queue(&s, 0, 0, 0, false);
        clean(&s);
    }
}

static void test_overtaken_by_a_read(void **state)
{
    struct session s = with_defaults();

    queue_at(&s, AT_FEATURES_OK, false);
    to(&s, "SET_VQUEUE", 1, F(0, 0, 32, 0, MEM(0x5000), MEM(0x6000), MEM(0x7000)));
    to(&s, "GET_VQUEUE", 2, F(0));
    from(&s, "SET_VQUEUE", 1, NULL);
    from(&s, "GET_VQUEUE", 2, F(0, 256, 64, 0, MEM(0x1000), MEM(0x2000), MEM(0x3000)));
    /* Or has it no effect at all? */
    read_queue(&s, 0, 32, 0x5000, false);
    only(&s, VMSG_DEV_ORDERING_1);
}

static void test_all_queues(void **state)
{
    struct session s = with_defaults();

    ask(&s, "GET_DEVICE_INFO", NULL, F(2, 0, 0, 2, 0, 65536));
    status(&s, 0, 0);
    for (uint32_t i = 0; i < 65536; i++)
        read_queue(&s, i, 0, 0, false);
    for (unsigned i = 0; i < 3; i++)
        status(&s, 0, 0);
    read_queue(&s, 65535, 0, 0, false);
    clean(&s);
}

/* A queue that was given no size may have one of its own, and shows it once it is configured. */
static void test_size_of_its_own(void **state)
{
    for (unsigned how = 0; how < 5; how++) {
        struct session s = with_defaults();

        initialise(&s, how == 1 ? AT_DRIVER : AT_FEATURES_OK);
        read_queue(&s, 0, 0, 0, false);
        if (how == 3) {
            set_queue(&s, 0, VMSG_VQ_KEEP_DISABLED, 64, 0x1000);
            read_queue(&s, 0, 64, 0x1000, false);
        }
        set_queue(&s, 0, VMSG_VQ_KEEP_DISABLED | VMSG_VQ_IGNORE_SIZE, 16, 0x5000);
        read_queue(&s, 0, how == 4 ? 512 : how == 2 ? 0 : 256, 0x5000, false);
        if (how < 3)
            clean(&s);
        else
            only(&s, VMSG_DEV_SET_VQUEUE_5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reading),
        cmocka_unit_test(test_bad_reads),
        cmocka_unit_test(test_reads_that_change),
        cmocka_unit_test(test_maxima_follow_features),
        cmocka_unit_test(test_error_stops_a_queue),
        cmocka_unit_test(test_unanswered_for_an_absent_queue),
        cmocka_unit_test(test_setting_up),
        cmocka_unit_test(test_reserved_parts),
        cmocka_unit_test(test_unanswered_refusals),
        cmocka_unit_test(test_disabling),
        cmocka_unit_test(test_updating_an_enabled_queue),
        cmocka_unit_test(test_size_above_the_maximum),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_enabled_or_not),
        cmocka_unit_test(test_taken_or_not),
        cmocka_unit_test(test_size_of_its_own),
        cmocka_unit_test(test_addresses_that_may_be_refused),
        cmocka_unit_test(test_overtaken_by_a_read),
        cmocka_unit_test(test_all_queues),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
