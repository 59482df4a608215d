/*
 * Each kind of difference between a catalogue and a source, on documents of this file's own.
 */
#include "spec-rules/diff.h"
#include "spec-rules/load.h"
#include "spec-rules/tex_text.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define POT   "A pot MUST be warm."
#define LEAF  "A leaf SHOULD be whole."
#define SUGAR "Reserved sugar cubes MUST stay white."

static uint64_t hash(const char *text)
{
    return vmsg_tex_hash(text, strlen(text));
}

/* dev.tea.1 (POT), dev.tea.2 (LEAF), any.prose.sugar (SUGAR). */
static int load(void **state)
{
    static const char index[] = "return { spec = 's', files = { 'a' } }";
    char text[1024], err[256];
    struct vmsg_embedded files[] = {
        {"r/index.lua", index, sizeof index - 1}, {"r/a.lua", text, 0}, {0}};

    snprintf(text, sizeof text,
             "return { { section = 'Tea', title = 'T',"
             "{ id = 'dev.tea.1', level = 'MUST', observe = 'wire', summary = 'Warm.',"
             " hash = 0x%" PRIx64 " },"
             "{ id = 'dev.tea.2', level = 'SHOULD', observe = 'wire', summary = 'Whole.',"
             " hash = 0x%" PRIx64 " },"
             "{ id = 'any.prose.sugar', level = 'MUST', observe = 'wire',"
             " summary = 'The sugar cubes are white.', hash = 0x%" PRIx64 " } } }",
             hash(POT), hash(LEAF), hash(SUGAR));
    files[1].length = strlen(text);
    *state = vmsg_catalogue_load_from(files, "r", err, sizeof err);
    if (!*state)
        print_error("%s\n", err);
    return *state ? 0 : -1;
}

static int unload(void **state)
{
    vmsg_catalogue_free(*state);
    return 0;
}

#define SECTION      "\\subsection{Tea}\n"
#define BLOCK(items) "\\devicenormative{\\paragraph}{T}{Tea / Device}\n\\begin{itemize}\n" items
#define END          "\\end{itemize}\n"
#define ITEM(text)   "\\item " text "\n"

/* Compare the catalogue with a source; the printed differences, which the caller frees. */
static char *differences(const struct vmsg_catalogue *c, const char *source, size_t len)
{
    char err[128] = "", *text = NULL;
    size_t size;
    struct vmsg_tex *tex = vmsg_tex_parse(source, len, err, sizeof err);
    struct vmsg_diff *diff = tex ? vmsg_diff_new(c, tex) : NULL;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(diff);
    vmsg_diff_print(out, diff);
    fclose(out);
    vmsg_diff_free(diff);
    vmsg_tex_free(tex);
    return text;
}

static void expect(void **state, const char *source, const char *wanted)
{
    char *text = differences(*state, source, strlen(source));

    if (!strstr(text, wanted))
        fail_msg("\"%s\" is not in:\n%s", wanted, text);
    free(text);
}

static void unchanged(void **state)
{
    static const char source[] = SECTION BLOCK(ITEM(POT) ITEM(LEAF)) END SUGAR " " SUGAR;
    char *text = differences(*state, source, sizeof source - 1);

    assert_string_equal(text, "0 added, 0 removed, 0 moved, 0 reworded\n");
    free(text);
}

static void added(void **state)
{
    expect(state, SECTION BLOCK(ITEM(POT) ITEM(LEAF) ITEM("A cup MAY leak.")) END SUGAR,
           "added     dev.tea.3, MAY, line 6, section \"Tea\", hash = 0x");
    expect(state, SECTION BLOCK(ITEM(POT) ITEM(LEAF)) END SUGAR " A spoon MUST bend. Fine.",
           "added     (running text), MUST, line 7, section \"Tea\", hash = 0x");
    expect(state, SECTION BLOCK(ITEM(POT) ITEM(LEAF)) END SUGAR " A spoon MUST bend. Fine.",
           "1 added, 0 removed, 0 moved, 0 reworded\n");
}

static void removed(void **state)
{
    expect(state, SECTION BLOCK(ITEM(POT)) END SUGAR,
           "removed   dev.tea.2, SHOULD\n          was: Whole.\n0 added, 1 removed");
    expect(state, SECTION BLOCK(ITEM(POT) ITEM(LEAF)) END, "removed   any.prose.sugar, MUST\n");
}

static void moved(void **state)
{
    expect(state, SECTION BLOCK(ITEM("A cup MAY leak.") ITEM(POT) ITEM(LEAF)) END SUGAR,
           "moved     dev.tea.1 -> dev.tea.2, line 5, section \"Tea\"\n"
           "moved     dev.tea.2 -> dev.tea.3, line 6, section \"Tea\"\n"
           "added     dev.tea.1, MAY, ");
    expect(state, SECTION BLOCK(ITEM(LEAF) ITEM(POT)) END SUGAR, "0 added, 0 removed, 2 moved, 0");
    expect(state, SECTION BLOCK(ITEM(POT) ITEM(LEAF)) END "\\subsection{Milk}\n" SUGAR,
           "moved     any.prose.sugar -> (running text), line 8, section \"Milk\"\n");
}

static void reworded(void **state)
{
    char line[64];

    snprintf(line, sizeof line, "reworded  dev.tea.1, MUST, line 4, hash = 0x%016" PRIx64,
             hash("A pot MUST be hot."));
    expect(state, SECTION BLOCK(ITEM("A pot MUST be hot.") ITEM(LEAF)) END SUGAR, line);
    expect(state, SECTION BLOCK(ITEM(POT) ITEM("A leaf MUST be whole.")) END SUGAR,
           "reworded  dev.tea.2, SHOULD -> MUST, line 5, ");
    expect(state, SECTION BLOCK(ITEM(POT) ITEM(LEAF)) END "Sugar cubes SHOULD be white.",
           "reworded  any.prose.sugar, MUST -> SHOULD, line 7, ");
}

/* A source that is cut off still tells what is left. */
static void truncated(void **state)
{
    expect(state, SECTION BLOCK(ITEM(POT) "\\item A leaf SHO"), "reworded  dev.tea.2, SHOULD, ");
    expect(state, SECTION BLOCK(ITEM(POT)), "0 added, 2 removed, 0 moved, 0 reworded\n");
}

static void garbage(void **state)
{
    static const char bytes[] = "\xff\x00\\\x01{{{\\item\\begin{%\xc3\\devicenormative{}{}{\n\n";
    char *text = differences(*state, bytes, sizeof bytes - 1);

    assert_non_null(strstr(text, "0 added, 3 removed, 0 moved, 0 reworded\n"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unchanged), cmocka_unit_test(added),    cmocka_unit_test(removed),
        cmocka_unit_test(moved),     cmocka_unit_test(reworded), cmocka_unit_test(truncated),
        cmocka_unit_test(garbage),
    };

    return cmocka_run_group_tests(tests, load, unload);
}
