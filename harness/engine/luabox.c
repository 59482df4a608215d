/* A bounded Lua state; see luabox.h. */
#include "harness/engine/luabox.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

/* Instructions between two looks at the budget. */
#define HOOK_STEP 1000

/* Filling memory costs time too, and one instruction can fill a lot. */
#define BYTES_AN_INSTRUCTION 64

/* While nothing is counted: about what a script does with one message. */
#define INSTRUCTIONS_A_TURN 500

static void *bounded_alloc(void *ud, void *ptr, size_t old_size, size_t new_size)
{
    struct vmsg_luabox *box = ud;
    void *p;

    if (!ptr)
        old_size = 0; /* it names the kind of object then, not a size */
    if (new_size == 0) {
        vmsg_heap_resize(&box->heap, ptr, old_size, 0);
        box->used -= old_size;
        return NULL;
    }
    if (box->confined)
        box->left -= (int64_t)(new_size / BYTES_AN_INSTRUCTION);
    if (box->confined && new_size > old_size && box->used + (new_size - old_size) > box->limit)
        return NULL;
    p = vmsg_heap_resize(&box->heap, ptr, old_size, new_size);
    if (p)
        box->used = box->used - old_size + new_size;
    return p;
}

/*
 * Out of instructions: leave by a yield, which no pcall sees. Inside a C function that cannot
 * yield (a comparator of table.sort, say) raise an error instead and look again at every
 * instruction, so that the first one outside yields.
 */
static void count_hook(lua_State *L, lua_Debug *ar)
{
    struct vmsg_luabox *box = vmsg_luabox_of(L);

    box->left -= HOOK_STEP;
    if (box->left > 0)
        return;
    box->exhausted = true;
    if (lua_isyieldable(L)) {
        lua_yield(L, 0);
        return;
    }
    lua_sethook(L, count_hook, LUA_MASKCOUNT, 1);
    luaL_error(L, "out of instructions");
}

bool vmsg_luabox_open(struct vmsg_luabox *box, size_t memory_limit, void *user)
{
    *box = (struct vmsg_luabox){.limit = memory_limit, .user = user};
    box->L = lua_newstate(bounded_alloc, box);
    if (!box->L) {
        vmsg_heap_clear(&box->heap);
        return false;
    }
    *(struct vmsg_luabox **)lua_getextraspace(box->L) = box;
    lua_sethook(box->L, count_hook, LUA_MASKCOUNT, HOOK_STEP);
    return true;
}

void vmsg_luabox_close(struct vmsg_luabox *box)
{
    if (box->L)
        lua_close(box->L);
    box->L = NULL;
    vmsg_heap_clear(&box->heap);
}

struct vmsg_luabox *vmsg_luabox_of(lua_State *L)
{
    return *(struct vmsg_luabox **)lua_getextraspace(L);
}

void vmsg_luabox_budget(struct vmsg_luabox *box, int64_t instructions)
{
    box->left = instructions;
    box->exhausted = false;
}

bool vmsg_luabox_load(struct vmsg_luabox *box, const struct vmsg_luabox_source *source, char *err,
                      size_t err_size)
{
    int status;

    box->confined = true;
    status = luaL_loadbufferx(box->L, source->bytes, source->length, source->name,
                              source->compiled ? "b" : "t");
    box->confined = false;
    if (status == LUA_OK)
        return true;
    vmsg_luabox_error_text(box->L, -1, err, err_size);
    lua_pop(box->L, 1);
    return false;
}

void vmsg_luabox_begin(struct vmsg_luabox *box, lua_State *co, struct vmsg_luabox_watched *before)
{
    struct vmsg_luabox_watched this = {co, count_hook, HOOK_STEP};

    if (vmsg_luabox_watch(&this, before))
        lua_sethook(co, NULL, 0, 0);
}

bool vmsg_luabox_turn(struct vmsg_luabox *box, lua_State *co)
{
    if (!lua_gethookmask(co))
        box->left -= INSTRUCTIONS_A_TURN;
    if (box->left > 0)
        return true;
    box->exhausted = true;
    return false;
}

int vmsg_luabox_resume(struct vmsg_luabox *box, lua_State *co, int args, int *results)
{
    int status;

    box->confined = true;
    status = lua_resume(co, box->L, args, results);
    box->confined = false;
    return status;
}

bool vmsg_luabox_call(struct vmsg_luabox *box, int args, int results, char *err, size_t err_size)
{
    lua_State *L = box->L;
    int base = lua_gettop(L) - args - 1; /* what lies below the function */
    int n = 0, status;
    lua_State *co;

    if (!lua_checkstack(L, results + 4)) {
        lua_settop(L, base);
        snprintf(err, err_size, "not enough memory");
        return false;
    }
    co = lua_newthread(L);
    lua_insert(L, base + 1); /* anchored below what it runs */
    lua_xmove(L, co, args + 1);
    status = vmsg_luabox_resume(box, co, args, &n);
    if (status == LUA_OK) {
        lua_settop(co, n < results ? n : results);
        for (; n < results; n++)
            lua_pushnil(co);
        lua_xmove(co, L, results);
        lua_remove(L, base + 1);
        return true;
    }
    if (status == LUA_YIELD)
        snprintf(err, err_size,
                 box->exhausted ? "it runs without end" : "it waits where it must not");
    else
        vmsg_luabox_error_text(co, -1, err, err_size);
    lua_settop(L, base);
    return false;
}

void vmsg_luabox_error_text(lua_State *L, int index, char *err, size_t err_size)
{
    if (lua_type(L, index) == LUA_TSTRING)
        snprintf(err, err_size, "%s", lua_tostring(L, index));
    else
        snprintf(err, err_size, "an error that is a %s value", luaL_typename(L, index));
}
