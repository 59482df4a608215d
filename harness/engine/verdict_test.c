/* Verdicts of scenarios from synthetic evidence, traces, and the engine's random numbers. */
#include "harness/engine/testing.h"

#include "harness/engine/random.h"
#include "harness/engine/result_build.h"
#include "harness/engine/trace.h"
#include "harness/engine/verdict.h"

static void a_pass_must_be_earned(void **state)
{
    struct vmsg_evidence e = {.run = VMSG_SCRIPT_RETURNED,
                              .closing = true,
                              .close = VMSG_SCRIPT_RETURNED,
                              .exercised = true};

    assert_int_equal(vmsg_verdict_of(&e), VMSG_VERDICT_PASS);
    e.exercised = false;
    assert_int_equal(vmsg_verdict_of(&e), VMSG_VERDICT_INCONCLUSIVE);
    e.exercised = true;
    e.close = VMSG_SCRIPT_WEDGED;
    assert_int_equal(vmsg_verdict_of(&e), VMSG_VERDICT_WEDGED);
    e.close = VMSG_SCRIPT_CLOSED;
    assert_int_equal(vmsg_verdict_of(&e), VMSG_VERDICT_CRASHED);
    e.close = VMSG_SCRIPT_FAILED;
    assert_int_equal(vmsg_verdict_of(&e), VMSG_VERDICT_ERROR);
    e.close = VMSG_SCRIPT_INCONCLUSIVE;
    assert_int_equal(vmsg_verdict_of(&e), VMSG_VERDICT_INCONCLUSIVE);
    e.run = VMSG_SCRIPT_FAILED;
    assert_int_equal(vmsg_verdict_of(&e), VMSG_VERDICT_ERROR);
    e.run = VMSG_SCRIPT_RETURNED;
    e.close = VMSG_SCRIPT_RETURNED;
    e.must_finding = true;
    assert_int_equal(vmsg_verdict_of(&e), VMSG_VERDICT_FAIL);
    e.died = true;
    assert_int_equal(vmsg_verdict_of(&e), VMSG_VERDICT_CRASHED);
    e.out_of_memory = true;
    assert_int_equal(vmsg_verdict_of(&e), VMSG_VERDICT_ERROR);
}

static void nothing_is_an_error(void **state)
{
    struct vmsg_evidence e = {0};
    struct vmsg_scenario_result r = {0};
    struct vmsg_clause_result c = {0};

    assert_int_equal(vmsg_verdict_of(&e), VMSG_VERDICT_ERROR);
    assert_int_equal(r.verdict, VMSG_VERDICT_ERROR);
    assert_int_equal(c.verdict, VMSG_CLAUSE_INCONCLUSIVE);
}

static void a_finding_outranks_how_the_scenario_ended(void **state)
{
    struct vmsg_evidence e = {.closing = true, .close = VMSG_SCRIPT_RETURNED, .exercised = true};
    static const struct {
        enum vmsg_script_end end;
        enum vmsg_verdict verdict;
    } ends[] = {
        {VMSG_SCRIPT_FAILED, VMSG_VERDICT_ERROR},
        {VMSG_SCRIPT_SKIP, VMSG_VERDICT_SKIP},
        {VMSG_SCRIPT_INCONCLUSIVE, VMSG_VERDICT_INCONCLUSIVE},
        {VMSG_SCRIPT_UNOBSERVABLE, VMSG_VERDICT_INCONCLUSIVE},
    };

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        e.run = ends[i].end;
        e.must_finding = false;
        assert_int_equal(vmsg_verdict_of(&e), ends[i].verdict);
        e.must_finding = true;
        assert_int_equal(vmsg_verdict_of(&e), VMSG_VERDICT_FAIL);
    }
}

static void merges_to_the_worst(void **state)
{
    static const enum vmsg_verdict order[] = {
        VMSG_VERDICT_CRASHED, VMSG_VERDICT_WEDGED,       VMSG_VERDICT_FAIL, VMSG_VERDICT_ERROR,
        VMSG_VERDICT_PASS,    VMSG_VERDICT_INCONCLUSIVE, VMSG_VERDICT_SKIP,
    };

    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        for (size_t k = i; k < sizeof order / sizeof *order; k++) {
            assert_int_equal(vmsg_verdict_merge(order[i], order[k]), order[i]);
            assert_int_equal(vmsg_verdict_merge(order[k], order[i]), order[i]);
        }
}

