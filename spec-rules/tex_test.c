/*
 * The LaTeX reader on small documents, well formed and not.
 */
#include "spec-rules/tex.h"
#include "spec-rules/tex_text.h"
#include "spec-rules/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LABEL  "Virtio Transport Options / Virtio Over Messages / "
#define DEVICE "\\devicenormative{\\paragraph}{GET\\_TEA}{" LABEL

static struct vmsg_tex *parse(const char *text)
{
    char err[128] = "";
    struct vmsg_tex *tex = vmsg_tex_parse(text, strlen(text), err, sizeof err);

    if (!tex)
        fail_msg("%s", err);
    return tex;
}

static void block(void **state)
{
    struct vmsg_tex *tex =
        parse("% \\devicenormative{}{}{}\n" DEVICE "Messages / VIRTIO_MSG_GET_TEA /\n Device}\n"
              "\\begin{itemize}\n"
              "  \\item A pot   MUST be\n  warm. % not hot\n"
              "  \\item It MAY be:\n"
              "    \\begin{itemize}\n    \\item round, or\n"
              "    \\item square, but it SHOULD stand.\n    \\end{itemize}\n"
              "  \\item Cups are 100\\% clean.\n"
              "\\end{itemize}\n");

    assert_int_equal(tex->n_items, 3);
    assert_int_equal(tex->n_sentences, 0);
    assert_int_equal(tex->unclosed_line, 0);
    assert_string_equal(tex->items[0].id, "dev.get-tea.1");
    assert_string_equal(tex->items[0].section, "Messages / VIRTIO_MSG_GET_TEA");
    assert_string_equal(tex->items[0].title, "GET_TEA");
    assert_string_equal(tex->items[0].text, "A pot MUST be warm.");
    assert_int_equal(tex->items[0].level, VMSG_MUST);
    assert_int_equal(tex->items[0].line, 5);
    assert_string_equal(tex->items[1].text, "It MAY be: \\begin{itemize} \\item round, or \\item "
                                            "square, but it SHOULD stand. \\end{itemize}");
    assert_int_equal(tex->items[1].level, VMSG_SHOULD);
    assert_string_equal(tex->items[2].id, "dev.get-tea.3");
    assert_string_equal(tex->items[2].text, "Cups are 100\\% clean.");
    assert_false(tex->items[2].has_level);
    vmsg_tex_free(tex);
}

/* Layout does not change the hash; a word does. */
static void hash(void **state)
{
    struct vmsg_tex *a = parse(DEVICE "A}\\begin{itemize}\\item Tea MUST draw.\\end{itemize}");
    struct vmsg_tex *b =
        parse(DEVICE "A}\n\\begin{itemize}\n\\item Tea % x\n\tMUST\n draw.\n\\end{itemize}");
    struct vmsg_tex *c = parse(DEVICE "A}\\begin{itemize}\\item Tea MAY draw.\\end{itemize}");

    assert_true(a->items[0].hash == b->items[0].hash);
    assert_true(a->items[0].hash != c->items[0].hash);
    assert_true(vmsg_tex_hash("", 0) == UINT64_C(0xcbf29ce484222325));
    assert_true(vmsg_tex_hash("a", 1) == UINT64_C(0xaf63dc4c8601ec8c));
    vmsg_tex_free(a);
    vmsg_tex_free(b);
    vmsg_tex_free(c);
}

static void names(void **state)
{
    struct vmsg_tex *tex = parse("\\drivernormative{\\subsection}{T}{Tea Room / Driver Limits}\n"
                                 "\\begin{enumerate}\\item A MUST.\\end{enumerate}\n"
                                 "\\busnormative{\\paragraph}{T}{" LABEL "Tea Room / Bus}\n"
                                 "\\begin{itemize}\\item B MUST.\\end{itemize}\n"
                                 "\\busnormative{\\paragraph}{T}{" LABEL "Other / Tea Room / Bus}\n"
                                 "\\begin{itemize}\\item C MUST.\\end{itemize}\n");

    assert_int_equal(tex->n_items, 3);
    assert_string_equal(tex->items[0].id, "drv.driver-limits.1");
    assert_string_equal(tex->items[1].id, "bus.tea-room.1");
    assert_string_equal(tex->items[2].id, "bus.tea-room.2"); /* one id, one count */
    assert_string_equal(tex->items[2].section, "Other / Tea Room");
    vmsg_tex_free(tex);
}

/* A block without a list, as core virtio writes them. */
static void paragraphs(void **state)
{
    struct vmsg_tex *tex = parse(DEVICE "A}\nA pot MUST be\n% comment\nwarm.\n\n"
                                        "Pots are round.\n\nA cup SHOULD be clean.\n"
                                        "\\subsection{Next}\nA spoon MAY help. Sugar too.\n");

    assert_int_equal(tex->n_items, 2);
    assert_string_equal(tex->items[0].text, "A pot MUST be warm.");
    assert_string_equal(tex->items[1].id, "dev.a.2");
    assert_int_equal(tex->n_sentences, 2);
    assert_string_equal(tex->sentences[0].text, "A spoon MAY help.");
    assert_string_equal(tex->sentences[0].section, "Next");
    assert_null(tex->sentences[0].id);
    vmsg_tex_free(tex);
}

