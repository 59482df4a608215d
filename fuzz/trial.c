/* One script on a fresh SUT; see trial.h. */
#include "fuzz/trial.h"

#include "fuzz/crash.h"
#include "fuzz/record.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define OUTPUT_MOST (64u << 10)
#define REPORT_MS   10000u /* that a sanitizer may take over a report that it has begun */

/* One connection, in this process. */
static void run(const struct vmsg_fuzz_trial *t, const struct vmsg_fuzz_script *script,
                uint32_t *session, struct vmsg_fuzz_result *result)
{
    struct vmsg_fuzz_target alone = *t->target;
    struct vmsg_adapter *logged = vmsg_fuzz_log_adapter(t->adapter, t->log);
    struct vmsg_fuzz_executor *e;

    alone.together = 1;
    *result = (struct vmsg_fuzz_result){.end = VMSG_FUZZ_FAILED};
    e = logged ? vmsg_fuzz_executor_new(&alone, logged) : NULL;
    if (e) {
        e->log = t->log;
        e->connection.tape = t->tape;
        e->session = session;
        vmsg_fuzz_execute(e, script, result);
    } else {
        snprintf(result->text, sizeof result->text, "not enough memory");
    }
    vmsg_fuzz_executor_free(e);
    if (logged)
        logged->ops->free(logged);
}

/* The name of the last message that the SUT was sent. */
static void last_sent(const struct vmsg_fuzz_log *log, char *name, size_t size)
{
    struct vmsg_fuzz_log_entry e;
    struct vmsg m;
    size_t at = 0;

    snprintf(name, size, "start");
    while (vmsg_fuzz_log_next(log, &at, &e))
        if (e.what == VMSG_FUZZ_SENT) {
            vmsg_decode(&m, e.bytes, e.len);
            snprintf(name, size, "%s", m.def ? m.def->name : "unknown");
        }
}

static uint64_t clock_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* What the child prints, until it ends or its time is over; true: it ended. */
static bool collect(int fd, uint32_t ms, char *output)
{
    uint64_t end = clock_ms() + ms;
    bool reports = false;
    size_t n = 0;

    for (;;) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        uint64_t now = clock_ms();
        char rest[4096];
        ssize_t got;

        output[n] = '\0';
        if (now >= end && !reports && strstr(output, "Sanitizer: ")) {
            reports = true; /* it dies, which may take long */
            end = now + REPORT_MS;
        }
        if (now >= end)
            return false;
        if (poll(&p, 1, (int)(end - now)) == 0)
            continue;
        got = n + 1 < OUTPUT_MOST ? read(fd, output + n, OUTPUT_MOST - 1 - n)
                                  : read(fd, rest, sizeof rest);
        if (got <= 0)
            return true;
        if (n + 1 < OUTPUT_MOST)
            n += (size_t)got;
    }
}

static void say_hang(const struct vmsg_fuzz_trial *t, struct vmsg_fuzz_result *r)
{
    char name[64];

    last_sent(t->log, name, sizeof name);
    *r = (struct vmsg_fuzz_result){.end = VMSG_FUZZ_WEDGED};
    snprintf(r->key, sizeof r->key, "hang-%s", name);
    snprintf(r->text, sizeof r->text, "the SUT did not return from %s within %u ms", name,
             t->hang_ms);
}

static void say_death(const struct vmsg_fuzz_trial *t, int status, char *output,
                      struct vmsg_fuzz_result *r)
{
    int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    char name[64];

    last_sent(t->log, name, sizeof name);
    *r = (struct vmsg_fuzz_result){.end = VMSG_FUZZ_CRASHED};
    vmsg_fuzz_crash_name(output, number, name, r->key, sizeof r->key);
    vmsg_fuzz_crash_place(output, r->place, sizeof r->place);
    if (number)
        snprintf(r->text, sizeof r->text, "the SUT died after %s: %s", name, strsignal(number));
    else
        snprintf(r->text, sizeof r->text, "the SUT ended its process after %s: status %d", name,
                 WEXITSTATUS(status));
    r->output = *output ? strdup(output) : NULL;
}

/* What a child that runs a script shares. */
struct shared {
    bool done;
    uint32_t session; /* on the tape, that it did not end */
    struct vmsg_fuzz_result result;
};

static void child(const struct vmsg_fuzz_trial *t, const struct vmsg_fuzz_script *script,
                  struct shared *shared, int out)
{
    struct vmsg_fuzz_result mine;

    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    run(t, script, &shared->session, &mine);
    free(mine.output);
    mine.output = NULL;
    shared->result = mine;
    shared->done = true;
    _exit(0);
}

/* The session that the child did not come to end. */
static void end_session(const struct vmsg_fuzz_trial *t, const struct shared *shared,
                        const struct vmsg_fuzz_result *result)
{
    const struct vmsg_tape_place at = {.session = shared->session,
                                       .judged = (uint8_t)t->target->oracle.judged};

    if (at.session)
        vmsg_fuzz_record_close(t->tape, &at, result);
}

void vmsg_fuzz_trial(const struct vmsg_fuzz_trial *t, const struct vmsg_fuzz_script *script,
                     struct vmsg_fuzz_result *result)
{
    struct shared *shared;
    char *output = malloc(OUTPUT_MOST);
    int status = 0, pipes[2];
    bool ended;
    pid_t pid;

    vmsg_fuzz_log_clear(t->log);
    *result = (struct vmsg_fuzz_result){.end = VMSG_FUZZ_FAILED, .text = "not enough memory"};
    if (!(t->adapter->caps & VMSG_VIRTUAL_TIME)) {
        free(output);
        run(t, script, NULL, result);
        return;
    }
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (!output || shared == MAP_FAILED || pipe(pipes) != 0)
        return; /* a leak at the end of everything */
    pid = fork();
    if (pid == 0) {
        close(pipes[0]);
        child(t, script, shared, pipes[1]);
    }
    close(pipes[1]);
    ended = pid < 0 || collect(pipes[0], t->hang_ms, output);
    close(pipes[0]);
    if (pid > 0 && !ended)
        kill(pid, SIGKILL);
    if (pid > 0 && waitpid(pid, &status, 0) == pid) {
        *result = shared->result;
        if (!ended)
            say_hang(t, result);
        else if (!shared->done)
            say_death(t, status, output, result);
        end_session(t, shared, result);
    }
    munmap(shared, sizeof *shared);
    free(output);
}