static void a_flood_is_cut_out_of_the_middle(void **state)
{
    enum { count = 10000 };
    static uint32_t places[count];
    struct vmsg_trace t = {0};
    struct vmsg_trace_entry *entries;
    size_t n, dropped;

    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(vmsg_trace_add(&t, VMSG_TRACE_TO_SUT, i, 0, &i, sizeof i, NULL), i);
    for (uint32_t i = 0; i < count; i++)
        places[i] = vmsg_trace_place(&t, i);
    entries = vmsg_trace_take(&t, &n, &dropped);
    assert_int_equal(n, VMSG_TRACE_HEAD + 1 + VMSG_TRACE_TAIL);
    assert_int_equal(dropped, count - VMSG_TRACE_HEAD - VMSG_TRACE_TAIL);
    assert_non_null(entries[VMSG_TRACE_HEAD].text);
    for (uint32_t i = 0; i < count; i++) {
        assert_true(places[i] < n);
        if (places[i] != VMSG_TRACE_HEAD)
            assert_int_equal(entries[places[i]].t_ns, i);
    }
    assert_int_equal(entries[n - 1].t_ns, count - 1);
    vmsg_trace_entries_free(entries, n);
}

/* Findings far from both ends, one of them about an earlier message, one too late for its own. */
static void what_is_near_a_finding_stays(void **state)
{
    enum { count = 50000, at = 20000, again = 20010, about = 30000, seen = 30050, late = 10000 };
    static uint32_t places[count];
    struct vmsg_trace t = {0};
    struct vmsg_trace_entry *entries;
    size_t n, dropped, left = 0;

    for (uint32_t i = 0; i < count; i++) {
        vmsg_trace_add(&t, VMSG_TRACE_TO_SUT, i, 0, &i, sizeof i, NULL);
        if (i == at || i == again)
            vmsg_trace_keep(&t, i);
        if (i == seen)
            vmsg_trace_keep(&t, about);
    }
    vmsg_trace_keep(&t, late);
    assert_non_null(vmsg_trace_at(&t, at - 3));
    assert_null(vmsg_trace_at(&t, late));
    for (uint32_t i = 0; i < count; i++)
        places[i] = vmsg_trace_place(&t, i);
    entries = vmsg_trace_take(&t, &n, &dropped);
    for (uint32_t i = 0; i < count; i++) {
        bool near = (i > at - 10 && i <= again + 3) || (i > about - 10 && i <= about + 3);
        bool end = i < VMSG_TRACE_HEAD || i >= count - VMSG_TRACE_TAIL;
        const struct vmsg_trace_entry *e = &entries[places[i]];

        assert_true(places[i] < n && (i == 0 || places[i] >= places[i - 1]));
        if (e->kind == VMSG_TRACE_NOTE) {
            assert_false(near || end);
            continue;
        }
        assert_int_equal(e->t_ns, i);
        assert_memory_equal(e->bytes, &i, sizeof i);
        left++;
    }
    assert_int_equal(entries[places[late]].kind, VMSG_TRACE_NOTE);
    assert_int_equal(left + dropped, count);
    assert_int_equal(n, left + 3); /* a note for each gap */
    vmsg_trace_entries_free(entries, n);
}

/* However many findings there are, what is kept is bounded. */
static void findings_everywhere_keep_no_more_than_the_bound(void **state)
{
    struct vmsg_trace t = {0};
    struct vmsg_trace_entry *entries;
    size_t n, dropped;

    for (uint32_t i = 0; i < 100000; i++)
        vmsg_trace_keep(&t, vmsg_trace_add(&t, VMSG_TRACE_NOTE, i, 0, NULL, 0, "x"));
    entries = vmsg_trace_take(&t, &n, &dropped);
    assert_int_equal(n, VMSG_TRACE_HEAD + VMSG_TRACE_KEPT + 1 + VMSG_TRACE_TAIL);
    assert_int_equal(dropped, 100000 - (n - 1));
    vmsg_trace_entries_free(entries, n);
}

