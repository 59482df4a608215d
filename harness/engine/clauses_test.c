/*
 * The oracle's clauses against the catalogue, both ways: it judges no clause that cannot be
 * observed, and none that a run can observe is left out.
 */
#include "harness/oracle/oracle.h"
#include "spec-rules/catalogue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static bool observable(const struct vmsg_clause *c)
{
    return c->observe == VMSG_OBSERVE_WIRE || c->observe == VMSG_OBSERVE_MEMORY ||
           c->observe == VMSG_OBSERVE_UPPER;
}

static bool judged(const char *id)
{
    for (unsigned i = 0; i < VMSG_CLAUSE_COUNT; i++)
        if (!strcmp(vmsg_clause_id(i), id))
            return true;
    return false;
}

static int load(void **state)
{
    char err[200];

    *state = vmsg_catalogue_load("v2", err, sizeof err);
    if (!*state)
        fail_msg("%s", err);
    return 0;
}

static int unload(void **state)
{
    vmsg_catalogue_free(*state);
    return 0;
}

static void test_judged_clauses_are_observable(void **state)
{
    for (unsigned i = 0; i < VMSG_CLAUSE_COUNT; i++) {
        const char *id = vmsg_clause_id(i);
        const struct vmsg_clause *c = vmsg_catalogue_find(*state, id);

        if (!c)
            fail_msg("%s is judged, but the catalogue does not know it", id);
        else if (!observable(c))
            fail_msg("%s is judged, but the catalogue says: %s", id, vmsg_observe_text(c->observe));
    }
}

static void test_no_clause_is_judged_twice(void **state)
{
    for (unsigned i = 0; i < VMSG_CLAUSE_COUNT; i++)
        for (unsigned j = 0; j < i; j++)
            assert_string_not_equal(vmsg_clause_id(i), vmsg_clause_id(j));
    assert_string_equal(vmsg_clause_id(VMSG_CLAUSE_COUNT), "?");
}

static void test_observable_clauses_are_judged(void **state)
{
    size_t seen = 0;

    for (size_t i = 0; i < vmsg_catalogue_size(*state); i++) {
        const struct vmsg_clause *c = vmsg_catalogue_at(*state, i);

        if (!observable(c))
            continue;
        seen++;
        if (!judged(c->id))
            fail_msg("%s can be observed, but the oracle does not judge it", c->id);
    }
    assert_true(seen > 180);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_judged_clauses_are_observable),
        cmocka_unit_test(test_no_clause_is_judged_twice),
        cmocka_unit_test(test_observable_clauses_are_judged),
    };

    return cmocka_run_group_tests(tests, load, unload);
}
