/* One line of text for any message: the notation of every output. */
#include "harness/wire/notation.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Longest run of payload bytes that is printed whole. */
#define SHOWN_BYTES 32u

struct line {
    char *out;
    size_t cap, len; /* len counts what did not fit, too */
};

__attribute__((format(printf, 2, 3))) static void put(struct line *l, const char *format, ...)
{
    size_t at = l->len < l->cap ? l->len : l->cap;
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(at < l->cap ? l->out + at : NULL, l->cap - at, format, args);
    va_end(args);
    if (n > 0)
        l->len += (size_t)n;
}

static void put_hex(struct line *l, const uint8_t *p, size_t len)
{
    for (size_t i = 0; i < len && i < SHOWN_BYTES; i++)
        put(l, "%02x", p[i]);
    if (len > SHOWN_BYTES)
        put(l, "...");
}

static void put_tail(struct line *l, const struct vmsg *m)
{
    put(l, " %s=", m->layout->tail->name);
    if (m->layout->tail->type != VMSG_LE32S) {
        put_hex(l, m->tail, m->tail_len);
        return;
    }
    for (uint32_t i = 0; i < m->tail_len / 4 && i < SHOWN_BYTES / 4; i++)
        put(l, "%s0x%08x", i ? "," : "", vmsg_tail_u32(m, i));
    if (m->tail_len > SHOWN_BYTES)
        put(l, "...");
}

static void put_field(struct line *l, const struct vmsg *m, unsigned i)
{
    const struct vmsg_field *field = &m->layout->fields[i];
    char uuid[VMSG_UUID_TEXT_SIZE];

    if (field->type == VMSG_UUID) {
        vmsg_uuid_text(uuid, vmsg_uuid(m, i));
        put(l, " %s=%s", field->name, uuid);
    } else if (vmsg_field_is_hex(field)) {
        put(l, " %s=0x%llx", field->name, (unsigned long long)m->f[i]);
    } else {
        put(l, " %s=%llu", field->name, (unsigned long long)m->f[i]);
    }
}

static void put_payload(struct line *l, const struct vmsg *m)
{
    uint32_t shown = 0; /* payload bytes that fields account for */

    if (!m->layout) {
        put(l, " payload=");
        put_hex(l, m->payload, m->payload_len);
        return;
    }
    for (unsigned i = 0; i < m->layout->n_fields; i++) {
        const struct vmsg_field *field = &m->layout->fields[i];

        if (m->payload_len < field->offset + vmsg_field_size(field->type))
            break;
        put_field(l, m, i);
        shown = field->offset + vmsg_field_size(field->type);
    }
    if (m->tail)
        put_tail(l, m);
    shown += m->tail_len;
    if (m->extra) {
        put(l, " +extra=");
        put_hex(l, m->payload + shown, m->extra);
    } else if (shown < m->payload_len) {
        put(l, " +cut="); /* the start of a field that is not all there */
        put_hex(l, m->payload + shown, m->payload_len - shown);
    }
}

static void put_header(struct line *l, const struct vmsg *m)
{
    if (vmsg_is_bus(m))
        put(l, "bus ");
    if (m->def)
        put(l, "%s", m->def->name);
    else
        put(l, "0x%02x", m->msg_id);
    put(l, " %s", vmsg_kind_text(m));
    if (!vmsg_is_bus(m) || m->dev_num != 0)
        put(l, " dev=%u", m->dev_num);
    put(l, " tok=%u", m->token);
    if (m->type & VMSG_TYPE_RESERVED)
        put(l, " type=0x%02x", m->type);
    if (m->msg_size != m->delivered)
        put(l, " msg_size=%u", m->msg_size);
}

size_t vmsg_text(char *out, size_t cap, const void *bytes, size_t len)
{
    struct line l = {out, cap, 0};
    struct vmsg m;

    vmsg_decode(&m, bytes, len);
    if (m.defect == VMSG_SHORT_HEADER) {
        put(&l, "short bytes=");
        put_hex(&l, m.bytes, m.delivered);
    } else {
        put_header(&l, &m);
        put_payload(&l, &m);
        if (m.trailing)
            put(&l, " +trailing=%u", m.trailing);
    }
    if (m.defect != VMSG_WELL_FORMED)
        put(&l, " [%s]", vmsg_defect_text(m.defect));
    return l.len;
}
