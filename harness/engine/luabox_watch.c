/* A clock that looks in; see luabox_watch.h. */
#include "harness/engine/luabox_watch.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* Of processor time. No scenario of ours needs so much. */
#define LOOK_NS 50000000

/* Changed by its thread alone, and looked at by a signal handler on that thread. */
static _Thread_local volatile struct vmsg_luabox_watched current;
static _Thread_local volatile unsigned run;
static _Thread_local unsigned seen;
static _Thread_local bool has_clock, has_none;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t clocks; /* the timer of each thread, so that it ends with the thread */
static bool ready;

/* lua_sethook() is made for this: it may interrupt the state that it is called for. */
static void look(int sig)
{
    lua_State *co = current.co;

    if (co && seen == run)
        lua_sethook(co, current.hook, LUA_MASKCOUNT, current.step);
    seen = run;
}

static void stop_clock(void *timer)
{
    timer_delete(*(timer_t *)timer);
    free(timer);
}

static void prepare(void)
{
    struct sigaction act = {.sa_handler = look, .sa_flags = SA_RESTART};

    ready = pthread_key_create(&clocks, stop_clock) == 0 && sigaction(SIGVTALRM, &act, NULL) == 0;
}

static bool start_clock(void)
{
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGVTALRM};
    struct itimerspec every = {{0, LOOK_NS}, {0, LOOK_NS}};
    timer_t *timer;

    pthread_once(&once, prepare);
    timer = ready ? malloc(sizeof *timer) : NULL;
    event._sigev_un._tid = gettid();
    if (!timer || timer_create(CLOCK_THREAD_CPUTIME_ID, &event, timer) != 0) {
        free(timer);
        return false;
    }
    if (timer_settime(*timer, 0, &every, NULL) == 0 && pthread_setspecific(clocks, timer) == 0)
        return true;
    stop_clock(timer);
    return false;
}

static void set(const struct vmsg_luabox_watched *what)
{
    current.co = NULL; /* never a script with another one's hook */
    atomic_signal_fence(memory_order_seq_cst);
    run++;
    current.hook = what->hook;
    current.step = what->step;
    atomic_signal_fence(memory_order_seq_cst);
    current.co = what->co;
}

bool vmsg_luabox_watch(const struct vmsg_luabox_watched *what, struct vmsg_luabox_watched *before)
{
    if (!has_clock && !has_none) {
        has_clock = start_clock();
        has_none = !has_clock;
    }
    *before = current;
    set(what);
    return has_clock;
}

void vmsg_luabox_unwatch(const struct vmsg_luabox_watched *before)
{
    set(before);
}
