/*
 * virtio-msg on the wire: the message table, total decoding, encoding and text.
 *
 * Pure: no I/O, no allocation, no globals. Any bytes of any length decode to something; nothing
 * is read past the delivered length. Spec: "Common Message Format", "Transport Messages" and
 * "Bus Messages" of the virtio-msg v2 chapter.
 */
#ifndef VMSG_WIRE_H
#define VMSG_WIRE_H

#include "harness/wire/messages.def"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sizes in bytes; a maximum message size includes the header ("Transport Revisions ..."). */
#define VMSG_HEADER_SIZE      8u
#define VMSG_MAX_SIZE_LEAST   52u
#define VMSG_MAX_SIZE_DEFAULT 264u
#define VMSG_MAX_SIZE_MOST    65535u

/* Header `type`. */
#define VMSG_TYPE_RESPONSE 0x01u
#define VMSG_TYPE_BUS      0x02u
#define VMSG_TYPE_RESERVED 0xFCu

/* Header `msg_id`. */
#define VMSG_ID_EVENT          0x40u
#define VMSG_ID_IMPLEMENTATION 0x80u

/* Transport feature bit 0, "Transport Feature Bits". */
#define VMSG_F_STRICT_CONFIG_GENERATION UINT64_C(1)

/* SET_VQUEUE `flags`. */
#define VMSG_VQ_STATE_MASK    0x3u
#define VMSG_VQ_KEEP_DISABLED 0x0u
#define VMSG_VQ_ENABLE        0x1u
#define VMSG_VQ_KEEP          0x2u
#define VMSG_VQ_STATE_BAD     0x3u
#define VMSG_VQ_IGNORE_SIZE   0x04u
#define VMSG_VQ_IGNORE_DESC   0x08u
#define VMSG_VQ_IGNORE_DRIVER 0x10u
#define VMSG_VQ_IGNORE_DEVICE 0x20u
#define VMSG_VQ_IGNORE_ALL    0x3cu
#define VMSG_VQ_RESERVED      0xFFFFFFC0u

/* EVENT_DEVICE `device_bus_state`. */
#define VMSG_DEVICE_ADDED   0x0001u
#define VMSG_DEVICE_REMOVED 0x0002u

/* Device status bits and feature bits of core virtio that the chapter names. */
#define VIRTIO_S_ACKNOWLEDGE 0x01u
#define VIRTIO_S_DRIVER      0x02u
#define VIRTIO_S_DRIVER_OK   0x04u
#define VIRTIO_S_FEATURES_OK 0x08u
#define VIRTIO_S_NEEDS_RESET 0x40u
#define VIRTIO_S_FAILED      0x80u

#define VIRTIO_F_INDIRECT_DESC     28u
#define VIRTIO_F_EVENT_IDX         29u
#define VIRTIO_F_VERSION_1         32u
#define VIRTIO_F_RING_PACKED       34u
#define VIRTIO_F_NOTIFICATION_DATA 38u
#define VIRTIO_F_NOTIF_CONFIG_DATA 39u
#define VIRTIO_F_RING_RESET        40u

enum vmsg_namespace { VMSG_NS_TRANSPORT, VMSG_NS_BUS };
enum vmsg_side { VMSG_SIDE_DRIVER, VMSG_SIDE_DEVICE, VMSG_SIDE_EITHER };
enum vmsg_kind { VMSG_KIND_EXCHANGE, VMSG_KIND_EVENT };

enum vmsg_field_type {
    VMSG_U8,
    VMSG_LE16,
    VMSG_LE32,
    VMSG_LE64,
    VMSG_UUID,   /* 16 bytes; its slot in vmsg.f holds nothing, read vmsg_uuid() */
    VMSG_BYTES,  /* tail: count bytes */
    VMSG_LE32S,  /* tail: count le32 */
    VMSG_BITMAP, /* tail: (count + 7) / 8 bytes */
};

struct vmsg_field {
    const char *name;
    enum vmsg_field_type type;
    uint8_t offset; /* in the payload, bytes */
    int8_t word;    /* where the eight bytes begin that end with the field; they may be header */
    uint8_t half;   /* half the bits of these eight bytes before it; 32: it is no number */
};

