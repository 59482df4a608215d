/*
 * Text from outside made safe to print: a SUT chooses its name, its output and, through its
 * messages, much of what findings say.
 */
#ifndef VMSG_ESCAPE_H
#define VMSG_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define VMSG_NOT_UTF8 UINT32_MAX

/*
 * The code point at s (len >= 1 bytes are there); *used is how many bytes it takes. VMSG_NOT_UTF8
 * with *used 1 for a byte that begins no well-formed sequence (overlong forms and surrogates are
 * not well formed).
 */
uint32_t vmsg_utf8_next(const char *s, size_t len, size_t *used);

/* One unit of safe text. */
struct vmsg_glyph {
    char bytes[16];  /* NUL-terminated */
    size_t used;     /* bytes of the source */
    unsigned column; /* columns on a terminal, one for each code point */
};

/*
 * The glyph at s (len >= 1): the character itself, or \n \r \t \xNN \u{NNNN} in its place when a
 * terminal would act on it (controls, direction overrides, invisible characters) or it is not
 * UTF-8.
 */
void vmsg_glyph_next(struct vmsg_glyph *g, const char *s, size_t len);

/*
 * The functions that print safely also break what CI systems take for commands in a log ("::error"
 * where a line may begin, "##[error]" anywhere).
 */

/* Columns that `len` bytes take once made safe. */
size_t vmsg_safe_width(const char *s, size_t len);

/* Print safely; NULL prints nothing. */
void vmsg_put_safe(FILE *out, const char *s);
void vmsg_put_safe_n(FILE *out, const char *s, size_t len);

/* Print safely, at most `columns` wide, ending in "..." when it was cut. */
void vmsg_put_cut(FILE *out, const char *s, size_t columns);

/*
 * Print safely, broken at spaces before column `width`; the caller has printed `indent` columns of
 * the first line, the others are indented alike. Ends with a newline.
 */
void vmsg_put_wrapped(FILE *out, const char *s, unsigned indent, unsigned width);

/*
 * Print as XML 1.0 character data or, with attribute true, as the inside of a quoted attribute.
 * Characters that XML forbids, and the controls it discourages, are dropped; bytes that are not
 * UTF-8 become U+FFFD.
 */
void vmsg_put_xml(FILE *out, const char *s, bool attribute);
void vmsg_put_xml_n(FILE *out, const char *s, size_t len, bool attribute);

/*
 * Print as text of Markdown, on one line: safe, and every character that Markdown, HTML or a table
 * could act on as a character reference. It stays clean inside <code> and <pre>, where GitHub and
 * GitLab make no links or mentions of it.
 */
void vmsg_put_markdown(FILE *out, const char *s);

/* Print as text or as the inside of a quoted attribute of HTML, safe and on one line. */
void vmsg_put_html(FILE *out, const char *s);
void vmsg_put_html_n(FILE *out, const char *s, size_t len);

/* Print as a double-quoted string, safe, that both YAML and JSON read. */
void vmsg_put_quoted(FILE *out, const char *s);

/* 2 * len hexadecimal digits and a NUL. */
void vmsg_hex(char *to, const uint8_t *bytes, size_t len);

/* A copy with U+FFFD for every byte that is not UTF-8. Caller frees; NULL: out of memory. */
char *vmsg_valid_utf8(const char *s);

#endif
