/*
 * Which commands need no shell.
 */
#include "adapters/exec/command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void assert_words(const char *command, const char *joined)
{
    char got[200] = "";
    char **words = vmsg_command_words(command);
    if (!words)
        fail_msg("'%s' is plain", command);
    for (size_t i = 0; words[i]; i++)
        sprintf(got + strlen(got), "%s|", words[i]);
    assert_string_equal(got, joined);
    vmsg_command_free(words);
}

static void plain_commands(void **state)
{
    assert_words("./sut", "./sut|");
    assert_words("  exec\t/usr/bin/sut --mode=a,b -v 5 ", "/usr/bin/sut|--mode=a,b|-v|5|");
    assert_words("./exec exec", "./exec|exec|");
}

static void what_a_shell_would_see_more_in(void **state)
{
    static const char *const commands[] = {
        "sut",     "A=/b ./sut",  "A=/b",        "./sut; true",  "./sut $HOME",
        "./sut *", "./sut 'a b'", "./sut >/log", "./sut\ntrue",  "cd /tmp",
        "~/sut",   "./sut ~",     "exec",        "exec -a x",    "exec exec",
        "",        "./s[u]t",     "./sut #no",   "./sut {a,b}",  "./sut \\",
        "./sut &", "! ./sut",     "./sut \"",    "exec sut",     "./sut `id`",
        "(./sut)", "./sut|cat",   "./sut <x",    "exec A=/ ./x", "./sut ^",
    };
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (vmsg_command_words(commands[i]))
            fail_msg("'%s' needs a shell", commands[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_commands),
        cmocka_unit_test(what_a_shell_would_see_more_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
