/*
 * The Lua half of the engine: one state with the prelude, and the loop that runs its functions
 * against a connection. A function ends by returning or by a yield, which it cannot catch.
 */
#ifndef VMSG_SCRIPT_H
#define VMSG_SCRIPT_H

#include "harness/engine/answered.h"
#include "harness/engine/connection.h"
#include "harness/engine/device_lua.h"
#include "harness/engine/luabox.h"
#include "harness/engine/random.h"
#include "harness/engine/wire_lua.h"
#include "spec-rules/catalogue.h"

#define VMSG_SCRIPT_MEMORY       ((size_t)64 * 1024 * 1024)
#define VMSG_SCRIPT_INSTRUCTIONS INT64_C(50000000)

/* Why a function came to its end. */
enum vmsg_script_end {
    VMSG_SCRIPT_FAILED, /* Lua error, endless loop, or the harness's side of the adapter */
    VMSG_SCRIPT_RETURNED,
    VMSG_SCRIPT_INCONCLUSIVE,
    VMSG_SCRIPT_SKIP,
    VMSG_SCRIPT_UNOBSERVABLE, /* inconclusive, because the adapter cannot show it */
    VMSG_SCRIPT_WEDGED,
    VMSG_SCRIPT_CLOSED, /* the SUT is gone */
};

struct vmsg_script {
    struct vmsg_luabox box;
    const struct vmsg_catalogue *catalogue; /* for core.clause(); may be NULL */
    int main;                               /* registry reference of the prelude's functions */
    struct vmsg_connection *connection;     /* NULL: nothing to talk to */
    struct vmsg_random random;
    struct vmsg_answered answered;
    struct vmsg_played played; /* the device side, where the SUT is a driver or a bus */
    bool opened;               /* the SUT answered the opening */
    bool unsettled;            /* what is owed cannot be told: the upper tester refused */
    uint64_t lasts_ns;         /* how long a function may run, however busy the SUT keeps it */
    uint64_t began_ns;         /* the connection's time when the function began */
    uint32_t unasked;          /* messages since then that the SUT began itself */
    enum vmsg_script_end end;  /* that a function asks for by its yield */
    char reason[600];          /* one sentence for every end but RETURNED */
    uint8_t draft[VMSG_MAX_SIZE_MOST]; /* the request of core.ask() */
};

/* Open a state and load the prelude. False with a sentence in err. The script must not move. */
bool vmsg_script_open(struct vmsg_script *s, const struct vmsg_catalogue *catalogue, char *err,
                      size_t err_size);
void vmsg_script_close(struct vmsg_script *s); /* also of a zeroed script */

/* Push the prelude's function of that name. */
void vmsg_script_push(struct vmsg_script *s, const char *name);

/*
 * Load a scenario file in an environment of its own, run it and check what it returns; its list
 * is left on the stack. `prefix` is the ids' beginning. False with
 * a sentence in err, nothing left.
 */
bool vmsg_script_load(struct vmsg_script *s, const struct vmsg_luabox_source *source,
                      const char *prefix, char *err, size_t err_size);

/*
 * Run the function below its `args` arguments on the stack against a connection until it ends;
 * both are popped. s->reason says why for every end but RETURNED.
 */
enum vmsg_script_end vmsg_script_run(struct vmsg_script *s, struct vmsg_connection *c, int args);

/*
 * For core.wait(), and with `asked` for core.ask(): wait for what comes until the deadline, push
 * what it is and return the number of values, of the answer 1; or leave the function.
 */
int vmsg_script_wait(struct vmsg_script *s, lua_State *L, uint64_t deadline,
                     const struct vmsg_lua_request *asked);

#endif
