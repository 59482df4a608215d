/* Messages as Lua tables: fields by name, from the wire table. */
#ifndef VMSG_WIRE_LUA_H
#define VMSG_WIRE_LUA_H

#include <lua.h>
#include <stddef.h>
#include <stdint.h>

/* Lua: messages() -> list of {name, id, bus, event, either}. */
int vmsg_lua_messages(lua_State *L);

/*
 * Lua: encode(name, dev, token, fields or nil, response) -> bytes. Raises an error that names the
 * field for what does not fit. The counting field of a tail is filled in when it is missing.
 */
int vmsg_lua_encode(lua_State *L);

/*
 * Push six values that describe a message: name or nil, fields or nil, id's type byte, msg_id,
 * dev_num, token; then a seventh: what is wrong with it, or nil.
 */
int vmsg_lua_push_message(lua_State *L, const void *bytes, size_t len);

/* Push two values: the fields, read as if `type` were the header's; what is wrong, or nil. */
int vmsg_lua_push_as(lua_State *L, uint8_t *bytes, size_t len, uint8_t type);

#endif
