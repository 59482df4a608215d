/* Total decoding: any bytes become a struct vmsg, nothing is read past the delivered length. */
#include "harness/wire/notation.h"

/* Only the first defect counts; the enum is ordered as the checks are. */
static void set_defect(struct vmsg *m, enum vmsg_defect defect)
{
    if (m->defect == VMSG_WELL_FORMED)
        m->defect = defect;
}

/*
 * The value of a fixed field whose bytes are all there; 0 for a UUID, which vmsg_uuid() reads. It
 * is the upper end of the eight bytes that end with the field: the header is before every payload,
 * so they are there, and one load does for all types; two shifts do without a branch, as one by 64
 * is not defined.
 */
static inline uint64_t read_field(const uint8_t *payload, const struct vmsg_field *field)
{
    return vmsg_le64(payload + field->word) >> field->half >> field->half;
}

/* Bytes that a tail's count field asks for; 64 bits, so that count * 4 cannot overflow. */
static uint64_t tail_bytes(enum vmsg_field_type type, uint64_t count)
{
    if (type == VMSG_LE32S)
        return count * 4;
    if (type == VMSG_BITMAP)
        return (count + 7) / 8;
    return count;
}

/* The fields before the cut. */
static void decode_short_payload(struct vmsg *m)
{
    set_defect(m, VMSG_SHORT_PAYLOAD);
    for (unsigned i = 0; i < m->layout->n_fields; i++) {
        const struct vmsg_field *field = &m->layout->fields[i];

        if (m->payload_len < field->offset + vmsg_field_size(field->type))
            return;
        m->f[i] = read_field(m->payload, field);
    }
}

/* An event may omit its tail and still say the affected length ("EVENT_CONFIG"). */
static void decode_payload(struct vmsg *m)
{
    const struct vmsg_layout *layout = m->layout;
    const struct vmsg_field *fields = layout->fields; /* in registers: m->f might be anything */
    const uint8_t *payload = m->payload;
    unsigned n = layout->n_fields;
    uint32_t left = 0;

    if (m->payload_len < layout->fixed_size) {
        decode_short_payload(m);
        return;
    }
    for (unsigned i = 0; i < n; i++)
        m->f[i] = read_field(payload, &fields[i]);
    left = m->payload_len - layout->fixed_size;
    if (layout->tail) {
        uint64_t want = tail_bytes(layout->tail->type, m->f[layout->count_field]);

        m->tail = m->payload + layout->fixed_size;
        m->tail_len = want < left ? (uint32_t)want : left;
        if (want > left && !(left == 0 && m->def->kind == VMSG_KIND_EVENT))
            set_defect(m, VMSG_SHORT_TAIL);
    }
    m->extra = left - m->tail_len;
}

/* A cut-off header: whole fields are set, and no definition, since the sizes are unknown. */
static void decode_short_header(struct vmsg *m)
{
    m->defect = VMSG_SHORT_HEADER;
    if (m->delivered > 0)
        m->type = m->bytes[0];
    if (m->delivered > 1)
        m->msg_id = m->bytes[1];
    if (m->delivered > 3)
        m->dev_num = vmsg_le16(m->bytes + 2);
    if (m->delivered > 5)
        m->token = vmsg_le16(m->bytes + 4);
}

/* What the header says and what is not there. */
static inline void decode_header(struct vmsg *m, const uint8_t *p)
{
    m->type = p[0];
    m->msg_id = p[1];
    m->dev_num = vmsg_le16(p + 2);
    m->token = vmsg_le16(p + 4);
    m->msg_size = vmsg_le16(p + 6);
    m->payload = p + VMSG_HEADER_SIZE;
}

/* Member by member: an assignment of the whole became half the cost of decoding. */
static inline void clear(struct vmsg *m)
{
    m->defect = VMSG_WELL_FORMED;
    m->def = NULL;
    m->layout = NULL;
    m->tail = NULL;
    m->tail_len = m->extra = 0;
    for (unsigned i = 0; i < VMSG_MAX_FIELDS; i++)
        m->f[i] = 0;
}

void vmsg_decode(struct vmsg *m, const void *bytes, size_t len)
{
    const uint8_t *p = bytes;
    uint32_t end;

    clear(m);
    m->bytes = p;
    m->delivered = len < UINT32_MAX ? (uint32_t)len : UINT32_MAX;
    if (len < VMSG_HEADER_SIZE) {
        decode_header(m, (const uint8_t[VMSG_HEADER_SIZE]){0});
        m->payload = NULL;
        m->payload_len = m->trailing = 0;
        decode_short_header(m);
        return;
    }
    decode_header(m, p);
    end = m->msg_size;
    if (end < VMSG_HEADER_SIZE) {
        m->defect = VMSG_SIZE_BELOW_HEADER;
        end = VMSG_HEADER_SIZE;
    } else if (end > m->delivered) {
        m->defect = VMSG_SIZE_BEYOND;
        end = m->delivered;
    }
    m->payload_len = end - VMSG_HEADER_SIZE;
    m->trailing = m->delivered - end;

    if (vmsg_is_event(m) && vmsg_is_response(m))
        set_defect(m, VMSG_EVENT_RESPONSE);
    m->def = vmsg_def_by_id(vmsg_is_bus(m) ? VMSG_NS_BUS : VMSG_NS_TRANSPORT, m->msg_id);
    if (!m->def) {
        set_defect(m,
                   m->msg_id & VMSG_ID_IMPLEMENTATION ? VMSG_IMPLEMENTATION_ID : VMSG_UNKNOWN_ID);
        return;
    }
    m->layout = m->def->kind == VMSG_KIND_EXCHANGE && vmsg_is_response(m) ? &m->def->response
                                                                          : &m->def->request;
    decode_payload(m);
}

const uint8_t *vmsg_uuid(const struct vmsg *m, unsigned field)
{
    const struct vmsg_field *at;

    if (!m->layout || field >= m->layout->n_fields)
        return NULL;
    at = &m->layout->fields[field];
    if (at->type != VMSG_UUID || m->payload_len < at->offset + 16u)
        return NULL;
    return m->payload + at->offset;
}

uint32_t vmsg_tail_u32(const struct vmsg *m, uint32_t i)
{
    return i < m->tail_len / 4 ? vmsg_le32(m->tail + (size_t)i * 4) : 0;
}

const char *vmsg_defect_text(enum vmsg_defect defect)
{
    switch (defect) {
    case VMSG_WELL_FORMED:
        return "well formed";
    case VMSG_SHORT_HEADER:
        return "shorter than the header";
    case VMSG_SIZE_BELOW_HEADER:
        return "msg_size below the header size";
    case VMSG_SIZE_BEYOND:
        return "msg_size beyond the delivered bytes";
    case VMSG_EVENT_RESPONSE:
        return "event with the response bit";
    case VMSG_UNKNOWN_ID:
        return "unknown message id";
    case VMSG_IMPLEMENTATION_ID:
        return "implementation-defined message id";
    case VMSG_SHORT_PAYLOAD:
        return "payload shorter than its fixed fields";
    case VMSG_SHORT_TAIL:
        return "payload shorter than its count field says";
    }
    return "unknown defect";
}