/* The payload of one direction of one message. */
struct vmsg_layout {
    const struct vmsg_field *fields; /* fixed fields, in wire order */
    uint8_t n_fields;
    uint8_t fixed_size;            /* bytes of the fixed fields */
    const struct vmsg_field *tail; /* NULL: none */
    uint8_t count_field;           /* index of the field that counts the tail */
};

struct vmsg_def {
    const char *name; /* without VIRTIO_MSG_ / BUS_MSG_ */
    enum vmsg_namespace ns;
    uint8_t msg_id;
    enum vmsg_kind kind;
    enum vmsg_side initiator;
    struct vmsg_layout request;  /* request or event */
    struct vmsg_layout response; /* exchanges only */
};

/* Message ids by name: VMSG_ID_GET_CONFIG, VMSG_ID_EVENT_USED, ... */
enum vmsg_id {
#define VMSG_X(NAME, NS, ID, KIND, SIDE) VMSG_ID_##NAME = ID,
    VMSG_MESSAGES(VMSG_X)
#undef VMSG_X
};

/* Field indexes into vmsg.f: VMSG_GET_CONFIG_RESP_generation, ... (per layout, from 0). */
#define VMSG_FIELD_INDEX(M, TYPE, NAME, OFFSET) M##_##NAME,
#define VMSG_TAIL_INDEX(M, TYPE, NAME, OFFSET, COUNT)
#define VMSG_LAYOUT_EXCHANGE(NAME)                                                                 \
    enum {                                                                                         \
        VMSG_##NAME##_REQ(VMSG_##NAME##_REQ, VMSG_FIELD_INDEX, VMSG_TAIL_INDEX)                    \
            VMSG_##NAME##_REQ_N_FIELDS                                                             \
    };                                                                                             \
    enum {                                                                                         \
        VMSG_##NAME##_RESP(VMSG_##NAME##_RESP, VMSG_FIELD_INDEX, VMSG_TAIL_INDEX)                  \
            VMSG_##NAME##_RESP_N_FIELDS                                                            \
    };
#define VMSG_LAYOUT_EVENT(NAME)                                                                    \
    enum {                                                                                         \
        VMSG_##NAME##_REQ(VMSG_##NAME##_REQ, VMSG_FIELD_INDEX, VMSG_TAIL_INDEX)                    \
            VMSG_##NAME##_REQ_N_FIELDS                                                             \
    };
#define VMSG_X(NAME, NS, ID, KIND, SIDE) VMSG_LAYOUT_##KIND(NAME)
VMSG_MESSAGES(VMSG_X)
#undef VMSG_X

/* How many there are: vmsg_def_at() takes 0 and up. */
enum {
    VMSG_DEFS = 0
#define VMSG_X(NAME, NS, ID, KIND, SIDE) +1
    VMSG_MESSAGES(VMSG_X)
#undef VMSG_X
};

#define VMSG_MAX_FIELDS 8

/* Why a message cannot be read as its definition says. Ordered: the first that applies. */
enum vmsg_defect {
    VMSG_WELL_FORMED,
    VMSG_SHORT_HEADER,      /* fewer than 8 bytes delivered */
    VMSG_SIZE_BELOW_HEADER, /* msg_size < 8 */
    VMSG_SIZE_BEYOND,       /* msg_size > delivered bytes */
    VMSG_EVENT_RESPONSE,    /* event id with the response bit */
    VMSG_UNKNOWN_ID,        /* standardised id that the table does not define */
    VMSG_IMPLEMENTATION_ID, /* bit 7: no layout known, not an error */
    VMSG_SHORT_PAYLOAD,     /* fixed fields cut off */
    VMSG_SHORT_TAIL,        /* tail shorter than its count field says; an event's tail may be
                               left out whole (EVENT_CONFIG), which is no defect */
};

/*
 * A decoded message. Points into the caller's bytes, which must outlive it. With a defect, every
 * field that could be read is set and the rest is zero; `def` is NULL when the id is not in the
 * table, `layout` likewise.
 */
