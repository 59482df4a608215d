/* Messages as Lua tables; see wire_lua.h. */
#include "harness/engine/wire_lua.h"

#include "harness/wire/wire.h"

#include <lauxlib.h>
#include <string.h>

int vmsg_lua_messages(lua_State *L)
{
    const struct vmsg_def *def;

    lua_newtable(L);
    for (size_t i = 0; (def = vmsg_def_at(i)) != NULL; i++) {
        lua_createtable(L, 0, 5);
        lua_pushstring(L, def->name);
        lua_setfield(L, -2, "name");
        lua_pushinteger(L, def->msg_id);
        lua_setfield(L, -2, "id");
        lua_pushboolean(L, def->ns == VMSG_NS_BUS);
        lua_setfield(L, -2, "bus");
        lua_pushboolean(L, def->kind == VMSG_KIND_EVENT);
        lua_setfield(L, -2, "event");
        lua_pushboolean(L, def->initiator == VMSG_SIDE_EITHER);
        lua_setfield(L, -2, "either");
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* ---- encoding ---- */

#define FIELDS_AT 4 /* stack index of the fields table */

/* Push fields[name]; its type. */
static int push_field(lua_State *L, const char *name)
{
    lua_pushstring(L, name);
    return lua_rawget(L, FIELDS_AT);
}

static uint64_t most_of(enum vmsg_field_type type)
{
    switch (type) {
    case VMSG_U8:
        return UINT8_MAX;
    case VMSG_LE16:
        return UINT16_MAX;
    case VMSG_LE32:
    case VMSG_LE32S:
        return UINT32_MAX;
    default:
        return UINT64_MAX;
    }
}

/* The integer at the top of the stack, checked; pops it. */
static uint64_t take_integer(lua_State *L, const char *message, const struct vmsg_field *field)
{
    int is_integer;
    lua_Integer v = lua_tointegerx(L, -1, &is_integer);
    uint64_t most = most_of(field->type);

    if (!is_integer || lua_type(L, -1) != LUA_TNUMBER)
        luaL_error(L, "%s: field '%s' is no integer", message, field->name);
    if (most != UINT64_MAX && (v < 0 || (uint64_t)v > most))
        luaL_error(L, "%s: %I does not fit field '%s'", message, (LUAI_UACINT)v, field->name);
    lua_pop(L, 1);
    return (uint64_t)v;
}

/* A message under construction. */
struct draft {
    const struct vmsg_def *def;
    const struct vmsg_layout *layout;
    uint16_t dev, token;
    bool response;
    uint64_t f[VMSG_MAX_FIELDS];
    const uint8_t *uuid;
    const char *tail;
    size_t tail_len;
    uint64_t count; /* what the counting field is when it is missing */
    int known;      /* fields of the table that were used */
    bool counted;   /* the counting field was given */
};

static void read_fixed(lua_State *L, struct draft *d)
{
    for (unsigned i = 0; i < d->layout->n_fields; i++) {
        const struct vmsg_field *field = &d->layout->fields[i];

        if (push_field(L, field->name) == LUA_TNIL) {
            lua_pop(L, 1);
            continue;
        }
        d->known++;
        if (field->type == VMSG_UUID) {
            size_t len;

            if (lua_type(L, -1) != LUA_TSTRING || (lua_tolstring(L, -1, &len), len != 16))
                luaL_error(L, "%s: field '%s' is no string of 16 bytes", d->def->name, field->name);
            d->uuid = (const uint8_t *)lua_tostring(L, -1); /* kept alive by the table */
            lua_pop(L, 1);
            continue;
        }
        d->f[i] = take_integer(L, d->def->name, field);
        d->counted |= d->layout->tail && i == d->layout->count_field;
    }
}

/* A list of integers becomes a string of le32 at the top of the stack. */
static void pack_integers(lua_State *L, struct draft *d)
{
    lua_Unsigned n = lua_rawlen(L, -1);
    luaL_Buffer b;
    char *out;

    if (n > VMSG_MAX_SIZE_MOST / 4)
        luaL_error(L, "%s: '%s' is too long for a message", d->def->name, d->layout->tail->name);
    out = luaL_buffinitsize(L, &b, n * 4 + 1);
    for (lua_Unsigned i = 0; i < n; i++) {
        lua_rawgeti(L, FIELDS_AT + 1, (lua_Integer)i + 1);
        vmsg_put_le32((uint8_t *)out + i * 4,
                      (uint32_t)take_integer(L, d->def->name, d->layout->tail));
    }
    luaL_pushresultsize(&b, n * 4);
    d->count = n;
}

/* Leaves the tail's string on the stack, at FIELDS_AT + 1 or above. */
static void read_tail(lua_State *L, struct draft *d)
{
    const struct vmsg_field *tail = d->layout->tail;

    lua_settop(L, FIELDS_AT);
    if (!tail || push_field(L, tail->name) == LUA_TNIL)
        return;
    d->known++;
    if (tail->type == VMSG_LE32S) {
        if (!lua_istable(L, -1))
            luaL_error(L, "%s: field '%s' is no list of integers", d->def->name, tail->name);
        pack_integers(L, d);
    } else if (lua_type(L, -1) != LUA_TSTRING) {
        luaL_error(L, "%s: field '%s' is no string", d->def->name, tail->name);
    }
    d->tail = lua_tolstring(L, -1, &d->tail_len);
    if (tail->type != VMSG_LE32S)
        d->count = tail->type == VMSG_BITMAP ? d->tail_len * 8 : d->tail_len;
    if (!d->counted)
        d->f[d->layout->count_field] = d->count;
}

/* A field that the layout does not have is a mistake of the scenario's. */
static void check_names(lua_State *L, const struct draft *d)
{
    int n = 0;

    lua_settop(L, FIELDS_AT + 2); /* the tail's string stays */
    for (lua_pushnil(L); lua_next(L, FIELDS_AT); lua_pop(L, 1))
        n++;
    if (n == d->known)
        return;
    for (lua_pushnil(L); lua_next(L, FIELDS_AT); lua_pop(L, 1)) {
        const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "[...]";
        bool found = d->layout->tail && strcmp(d->layout->tail->name, name) == 0;

        for (unsigned i = 0; i < d->layout->n_fields && !found; i++)
            found = strcmp(d->layout->fields[i].name, name) == 0;
        if (!found)
            luaL_error(L, "%s has no field '%s'", d->def->name, name);
    }
}

static uint16_t check_u16(lua_State *L, int arg, const char *what)
{
    lua_Integer v = luaL_checkinteger(L, arg);

    if (v < 0 || v > UINT16_MAX)
        luaL_error(L, "%s %I does not fit 16 bits", what, (LUAI_UACINT)v);
    return (uint16_t)v;
}

/* The message that the first argument names, or numbers as in the list of all. */
static const struct vmsg_def *check_def(lua_State *L)
{
    bool by_number = lua_isinteger(L, 1);
    lua_Integer at = lua_tointeger(L, 1);
    const struct vmsg_def *def = !by_number ? vmsg_def_by_name(luaL_checkstring(L, 1))
                                 : at > 0   ? vmsg_def_at((size_t)at - 1)
                                            : NULL;

    if (!def)
        luaL_error(L, "no message '%s' in the wire table", lua_tostring(L, 1));
    return def;
}

/* The draft that the arguments at 1 to 5 describe; leaves its tail's string on the stack. */
static void read_draft(lua_State *L, struct draft *d, bool response)
{
    *d = (struct draft){.def = check_def(L)};
    if (response && d->def->kind == VMSG_KIND_EVENT)
        luaL_error(L, "%s is an event: it has no response", d->def->name);
    d->dev = check_u16(L, 2, "dev");
    d->token = check_u16(L, 3, "token");
    d->response = response;
    d->layout = response ? &d->def->response : &d->def->request;
    lua_settop(L, FIELDS_AT);
    if (lua_isnil(L, FIELDS_AT))
        return;
    luaL_checktype(L, FIELDS_AT, LUA_TTABLE);
    read_fixed(L, d);
    read_tail(L, d);
    check_names(L, d);
}

static size_t draft_size(const struct draft *d)
{
    return VMSG_HEADER_SIZE + (size_t)d->layout->fixed_size + d->tail_len;
}

static size_t write_draft(lua_State *L, const struct draft *d, void *out, size_t cap)
{
    size_t n = vmsg_encode(out, cap, d->def, d->response, d->dev, d->token, d->f, d->uuid, d->tail,
                           d->tail_len);

    if (n == 0)
        luaL_error(L, "%s: the message is longer than 65,535 bytes", d->def->name);
    return n;
}

int vmsg_lua_encode(lua_State *L)
{
    struct draft d;
    luaL_Buffer b;
    size_t cap;

    read_draft(L, &d, lua_toboolean(L, 5));
    cap = draft_size(&d);
    luaL_pushresultsize(&b, write_draft(L, &d, luaL_buffinitsize(L, &b, cap), cap));
    return 1;
}

size_t vmsg_lua_encode_request(lua_State *L, uint8_t out[static VMSG_MAX_SIZE_MOST],
                               struct vmsg_lua_request *asked)
{
    struct draft d;

    read_draft(L, &d, false);
    *asked = (struct vmsg_lua_request){.def = d.def, .dev = d.dev, .token = d.token};
    return write_draft(L, &d, out, VMSG_MAX_SIZE_MOST);
}

/* ---- decoding ---- */

static void push_tail(lua_State *L, const struct vmsg *m)
{
    const struct vmsg_field *tail = m->layout->tail;

    if (tail->type == VMSG_LE32S) {
        lua_createtable(L, (int)(m->tail_len / 4), 0);
        for (uint32_t i = 0; i < m->tail_len / 4; i++) {
            lua_pushinteger(L, vmsg_tail_u32(m, i));
            lua_rawseti(L, -2, (lua_Integer)i + 1);
        }
    } else {
        lua_pushlstring(L, m->tail ? (const char *)m->tail : "", m->tail ? m->tail_len : 0);
    }
    lua_setfield(L, -2, tail->name);
}

/* A table of every field of the layout, or nil when there is no layout. */
static void push_fields(lua_State *L, const struct vmsg *m)
{
    if (!m->layout) {
        lua_pushnil(L);
        return;
    }
    lua_createtable(L, 0, m->layout->n_fields + 2);
    for (unsigned i = 0; i < m->layout->n_fields; i++) {
        const struct vmsg_field *field = &m->layout->fields[i];
        const uint8_t *uuid = field->type == VMSG_UUID ? vmsg_uuid(m, i) : NULL;

        if (uuid)
            lua_pushlstring(L, (const char *)uuid, 16);
        else if (field->type == VMSG_UUID)
            lua_pushliteral(L, "");
        else
            lua_pushinteger(L, (lua_Integer)m->f[i]);
        lua_setfield(L, -2, field->name);
    }
    if (m->layout->tail)
        push_tail(L, m);
}

static void push_defect(lua_State *L, const struct vmsg *m)
{
    if (m->defect == VMSG_WELL_FORMED)
        lua_pushnil(L);
    else
        lua_pushstring(L, vmsg_defect_text(m->defect));
}

int vmsg_lua_push_message(lua_State *L, const void *bytes, size_t len)
{
    struct vmsg m;

    vmsg_decode(&m, bytes, len);
    if (m.def)
        lua_pushstring(L, m.def->name);
    else
        lua_pushnil(L);
    push_fields(L, &m);
    lua_pushinteger(L, m.type);
    lua_pushinteger(L, m.msg_id);
    lua_pushinteger(L, m.dev_num);
    lua_pushinteger(L, m.token);
    push_defect(L, &m);
    return 7;
}

bool vmsg_lua_push_answer(lua_State *L, const void *bytes, size_t len,
                          const struct vmsg_lua_request *asked)
{
    struct vmsg m;

    vmsg_decode(&m, bytes, len);
    if (m.defect != VMSG_WELL_FORMED || m.def != asked->def || m.layout != &m.def->response ||
        m.dev_num != asked->dev || m.token != asked->token)
        return false;
    push_fields(L, &m);
    return true;
}

int vmsg_lua_push_as(lua_State *L, uint8_t *bytes, size_t len, uint8_t type)
{
    uint8_t as_sent = len ? bytes[0] : 0;
    struct vmsg m;

    if (len)
        bytes[0] = type;
    vmsg_decode(&m, bytes, len);
    if (!m.layout)
        lua_newtable(L);
    else
        push_fields(L, &m);
    push_defect(L, &m);
    if (len)
        bytes[0] = as_sent;
    return 2;
}
