/* A log as a Lua scenario; see lua.h. */
#include "fuzz/lua.h"

#include "fuzz/far.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#define INDENT "            "

static void put_string(FILE *out, const uint8_t *bytes, size_t len)
{
    fputc('"', out);
    for (size_t i = 0; i < len; i++)
        fprintf(out, "\\x%02x", bytes[i]);
    fputc('"', out);
}

static void put_line_comment(FILE *out, const uint8_t *bytes, size_t len)
{
    char text[200];

    vmsg_text(text, sizeof text, bytes, len);
    fprintf(out, INDENT "-- %.150s\n", text);
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
        put_string(out, m->tail, m->tail_len);
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

/* Does the SUT say something before the next step? Then its coming is waited for. What the device
 * that is played says is no step. */
static bool speaks_next(const struct vmsg_fuzz_log *log, size_t at)
{
    struct vmsg_fuzz_log_entry e;

    while (vmsg_fuzz_log_next(log, &at, &e)) {
        if (e.what == VMSG_FUZZ_CAME)
            return true;
        if (e.what == VMSG_FUZZ_PLAYED || e.what == VMSG_FUZZ_BENT || e.what == VMSG_FUZZ_RELEASED)
            vmsg_fuzz_log_next(log, &at, &e); /* what was sent */
        else if (e.what != VMSG_FUZZ_REPLIED && e.what != VMSG_FUZZ_PERTURBED)
            return false;
    }
    return false;
}

static void put_sent(FILE *out, const struct vmsg_fuzz_story *s,
                     const struct vmsg_fuzz_log_entry *e)
{
    bool to_driver = s->target->role == VMSG_ROLE_DRIVER;
    const char *who = e->endpoint ? "t.far" : "t";
    struct vmsg m;

    vmsg_decode(&m, e->bytes, e->len);
    if (is_plain(&m, e->bytes, e->len) && !vmsg_is_response(&m)) {
        fprintf(out, INDENT "%s:%s(\"%s\", ", who,
                to_driver || e->endpoint         ? "say"
                : m.def->kind == VMSG_KIND_EVENT ? "event"
                                                 : "send",
                m.def->name);
        put_fields(out, &m);
        fprintf(out, ", { dev = %u, token = %u })\n", m.dev_num, m.token);
        return;
    }
    put_line_comment(out, e->bytes, e->len);
    fprintf(out, INDENT "%s:raw(", who);
    put_string(out, e->bytes, e->len);
    fputs(")\n", out);
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
        put_string(out, bytes, len);
        return;
    }
    put_string(out, bytes, 4);
    fputs(" .. string.pack(\"<I2\", ", out);
    fprintf(out, off ? "request.token ~ 0x%x" : "request.token", off);
    fputs(") .. ", out);
    put_string(out, bytes + 6, len - 6);
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
        fprintf(out, INDENT "    return \"%s\"\n", known ? words[fate] : "lose");
        return;
    }
    if (fate == VMSG_FUZZ_BEFORE && comes_from_device(s->log, &at, VMSG_FUZZ_BENT, &second)) {
        fprintf(out, INDENT "    %s:raw(", who);
        put_string(out, sent.bytes, sent.len);
        fputs(")\n", out);
        return;
    }
    fputs(INDENT "    return ", out);
    if (vmsg_is_response(m) && fate != VMSG_FUZZ_REPLACE)
        put_answer(out, sent.bytes, sent.len, m->token);
    else
        put_string(out, sent.bytes, sent.len);
    fputc('\n', out);
}

/* A perturbed answer, and what was sent in its place, which comes next in the log. */
static void put_rule(FILE *out, const struct vmsg_fuzz_story *s,
                     const struct vmsg_fuzz_log_entry *e, size_t at)
{
    const char *who = s->target->role == VMSG_ROLE_BUS ? "t.far" : "t";
    uint32_t len = vmsg_le32(e->bytes);
    const uint8_t *step = e->bytes + 4 + len;
    struct vmsg m;

    vmsg_decode(&m, e->bytes + 4, len);
    if (!m.def)
        return;
    put_line_comment(out, e->bytes + 4, len);
    fprintf(out, INDENT "%s:%s(\"%s\", function(_, request)\n", who,
            vmsg_is_response(&m) ? "on_answer" : "on_event", m.def->name);
    put_fate(out, s, &m, who, VMSG_FUZZ_FATE(step[1]), at);
    fprintf(out, INDENT "end, { times = 1, skip = %u, dev = %u })\n", ordinal(s->log, at, &m),
            m.dev_num);
}

static void put_rules(FILE *out, const struct vmsg_fuzz_story *s)
{
    struct vmsg_fuzz_log_entry e;

    for (size_t at = 0; vmsg_fuzz_log_next(s->log, &at, &e);)
        if (e.what == VMSG_FUZZ_PERTURBED)
            put_rule(out, s, &e, at);
}

/* The command by which the driver's user makes a buffer available. */
static void kick_line(const struct vmsg_fuzz_told *t, char *line, size_t size)
{
    snprintf(line, size, "kick %u %u", t->dev_num, t->vq);
}

