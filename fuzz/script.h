/*
 * A fuzz input: a compact script of steps against a SUT. Any bytes decode to a script, and every
 * script encodes to bytes that decode to it again, so that libFuzzer, AFL++, honggfuzz and
 * `vmsgspec fuzz` share one format.
 *
 * A step is five bytes -- kind, a, b, mask, corruption -- then two bytes of amount if it corrupts,
 * a value for each of mask's bits 0..6 (a field of the message, by its place), and with bit 7 a
 * length byte and that many raw bytes. What is cut off at the end reads as zeros.
 */
#ifndef VMSG_FUZZ_SCRIPT_H
#define VMSG_FUZZ_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum vmsg_fuzz_kind {
    VMSG_FUZZ_MESSAGE, /* a message of the wire table (entry a) from b, see below */
    VMSG_FUZZ_AWAIT,   /* take in what comes: a fence; of a driver, the next a messages */
    VMSG_FUZZ_STAGE,   /* initialise b's device up to stage a */
    VMSG_FUZZ_ANSWER,  /* what becomes of the next answer or event of the device that is played */
    VMSG_FUZZ_RAW,     /* the raw bytes, as a packet */
    VMSG_FUZZ_ADVANCE, /* 2^a ms pass, in virtual time; elsewhere nothing */
    VMSG_FUZZ_MEMORY,  /* DMA memory changes, see vmsg_fuzz_memory */
    VMSG_FUZZ_UPPER,   /* upper-tester command a of the SUT, its arguments the values */
    VMSG_FUZZ_DEVICE,  /* the same of the device that is played */
    VMSG_FUZZ_KINDS,
};

/* b of a message: which device, which token, and what else. */
#define VMSG_FUZZ_DEV(b)                                                                           \
    ((b)&7u) /* 0..3 known ones; then the near miss, 0xFFFF, a seen one, the others */
#define VMSG_FUZZ_TOKEN(b) ((b) >> 3 & 7u)
#define VMSG_FUZZ_RESPONSE 0x40u /* with the response bit */
#define VMSG_FUZZ_FAR      0x80u /* of a bus: at its device end; of a device: stays open */

enum vmsg_fuzz_token {
    VMSG_FUZZ_TOKEN_FRESH, /* 0..3 */
    VMSG_FUZZ_TOKEN_LAST = 4,
    VMSG_FUZZ_TOKEN_ZERO,
    VMSG_FUZZ_TOKEN_HEARD, /* of the last request that the SUT sent */
    VMSG_FUZZ_TOKEN_ONES,
};

/* a of an answer: its fate, and how many answers are left alone before. b says which answers are
 * meant, and counted: 0 all, else those to the message, or the messages, of the wire table's entry
 * b - 1. */
#define VMSG_FUZZ_FATE(a) ((a)&7u)
#define VMSG_FUZZ_SKIP(a) ((a) >> 3)

enum vmsg_fuzz_fate {
    VMSG_FUZZ_CHANGE, /* fields, corruption */
    VMSG_FUZZ_LOSE,   /* and as many more as value 0 says */
    VMSG_FUZZ_TWICE,
    VMSG_FUZZ_HOLD,    /* until an answer with VMSG_FUZZ_RELEASE, or the end */
    VMSG_FUZZ_RELEASE, /* this one first, then what is held: reordered */
    VMSG_FUZZ_REPLACE, /* by the raw bytes */
    VMSG_FUZZ_BEFORE,  /* the raw bytes come before it */
    VMSG_FUZZ_PASS,
};

/* How a message is broken; `amount` says by how much. Also of answers that are changed. */
enum vmsg_fuzz_corruption {
    VMSG_FUZZ_SOUND,
    VMSG_FUZZ_SIZE,     /* msg_size lies */
    VMSG_FUZZ_CUT,      /* bytes are missing */
    VMSG_FUZZ_EXTRA,    /* more payload, counted by msg_size */
    VMSG_FUZZ_TRAILING, /* bytes beyond msg_size */
    VMSG_FUZZ_TYPE,     /* bits of the header's type */
    VMSG_FUZZ_ID,       /* another msg_id */
    VMSG_FUZZ_FLIP,     /* a bit anywhere */
    VMSG_FUZZ_SHORT,    /* less payload, counted by msg_size */
    VMSG_FUZZ_CORRUPTIONS,
};

