/* The pseudo-header; see record.h. All numbers are little-endian, as on the virtio-msg wire. */
#include "adapters/pcap/record.h"

#include "harness/wire/wire.h"

#include <string.h>

enum {
    AT_FORMAT = 4,
    AT_SIZE = 5,
    AT_KIND = 6,
    AT_FLAGS = 7,
    AT_JUDGED = 8, /* and three zero bytes */
    AT_SESSION = 12,
    AT_INDEX = 16, /* and four zero bytes */
    AT_TIME = 24,

    FLAG_FROM_SUT = 1,
    FLAG_TO_DRIVER = 2,
    FLAG_ENDPOINT = 4,
};

void vmsg_pseudo_put(uint8_t out[VMSG_PSEUDO_SIZE], const struct vmsg_tape_record *r)
{
    memset(out, 0, VMSG_PSEUDO_SIZE);
    memcpy(out, VMSG_PSEUDO_MAGIC, 4);
    out[AT_FORMAT] = VMSG_PSEUDO_FORMAT;
    out[AT_SIZE] = VMSG_PSEUDO_SIZE;
    out[AT_KIND] = (uint8_t)r->kind;
    out[AT_FLAGS] =
        (uint8_t)((r->from_sut ? FLAG_FROM_SUT : 0) | (r->to_driver ? FLAG_TO_DRIVER : 0) |
                  (r->endpoint ? FLAG_ENDPOINT : 0));
    out[AT_JUDGED] = r->judged;
    vmsg_put_le32(out + AT_SESSION, r->session);
    vmsg_put_le32(out + AT_INDEX, r->index);
    vmsg_put_le64(out + AT_TIME, r->t_ns);
}

bool vmsg_pseudo_begins(const uint8_t *packet, size_t len)
{
    return len >= 4 && memcmp(packet, VMSG_PSEUDO_MAGIC, 4) == 0;
}

/*
 * Nearly every packet is a message behind a header as it is written above: magic, format, size and
 * kind are compared in one go.
 */
static inline bool usual(const uint8_t *p, size_t len)
{
    static const uint8_t begins[8] = {'V', 'M', 'S', 'G', VMSG_PSEUDO_FORMAT, VMSG_PSEUDO_SIZE};

    return len >= VMSG_PSEUDO_SIZE && (vmsg_le64(p) ^ vmsg_le64(begins)) << 8 == 0;
}

static const char *why_unusual(const uint8_t *p, size_t len)
{
    if (!vmsg_pseudo_begins(p, len))
        return "it does not begin with the pseudo-header";
    if (len < VMSG_PSEUDO_SIZE || p[AT_SIZE] < VMSG_PSEUDO_SIZE || p[AT_SIZE] > len)
        return "its pseudo-header is cut off";
    if (p[AT_FORMAT] != VMSG_PSEUDO_FORMAT)
        return "its pseudo-header has a format that this version does not know";
    return p[AT_KIND] < VMSG_TAPE_KIND_COUNT ? NULL : "it is of no known kind";
}

const char *vmsg_pseudo_get(struct vmsg_tape_record *r, const uint8_t *p, size_t len)
{
    const char *why = usual(p, len) ? NULL : why_unusual(p, len);

    if (why)
        return why;
    if (p[AT_JUDGED] != 1 && p[AT_JUDGED] != 2 && p[AT_JUDGED] != 4)
        return "it does not tell the role of what is tested";
    *r = (struct vmsg_tape_record){
        .kind = (enum vmsg_tape_kind)p[AT_KIND],
        .session = vmsg_le32(p + AT_SESSION),
        .index = vmsg_le32(p + AT_INDEX),
        .t_ns = vmsg_le64(p + AT_TIME),
        .judged = p[AT_JUDGED],
        .from_sut = p[AT_FLAGS] & FLAG_FROM_SUT,
        .to_driver = p[AT_FLAGS] & FLAG_TO_DRIVER,
        .endpoint = (p[AT_FLAGS] & FLAG_ENDPOINT) != 0,
        .payload = p + p[AT_SIZE],
        .len = len - p[AT_SIZE],
    };
    return NULL;
}
