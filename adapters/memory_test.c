/* DMA memory: zeroed again for the next start, and nothing of the process lies beside it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapters/memory.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIZE = 3 << 16, LITTLE = 5000 };

static bool can_write(uint8_t *at)
{
    pid_t pid = fork();
    int status = -1;

    if (pid == 0) {
        signal(SIGSEGV, SIG_DFL);
        *(volatile uint8_t *)at = 1;
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void judge_bounds(const struct vmsg_memory *m)
{
    assert_true(can_write(m->bytes) && can_write(m->bytes + SIZE - 1));
    assert_false(can_write(m->bytes - 1) || can_write(m->bytes + SIZE));
}

static void test_private(void **state)
{
    struct vmsg_memory m = VMSG_NO_MEMORY;
    char err[200];

    assert_true(vmsg_memory_private(&m, SIZE, err, sizeof err));
    judge_bounds(&m);
    memset(m.bytes, 1, SIZE);
    assert_true(vmsg_memory_private(&m, SIZE, err, sizeof err));
    assert_int_equal(m.bytes[0] | m.bytes[SIZE - 1], 0);
    for (int i = 0; i < 2; i++) {
        assert_true(vmsg_memory_private(&m, LITTLE, err, sizeof err));
        assert_int_equal(m.bytes[0] | m.bytes[LITTLE - 1], 0);
        memset(m.bytes, 1, LITTLE);
    }
    assert_true(vmsg_memory_private(&m, 100, err, sizeof err)); /* less than a page */
    m.bytes[99] = 1;
    assert_true(vmsg_memory_private(&m, 0, err, sizeof err));
    assert_null(m.bytes);
    assert_false(vmsg_memory_private(&m, SIZE_MAX - 5, err, sizeof err));
    vmsg_memory_clear(&m);
}

static void test_shared(void **state)
{
    struct vmsg_memory m = VMSG_NO_MEMORY, other = VMSG_NO_MEMORY;
    char err[200];

    assert_true(vmsg_memory_shared(&m, SIZE, err, sizeof err));
    assert_true(vmsg_memory_map(&other, m.fd, SIZE, err, sizeof err));
    judge_bounds(&m);
    judge_bounds(&other);
    m.bytes[SIZE - 1] = 7;
    assert_int_equal(other.bytes[SIZE - 1], 7);
    vmsg_memory_clear(&other);
    vmsg_memory_clear(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_private),
                                       cmocka_unit_test(test_shared)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
