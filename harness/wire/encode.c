/* Encoding: headers and whole messages from field values. */
#include "harness/wire/wire.h"

#include <string.h>

void vmsg_put_le16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

void vmsg_put_le32(uint8_t *p, uint32_t v)
{
    vmsg_put_le16(p, (uint16_t)v);
    vmsg_put_le16(p + 2, (uint16_t)(v >> 16));
}

void vmsg_put_le64(uint8_t *p, uint64_t v)
{
    vmsg_put_le32(p, (uint32_t)v);
    vmsg_put_le32(p + 4, (uint32_t)(v >> 32));
}

void vmsg_put_header(uint8_t out[VMSG_HEADER_SIZE], const struct vmsg_header *h)
{
    out[0] = h->type;
    out[1] = h->msg_id;
    vmsg_put_le16(out + 2, h->dev_num);
    vmsg_put_le16(out + 4, h->token);
    vmsg_put_le16(out + 6, h->msg_size);
}

static void put_field(uint8_t *payload, const struct vmsg_field *field, uint64_t v,
                      const uint8_t *uuid)
{
    uint8_t *p = payload + field->offset;

    switch (field->type) {
    case VMSG_U8:
        *p = (uint8_t)v;
        return;
    case VMSG_LE16:
        vmsg_put_le16(p, (uint16_t)v);
        return;
    case VMSG_LE32:
        vmsg_put_le32(p, (uint32_t)v);
        return;
    case VMSG_LE64:
        vmsg_put_le64(p, v);
        return;
    case VMSG_UUID:
        if (uuid)
            memcpy(p, uuid, 16);
        return;
    case VMSG_BYTES:
    case VMSG_LE32S:
    case VMSG_BITMAP:
        return; /* tails are not fixed fields */
    }
}

size_t vmsg_encode(uint8_t *out, size_t cap, const struct vmsg_def *def, bool response,
                   uint16_t dev_num, uint16_t token, const uint64_t *f, const uint8_t *uuid,
                   const void *tail, size_t tail_len)
{
    const struct vmsg_layout *layout =
        response && def->kind == VMSG_KIND_EXCHANGE ? &def->response : &def->request;
    size_t fixed = VMSG_HEADER_SIZE + (size_t)layout->fixed_size;
    struct vmsg_header h = {.msg_id = def->msg_id, .dev_num = dev_num, .token = token};

    if (tail_len > VMSG_MAX_SIZE_MOST - fixed || fixed + tail_len > cap)
        return 0;
    h.type = (uint8_t)((response ? VMSG_TYPE_RESPONSE : 0) |
                       (def->ns == VMSG_NS_BUS ? VMSG_TYPE_BUS : 0));
    h.msg_size = (uint16_t)(fixed + tail_len);
    vmsg_put_header(out, &h);
    memset(out + VMSG_HEADER_SIZE, 0, layout->fixed_size);
    for (unsigned i = 0; i < layout->n_fields; i++)
        put_field(out + VMSG_HEADER_SIZE, &layout->fields[i], f ? f[i] : 0, uuid);
    if (tail_len)
        memcpy(out + fixed, tail, tail_len);
    return fixed + tail_len;
}
