/*
 * The reference device for the prelude: scenarios about drivers and buses play on it. What it
 * sends is handed to Lua, which decides what becomes of it.
 */
#ifndef VMSG_DEVICE_LUA_H
#define VMSG_DEVICE_LUA_H

#include "harness/peers/peer.h"

#include <lua.h>

/* The device side that belongs to a script, and what it sent during the current call. */
struct vmsg_played {
    struct vmsg_peer *peer; /* NULL: none is open */
    uint8_t *out;           /* records: uint32_t length, bytes */
    size_t n_out, cap_out;
    bool out_of_memory;
};

void vmsg_played_close(struct vmsg_played *p); /* also of a zeroed one */

/*
 * Lua: device_open{devices = {{number, model}, ...}, quirks = {...}, polling = bool, seed = n,
 * max_msg_size = n, transport_features = n}: a fresh one, in place of what was open.
 */
int vmsg_lua_device_open(lua_State *L);
/* Lua: device_receive(bytes), device_tick() -> list of packets that it sends. */
int vmsg_lua_device_receive(lua_State *L);
int vmsg_lua_device_tick(lua_State *L);
/* Lua: device_command(line) -> reply, list of packets. */
int vmsg_lua_device_command(lua_State *L);
/* Lua: device_deadline() -> when device_tick() has something to do. */
int vmsg_lua_device_deadline(lua_State *L);
/* Lua: device_broken(dev) -> a queue whose ring it could not follow, and why; or nil. */
int vmsg_lua_device_broken(lua_State *L);
/* Lua: device_status(dev) -> its device status, or nil. */
int vmsg_lua_device_status(lua_State *L);
/* Lua: device_watch(dev, vq) -> true when the queue is enabled; then its rings are watched. */
int vmsg_lua_device_watch(lua_State *L);

#endif
