/* Messages as Lua tables: fields by name, from the wire table. */
#ifndef VMSG_WIRE_LUA_H
#define VMSG_WIRE_LUA_H

#include "harness/wire/wire.h"

#include <lua.h>

/* Lua: messages() -> list of {name, id, bus, event, either}. */
int vmsg_lua_messages(lua_State *L);

/*
 * Lua: encode(name or number, dev, token, fields or nil, response) -> bytes. Raises an error that
 * names the field for what does not fit. The counting field of a tail is filled in when it is
 * missing.
 */
int vmsg_lua_encode(lua_State *L);

/* A request that was encoded. */
struct vmsg_lua_request {
    const struct vmsg_def *def;
    uint16_t dev, token;
};

/* As encode() with the arguments at 1 to 4, into `out`; the number of bytes. Leaves the stack above
 * the fourth unspecified. */
size_t vmsg_lua_encode_request(lua_State *L, uint8_t out[static VMSG_MAX_SIZE_MOST],
                               struct vmsg_lua_request *asked);

/* Push the fields, if this is the well-formed answer to that request. False: nothing is pushed. */
bool vmsg_lua_push_answer(lua_State *L, const void *bytes, size_t len,
                          const struct vmsg_lua_request *asked);

/*
 * Push six values that describe a message: name or nil, fields or nil, id's type byte, msg_id,
 * dev_num, token; then a seventh: what is wrong with it, or nil.
 */
int vmsg_lua_push_message(lua_State *L, const void *bytes, size_t len);

/* Push two values: the fields, read as if `type` were the header's; what is wrong, or nil. */
int vmsg_lua_push_as(lua_State *L, uint8_t *bytes, size_t len, uint8_t type);

#endif
