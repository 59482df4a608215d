/*
 * Cuts a byte stream into messages.
 */
#include "adapters/stream.h"

#include "harness/wire/wire.h"

#include <stdlib.h>
#include <string.h>

/* Twice the longest message, so that one is never moved more than once. */
enum { CAPACITY = 2 * 65536 };

bool vmsg_stream_init(struct vmsg_stream *s)
{
    *s = (struct vmsg_stream){.bytes = malloc(CAPACITY)};
    return s->bytes;
}

void vmsg_stream_free(struct vmsg_stream *s)
{
    free(s->bytes);
    *s = (struct vmsg_stream){0};
}

uint8_t *vmsg_stream_space(struct vmsg_stream *s, size_t *room)
{
    if (s->head && s->tail > CAPACITY / 2) {
        memmove(s->bytes, s->bytes + s->head, s->tail - s->head);
        s->tail -= s->head;
        s->head = 0;
    }
    *room = CAPACITY - s->tail;
    return s->bytes + s->tail;
}

void vmsg_stream_filled(struct vmsg_stream *s, size_t n)
{
    s->tail += n;
}

bool vmsg_stream_next(struct vmsg_stream *s, void *buf, size_t cap, size_t *len)
{
    size_t pending = s->tail - s->head;
    if (s->undecodable || pending < VMSG_HEADER_SIZE)
        return false;
    const uint8_t *message = s->bytes + s->head;
    size_t size = vmsg_le16(message + 6);
    if (size < VMSG_HEADER_SIZE) {
        s->undecodable = true;
        size = VMSG_HEADER_SIZE;
    }
    if (pending < size)
        return false;
    memcpy(buf, message, size < cap ? size : cap);
    *len = size;
    s->head += size;
    if (s->head == s->tail)
        s->head = s->tail = 0;
    return true;
}

bool vmsg_stream_is_above(const struct vmsg_stream *s, size_t limit)
{
    return !s->undecodable && s->tail - s->head >= VMSG_HEADER_SIZE &&
           vmsg_le16(s->bytes + s->head + 6) > limit;
}

bool vmsg_stream_give_up(struct vmsg_stream *s, size_t limit, void *buf, size_t cap, size_t *len)
{
    size_t pending = s->tail - s->head;
    if (!vmsg_stream_is_above(s, limit))
        return false;
    memcpy(buf, s->bytes + s->head, pending < cap ? pending : cap);
    *len = pending;
    s->head = s->tail = 0;
    s->undecodable = true;
    return true;
}

size_t vmsg_stream_pending(const struct vmsg_stream *s)
{
    return s->tail - s->head;
}
