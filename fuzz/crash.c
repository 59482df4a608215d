/* Names of crashes; see crash.h. */
#include "fuzz/crash.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The word at p, lower case, what a file name has. */
static void word(const char *p, char *out, size_t size)
{
    size_t n = 0;

    for (; n + 1 < size && (isalnum((unsigned char)*p) || *p == '-' || *p == '_'); p++)
        out[n++] = (char)tolower((unsigned char)*p);
    out[n] = '\0';
}

/* Frames of the sanitizer's own interceptors say nothing. */
static bool is_interceptor(const char *function)
{
    return !strncmp(function, "__", 2) || !strncmp(function, "mem", 3) ||
           !strncmp(function, "str", 3) || !strncmp(function, "free", 4) ||
           !strncmp(function, "abort", 5) || !strncmp(function, "raise", 5) ||
           !strncmp(function, "gsignal", 7) || !strncmp(function, "pthread", 7) ||
           !strncmp(function, "AddressIsPoisoned", 17) || !strncmp(function, "QuickCheck", 10);
}

/* The first frame that is the SUT's: its function, in a line of the report. NULL: none. */
static const char *top_frame(const char *report)
{
    const char *p = report;

    while ((p = strstr(p, " in "))) {
        const char *line = p;

        p += 4;
        while (line > report && line[-1] != '\n')
            line--;
        line += strspn(line, " ");
        if (*line == '#' && !is_interceptor(p))
            return p;
    }
    return NULL;
}

static void top_function(const char *report, char *out, size_t size)
{
    const char *frame = top_frame(report);

    *out = '\0';
    if (frame)
        word(frame, out, size);
}

/* The module and the offset of a frame without symbols, "#1 0x5581  (/x/device+0xdd2b1)"; NULL in
 * the sanitizer's own library and in the C library. */
static const char *frame_offset(const char *line, const char *end)
{
    static const char *const others[] = {"/libasan", "/libubsan", "/libtsan", "/liblsan", "/libc."};
    const char *open = memchr(line, '(', (size_t)(end - line)), *plus;

    if (!open || !(plus = memchr(open, '+', (size_t)(end - open))))
        return NULL;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (memmem(open, (size_t)(plus - open), others[i], strlen(others[i])))
            return NULL;
    return plus + 1;
}

/* Without symbols: where the first two frames of the SUT are, as one may be an interceptor. */
static void top_offsets(const char *report, char *out, size_t size)
{
    unsigned frames = 0;

    *out = '\0';
    for (const char *line = strstr(report, "\n    #0 "); line && frames < 2;) {
        const char *end = line + 1 + strcspn(line + 1, "\n");
        const char *at = frame_offset(line, end);
        char offset[20];

        if (strncmp(line, "\n    #", 6) != 0)
            return;
        if (at) {
            word(at, offset, sizeof offset);
            snprintf(out + strlen(out), size - strlen(out), "%s%s", frames++ ? "-" : "", offset);
        }
        line = *end ? end : NULL;
    }
}

/* "FILE:LINE:COLUMN: runtime error: ...", which has no stack unless asked for: FILE-LINE. */
static void place(const char *output, const char *undefined, char *out, size_t size)
{
    const char *file = undefined, *line;
    char name[24];

    while (file > output && file[-1] != '\n' && file[-1] != '/')
        file--;
    line = memchr(file, ':', (size_t)(undefined - file));
    *out = '\0';
    if (!line || line == file)
        return;
    word(file, name, sizeof name);
    snprintf(out, size, "%s-%u", name, (unsigned)strtoul(line + 1, NULL, 10));
}

void vmsg_fuzz_crash_name(const char *output, int signal, const char *after, char *name,
                          size_t size)
{
    const char *report = output ? strstr(output, "Sanitizer: ") : NULL;
    const char *undefined = output ? strstr(output, "runtime error: ") : NULL;
    char kind[32] = "undefined", function[40];

    if (!report && !undefined) {
        if (signal)
            snprintf(name, size, "crash-signal-%d-%s", signal, after);
        else
            snprintf(name, size, "crash-exit-%s", after);
        return;
    }
    if (report)
        word(report + strlen("Sanitizer: "), kind, sizeof kind);
    top_function(report ? report : undefined, function, sizeof function);
    if (!*function && undefined)
        place(output, undefined, function, sizeof function);
    if (!*function)
        top_offsets(report ? report : undefined, function, sizeof function);
    snprintf(name, size, "crash-%s-%s", kind, *function ? function : after);
}

/* A wild address may lie anywhere. What was freed, and a null pointer, are other mistakes. */
static bool is_wild(const char *kind, const char *report)
{
    static const char *const kinds[] = {"heap-buffer-overflow",   "stack-buffer-overflow",
                                        "global-buffer-overflow", "stack-buffer-underflow",
                                        "unknown-crash",          NULL};

    for (size_t i = 0; kinds[i]; i++)
        if (!strcmp(kind, kinds[i]))
            return true;
    return !strcmp(kind, "segv") && !strstr(report, "points to the zero page");
}

/* "FILE:LINE:COLUMN" at the end of a frame's line, without folders; "" when it has none. */
static void source(const char *frame, char *out, size_t size)
{
    const char *end = frame + strcspn(frame, "\n"), *at = end;

    while (at > frame && at[-1] != ' ' && at[-1] != '/')
        at--;
    snprintf(out, size, "%.*s",
             *at == '(' || !memchr(at, ':', (size_t)(end - at)) ? 0 : (int)(end - at), at);
}

void vmsg_fuzz_crash_place(const char *output, char *place, size_t size)
{
    const char *report = output ? strstr(output, "ERROR: AddressSanitizer: ") : NULL;
    const char *frame = report ? top_frame(report) : NULL;
    char kind[32], function[40], at[64];

    *place = '\0';
    if (!report)
        return;
    word(strstr(report, "Sanitizer: ") + strlen("Sanitizer: "), kind, sizeof kind);
    if (frame) {
        word(frame, function, sizeof function);
        source(frame, at, sizeof at);
    } else {
        *function = '\0';
        top_offsets(report, at, sizeof at);
    }
    if (*at)
        snprintf(place, size, "%s %s %s", is_wild(kind, report) ? "wild" : kind, function, at);
}
