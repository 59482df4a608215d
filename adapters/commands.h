/*
 * The SUT's end of the upper tester: command lines in, one reply line out for each.
 */
#ifndef VMSG_COMMANDS_H
#define VMSG_COMMANDS_H

#include "adapters/served.h"

struct vmsg_commands {
    int in, out; /* in -1: none, or ended */
    char *line;  /* what has come of the next one */
    size_t len, cap;
};

/* Both fds stay the caller's. */
void vmsg_commands_init(struct vmsg_commands *c, int in, int out);
void vmsg_commands_free(struct vmsg_commands *c);

/* What to poll for reading; -1: nothing more comes. */
static inline int vmsg_commands_fd(const struct vmsg_commands *c)
{
    return c->in;
}

/* Read what is there, once, and run every whole line. */
void vmsg_commands_read(struct vmsg_commands *c, const struct vmsg_served_ops *ops, void *sut);

#endif