static bool is_line(const struct vmsg_fuzz_log_entry *e, enum vmsg_fuzz_logged what,
                    const char *line)
{
    return e->what == what && e->len == strlen(line) && !memcmp(e->bytes, line, e->len);
}

/* Is a kick like this one refused, which the oracle has to be told? */
static bool is_judged(const struct vmsg_fuzz_log *log, const struct vmsg_fuzz_log_entry *command)
{
    struct vmsg_fuzz_log_entry e;
    struct vmsg_fuzz_told told;
    char line[40];

    for (size_t at = 0; vmsg_fuzz_log_next(log, &at, &e);) {
        if (e.what != VMSG_FUZZ_TOLD)
            continue;
        told = vmsg_fuzz_told_of(&e);
        kick_line(&told, line, sizeof line);
        if (told.what == VMSG_FUZZ_TOLD_REFUSED && is_line(command, VMSG_FUZZ_COMMANDED, line))
            return true;
    }
    return false;
}

/* How many buffers there was room for before. */
static unsigned accepted(const struct vmsg_fuzz_log *log, const struct vmsg_fuzz_told *told)
{
    struct vmsg_fuzz_log_entry e;
    bool commanded = false;
    unsigned n = 0;
    char line[40];

    kick_line(told, line, sizeof line);
    for (size_t at = 0; vmsg_fuzz_log_next(log, &at, &e);) {
        if (e.what == VMSG_FUZZ_COMMANDED)
            commanded = is_line(&e, VMSG_FUZZ_COMMANDED, line);
        n += commanded && is_line(&e, VMSG_FUZZ_REPLIED, "ok");
    }
    return n;
}

static void put_told(FILE *out, const struct vmsg_fuzz_log *log, const struct vmsg_fuzz_told *told)
{
    switch (told->what) {
    case VMSG_FUZZ_TOLD_WATCHED:
        fprintf(out, INDENT "t:watch(%u, 0x%" PRIx64 ", %u)\n", told->vq, told->address,
                told->dev_num);
        return;
    case VMSG_FUZZ_TOLD_UNWATCHED:
        fprintf(out, INDENT "t:unwatch(%u, %u)\n", told->vq, told->dev_num);
        return;
    case VMSG_FUZZ_TOLD_REFUSED:
        fprintf(out, INDENT "for _ = 1, %u do\n" INDENT "    t:kick(%u, %u)\n" INDENT "end\n",
                accepted(log, told) + 1, told->vq, told->dev_num);
        return;
    case VMSG_FUZZ_TOLD_OUTLASTED:
        fprintf(out, INDENT "t:exhaust(%u)\n", told->dev_num);
        return;
    }
}

/* Does the SUT's user take the device away in this log before that? */
static bool is_removed_by_command(const struct vmsg_fuzz_log *log, size_t until, unsigned dev)
{
    struct vmsg_fuzz_log_entry e;
    bool removed = false;
    char add[20], remove[20];

    snprintf(add, sizeof add, "add %u", dev);
    snprintf(remove, sizeof remove, "remove %u", dev);
    for (size_t at = 0; at < until && vmsg_fuzz_log_next(log, &at, &e) && at < until;) {
        removed |= is_line(&e, VMSG_FUZZ_COMMANDED, remove);
        removed &= !is_line(&e, VMSG_FUZZ_COMMANDED, add);
    }
    return removed;
}

/* A device comes only where it has gone, which it may not do of a SUT that is mended. */
static void put_command(FILE *out, const struct vmsg_fuzz_story *s,
                        const struct vmsg_fuzz_log_entry *e, size_t after)
{
    bool driver = s->target->role == VMSG_ROLE_DRIVER;
    char line[20];
    unsigned dev;

    snprintf(line, sizeof line, "%.*s", (int)e->len, (const char *)e->bytes);
    if (!driver && sscanf(line, "add %u", &dev) == 1 && !is_removed_by_command(s->log, after, dev))
        fprintf(out, INDENT "if t:gone(%u) then\n" INDENT "    t:upper(\"%s\")\n" INDENT "end\n",
                dev, line);
    else
        fprintf(out, INDENT "t:%s(\"%.*s\")\n", driver ? "try_upper" : "upper", (int)e->len,
                (const char *)e->bytes);
}

