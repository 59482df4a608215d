/*
 * A bounded Lua state: a limit on memory, a limit on instructions, no bytecode but our own.
 *
 * Scenario files and conformance statements are programs that somebody else wrote; whatever they
 * do, the harness gets control back. The limits hold inside pcall too: an exhausted budget is not
 * an error that a script could catch but a yield that nobody resumes.
 */
#ifndef VMSG_LUABOX_H
#define VMSG_LUABOX_H

#include "harness/engine/luabox_heap.h"
#include "harness/engine/luabox_watch.h"

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vmsg_luabox {
    lua_State *L;
    struct vmsg_heap heap;
    size_t used, limit; /* bytes */
    bool confined;      /* a script runs: the limit holds; not for the engine's own few bytes */
    int64_t left;       /* instructions */
    bool exhausted;     /* the budget ran out */
    void *user;         /* whose box it is; see vmsg_luabox_of() */
};

/* Open a state without libraries. False when memory is short. The box must not move. */
bool vmsg_luabox_open(struct vmsg_luabox *box, size_t memory_limit, void *user);
void vmsg_luabox_close(struct vmsg_luabox *box); /* also of a zeroed box */

/* The box of a state or of any of its coroutines. */
struct vmsg_luabox *vmsg_luabox_of(lua_State *L);

/* Give the scripts that run next this many instructions in all. */
void vmsg_luabox_budget(struct vmsg_luabox *box, int64_t instructions);

struct vmsg_luabox_source {
    const char *name; /* what errors call it */
    const char *bytes;
    size_t length;
    bool compiled; /* by our own build. Else text: hostile bytecode can break any bound */
};

/* Leave a chunk on the stack of box->L. False with a sentence in err, nothing pushed. */
bool vmsg_luabox_load(struct vmsg_luabox *box, const struct vmsg_luabox_source *source, char *err,
                      size_t err_size);

/*
 * `co` is likely to do little: its instructions are counted only once it has run for long, see
 * luabox_watch.h. vmsg_luabox_unwatch() when it is over.
 */
void vmsg_luabox_begin(struct vmsg_luabox *box, lua_State *co, struct vmsg_luabox_watched *before);

/* It waits, which costs a lump sum as long as nothing is counted. False: it must yield for good. */
bool vmsg_luabox_turn(struct vmsg_luabox *box, lua_State *co);

/* lua_resume() within the limits. */
int vmsg_luabox_resume(struct vmsg_luabox *box, lua_State *co, int args, int *results);

/*
 * Call the function below its `args` arguments on the stack of box->L, as lua_call() would; on
 * success leave exactly `results` values. False with a sentence in err, nothing left.
 */
bool vmsg_luabox_call(struct vmsg_luabox *box, int args, int results, char *err, size_t err_size);

/* The message of an error object, without running any script. */
void vmsg_luabox_error_text(lua_State *L, int index, char *err, size_t err_size);

#endif