static void running_text(void **state)
{
    struct vmsg_tex *tex = parse(
        "\\newcommand{\\x}[1]{You MUST not see #1}\n"
        "\\subsection{Tea}\\label{sec:" LABEL "Tea}\n"
        "\\subsubsection{Milk}\nMilk goes first, e.g. cold. \\textbf{Sugar} MUST\nfollow.\n"
        "\\begin{lstlisting}\nstruct tea {\n  u8 sugar; /* 100% must\n  * be sweet */\n};\n"
        "\\end{lstlisting}\n"
        "\\begin{tabular}{|l|}\n\\hline\nA & 1 \\\\\n\\hline\nB & MAY \\\\\n\\end{tabular}\n");
    static const char *const texts[] = {
        "Milk goes first, e.g. cold.",
        "\\textbf{Sugar} MUST follow.",
        "tea: u8 sugar; /* 100% must * be sweet */",
        "A & 1 \\\\ B & MAY \\\\",
        "A & 1",
        "B & MAY",
    };

    assert_int_equal(tex->n_items, 0);
    assert_int_equal(tex->n_sentences, sizeof texts / sizeof *texts);
    for (size_t i = 0; i < tex->n_sentences; i++) {
        assert_string_equal(tex->sentences[i].text, texts[i]);
        assert_string_equal(tex->sentences[i].section, "Tea / Milk");
    }
    assert_true(tex->sentences[1].has_level && tex->sentences[5].has_level);
    assert_false(tex->sentences[3].has_level); /* the table as a whole; its row has one */
    vmsg_tex_free(tex);
}

static void levels(void **state)
{
    enum vmsg_level level;

    assert_true(vmsg_tex_level("MAY or MUST NOT", 15, &level) && level == VMSG_MUST);
    assert_true(vmsg_tex_level("MAY, SHOULD", 11, &level) && level == VMSG_SHOULD);
    assert_true(vmsg_tex_level("\\emph{MAY}", 10, &level) && level == VMSG_MAY);
    assert_false(vmsg_tex_level("MUSTARD may DISMAY", 18, &level));
    assert_int_equal(vmsg_shared_words("Reserved bits are zero.", "A RESERVED bit is zero"), 2);
}

static void unclosed(void **state)
{
    struct vmsg_tex *tex = parse("\n" DEVICE "A}\n\\begin{itemize}\n\\item One MUST.\n"
                                 "\\item Two MU");

    assert_int_equal(tex->n_items, 2);
    assert_int_equal(tex->unclosed_line, 3);
    assert_string_equal(tex->items[1].text, "Two MU");
    vmsg_tex_free(tex);

    /* the next heading ends the list */
    tex = parse(DEVICE "A}\\begin{itemize}\\item One MUST.\n" DEVICE
                       "B}\\begin{itemize}\\item Two MUST.\\end{itemize}");
    assert_int_equal(tex->n_items, 2);
    assert_int_equal(tex->unclosed_line, 1);
    assert_string_equal(tex->items[0].text, "One MUST.");
    assert_string_equal(tex->items[1].id, "dev.b.1");
    vmsg_tex_free(tex);
}

/* Every prefix of a document, and bytes that are no text: no crash, and no more than is there. */
static void hostile(void **state)
{
    static const char text[] =
        "\\subsection{A}\\label{sec:A}\n" DEVICE "A / Device}\n\\begin{itemize}\n"
        "\\item A \\begin{lstlisting}u8 a; /* x\n*/\\end{lstlisting} MUST.\n\\end{itemize}\n"
        "\\begin{tabular}{|l|}\\hline a \\\\ \\end{tabular} % c\n\\msgdef{X}\\busdef{Y} B MAY.\n";
    static const char *const pieces[] = {"\\",        "{",        "}",
                                         "%",         "\n\n",     "\\begin{itemize}",
                                         "\\item",    "\\label{", "\\newcommand[",
                                         "\\msgdef{", "/*",       ".",
                                         "&",         "\\\\",     "\\end",
                                         "MUST ",     "\xff",     DEVICE};
    char garbage[4096];
    uint32_t seed = 1;
    char err[128];

    for (size_t len = 0; len <= sizeof text - 1; len++) {
        char *copy = malloc(len + !len); /* exact size: a read past the end is seen */
        struct vmsg_tex *tex;

        memcpy(copy, text, len);
        tex = vmsg_tex_parse(copy, len, err, sizeof err);
        assert_non_null(tex);
        assert_true(tex->n_items <= 1);
        vmsg_tex_free(tex);
        free(copy);
    }
    for (unsigned round = 0; round < 200; round++) {
        size_t len = 0;

        while (len < sizeof garbage - 128) {
            const char *piece;

            seed = seed * 1664525u + 1013904223u;
            piece = pieces[(seed >> 16) % (sizeof pieces / sizeof *pieces)];
            memcpy(garbage + len, piece, strlen(piece) + 1);
            len += strlen(piece) + (seed >> 31); /* sometimes the NUL too */
        }
        vmsg_tex_free(vmsg_tex_parse(garbage, len, err, sizeof err));
    }
}

static void too_much(void **state)
{
    char *text = calloc(1, VMSG_TEX_MAX_SOURCE + 1);
    char err[128];
    size_t len = 0;

    assert_non_null(text);
    assert_null(vmsg_tex_parse(text, VMSG_TEX_MAX_SOURCE + 1, err, sizeof err));
    assert_non_null(strstr(err, "larger than"));
    while (len < VMSG_TEX_MAX_SOURCE - 8) {
        memcpy(text + len, "A. ", 3);
        len += 3;
    }
    assert_null(vmsg_tex_parse(text, len, err, sizeof err));
    assert_non_null(strstr(err, "more requirements"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(block),        cmocka_unit_test(hash),    cmocka_unit_test(names),
        cmocka_unit_test(paragraphs),   cmocka_unit_test(levels),  cmocka_unit_test(unclosed),
        cmocka_unit_test(running_text), cmocka_unit_test(hostile), cmocka_unit_test(too_much),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
