/* A log as a Lua scenario; see lua.h. */
#include "fuzz/lua.h"

#include "fuzz/far.h"
#include "fuzz/lua_message.h"
#include "fuzz/lua_rules.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

/* Does the SUT say something before the next step, and what *last? Then its coming is waited for.
 * What the device that is played says is no step. */
static bool speaks_next(const struct vmsg_fuzz_log *log, size_t at,
                        struct vmsg_fuzz_log_entry *last)
{
    struct vmsg_fuzz_log_entry e;
    bool speaks = false;

    while (vmsg_fuzz_log_next(log, &at, &e)) {
        if (e.what == VMSG_FUZZ_CAME) {
            speaks = true;
            *last = e;
        } else if (vmsg_lua_is_played(e.what)) {
            vmsg_fuzz_log_next(log, &at, &e); /* what was sent */
        } else if (e.what != VMSG_FUZZ_REPLIED && e.what != VMSG_FUZZ_PERTURBED) {
            break;
        }
    }
    return speaks;
}

/* Then it need only be waited for, and no fence is a message more than the script has. */
static bool is_answer(const struct vmsg_fuzz_log_entry *request,
                      const struct vmsg_fuzz_log_entry *came)
{
    struct vmsg r, m;

    vmsg_decode(&r, request->bytes, request->len);
    vmsg_decode(&m, came->bytes, came->len);
    return vmsg_lua_is_sent(request) && r.def->kind == VMSG_KIND_EXCHANGE && vmsg_is_response(&m) &&
           m.defect == VMSG_WELL_FORMED && m.def == r.def && m.dev_num == r.dev_num &&
           m.token == r.token;
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
        fprintf(out, VMSG_LUA_INDENT "t:watch(%u, 0x%" PRIx64 ", %u)\n", told->vq, told->address,
                told->dev_num);
        return;
    case VMSG_FUZZ_TOLD_UNWATCHED:
        fprintf(out, VMSG_LUA_INDENT "t:unwatch(%u, %u)\n", told->vq, told->dev_num);
        return;
    case VMSG_FUZZ_TOLD_REFUSED:
        fprintf(out,
                VMSG_LUA_INDENT "for _ = 1, %u do\n" VMSG_LUA_INDENT
                                "    t:kick(%u, %u)\n" VMSG_LUA_INDENT "end\n",
                accepted(log, told) + 1, told->vq, told->dev_num);
        return;
    case VMSG_FUZZ_TOLD_OUTLASTED:
        return; /* at the end, for all devices */
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
        fprintf(out,
                VMSG_LUA_INDENT "if t:gone(%u) then\n" VMSG_LUA_INDENT
                                "    t:upper(\"%s\")\n" VMSG_LUA_INDENT "end\n",
                dev, line);
    else
        fprintf(out, VMSG_LUA_INDENT "t:%s(\"%.*s\")\n", driver ? "try_upper" : "upper",
                (int)e->len, (const char *)e->bytes);
}

static void put_step(FILE *out, const struct vmsg_fuzz_story *s,
                     const struct vmsg_fuzz_log_entry *e, size_t after)
{
    bool driver = s->target->role == VMSG_ROLE_DRIVER;
    struct vmsg_fuzz_log_entry last;

    if (e->what == VMSG_FUZZ_SENT) {
        bool waits = s->target->role == VMSG_ROLE_DEVICE && speaks_next(s->log, after, &last);
        bool answered = waits && is_answer(e, &last);

        vmsg_lua_put_sent(out, s, e, answered);
        if (waits && !answered)
            fputs(VMSG_LUA_INDENT "t:fence()\n", out);
    } else if (e->what == VMSG_FUZZ_COMMANDED && !is_judged(s->log, e)) {
        put_command(out, s, e, after);
    } else if (e->what == VMSG_FUZZ_WROTE) {
        uint64_t offset = vmsg_le64(e->bytes);

        fprintf(out, VMSG_LUA_INDENT "t:write(0x%" PRIx64 ", ",
                s->target->params.mem_base + offset);
        vmsg_lua_put_string(out, e->bytes + 8, e->len - 8);
        fputs(")\n", out);
    } else if (e->what == VMSG_FUZZ_DIRECTED) {
        fprintf(out, VMSG_LUA_INDENT "%s:device(\"%.*s\")\n", driver ? "t" : "t.far", (int)e->len,
                (const char *)e->bytes);
    } else if (e->what == VMSG_FUZZ_TOLD) {
        struct vmsg_fuzz_told told = vmsg_fuzz_told_of(e);

        put_told(out, s->log, &told);
    }
}

/* The scenario lets a bus find its devices in its own way. */
static void skip_opening(FILE *out, const struct vmsg_fuzz_log *log, size_t *at)
{
    struct vmsg_fuzz_log_entry e;

    fputs(VMSG_LUA_INDENT "t:find_devices()\n", out);
    while (vmsg_fuzz_log_next(log, at, &e) && e.what != VMSG_FUZZ_OPENED)
        ;
}

