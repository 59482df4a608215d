/* DMA memory for the prelude; see memory_lua.h. */
#include "harness/engine/memory_lua.h"

#include "harness/engine/connection.h"

#include <endian.h>
#include <lauxlib.h>
#include <string.h>

/* The offset of `len` bytes at bus address `address` (argument `arg`), checked. */
static size_t check_range(lua_State *L, const struct vmsg_connection *c, int arg, size_t len)
{
    uint64_t address = (uint64_t)luaL_checkinteger(L, arg);
    uint64_t offset = address - c->mem_base;

    if (!c->memory || address < c->mem_base || len > c->mem_size || offset > c->mem_size - len)
        luaL_error(L, "address %I is outside of the DMA memory", (LUAI_UACINT)address);
    return (size_t)offset;
}

static uint16_t *check_u16_at(lua_State *L, struct vmsg_connection *c, int arg)
{
    size_t offset = check_range(L, c, arg, 2);

    if (offset % 2)
        luaL_error(L, "address %I is odd", (LUAI_UACINT)luaL_checkinteger(L, arg));
    return (uint16_t *)(void *)(c->memory + offset);
}

int vmsg_lua_watch(lua_State *L)
{
    struct vmsg_connection *c = vmsg_connection_of(L);
    lua_Integer dev = luaL_checkinteger(L, 1), vq = luaL_checkinteger(L, 2);
    const uint8_t *at = (const uint8_t *)check_u16_at(L, c, 3);
    struct vmsg_ring_watch watch = {.kind = VMSG_WATCH_USED,
                                    .dev_num = (uint16_t)dev,
                                    .vq = (uint32_t)vq,
                                    .offset = (size_t)(at - c->memory)};

    if (dev < 0 || dev > UINT16_MAX || vq < 0 || vq > UINT32_MAX ||
        !vmsg_connection_watch(c, &watch))
        return luaL_error(L, "too many rings at a time");
    return 0;
}

int vmsg_lua_watch_packed(lua_State *L)
{
    struct vmsg_connection *c = vmsg_connection_of(L);
    lua_Integer dev = luaL_checkinteger(L, 1), vq = luaL_checkinteger(L, 2);
    lua_Integer size = luaL_checkinteger(L, 4), step = luaL_checkinteger(L, 5);
    struct vmsg_ring_watch watch = {.kind = VMSG_WATCH_USED_PACKED,
                                    .dev_num = (uint16_t)dev,
                                    .vq = (uint32_t)vq,
                                    .size = (uint32_t)size,
                                    .step = (uint32_t)step};

    if (size < 1 || size > 32768 || step < 1 || step > size)
        return luaL_error(L, "%I descriptors a buffer in a ring of %I", (LUAI_UACINT)step,
                          (LUAI_UACINT)size);
    check_u16_at(L, c, 3);
    watch.offset = check_range(L, c, 3, (size_t)size * 16);
    if (dev < 0 || dev > UINT16_MAX || vq < 0 || vq > UINT32_MAX ||
        !vmsg_connection_watch(c, &watch))
        return luaL_error(L, "too many rings at a time");
    return 0;
}

/* unwatch(): no ring any more; unwatch(device, queue): none of that queue. */
int vmsg_lua_unwatch(lua_State *L)
{
    struct vmsg_connection *c = vmsg_connection_of(L);

    if (lua_isnoneornil(L, 1))
        vmsg_connection_unwatch(c);
    else
        vmsg_connection_unwatch_queue(c, (uint16_t)luaL_checkinteger(L, 1),
                                      (uint32_t)luaL_checkinteger(L, 2));
    return 0;
}

int vmsg_lua_poll(lua_State *L)
{
    vmsg_connection_poll(vmsg_connection_of(L));
    return 0;
}

int vmsg_lua_read(lua_State *L)
{
    struct vmsg_connection *c = vmsg_connection_of(L);
    lua_Integer len = luaL_checkinteger(L, 2);
    size_t offset;

    if (len < 0 || (uint64_t)len > c->mem_size)
        return luaL_error(L, "%I bytes are more than the DMA memory has", (LUAI_UACINT)len);
    offset = check_range(L, c, 1, (size_t)len);
    lua_pushlstring(L, (const char *)c->memory + offset, (size_t)len);
    return 1;
}

int vmsg_lua_write(lua_State *L)
{
    struct vmsg_connection *c = vmsg_connection_of(L);
    size_t len;
    const char *bytes = luaL_checklstring(L, 2, &len);
    size_t offset = check_range(L, c, 1, len);

    if (len)
        memcpy(c->memory + offset, bytes, len);
    return 0;
}

int vmsg_lua_read16(lua_State *L)
{
    uint16_t *at = check_u16_at(L, vmsg_connection_of(L), 1);

    lua_pushinteger(L, le16toh(__atomic_load_n(at, __ATOMIC_ACQUIRE)));
    return 1;
}

int vmsg_lua_write16(lua_State *L)
{
    uint16_t *at = check_u16_at(L, vmsg_connection_of(L), 1);
    lua_Integer v = luaL_checkinteger(L, 2);

    __atomic_store_n(at, htole16((uint16_t)v), __ATOMIC_SEQ_CST);
    return 0;
}
