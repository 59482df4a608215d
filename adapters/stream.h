/*
 * Messages out of a byte stream, delimited by msg_size in their headers.
 *
 * Spec: "Common Message Format": msg_size counts the whole message, header included.
 */
#ifndef VMSG_STREAM_H
#define VMSG_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vmsg_stream {
    uint8_t *bytes;
    size_t head, tail;
    bool undecodable; /* a header lied about its size: no later boundary is known */
};

/* False when out of memory. */
bool vmsg_stream_init(struct vmsg_stream *s);
void vmsg_stream_free(struct vmsg_stream *s);

/* Where the next bytes read go, and how many fit: never 0 after vmsg_stream_next() said false. */
uint8_t *vmsg_stream_space(struct vmsg_stream *s, size_t *room);
void vmsg_stream_filled(struct vmsg_stream *s, size_t n);

/*
 * The next whole message: *len is its length, at most cap bytes are stored. False when more
 * bytes are needed, or none can help. A header whose msg_size is below 8 is delivered, as
 * its 8 bytes, and the stream is undecodable from then on.
 */
bool vmsg_stream_next(struct vmsg_stream *s, void *buf, size_t cap, size_t *len);

/* Is the message that is not whole yet one of more than `limit` bytes? */
bool vmsg_stream_is_above(const struct vmsg_stream *s, size_t limit);

/*
 * Give up waiting for the rest of a message of more than `limit` bytes: what there is of it, header
 * first, is delivered, and the stream is undecodable from then on. False: nothing such is pending.
 */
bool vmsg_stream_give_up(struct vmsg_stream *s, size_t limit, void *buf, size_t cap, size_t *len);

/* Bytes of a message that is not whole yet. */
size_t vmsg_stream_pending(const struct vmsg_stream *s);

#endif
