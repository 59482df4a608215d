/* Messages as Lua; see lua_message.h. */
#include "fuzz/lua_message.h"

#include <inttypes.h>
#include <string.h>

void vmsg_lua_put_string(FILE *out, const uint8_t *bytes, size_t len)
{
    fputc('"', out);
    for (size_t i = 0; i < len; i++)
        fprintf(out, "\\x%02x", bytes[i]);
    fputc('"', out);
}

void vmsg_lua_put_comment(FILE *out, const uint8_t *bytes, size_t len)
{
    char text[200];

    vmsg_text(text, sizeof text, bytes, len);
    fprintf(out, VMSG_LUA_INDENT "-- %.150s\n", text);
}

static bool is_hex(uint64_t v)
{
    return v > 0xFFFF;
}

static void put_number(FILE *out, const char *name, uint64_t v)
{
    if (v > INT64_MAX) /* Lua's integers are signed; hexadecimal ones wrap */
        fprintf(out, "%s = 0x%" PRIx64, name, v);
    else
        fprintf(out, is_hex(v) ? "%s = 0x%" PRIx64 : "%s = %" PRIu64, name, v);
}

static void put_tail(FILE *out, const struct vmsg *m)
{
    if (m->layout->tail->type != VMSG_LE32S) {
        fprintf(out, "%s = ", m->layout->tail->name);
        vmsg_lua_put_string(out, m->tail, m->tail_len);
        return;
    }
    fprintf(out, "%s = { ", m->layout->tail->name);
    for (uint32_t i = 0; i < m->tail_len / 4; i++)
        fprintf(out, "%s0x%x", i ? ", " : "", vmsg_tail_u32(m, i));
    fputs(" }", out);
}

/* { offset = 0, length = 8 } */
static void put_fields(FILE *out, const struct vmsg *m)
{
    const char *between = "";

    fputs("{ ", out);
    for (unsigned i = 0; i < m->layout->n_fields; i++) {
        if (m->f[i] == 0 || m->layout->fields[i].type == VMSG_UUID)
            continue;
        fputs(between, out);
        put_number(out, m->layout->fields[i].name, m->f[i]);
        between = ", ";
    }
    if (m->layout->tail && m->tail_len) {
        fputs(between, out);
        put_tail(out, m);
    }
    fputs(" }", out);
}

/* Would the fields alone give these bytes? Then they can be written by name. */
static bool is_plain(const struct vmsg *m, const uint8_t *bytes, size_t len)
{
    static uint8_t again[65536];
    size_t n;

    if (m->defect || !m->layout || m->extra || m->trailing)
        return false;
    n = vmsg_encode(again, sizeof again, m->def, vmsg_is_response(m), m->dev_num, m->token, m->f,
                    NULL, m->tail, m->tail_len);
    return n == len && !memcmp(again, bytes, len);
}

bool vmsg_lua_is_sent(const struct vmsg_fuzz_log_entry *e)
{
    struct vmsg m;

    vmsg_decode(&m, e->bytes, e->len);
    return is_plain(&m, e->bytes, e->len) && !vmsg_is_response(&m);
}

void vmsg_lua_put_sent(FILE *out, const struct vmsg_fuzz_story *s,
                       const struct vmsg_fuzz_log_entry *e, bool awaits)
{
    bool to_driver = s->target->role == VMSG_ROLE_DRIVER;
    const char *who = e->endpoint ? "t.far" : "t";
    struct vmsg m;

    vmsg_decode(&m, e->bytes, e->len);
    if (vmsg_lua_is_sent(e)) {
        fprintf(out, VMSG_LUA_INDENT "%s%s:%s(\"%s\", ", awaits ? "t:await(" : "", who,
                to_driver || e->endpoint         ? "say"
                : m.def->kind == VMSG_KIND_EVENT ? "event"
                                                 : "send",
                m.def->name);
        put_fields(out, &m);
        fprintf(out, ", { dev = %u, token = %u })%s\n", m.dev_num, m.token, awaits ? ")" : "");
        return;
    }
    vmsg_lua_put_comment(out, e->bytes, e->len);
    fprintf(out, VMSG_LUA_INDENT "%s:raw(", who);
    vmsg_lua_put_string(out, e->bytes, e->len);
    fputs(")\n", out);
}
