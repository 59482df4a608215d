/*
 * The AMP shared-memory layout: two message queues between a driver side and a device side, and
 * what can be seen of it.
 *
 * Sizes, offsets and states: github.com/wmamills/hvac-demo, notes/amp-data-structures.h. Where that
 * text and the code of OpenAMP's lib/utils/amp-static-queue.c (branch virtio-msg) differ, the
 * comments here say which was taken. All fields are little-endian.
 */
#ifndef VMSG_AMP_H
#define VMSG_AMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The notes name the two magics and give no numbers; OpenAMP has one of 32 bits for its older
 * layout, 0x1A2B3C4D, of which these are the halves. Both can be chosen in the URI.
 */
#define VMSG_AMP_LAYOUT_MAGIC 0x1A2Bu
#define VMSG_AMP_QUEUE_MAGIC  0x3C4Du

#define VMSG_AMP_VERSION        1u
#define VMSG_AMP_HEADER_SIZE    64u /* amp_layout_def_simple_t, its field `length` */
#define VMSG_AMP_HEAD_SIZE      8u  /* amp_queue_head_t */
#define VMSG_AMP_OPTION_MASK    0x0001u
#define VMSG_AMP_OPTIONS        VMSG_AMP_OPTION_MASK /* all that are defined */
#define VMSG_AMP_WORDS_MOST     64u                  /* num_notifications: "0 to 64" */
#define VMSG_AMP_ELEMENTS_LEAST 2u                   /* one is always free */

/* A memory reference: AMP_MEMREF_AREA_MASK and AMP_MEMREF_OFFSET_MASK. The notes' AREA_SHIFT of 12
 * contradicts the masks, which put 12 bits on top of 52. */
#define VMSG_AMP_AREA_SHIFT  52u
#define VMSG_AMP_OFFSET_MASK ((UINT64_C(1) << VMSG_AMP_AREA_SHIFT) - 1)
#define VMSG_AMP_AREA_MAIN   1u /* "often the only memory area" */
#define VMSG_AMP_AREA_MOST   4095u

/* The status word of a queue head: AMP_Q_STATUS_STATE_MASK, AMP_Q_STATUS_FLAG_MASK. */
#define VMSG_AMP_STATE_MASK 0x001Fu
#define VMSG_AMP_FLAG_MASK  0xF000u
#define VMSG_AMP_DEBUGGABLE 0x8000u

enum vmsg_amp_state {
    VMSG_AMP_INIT = 0,
    VMSG_AMP_READY = 1,
    VMSG_AMP_RUN = 2,
    VMSG_AMP_SHUTDOWN = 3,
    VMSG_AMP_PEER_DEAD = 4,
};

enum vmsg_amp_side { VMSG_AMP_DRIVER, VMSG_AMP_DEVICE };

/* The queue head of one side, read or written as one word. */
struct vmsg_amp_head {
    uint16_t magic, status;
    uint16_t head; /* the next element that this side writes, in its own array */
    uint16_t tail; /* the next element that this side reads, in the other's array: the notes call it
                      the last one that was read, but compare it as the next, as OpenAMP does */
};

/* The layout header; arrays by enum vmsg_amp_side. */
struct vmsg_amp_layout {
    uint16_t magic, version, length, options;
    uint8_t words;      /* num_notifications, each way */
    uint8_t per_device; /* num_vq_notify_per_device */
    uint16_t elements, element_size, pad;
    uint64_t notify[2], head[2], queue[2]; /* memory references */
};

/* One look at the layout, for the judge. */
enum vmsg_amp_look {
    VMSG_AMP_SAW_HEADER,      /* the header that the other side wrote */
    VMSG_AMP_SAW_HEAD,        /* the other side's queue head changed */
    VMSG_AMP_SAW_WORD,        /* its words of notifications changed */
    VMSG_AMP_SAW_UNMOVED,     /* it stays in RUN, though this side is back in INIT */
    VMSG_AMP_SAW_UNSIGNALLED, /* more messages came than fit in the queue, and no event 0 */
};

