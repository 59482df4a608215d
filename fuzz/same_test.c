/* Findings of one place are one; two places have two names. */
#include "fuzz/same.h"

#include "fuzz/files.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char folder[] = "/tmp/vmsg-same-XXXXXX";

static struct vmsg_fuzz_result crash(const char *key, const char *place)
{
    struct vmsg_fuzz_result r = {.end = VMSG_FUZZ_CRASHED};

    snprintf(r.key, sizeof r.key, "%s", key);
    snprintf(r.place, sizeof r.place, "%s", place);
    return r;
}

static void keep(const struct vmsg_fuzz_result *r)
{
    char path[PATH_MAX], file[PATH_MAX];

    vmsg_fuzz_path(path, folder, r->key);
    assert_true(vmsg_fuzz_make_folder(path));
    vmsg_fuzz_path(file, path, VMSG_FUZZ_PLACE_FILE);
    if (*r->place)
        assert_true(vmsg_fuzz_write_file(file, (const uint8_t *)r->place, strlen(r->place)));
}

static void test_findings(void **state)
{
    struct vmsg_fuzz_result first = crash("crash-heap-buffer-overflow-take", "wild take a.c:12:3");
    struct vmsg_fuzz_result astray = crash("crash-segv-take", "wild take a.c:12:3");
    struct vmsg_fuzz_result other = crash("crash-heap-buffer-overflow-take", "wild take a.c:40:3");
    struct vmsg_fuzz_result freed =
        crash("crash-heap-use-after-free-take", "heap-use-after-free take a.c:12:3");
    struct vmsg_fuzz_result hang = crash("hang-GET_CONFIG", "");

    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_false(vmsg_fuzz_has(folder, &first));
    vmsg_fuzz_name(folder, &first);
    assert_string_equal(first.key, "crash-heap-buffer-overflow-take");
    keep(&first);
    assert_true(vmsg_fuzz_has(folder, &first));
    assert_true(vmsg_fuzz_has(folder, &astray));
    assert_false(vmsg_fuzz_has(folder, &freed));
    assert_false(vmsg_fuzz_has(folder, &other));
    vmsg_fuzz_name(folder, &other);
    assert_string_equal(other.key, "crash-heap-buffer-overflow-take-40-3");
    keep(&other);
    assert_true(vmsg_fuzz_has(folder, &other));
    assert_false(vmsg_fuzz_has(folder, &hang));
    keep(&hang);
    assert_true(vmsg_fuzz_has(folder, &hang));
}

static void test_what_is_looked_for(void **state)
{
    struct vmsg_fuzz_result first = crash("crash-segv-take", "wild take a.c:12:3");
    struct vmsg_fuzz_result astray = crash("crash-unknown-crash-take", "wild take a.c:12:3");
    struct vmsg_fuzz_result other = crash("crash-segv-take", "wild take a.c:40:3");
    struct vmsg_fuzz_result clean = {.end = VMSG_FUZZ_CLEAN};

    (void)state;
    assert_true(vmsg_fuzz_is_same(&astray, &first));
    assert_false(vmsg_fuzz_is_same(&other, &first));
    assert_false(vmsg_fuzz_is_same(&clean, &first));
    *other.place = '\0';
    assert_true(vmsg_fuzz_is_same(&other, &first));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_findings),
        cmocka_unit_test(test_what_is_looked_for),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    char command[100];

    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) == 0 ? failed : 1;
}
