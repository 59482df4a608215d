/*
 * Reads upper-tester commands and answers them.
 */
#include "adapters/commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The longest command is a configuration write, two digits for each of 65,535 bytes. */
enum { LINE_MAX_BYTES = 1 << 18, READ_SIZE = 4096 };

void vmsg_commands_init(struct vmsg_commands *c, int in, int out)
{
    *c = (struct vmsg_commands){.in = in, .out = out};
}

void vmsg_commands_free(struct vmsg_commands *c)
{
    free(c->line);
    *c = (struct vmsg_commands){.in = -1, .out = -1};
}

static void answer(struct vmsg_commands *c, const char *reply)
{
    char line[VMSG_REPLY_MAX + 1];
    int n = snprintf(line, sizeof line, "%.*s\n", VMSG_REPLY_MAX - 1, reply);
    for (int done = 0; done < n;) {
        ssize_t written = write(c->out, line + done, (size_t)(n - done));
        if (written < 0 && errno != EINTR)
            return;
        if (written > 0)
            done += (int)written;
    }
}

static void run_lines(struct vmsg_commands *c, const struct vmsg_served_ops *ops, void *sut)
{
    char *start = c->line, *newline;
    while ((newline = memchr(start, '\n', c->len - (size_t)(start - c->line)))) {
        char reply[VMSG_REPLY_MAX] = "";
        *newline = '\0';
        ops->command(sut, start, reply, sizeof reply);
        answer(c, reply);
        start = newline + 1;
    }
    c->len -= (size_t)(start - c->line);
    memmove(c->line, start, c->len);
    if (c->len > LINE_MAX_BYTES) {
        answer(c, "error the command is too long");
        c->len = 0;
    }
}

void vmsg_commands_read(struct vmsg_commands *c, const struct vmsg_served_ops *ops, void *sut)
{
    if (c->cap - c->len < READ_SIZE) {
        char *line = realloc(c->line, c->cap + 2 * READ_SIZE);
        if (!line) {
            c->in = -1;
            return;
        }
        c->line = line;
        c->cap += 2 * READ_SIZE;
    }
    ssize_t n = read(c->in, c->line + c->len, READ_SIZE);
    if (n > 0) {
        c->len += (size_t)n;
        run_lines(c, ops, sut);
    } else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
        c->in = -1;
    }
}