/* What a driver or a bus did since the last step. */
struct meanwhile {
    bool spoke, failed; /* a bus, a request of that device and token */
    unsigned dev, token;
    unsigned rules, met; /* that there were; the one that applied after it spoke last, 0: none */
};

/* Before a step, the scenario is to be where the script was. */
static void put_wait(FILE *out, const struct vmsg_fuzz_story *s, struct meanwhile *m)
{
    if (s->target->role == VMSG_ROLE_DEVICE)
        return;
    if (m->met)
        fprintf(out, VMSG_LUA_INDENT "t:await_met(rules[%u])\n", m->met);
    else if (m->spoke)
        fputs(VMSG_LUA_INDENT "t:quiet()\n", out);
    if (m->failed)
        fprintf(out, VMSG_LUA_INDENT "t:await_failure(%u, %u)\n", m->token, m->dev);
    m->spoke = m->failed = false;
    m->met = 0;
}

/* A message of a driver or a bus. */
static void hear(struct meanwhile *m, const struct vmsg_fuzz_log_entry *e)
{
    struct vmsg v;

    vmsg_decode(&v, e->bytes, e->len);
    m->spoke = true;
    m->met = 0;
    if (e->endpoint != 0 || !vmsg_is_bus(&v) || v.msg_id != VMSG_ID_REQUEST_FAILED || v.defect)
        return;
    m->failed = true;
    m->dev = (unsigned)v.f[VMSG_REQUEST_FAILED_REQ_dev_num];
    m->token = (unsigned)v.f[VMSG_REQUEST_FAILED_REQ_token];
}

static void put_release(FILE *out, const struct vmsg_fuzz_story *s, struct meanwhile *m)
{
    put_wait(out, s, m);
    fprintf(out, VMSG_LUA_INDENT "%s:release()\n",
            s->target->role == VMSG_ROLE_BUS ? "t.far" : "t");
}

static void put_entry(FILE *out, const struct vmsg_fuzz_story *s, struct meanwhile *m,
                      const struct vmsg_fuzz_log_entry *e, size_t after)
{
    switch (e->what) {
    case VMSG_FUZZ_CAME:
        hear(m, e);
        return;
    case VMSG_FUZZ_PERTURBED:
        m->rules++;
        m->met = vmsg_lua_is_awaited(s, after) ? m->rules : 0;
        return;
    case VMSG_FUZZ_SENT:
    case VMSG_FUZZ_COMMANDED:
    case VMSG_FUZZ_WROTE:
    case VMSG_FUZZ_DIRECTED:
    case VMSG_FUZZ_TOLD:
        put_wait(out, s, m);
        put_step(out, s, e, after);
        return;
    default:
        return;
    }
}

/* What such a driver does has no end, or was told before the script had one. */
static bool never_ends(const struct vmsg_fuzz_story *s)
{
    static const char clause[] = "drv.error-signaling.2:";

    return s->target->role == VMSG_ROLE_DRIVER &&
           (s->result->end == VMSG_FUZZ_FLOOD || !strncmp(s->result->text, clause, strlen(clause)));
}

static void put_outlast(FILE *out, const struct vmsg_fuzz_story *s)
{
    const struct vmsg_fuzz_target *t = s->target;
    struct vmsg_fuzz_log_entry e;
    unsigned n = 0;

    for (size_t at = 0; vmsg_fuzz_log_next(s->log, &at, &e);)
        if (e.what == VMSG_FUZZ_TOLD && vmsg_fuzz_told_of(&e).what == VMSG_FUZZ_TOLD_OUTLASTED)
            fprintf(out, n++ ? ", %u" : VMSG_LUA_INDENT "t:outlast(%u",
                    vmsg_fuzz_told_of(&e).dev_num);
    for (size_t i = 0; n == i && i < t->n_devices && never_ends(s); i++)
        fprintf(out, n++ ? ", %u" : VMSG_LUA_INDENT "t:outlast(%u", t->devices[i]);
    if (n)
        fputs(")\n", out);
}

static void put_steps(FILE *out, const struct vmsg_fuzz_story *s)
{
    enum vmsg_fuzz_logged last = VMSG_FUZZ_PLAYED;
    struct vmsg_fuzz_log_entry e, sent;
    struct meanwhile m = {0};

    for (size_t at = 0; vmsg_fuzz_log_next(s->log, &at, &e); last = e.what) {
        if (e.what == VMSG_FUZZ_RELEASED && last != VMSG_FUZZ_RELEASED)
            put_release(out, s, &m);
        if (vmsg_lua_is_played(e.what))
            vmsg_fuzz_log_next(s->log, &at, &sent); /* the scenario's own device sends it */
        else if (e.what == VMSG_FUZZ_OPENING)
            skip_opening(out, s->log, &at);
        else
            put_entry(out, s, &m, &e, at);
    }
    put_wait(out, s, &m);
    put_outlast(out, s);
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
        vmsg_lua_put_rules(out, s);
    put_steps(out, s);
    fputs("        end,\n    },\n}\n", out);
}
