/*
 * Tells upper-tester replies from ordinary output.
 */
#include "adapters/exec/lines.h"

#include <string.h>

static bool is_reply(const char *line, size_t len)
{
    return (len == 2 && !memcmp(line, "ok", 2)) ||
           (len >= 5 && !memcmp(line, "error", 5) && (len == 5 || line[5] == ' '));
}

static void finish(struct vmsg_lines *l, const struct vmsg_lines_sink *sink)
{
    size_t len = l->len;
    if (len && l->line[len - 1] == '\r')
        len--;
    if (l->too_long || !is_reply(l->line, len) || !sink->reply(sink->reply_ctx, l->line, len)) {
        sink->other(sink->other_ctx, l->line, l->len);
        sink->other(sink->other_ctx, "\n", 1);
    }
    l->len = 0;
    l->too_long = false;
}

void vmsg_lines_feed(struct vmsg_lines *l, const char *bytes, size_t n,
                     const struct vmsg_lines_sink *sink)
{
    for (size_t i = 0; i < n; i++) {
        if (bytes[i] == '\n') {
            finish(l, sink);
            continue;
        }
        if (l->len == sizeof l->line) {
            sink->other(sink->other_ctx, l->line, l->len);
            l->len = 0;
            l->too_long = true;
        }
        l->line[l->len++] = bytes[i];
    }
}

void vmsg_lines_end(struct vmsg_lines *l, const struct vmsg_lines_sink *sink)
{
    if (l->len)
        sink->other(sink->other_ctx, l->line, l->len);
    l->len = 0;
}
