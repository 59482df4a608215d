/* The reference device for the prelude; see device_lua.h. */
#include "harness/engine/device_lua.h"

#include "harness/engine/memory_lua.h"
#include "harness/engine/played_rings.h"
#include "harness/engine/script.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#define OUT_MOST (64u << 20) /* what one call may make it send */

static struct vmsg_played *played_of(lua_State *L)
{
    struct vmsg_played *p = &vmsg_script_of(L)->played;

    if (!p->peer)
        luaL_error(L, "no device is open here");
    return p;
}

void vmsg_played_close(struct vmsg_played *p)
{
    vmsg_peer_free(p->peer);
    free(p->out);
    *p = (struct vmsg_played){0};
}

static void sent(void *ctx, const void *msg, size_t len)
{
    struct vmsg_played *p = ctx;
    uint32_t n = (uint32_t)len;
    size_t need = p->n_out + sizeof n + len;

    if (need > p->cap_out) {
        size_t cap = need * 2;
        uint8_t *more = cap <= OUT_MOST ? realloc(p->out, cap) : NULL;

        p->out_of_memory |= !more;
        if (!more)
            return;
        p->out = more;
        p->cap_out = cap;
    }
    memcpy(p->out + p->n_out, &n, sizeof n);
    memcpy(p->out + p->n_out + sizeof n, msg, len);
    p->n_out = need;
}

/* Push what the device sent during this call. */
static int push_sent(lua_State *L, struct vmsg_played *p)
{
    lua_Integer i = 0;
    uint32_t n;

    if (p->out_of_memory)
        return luaL_error(L, "not enough memory for what the reference device sends");
    lua_newtable(L);
    for (size_t at = 0; at < p->n_out; at += sizeof n + n) {
        memcpy(&n, p->out + at, sizeof n);
        lua_pushlstring(L, (const char *)p->out + at + sizeof n, n);
        lua_rawseti(L, -2, ++i);
    }
    p->n_out = 0;
    return 1;
}

static uint64_t field(lua_State *L, const char *name)
{
    uint64_t v;

    lua_getfield(L, 1, name);
    v = (uint64_t)luaL_optinteger(L, -1, 0);
    lua_pop(L, 1);
    return v;
}

/* The strings stay on the stack, so that they live as long as the call. */
static void read_devices(lua_State *L, struct vmsg_peer_config *config)
{
    lua_getfield(L, 1, "devices");
    luaL_checktype(L, -1, LUA_TTABLE);
    for (lua_Integer i = 1; lua_rawgeti(L, -1, i) == LUA_TTABLE; i++) {
        if (config->n_devices == VMSG_PEER_MAX_DEVICES)
            luaL_error(L, "at most %d devices", VMSG_PEER_MAX_DEVICES);
        luaL_checkstack(L, 4, NULL);
        lua_rawgeti(L, -1, 1);
        lua_rawgeti(L, -2, 2);
        config->devices[config->n_devices].dev_num = (uint16_t)luaL_checkinteger(L, -2);
        config->devices[config->n_devices++].model = luaL_checkstring(L, -1);
        lua_insert(L, 2);
        lua_pop(L, 2);
    }
    lua_pop(L, 2);
}

static void read_quirks(lua_State *L, struct vmsg_peer_config *config)
{
    lua_getfield(L, 1, "quirks");
    for (lua_Integer i = 1; lua_istable(L, -1) && lua_rawgeti(L, -1, i) == LUA_TSTRING; i++) {
        if (i > VMSG_PEER_MAX_QUIRKS)
            luaL_error(L, "at most %d quirks", VMSG_PEER_MAX_QUIRKS);
        luaL_checkstack(L, 4, NULL);
        config->quirks[i - 1] = lua_tostring(L, -1);
        lua_insert(L, 2);
    }
}

int vmsg_lua_device_open(lua_State *L)
{
    struct vmsg_script *s = vmsg_script_of(L);
    struct vmsg_connection *c = vmsg_connection_of(L);
    struct vmsg_peer_config config = {.role = VMSG_ROLE_DEVICE};
    const struct vmsg_sut_host host = {
        .ctx = &s->played,
        .send = sent,
        .mem = c->memory,
        .mem_base = c->mem_base,
        .mem_size = c->mem_size,
        .revision = 1,
        .max_msg_size = (uint32_t)field(L, "max_msg_size"),
        .transport_features = field(L, "transport_features"),
    };
    char err[256];

    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    read_devices(L, &config);
    read_quirks(L, &config);
    lua_getfield(L, 1, "polling");
    config.polling = lua_toboolean(L, -1);
    config.seed = field(L, "seed");
    vmsg_played_close(&s->played);
    s->played.peer = vmsg_peer_new(&config, &host, err, sizeof err);
    if (!s->played.peer)
        return luaL_error(L, "%s", err);
    vmsg_peer_tick(s->played.peer, vmsg_connection_now(c));
    return 0;
}

int vmsg_lua_device_receive(lua_State *L)
{
    struct vmsg_played *p = played_of(L);
    size_t len;
    const char *bytes = luaL_checklstring(L, 1, &len);

    vmsg_peer_tick(p->peer, vmsg_connection_now(vmsg_connection_of(L)));
    vmsg_peer_receive(p->peer, bytes, len);
    return push_sent(L, p);
}

int vmsg_lua_device_tick(lua_State *L)
{
    struct vmsg_played *p = played_of(L);

    vmsg_peer_tick(p->peer, vmsg_connection_now(vmsg_connection_of(L)));
    return push_sent(L, p);
}

int vmsg_lua_device_command(lua_State *L)
{
    struct vmsg_played *p = played_of(L);
    char reply[256];

    vmsg_peer_command(p->peer, luaL_checkstring(L, 1), reply, sizeof reply);
    lua_pushstring(L, reply);
    return 1 + push_sent(L, p);
}

int vmsg_lua_device_deadline(lua_State *L)
{
    uint64_t at = vmsg_peer_deadline(played_of(L)->peer);

    lua_pushinteger(L, at > LUA_MAXINTEGER ? LUA_MAXINTEGER : (lua_Integer)at);
    return 1;
}

static uint16_t check_dev(lua_State *L)
{
    lua_Integer dev = luaL_checkinteger(L, 1);

    if (dev < 0 || dev > UINT16_MAX)
        luaL_error(L, "%I is no device number", (LUAI_UACINT)dev);
    return (uint16_t)dev;
}

int vmsg_lua_device_status(lua_State *L)
{
    uint32_t status;

    if (vmsg_peer_status(played_of(L)->peer, check_dev(L), &status))
        lua_pushinteger(L, status);
    else
        lua_pushnil(L);
    return 1;
}

int vmsg_lua_device_broken(lua_State *L)
{
    uint32_t vq;
    const char *why = vmsg_peer_broken_ring(played_of(L)->peer, check_dev(L), &vq);

    if (!why)
        return 0;
    lua_pushinteger(L, vq);
    lua_pushstring(L, why);
    return 2;
}

int vmsg_lua_device_watch(lua_State *L)
{
    lua_Integer vq = luaL_checkinteger(L, 2);
    uint16_t dev_num = check_dev(L);
    bool enabled =
        vq >= 0 && vq <= UINT32_MAX &&
        vmsg_played_rings_watch(vmsg_connection_of(L), played_of(L)->peer, dev_num, (uint32_t)vq);

    lua_pushboolean(L, enabled);
    return 1;
}