struct vmsg_amp_seen {
    enum vmsg_amp_look look;
    struct vmsg_amp_layout layout;
    uint64_t size;        /* HEADER: of the area, whose number is `area` */
    uint16_t area, magic; /* HEADER, HEAD: the number of the area; the magic that is due */
    uint16_t elements;
    struct vmsg_amp_head own, was, now; /* HEAD: this side's; the other's, before and after */
    bool first;                         /* HEAD: nothing was seen before */
    unsigned word;
    uint64_t own_tx;         /* WORD: what the other side could acknowledge */
    uint64_t tx_was, tx_now; /* its events */
    uint64_t rx_was, rx_now; /* its acknowledgements */
};

static inline unsigned vmsg_amp_state_of(uint16_t status)
{
    return status & VMSG_AMP_STATE_MASK;
}

/* "RUN"; "no state" for a number that has no name. */
static inline const char *vmsg_amp_state_text(uint16_t status)
{
    static const char *const names[] = {"INIT", "READY", "RUN", "SHUTDOWN", "PEER_DEAD"};
    unsigned state = vmsg_amp_state_of(status);
    return state <= VMSG_AMP_PEER_DEAD ? names[state] : "no state";
}

/* What is worth a line to a reader: false, and nothing in out, for cursors and words that moved. */
bool vmsg_amp_seen_text(const struct vmsg_amp_seen *seen, char *out, size_t size);

/* How far a cursor went from `from` to `to` in a ring of n. */
static inline uint16_t vmsg_amp_distance(uint16_t from, uint16_t to, uint16_t n)
{
    return (uint16_t)(to >= from ? to - from : n - from + to);
}

/* How many of the area's bytes the words of one side take. */
static inline size_t vmsg_amp_words_size(const struct vmsg_amp_layout *l)
{
    return (size_t)l->words * (l->options & VMSG_AMP_OPTION_MASK ? 3 : 2) * sizeof(uint64_t);
}

/* One part of the layout of one side: queue head, elements or words. */
#define VMSG_AMP_PARTS 6u

struct vmsg_amp_part {
    const char *name;
    uint64_t ref;
    uint64_t size;
};

/* Part i of the layout, 0..VMSG_AMP_PARTS - 1. */
static inline struct vmsg_amp_part vmsg_amp_part(const struct vmsg_amp_layout *l, unsigned i)
{
    static const char *const names[] = {"driver's queue head", "device's queue head",
                                        "driver's elements",   "device's elements",
                                        "driver's words",      "device's words"};
    unsigned side = i % 2;
    uint64_t ref = i < 2 ? l->head[side] : i < 4 ? l->queue[side] : l->notify[side];
    uint64_t size = i < 2   ? VMSG_AMP_HEAD_SIZE
                    : i < 4 ? (uint64_t)l->elements * l->element_size
                            : vmsg_amp_words_size(l);
    return (struct vmsg_amp_part){names[i], ref, size};
}

/*
 * The first part that lies outside its area, is not aligned to 8 bytes, or overlaps the header or
 * an earlier part; VMSG_AMP_PARTS when all are well. Only references to `area` can be followed;
 * others are for both sides to agree on, and count as outside.
 */
static inline unsigned vmsg_amp_bad_part(const struct vmsg_amp_layout *l, uint16_t area,
                                         uint64_t size)
{
    for (unsigned i = 0; i < VMSG_AMP_PARTS; i++) {
        struct vmsg_amp_part p = vmsg_amp_part(l, i);
        uint64_t at = p.ref & VMSG_AMP_OFFSET_MASK;
        if (!p.size)
            continue;
        if (p.ref >> VMSG_AMP_AREA_SHIFT != area || at % 8 || at < VMSG_AMP_HEADER_SIZE ||
            at > size || p.size > size - at)
            return i;
        for (unsigned k = 0; k < i; k++) {
            struct vmsg_amp_part q = vmsg_amp_part(l, k);
            uint64_t other = q.ref & VMSG_AMP_OFFSET_MASK;
            if (q.size && at < other + q.size && other < at + p.size)
                return i;
        }
    }
    return VMSG_AMP_PARTS;
}

#endif