struct vmsg {
    const uint8_t *bytes;
    uint32_t delivered; /* bytes that came, whatever msg_size claims */
    uint8_t type, msg_id;
    uint16_t dev_num, token, msg_size;
    enum vmsg_defect defect;
    const struct vmsg_def *def;
    const struct vmsg_layout *layout;
    const uint8_t *payload; /* within both msg_size and delivered */
    uint32_t payload_len;
    uint64_t f[VMSG_MAX_FIELDS]; /* fixed fields; index with VMSG_<NAME>_REQ_<field> */
    const uint8_t *tail;         /* NULL: none */
    uint32_t tail_len;           /* bytes of the tail that are there, at most what count says */
    uint32_t extra;              /* payload bytes after every defined field */
    uint32_t trailing;           /* delivered bytes after msg_size */
};

static inline bool vmsg_is_response(const struct vmsg *m)
{
    return m->type & VMSG_TYPE_RESPONSE;
}

static inline bool vmsg_is_bus(const struct vmsg *m)
{
    return m->type & VMSG_TYPE_BUS;
}

static inline bool vmsg_is_event(const struct vmsg *m)
{
    return m->msg_id & VMSG_ID_EVENT;
}

/* Definitions. Lookup is constant time; NULL when the table has no such message. */
const struct vmsg_def *vmsg_def_by_id(enum vmsg_namespace ns, uint8_t msg_id);
const struct vmsg_def *vmsg_def_by_name(const char *name);
const struct vmsg_def *vmsg_def_at(size_t i); /* i-th entry, NULL past the end */

/* Decode `len` delivered bytes (0 and up; more than 65,535 is allowed, msg_size cannot say it). */
void vmsg_decode(struct vmsg *m, const void *bytes, size_t len);

/* The 16 bytes of a UUID field of a decoded message, NULL when they are not there. */
const uint8_t *vmsg_uuid(const struct vmsg *m, unsigned field);

/* i-th le32 of an LE32S tail; 0 past its end. */
uint32_t vmsg_tail_u32(const struct vmsg *m, uint32_t i);

struct vmsg_header {
    uint8_t type, msg_id;
    uint16_t dev_num, token, msg_size;
};

/* Write 8 bytes. */
void vmsg_put_header(uint8_t out[VMSG_HEADER_SIZE], const struct vmsg_header *h);

/*
 * Encode a message. `type` carries the response bit (the bus bit comes from the definition);
 * `f` holds the layout's fixed fields in order (may be NULL: zeros), `uuid` the UUID field's
 * bytes (may be NULL: nil), `tail` the tail's bytes. msg_size is the true length. Returns the
 * length, or 0 when it does not fit `cap` or exceeds 65,535.
 */
size_t vmsg_encode(uint8_t *out, size_t cap, const struct vmsg_def *def, bool response,
                   uint16_t dev_num, uint16_t token, const uint64_t *f, const uint8_t *uuid,
                   const void *tail, size_t tail_len);

static inline uint16_t vmsg_le16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t vmsg_le32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t vmsg_le64(const uint8_t *p)
{
    return (uint64_t)vmsg_le32(p) | (uint64_t)vmsg_le32(p + 4) << 32;
}

void vmsg_put_le16(uint8_t *p, uint16_t v);
void vmsg_put_le32(uint8_t *p, uint32_t v);
void vmsg_put_le64(uint8_t *p, uint64_t v);

/* True for bit masks, addresses and ids, which read better in hexadecimal. */
bool vmsg_field_is_hex(const struct vmsg_field *field);

/* One sentence for a defect, lower case, no full stop. */
const char *vmsg_defect_text(enum vmsg_defect defect);

/*
 * One line of text, the notation of every output, e.g.
 *   GET_CONFIG resp dev=0 tok=7 generation=3 offset=0 length=4 data=00100000
 * Truncates at `cap` (always terminated) and returns the full length, like snprintf. Long tails
 * are cut with "..."; control characters never appear. Defects are named at the end in brackets.
 */
size_t vmsg_text(char *out, size_t cap, const void *bytes, size_t len);

#endif
