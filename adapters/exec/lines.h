/*
 * Upper-tester replies among the lines that a SUT prints.
 *
 * Contract, section 3: the reply to a command is one line, `ok` or `error TEXT`, on the SUT's
 * standard output; every other line there is ordinary output.
 */
#ifndef VMSG_LINES_H
#define VMSG_LINES_H

#include <stdbool.h>
#include <stddef.h>

struct vmsg_lines {
    char line[1024]; /* the one being read; a longer one is no reply */
    size_t len;
    bool too_long;
};

struct vmsg_lines_sink {
    bool (*reply)(void *reply_ctx, const char *line, size_t len); /* false: has no room */
    void *reply_ctx;
    void (*other)(void *other_ctx, const char *bytes, size_t len);
    void *other_ctx;
};

void vmsg_lines_feed(struct vmsg_lines *l, const char *bytes, size_t n,
                     const struct vmsg_lines_sink *sink);

/* The output has ended: what is left without a newline is ordinary output. */
void vmsg_lines_end(struct vmsg_lines *l, const struct vmsg_lines_sink *sink);

#endif
