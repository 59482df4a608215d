/* Rules of a scenario for what the device that is played sends; see lua_rules.h. */
#include "fuzz/lua_rules.h"

#include "fuzz/lua_message.h"

#include <string.h>

bool vmsg_lua_is_played(enum vmsg_fuzz_logged what)
{
    return what == VMSG_FUZZ_PLAYED || what == VMSG_FUZZ_BENT || what == VMSG_FUZZ_RELEASED;
}

/* Is it what the device that is played sends next, as it is or bent? Then *sent is that. */
static bool comes_from_device(const struct vmsg_fuzz_log *log, size_t *at,
                              enum vmsg_fuzz_logged how, struct vmsg_fuzz_log_entry *sent)
{
    size_t next = *at;

    if (!vmsg_fuzz_log_next(log, &next, sent) || sent->what != how ||
        !vmsg_fuzz_log_next(log, &next, sent))
        return false;
    *at = next;
    return true;
}

/* An answer as Lua: by the token of the request that it answers, as far as it had that. */
static void put_answer(FILE *out, const uint8_t *bytes, size_t len, uint16_t right)
{
    uint16_t off = len < 6 ? 0 : (uint16_t)(vmsg_le16(bytes + 4) ^ right);

    if (len < 6) {
        vmsg_lua_put_string(out, bytes, len);
        return;
    }
    vmsg_lua_put_string(out, bytes, 4);
    fputs(" .. string.pack(\"<I2\", ", out);
    fprintf(out, off ? "request.token ~ 0x%x" : "request.token", off);
    fputs(") .. ", out);
    vmsg_lua_put_string(out, bytes + 6, len - 6);
}

/* How many of that name went before as they were, so that the rule meets the right one. */
static unsigned ordinal(const struct vmsg_fuzz_log *log, size_t until, const struct vmsg *m)
{
    struct vmsg_fuzz_log_entry e;
    unsigned n = 0;
    struct vmsg other;

    for (size_t at = 0; at < until;) {
        if (!comes_from_device(log, &at, VMSG_FUZZ_PLAYED, &e)) {
            if (!vmsg_fuzz_log_next(log, &at, &e))
                break;
            continue;
        }
        vmsg_decode(&other, e.bytes, e.len);
        n += other.def == m->def && vmsg_is_response(&other) == vmsg_is_response(m) &&
             other.dev_num == m->dev_num;
    }
    return n;
}

/* What becomes of the message `m`, by the step and by what it made of it, which comes at `at`. */
static void put_fate(FILE *out, const struct vmsg_fuzz_story *s, const struct vmsg *m,
                     const char *who, unsigned fate, size_t at)
{
    static const char *const words[] = {
        [VMSG_FUZZ_LOSE] = "lose", [VMSG_FUZZ_TWICE] = "twice", [VMSG_FUZZ_HOLD] = "hold"};
    bool known = fate == VMSG_FUZZ_LOSE || fate == VMSG_FUZZ_TWICE || fate == VMSG_FUZZ_HOLD;
    struct vmsg_fuzz_log_entry sent, second;

    if (known || !comes_from_device(s->log, &at, VMSG_FUZZ_BENT, &sent)) {
        fprintf(out, VMSG_LUA_INDENT "    return \"%s\"\n", known ? words[fate] : "lose");
        return;
    }
    if (fate == VMSG_FUZZ_BEFORE && comes_from_device(s->log, &at, VMSG_FUZZ_BENT, &second)) {
        fprintf(out, VMSG_LUA_INDENT "    %s:raw(", who);
        vmsg_lua_put_string(out, sent.bytes, sent.len);
        fputs(")\n", out);
        return;
    }
    fputs(VMSG_LUA_INDENT "    return ", out);
    if (vmsg_is_response(m) && fate != VMSG_FUZZ_REPLACE)
        put_answer(out, sent.bytes, sent.len, m->token);
    else
        vmsg_lua_put_string(out, sent.bytes, sent.len);
    fputc('\n', out);
}

/* A perturbed answer, and what was sent in its place, which comes next in the log. */
static void put_rule(FILE *out, const struct vmsg_fuzz_story *s,
                     const struct vmsg_fuzz_log_entry *e, size_t at, unsigned number)
{
    const char *who = s->target->role == VMSG_ROLE_BUS ? "t.far" : "t";
    uint32_t len = vmsg_le32(e->bytes);
    const uint8_t *step = e->bytes + 4 + len;
    struct vmsg m;

    vmsg_decode(&m, e->bytes + 4, len);
    if (!m.def)
        return;
    vmsg_lua_put_comment(out, e->bytes + 4, len);
    fputs(VMSG_LUA_INDENT, out);
    if (number)
        fprintf(out, "rules[%u] = ", number);
    fprintf(out, "%s:%s(\"%s\", function(_, request)\n", who,
            vmsg_is_response(&m) ? "on_answer" : "on_event", m.def->name);
    put_fate(out, s, &m, who, VMSG_FUZZ_FATE(step[1]), at);
    fprintf(out, VMSG_LUA_INDENT "end, { times = 1, skip = %u, dev = %u })\n",
            ordinal(s->log, at, &m), m.dev_num);
}

bool vmsg_lua_is_awaited(const struct vmsg_fuzz_story *s, size_t at)
{
    struct vmsg_fuzz_log_entry e;
    bool any;

    if (s->target->role != VMSG_ROLE_DRIVER)
        return false;
    while ((any = vmsg_fuzz_log_next(s->log, &at, &e)) && vmsg_lua_is_played(e.what))
        vmsg_fuzz_log_next(s->log, &at, &e);
    if (!any)
        return false;
    return e.what == VMSG_FUZZ_SENT || e.what == VMSG_FUZZ_COMMANDED || e.what == VMSG_FUZZ_WROTE ||
           e.what == VMSG_FUZZ_DIRECTED;
}

void vmsg_lua_put_rules(FILE *out, const struct vmsg_fuzz_story *s)
{
    struct vmsg_fuzz_log_entry e;
    unsigned n = 0, awaited = 0;

    for (size_t at = 0; vmsg_fuzz_log_next(s->log, &at, &e);)
        awaited += e.what == VMSG_FUZZ_PERTURBED && vmsg_lua_is_awaited(s, at);
    if (awaited)
        fputs(VMSG_LUA_INDENT "local rules = {}\n", out);
    for (size_t at = 0; vmsg_fuzz_log_next(s->log, &at, &e);)
        if (e.what == VMSG_FUZZ_PERTURBED) {
            n++;
            put_rule(out, s, &e, at, vmsg_lua_is_awaited(s, at) ? n : 0);
        }
}
