/* What the prelude is built on: the few things that Lua cannot do itself. */
#ifndef VMSG_PRIMITIVES_H
#define VMSG_PRIMITIVES_H

#include <lua.h>

/*
 * Push the table `core`:
 *   messages()                    the wire table, see wire_lua.h
 *   encode(name, dev, token, fields, response)
 *   decode_again(type)            the last message read as if its header's type were this
 *   send(endpoint, bytes)         one packet
 *   command(line)                 one upper-tester line
 *   wait(deadline)                "message", name, fields, type, id, dev, token, defect;
 *                                 "line", text; or nothing when the deadline passed
 *   ask(name, dev, token, fields, deadline)      sends a request and waits: "answer", fields when
 *                                 its well-formed answer comes next; else as wait()
 *   heard()                       has the SUT sent anything yet?
 *   now()                         nanoseconds
 *   random(n)                     1..n
 *   finish(kind, reason)          ends the scenario; no pcall sees it
 *   opened(), unsettled()         see struct vmsg_script
 *   owes()                        does the SUT owe anything?
 *   note(kind, dev, vq, value, data, text)
 *   watch(dev, vq, address), unwatch(), poll()   used indexes in memory
 *   read(address, length), write(address, bytes), read16(address), write16(address, value)
 *   clause(id)                    is it in the catalogue?
 */
void vmsg_primitives_push(lua_State *L);

#endif
