/*
 * Notices a script that goes on and on.
 *
 * Counting instructions makes Lua look at the count at each of them, which doubles what a script
 * costs. So nothing is counted at first: a clock of the thread's own processor time looks in now
 * and then, and when it meets the same script for the second time, counting begins. Whether a
 * script runs out of instructions thus does not depend on how busy the machine is.
 */
#ifndef VMSG_LUABOX_WATCH_H
#define VMSG_LUABOX_WATCH_H

#include <lua.h>
#include <stdbool.h>

struct vmsg_luabox_watched {
    lua_State *co;
    lua_Hook hook;
    int step;
};

/*
 * From now on this thread runs `co`, until the end is told: if that takes long, `hook` is called
 * every `step` instructions of it. *before is what was watched so far, scripts may be nested.
 * False when there is no clock to be had.
 */
bool vmsg_luabox_watch(const struct vmsg_luabox_watched *what, struct vmsg_luabox_watched *before);
void vmsg_luabox_unwatch(const struct vmsg_luabox_watched *before);

#endif
