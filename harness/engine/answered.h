/*
 * Which message each token was last answered for, on this connection; constant time for any number,
 * and nothing to clear between two connections.
 */
#ifndef VMSG_ANSWERED_H
#define VMSG_ANSWERED_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct vmsg_answered {
    uint32_t
        *entries; /* by token: session << 8 | number of the message in the list of all, from 1 */
    uint32_t session;
};

static inline int vmsg_answered_open(struct vmsg_answered *a)
{
    *a = (struct vmsg_answered){calloc(UINT16_MAX + 1, sizeof *a->entries), 1};
    return a->entries != NULL;
}

static inline void vmsg_answered_close(struct vmsg_answered *a)
{
    free(a->entries);
    a->entries = NULL;
}

/* A new connection: nothing was answered on it. */
static inline void vmsg_answered_forget(struct vmsg_answered *a)
{
    if (++a->session < UINT32_C(1) << 24)
        return;
    memset(a->entries, 0, (UINT16_MAX + 1) * sizeof *a->entries);
    a->session = 1;
}

/* `message` 0: it is under way again. */
static inline void vmsg_answered_set(struct vmsg_answered *a, uint16_t token, uint8_t message)
{
    a->entries[token] = a->session << 8 | message;
}

/* 0: none. */
static inline uint8_t vmsg_answered_get(const struct vmsg_answered *a, uint16_t token)
{
    uint32_t e = a->entries[token];

    return e >> 8 == a->session ? (uint8_t)e : 0;
}

#endif