static void put_step(FILE *out, const struct vmsg_fuzz_story *s,
                     const struct vmsg_fuzz_log_entry *e, size_t after)
{
    bool driver = s->target->role == VMSG_ROLE_DRIVER;

    if (e->what == VMSG_FUZZ_SENT) {
        put_sent(out, s, e);
        if (speaks_next(s->log, after))
            fputs(driver ? INDENT "t:quiet()\n" : INDENT "t:fence()\n", out);
    } else if (e->what == VMSG_FUZZ_COMMANDED && !is_judged(s->log, e)) {
        put_command(out, s, e, after);
    } else if (e->what == VMSG_FUZZ_WROTE) {
        uint64_t offset = vmsg_le64(e->bytes);

        fprintf(out, INDENT "t:write(0x%" PRIx64 ", ", s->target->params.mem_base + offset);
        put_string(out, e->bytes + 8, e->len - 8);
        fputs(")\n", out);
    } else if (e->what == VMSG_FUZZ_DIRECTED) {
        fprintf(out, INDENT "%s:device(\"%.*s\")\n", driver ? "t" : "t.far", (int)e->len,
                (const char *)e->bytes);
        if (speaks_next(s->log, after))
            fputs(INDENT "t:quiet()\n", out);
    } else if (e->what == VMSG_FUZZ_TOLD) {
        struct vmsg_fuzz_told told = vmsg_fuzz_told_of(e);

        put_told(out, s->log, &told);
    }
}

/* The scenario lets a bus find its devices in its own way. */
static void skip_opening(FILE *out, const struct vmsg_fuzz_log *log, size_t *at)
{
    struct vmsg_fuzz_log_entry e;

    fputs(INDENT "t:find_devices()\n", out);
    while (vmsg_fuzz_log_next(log, at, &e) && e.what != VMSG_FUZZ_OPENED)
        ;
}

static void put_steps(FILE *out, const struct vmsg_fuzz_story *s)
{
    const char *who = s->target->role == VMSG_ROLE_BUS ? "t.far" : "t";
    enum vmsg_fuzz_logged last = VMSG_FUZZ_PLAYED;
    struct vmsg_fuzz_log_entry e, sent;

    for (size_t at = 0; vmsg_fuzz_log_next(s->log, &at, &e); last = e.what) {
        if (e.what == VMSG_FUZZ_RELEASED && last != VMSG_FUZZ_RELEASED)
            fprintf(out, INDENT "%s:release()\n", who);
        if (e.what == VMSG_FUZZ_PLAYED || e.what == VMSG_FUZZ_BENT || e.what == VMSG_FUZZ_RELEASED)
            vmsg_fuzz_log_next(s->log, &at, &sent); /* the scenario's own device sends it */
        else if (e.what == VMSG_FUZZ_OPENING)
            skip_opening(out, s->log, &at);
        else
            put_step(out, s, &e, at);
    }
}

/* A name as scenarios have it. */
static void put_name(FILE *out, const char *key)
{
    for (; *key; key++)
        fputc(isalnum((unsigned char)*key) ? *key : '-', out);
}

static void put_text(FILE *out, const char *text)
{
    for (; *text; text++)
        if (*text == '"' || *text == '\\')
            fprintf(out, "\\%c", *text);
        else
            fputc(isprint((unsigned char)*text) ? *text : '?', out);
}

/* Those that a driver is given. */
static void put_devices(FILE *out, const struct vmsg_fuzz_story *s)
{
    const struct vmsg_fuzz_target *t = s->target;

    fprintf(out, "        device = { model = \"%s\", others = {", vmsg_fuzz_far_model(0, s->model));
    for (size_t i = 1; i < t->n_devices; i++)
        fprintf(out, "%s { %u, \"%s\" }", i > 1 ? "," : "", t->devices[i],
                vmsg_fuzz_far_model(i, s->model));
    fputs(" } },\n", out);
}

void vmsg_fuzz_write_lua(FILE *out, const struct vmsg_fuzz_story *s)
{
    /* What a SUT that dies or falls silent is accused of, by its role; and what it has always
     * shown when it does neither, so that the scenario passes then. */
    static const char *const robust[] = {"dev.error-signaling.1\", \"dev.ordering.2",
                                         "drv.error-signaling.1\", \"drv.mandatory.1",
                                         "bus.error-signaling.4\", \"bus.error-signaling.1"};
    const struct vmsg_fuzz_result *r = s->result;
    int clause = (int)strcspn(r->text, ":");

    fputs("-- Found by vmsgspec fuzz and made small. Run it with\n"
          "--   vmsgspec run --role ... --sut ... --scenario THIS_FILE --select 'file/*'\n"
          "return {\n    {\n        name = \"",
          out);
    put_name(out, r->key);
    fputs("\",\n        requirement = \"", out);
    put_text(out, r->text);
    fputs("\",\n        clauses = { \"", out);
    if (r->end == VMSG_FUZZ_BROKEN)
        fprintf(out, "%.*s", clause, r->text);
    else
        fputs(robust[s->target->role], out);
    fputs("\" },\n        scope = \"bus\",\n", out);
    if (s->target->role == VMSG_ROLE_DRIVER)
        put_devices(out, s);
    if (s->target->role != VMSG_ROLE_DEVICE)
        fputs("        unopened = true,\n", out);
    fputs("        run = function(t)\n", out);
    if (s->target->role != VMSG_ROLE_DEVICE)
        put_rules(out, s);
    if (s->target->role == VMSG_ROLE_DRIVER)
        fputs(INDENT "t:quiet()\n", out);
    put_steps(out, s);
    fputs("        end,\n    },\n}\n", out);
}
