/* DMA memory for the prelude: every access is checked against what is shared with the SUT. */
#ifndef VMSG_MEMORY_LUA_H
#define VMSG_MEMORY_LUA_H

#include <lua.h>

/* The script and the connection that a primitive works for (primitives.c). */
struct vmsg_script *vmsg_script_of(lua_State *L);
struct vmsg_connection *vmsg_connection_of(lua_State *L); /* raises an error when there is none */

int vmsg_lua_watch(lua_State *L); /* watch(dev, vq, address of the used index) */
/* watch_packed(dev, vq, address of the ring, descriptors, of them a buffer) */
int vmsg_lua_watch_packed(lua_State *L);
int vmsg_lua_unwatch(lua_State *L); /* unwatch() */
int vmsg_lua_poll(lua_State *L);    /* poll() */
int vmsg_lua_read(lua_State *L);    /* read(address, length) -> bytes */
int vmsg_lua_write(lua_State *L);   /* write(address, bytes) */
int vmsg_lua_read16(lua_State *L);  /* read16(address) -> le16, with acquire order */
int vmsg_lua_write16(lua_State *L); /* write16(address, value), after all that was written */

#endif