/* a of a change of memory, modulo their number; the rings are those of the right queue of b's
 * device, of a driver the ones that it built. Values that are not given are those of a ring that
 * works. */
enum vmsg_fuzz_memory {
    VMSG_FUZZ_BYTES,      /* the raw ones, at value 0; not of drivers */
    VMSG_FUZZ_DESCRIPTOR, /* which, address, length, flags, next; not of drivers */
    VMSG_FUZZ_AVAILABLE,  /* flags, index, slot, head; not of drivers */
    VMSG_FUZZ_USED,       /* flags, index, slot, id, length */
    VMSG_FUZZ_TAMPER,     /* the newest entry of the available ring or, of drivers, of the used one:
                             how many before it, id, length */
    VMSG_FUZZ_MEMORIES,
};

#define VMSG_FUZZ_FIELDS   7u
#define VMSG_FUZZ_HAS_RAW  0x80u
#define VMSG_FUZZ_RAW_MOST 64u
#define VMSG_FUZZ_STEPS    8192u /* of one script */

/* One value: 0..127 stand for themselves; the other classes depend on what is known of the SUT. */
enum vmsg_fuzz_class {
    VMSG_FUZZ_BOUNDARY = 128, /* 64 of them: limits of the device, powers of two, limits of the
                                 message and of numbers; see boundary() */
    VMSG_FUZZ_SEEN = 192,     /* 32: a value that the SUT sent, newest first */
    VMSG_FUZZ_PAGE = 224,     /* 16: an address in DMA memory */
    VMSG_FUZZ_RIGHT = 240,    /* 8: what a working driver sends, minus 4 to plus 3 */
    VMSG_FUZZ_LITERAL = 248,  /* 8: 1, 2, 4, 8 literal bytes, twice */
};

struct vmsg_fuzz_value {
    uint8_t class;
    uint64_t literal; /* of VMSG_FUZZ_LITERAL and above */
};

struct vmsg_fuzz_step {
    uint8_t kind, a, b, mask, corruption;
    uint16_t amount;
    struct vmsg_fuzz_value f[VMSG_FUZZ_FIELDS];
    uint8_t n_raw, raw[VMSG_FUZZ_RAW_MOST];
};

struct vmsg_fuzz_script {
    struct vmsg_fuzz_step *steps;
    size_t n, cap;
};

/* Bytes of the literal that follows a class byte; 0 for classes without one. */
unsigned vmsg_fuzz_literal_size(uint8_t class);

/* Replace what the script holds. False when memory is short; bytes past VMSG_FUZZ_STEPS steps are
 * left out. */
bool vmsg_fuzz_decode(struct vmsg_fuzz_script *s, const void *bytes, size_t len);

/* Bytes of one step, at most VMSG_FUZZ_STEP_MOST; and of a whole script, to free, NULL when memory
 * is short. */
#define VMSG_FUZZ_STEP_MOST (5u + 2u + 9u * VMSG_FUZZ_FIELDS + 1u + VMSG_FUZZ_RAW_MOST)
size_t vmsg_fuzz_encode_step(const struct vmsg_fuzz_step *step, uint8_t *out);
uint8_t *vmsg_fuzz_encode(const struct vmsg_fuzz_script *s, size_t *len);

/* Insert n steps (not of the same script) before `at`; false when memory is short or it is full. */
bool vmsg_fuzz_insert(struct vmsg_fuzz_script *s, size_t at, const struct vmsg_fuzz_step *steps,
                      size_t n);
void vmsg_fuzz_remove(struct vmsg_fuzz_script *s, size_t at, size_t n);
bool vmsg_fuzz_copy(struct vmsg_fuzz_script *to, const struct vmsg_fuzz_script *from);
void vmsg_fuzz_clear(struct vmsg_fuzz_script *s);

#endif
