/*
 * The SUT's end of the upper tester.
 */
#include "adapters/commands.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void run(void *sut, const char *line, char *reply, size_t reply_size)
{
    snprintf(reply, reply_size, "ok %s", line);
}

static const struct vmsg_served_ops ops = {.command = run};

struct upper {
    struct vmsg_commands commands;
    int in[2], out[2];
};

static void open_upper(struct upper *u)
{
    assert_int_equal(pipe(u->in), 0);
    assert_int_equal(pipe(u->out), 0);
    vmsg_commands_init(&u->commands, u->in[0], u->out[1]);
}

static void close_upper(struct upper *u)
{
    vmsg_commands_free(&u->commands);
    for (int i = 0; i < 2; i++) {
        close(u->in[i]);
        close(u->out[i]);
    }
}

/* Written, then read and answered. "" when there is no answer. */
static void assert_answered(struct upper *u, const char *bytes, const char *answer)
{
    char got[200] = "|";
    assert_int_equal(write(u->in[1], bytes, strlen(bytes)), strlen(bytes));
    vmsg_commands_read(&u->commands, &ops, NULL);
    assert_int_equal(write(u->out[1], "|", 1), 1);
    ssize_t n = read(u->out[0], got, sizeof got - 1);
    assert_int_equal(n, strlen(answer) + 1);
    assert_memory_equal(got, answer, strlen(answer));
}

static void lines_in_any_pieces(void **state)
{
    struct upper u;
    open_upper(&u);
    assert_answered(&u, "add 0\n", "ok add 0\n");
    assert_answered(&u, "add 1\nadd 2\nad", "ok add 1\nok add 2\n");
    assert_answered(&u, "d 3", "");
    assert_answered(&u, "\n\n", "ok add 3\nok \n");
    close_upper(&u);
}

static void a_long_command_is_whole(void **state)
{
    char text[3001];
    struct upper u;
    open_upper(&u);
    memset(text, 'x', sizeof text - 1);
    text[3000] = '\0';
    for (int i = 0; i < 10; i++)
        assert_answered(&u, text, "");
    assert_int_equal(write(u.in[1], "\n", 1), 1);
    vmsg_commands_read(&u.commands, &ops, NULL);
    char got[1000];
    ssize_t n = read(u.out[0], got, sizeof got);
    assert_in_range(n, 100, VMSG_REPLY_MAX); /* a long reply is cut, and is one line */
    assert_int_equal(got[n - 1], '\n');
    assert_answered(&u, "add 1\n", "ok add 1\n");
    close_upper(&u);
}

static void an_endless_command_is_refused(void **state)
{
    char block[4096];
    struct upper u;
    open_upper(&u);
    memset(block, 'x', sizeof block);
    for (int i = 0; i < 65; i++) {
        assert_int_equal(write(u.in[1], block, sizeof block), sizeof block);
        vmsg_commands_read(&u.commands, &ops, NULL);
    }
    char got[100];
    ssize_t n = read(u.out[0], got, sizeof got);
    assert_true(n > 6);
    assert_memory_equal(got, "error ", 6);
    close_upper(&u);
}

static void the_end_is_seen(void **state)
{
    struct upper u;
    open_upper(&u);
    close(u.in[1]);
    vmsg_commands_read(&u.commands, &ops, NULL);
    assert_int_equal(vmsg_commands_fd(&u.commands), -1);
    u.in[1] = dup(u.out[0]);
    close_upper(&u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_in_any_pieces),
        cmocka_unit_test(a_long_command_is_whole),
        cmocka_unit_test(an_endless_command_is_refused),
        cmocka_unit_test(the_end_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
