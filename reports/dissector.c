/* Writing the dissector: what the C side knows as Lua tables, then the Lua that works from them. */
#include "reports/dissector.h"

#include "adapters/pcap/record.h"
#include "harness/embed.h"
#include "harness/wire/wire.h"

extern const struct vmsg_embedded vmsg_embedded_dissector[];

#define LINKTYPE_USER0 147

static const char *type_text(enum vmsg_field_type type)
{
    switch (type) {
    case VMSG_U8:
        return "u8";
    case VMSG_LE16:
        return "le16";
    case VMSG_LE32:
        return "le32";
    case VMSG_LE64:
        return "le64";
    case VMSG_UUID:
        return "uuid";
    case VMSG_BYTES:
        return "bytes";
    case VMSG_LE32S:
        return "le32s";
    case VMSG_BITMAP:
        break;
    }
    return "bitmap";
}

static void write_layout(FILE *out, const char *name, const struct vmsg_layout *l)
{
    fprintf(out, "      %s = { size = %u, fields = {", name, l->fixed_size);
    for (unsigned i = 0; i < l->n_fields; i++)
        fprintf(out, "\n        { name = \"%s\", type = \"%s\", offset = %u%s },",
                l->fields[i].name, type_text(l->fields[i].type), l->fields[i].offset,
                vmsg_field_is_hex(&l->fields[i]) ? ", hex = true" : "");
    fputs(" }", out);
    if (l->tail)
        fprintf(out, ",\n        tail = { name = \"%s\", type = \"%s\", count = \"%s\" }",
                l->tail->name, type_text(l->tail->type), l->fields[l->count_field].name);
    fputs(" },\n", out);
}

static void write_messages(FILE *out)
{
    static const char *const sides[] = {[VMSG_SIDE_DRIVER] = "driver",
                                        [VMSG_SIDE_DEVICE] = "device",
                                        [VMSG_SIDE_EITHER] = "either"};
    const struct vmsg_def *d;

    fputs("local MESSAGES = {\n", out);
    for (size_t i = 0; (d = vmsg_def_at(i)); i++) {
        fprintf(out, "    { name = \"%s\", bus = %s, id = 0x%02x, event = %s, from = \"%s\",\n",
                d->name, d->ns == VMSG_NS_BUS ? "true" : "false", d->msg_id,
                d->kind == VMSG_KIND_EVENT ? "true" : "false", sides[d->initiator]);
        write_layout(out, "request", &d->request);
        write_layout(out, "response", &d->response);
        fputs("    },\n", out);
    }
    fputs("}\n\n", out);
}

static void write_pseudo(FILE *out)
{
    static const char *const kinds[] = {
        [VMSG_TAPE_MESSAGE] = "message", [VMSG_TAPE_RUN] = "run",
        [VMSG_TAPE_SESSION] = "session", [VMSG_TAPE_CONNECT] = "connect",
        [VMSG_TAPE_NOTE] = "note",       [VMSG_TAPE_REMARK] = "remark",
        [VMSG_TAPE_SETTLE] = "settle",   [VMSG_TAPE_FINDING] = "finding",
        [VMSG_TAPE_CLOSE] = "close",     [VMSG_TAPE_END] = "end",
        [VMSG_TAPE_COMMAND] = "command", [VMSG_TAPE_LAYOUT] = "layout",
    };

    fprintf(out, "local PSEUDO = { magic = \"%s\", size = %u, user = %d,\n", VMSG_PSEUDO_MAGIC,
            VMSG_PSEUDO_SIZE, VMSG_LINKTYPE - LINKTYPE_USER0);
    fprintf(out, "    MESSAGE = %d, SESSION = %d, FINDING = %d, CLOSE = %d,\n", VMSG_TAPE_MESSAGE,
            VMSG_TAPE_SESSION, VMSG_TAPE_FINDING, VMSG_TAPE_CLOSE);
    fprintf(out, "    vq_reserved = 0x%x, vq_unreserved = 0x%x,\n    kinds = {", VMSG_VQ_RESERVED,
            (~VMSG_VQ_RESERVED) + 1);
    for (int i = 0; i < VMSG_TAPE_KIND_COUNT; i++)
        fprintf(out, " [%d] = \"%s\",", i, kinds[i]);
    fputs(" } }\n\n", out);
}

void vmsg_dissector_write(FILE *out)
{
    fputs(
        "-- Wireshark dissector of virtio-msg, made by 'vmsgspec dissector' from its wire table.\n"
        "-- SPDX-License-Identifier: BSD-3-Clause\n\n",
        out);
    write_messages(out);
    write_pseudo(out);
    fwrite(vmsg_embedded_dissector[0].data, 1, vmsg_embedded_dissector[0].length, out);
}
