/*
 * Upper-tester replies among output.
 */
#include "adapters/exec/lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct heard {
    char replies[200], others[8000];
    bool full;
};

static bool reply(void *ctx, const char *line, size_t len)
{
    struct heard *h = ctx;
    if (h->full)
        return false;
    strncat(h->replies, line, len);
    strcat(h->replies, "|");
    return true;
}

static void other(void *ctx, const char *bytes, size_t len)
{
    strncat(((struct heard *)ctx)->others, bytes, len);
}

/* In pieces of every size up to 7, which must not matter. */
static void assert_heard(const char *text, const char *replies, const char *others)
{
    for (size_t piece = 1; piece < 8; piece++) {
        struct vmsg_lines l = {0};
        struct heard h = {0};
        struct vmsg_lines_sink sink = {reply, &h, other, &h};
        for (size_t at = 0, len = strlen(text); at < len; at += piece)
            vmsg_lines_feed(&l, text + at, len - at < piece ? len - at : piece, &sink);
        vmsg_lines_end(&l, &sink);
        assert_string_equal(h.replies, replies);
        assert_string_equal(h.others, others);
    }
}

static void replies_and_others(void **state)
{
    assert_heard("ok\nhello\nerror no\nok\r\n", "ok|error no|ok|", "hello\n");
    assert_heard("okay\n ok\nerrors\nerror\n", "error|", "okay\n ok\nerrors\n");
    assert_heard("ok", "", "ok");
    assert_heard("\n\nok\n", "ok|", "\n\n");
}

static void a_long_line_is_output(void **state)
{
    char text[3002];
    memset(text, 'x', sizeof text);
    memcpy(text, "error ", 6);
    memcpy(text + 2997, "\nok\n", 5);
    char others[3002];
    memcpy(others, text, 2998);
    others[2998] = '\0';
    assert_heard(text, "ok|", others);
}

static void a_reply_without_room_is_output(void **state)
{
    struct vmsg_lines l = {0};
    struct heard h = {.full = true};
    struct vmsg_lines_sink sink = {reply, &h, other, &h};
    vmsg_lines_feed(&l, "ok\n", 3, &sink);
    assert_string_equal(h.others, "ok\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies_and_others),
        cmocka_unit_test(a_long_line_is_output),
        cmocka_unit_test(a_reply_without_room_is_output),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