static void a_short_trace_is_whole(void **state)
{
    struct vmsg_trace t = {0};
    struct vmsg_trace_entry *entries;
    size_t n, dropped;

    vmsg_trace_add(&t, VMSG_TRACE_FROM_SUT, 7, 1, "abc", 3, NULL);
    vmsg_trace_add(&t, VMSG_TRACE_NOTE, 8, 0, NULL, 0, "a note");
    entries = vmsg_trace_take(&t, &n, &dropped);
    assert_int_equal(n, 2);
    assert_int_equal(dropped, 0);
    assert_memory_equal(entries[0].bytes, "abc", 3);
    assert_int_equal(entries[0].endpoint, 1);
    assert_string_equal(entries[1].text, "a note");
    vmsg_trace_entries_free(entries, n);
}

/* Of what an earlier connection left, nothing is seen; what it kept of memory is bounded. */
static void a_trace_begins_anew(void **state)
{
    static const uint8_t large[60000];
    struct vmsg_trace t = {0};
    struct vmsg_trace_entry *entries;
    size_t n, dropped, cap;

    for (uint32_t i = 0; i < 5000; i++) {
        uint32_t index =
            vmsg_trace_add(&t, VMSG_TRACE_TO_SUT, i, 0, large, i % 2 ? 20 : 9000, NULL);

        vmsg_trace_add(&t, VMSG_TRACE_NOTE, i, 0, NULL, 0, "an old note");
        if (i == 2000)
            vmsg_trace_keep(&t, index);
    }
    cap = t.cap;
    vmsg_trace_rewind(&t);
    assert_int_equal(t.cap, cap);
    for (size_t i = 0; i < cap; i++)
        assert_true(t.slots[i].room <= 256 && !t.slots[i].keep);
    assert_null(vmsg_trace_at(&t, 0));
    vmsg_trace_add(&t, VMSG_TRACE_NOTE, 1, 0, NULL, 0, "a note"); /* where messages were */
    vmsg_trace_add(&t, VMSG_TRACE_FROM_SUT, 2, 1, "abc", 3, NULL);
    vmsg_trace_add(&t, VMSG_TRACE_FROM_SUT, 3, 1, large, sizeof large, NULL);
    entries = vmsg_trace_take(&t, &n, &dropped);
    assert_int_equal(n, 3);
    assert_int_equal(dropped, 0);
    assert_string_equal(entries[0].text, "a note");
    assert_null(entries[0].bytes);
    assert_memory_equal(entries[1].bytes, "abc", 3);
    assert_int_equal(entries[1].len, 3);
    assert_null(entries[1].text);
    assert_int_equal(entries[2].len, sizeof large);
    vmsg_trace_entries_free(entries, n);
    vmsg_trace_clear(&t);
}

/* Known values of xoshiro256** seeded by splitmix64(0), so that old seeds keep their meaning. */
static void random_numbers_never_change(void **state)
{
    struct vmsg_random r;

    vmsg_random_seed(&r, 0);
    assert_true(vmsg_random_next(&r) == UINT64_C(0x99EC5F36CB75F2B4));
    assert_true(vmsg_random_next(&r) == UINT64_C(0xBF6E1F784956452A));
    for (int i = 0; i < 1000; i++)
        assert_true(vmsg_random_below(&r, 7) < 7);
    assert_true(vmsg_random_derive(1, "a", 0) != vmsg_random_derive(1, "a", 1));
    assert_true(vmsg_random_derive(1, "a", 0) != vmsg_random_derive(1, "b", 0));
    assert_true(vmsg_random_derive(1, "a", 0) != vmsg_random_derive(2, "a", 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pass_must_be_earned),
        cmocka_unit_test(nothing_is_an_error),
        cmocka_unit_test(a_finding_outranks_how_the_scenario_ended),
        cmocka_unit_test(merges_to_the_worst),
        cmocka_unit_test(a_flood_is_cut_out_of_the_middle),
        cmocka_unit_test(what_is_near_a_finding_stays),
        cmocka_unit_test(findings_everywhere_keep_no_more_than_the_bound),
        cmocka_unit_test(a_short_trace_is_whole),
        cmocka_unit_test(a_trace_begins_anew),
        cmocka_unit_test(random_numbers_never_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
