/*
 * The last 64 KiB of output.
 */
#include "adapters/exec/output.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void the_end_is_kept(void **state)
{
    struct vmsg_output o = {0};
    char *all = malloc(700000), *end = all;
    assert_string_equal(vmsg_output_text(&o), "");
    for (int i = 0; i < 50000; i++) {
        int n = sprintf(end, "line %d\n", i);
        vmsg_output_add(&o, end, (size_t)n);
        end += n;
    }
    assert_int_equal(strlen(vmsg_output_text(&o)), VMSG_OUTPUT_KEPT);
    assert_string_equal(vmsg_output_text(&o), end - VMSG_OUTPUT_KEPT);
    vmsg_output_add(&o, all, 300000);
    assert_memory_equal(vmsg_output_text(&o), all + 300000 - VMSG_OUTPUT_KEPT, VMSG_OUTPUT_KEPT);
    vmsg_output_clear(&o);
    assert_string_equal(vmsg_output_text(&o), "");
    free(all);
}

static void no_byte_ends_it_early(void **state)
{
    struct vmsg_output o = {0};
    vmsg_output_add(&o, "a\0b", 3);
    assert_string_equal(vmsg_output_text(&o), "a?b");
    vmsg_output_clear(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_end_is_kept),
        cmocka_unit_test(no_byte_ends_it_early),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
