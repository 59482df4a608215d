/* Unit tests: hostile text made safe for terminals, XML and JSON. */
#include "reports/escape.h"

/* clang-format off */
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#include <stdlib.h>
#include <string.h>

enum how { SAFE, XML_TEXT, XML_ATTRIBUTE, CUT_10, WRAPPED_4_20 };

static void check(enum how how, const char *s, const char *wanted)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    switch (how) {
    case SAFE:
        vmsg_put_safe(out, s);
        break;
    case XML_TEXT:
    case XML_ATTRIBUTE:
        vmsg_put_xml(out, s, how == XML_ATTRIBUTE);
        break;
    case CUT_10:
        vmsg_put_cut(out, s, 10);
        break;
    case WRAPPED_4_20:
        vmsg_put_wrapped(out, s, 4, 20);
        break;
    }
    fclose(out);
    assert_string_equal(text, wanted);
    free(text);
}

static void test_safe(void **state)
{
    check(SAFE, "plain \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80",
          "plain \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
    check(SAFE, "\x1b]0;x\x07\x7f", "\\x1b]0;x\\x07\\x7f");
    check(SAFE, "\n\r\t", "\\n\\r\\t");
    check(SAFE, "\xc2\x9b", "\\u{9b}");            /* CSI in eight bits */
    check(SAFE, "\xe2\x80\xae", "\\u{202e}");      /* right-to-left override */
    check(SAFE, "\xef\xbb\xbf", "\\u{feff}");      /* byte order mark */
    check(SAFE, "\xf3\xa0\x81\x81", "\\u{e0041}"); /* tag */
    check(SAFE, NULL, "");
}

static void test_not_utf8(void **state)
{
    check(SAFE, "\x80", "\\x80");
    check(SAFE, "\xc0\xaf", "\\xc0\\xaf");                   /* overlong */
    check(SAFE, "\xe0\x80\xaf", "\\xe0\\x80\\xaf");          /* overlong */
    check(SAFE, "\xed\xa0\x80", "\\xed\\xa0\\x80");          /* surrogate */
    check(SAFE, "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"); /* beyond U+10FFFF */
    check(SAFE, "\xe2\x82", "\\xe2\\x82");                   /* cut off */
    check(SAFE, "\xc3(", "\\xc3(");
}

static void test_xml(void **state)
{
    check(XML_TEXT, "<a b=\"c\">&'", "&lt;a b=&quot;c&quot;&gt;&amp;&apos;");
    check(XML_TEXT, "]]>", "]]&gt;");
    check(XML_TEXT, "a\nb\tc\rd", "a\nb\tc&#13;d");
    check(XML_ATTRIBUTE, "a\nb\tc\rd", "a&#10;b&#9;c&#13;d");
    check(XML_TEXT, "\x01\x08\x0b\x1b\x7f\xc2\x85|", "|");
    check(XML_TEXT, "\xef\xbf\xbe\xef\xbf\xbf|", "|"); /* U+FFFE, U+FFFF */
    check(XML_TEXT, "\xff\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

/* Every byte, alone and after a lead byte: what comes out is UTF-8 and holds no control. */
static void test_every_byte(void **state)
{
    for (int lead = 0; lead < 256; lead++) {
        for (int byte = 1; byte < 256; byte++) {
            char s[] = {(char)(lead ? lead : 'x'), (char)byte, '\0'};
            struct vmsg_glyph g;
            size_t used;
            char *valid = vmsg_valid_utf8(s);

            for (size_t i = 0; i < 2; i += g.used) {
                vmsg_glyph_next(&g, s + i, 2 - i);
                assert_in_range(g.used, 1, 2 - i);
                assert_false((uint8_t)g.bytes[0] < 0x20 || g.bytes[0] == 0x7f);
            }
            for (size_t i = 0; valid[i]; i += used)
                assert_int_not_equal(vmsg_utf8_next(valid + i, strlen(valid + i), &used),
                                     VMSG_NOT_UTF8);
            free(valid);
        }
    }
}

static void test_cut(void **state)
{
    check(CUT_10, "0123456789", "0123456789");
    check(CUT_10, "0123456789a", "0123456...");
    check(CUT_10, "\x01\x02\x03", "\\x01..."); /* an escape is never cut in two */
}

static void test_wrapped(void **state)
{
    check(WRAPPED_4_20, "one two three four", "one two three\n    four\n");
    check(WRAPPED_4_20, "averyveryverylongword x", "averyveryverylongword\n    x\n");
    check(WRAPPED_4_20, "", "\n");
    check(WRAPPED_4_20, "a\nb", "a\\nb\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_safe), cmocka_unit_test(test_not_utf8),
        cmocka_unit_test(test_xml),  cmocka_unit_test(test_every_byte),
        cmocka_unit_test(test_cut),  cmocka_unit_test(test_wrapped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
