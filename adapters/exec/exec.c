/*
 * The exec: adapter: contract sections 1 to 3.
 */
#include "adapters/exec/exec.h"

#include "adapters/clock.h"
#include "adapters/exec/command.h"
#include "adapters/exec/environment.h"
#include "adapters/exec/process.h"
#include "adapters/link.h"
#include "adapters/memory.h"
#include "adapters/quiet.h"
#include "adapters/stamp.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { GRACE_MS = 2000, START_MS = 10000, MAX_ARGS = 4 };

struct exec {
    struct vmsg_adapter base;
    char *argv[MAX_ARGS + 1];
    char **shortcut;
    unsigned n_sockets;
    unsigned grace_ms, hang_ms;
    bool tells_start, is_running;
    struct vmsg_link link;
    struct vmsg_process process;
    struct vmsg_memory memory;
    unsigned replies_due;
};

static struct exec *self(struct vmsg_adapter *a)
{
    return (struct exec *)a;
}

static bool on_stdout(void *ctx)
{
    return vmsg_process_read_stdout(&((struct exec *)ctx)->process);
}

static bool on_stderr(void *ctx)
{
    return vmsg_process_read_stderr(&((struct exec *)ctx)->process);
}

static bool on_exited(void *ctx)
{
    struct exec *x = ctx;
    x->link.gone = true;
    return false;
}

static bool on_reply(void *ctx, const char *line, size_t len)
{
    struct exec *x = ctx;
    return vmsg_queue_push(&x->link.queue, VMSG_ARRIVED_LINE, 0, line, len, len);
}

/* Our ends of the sockets into ours[], the SUT's into theirs[]. */
static bool open_sockets(unsigned n, int *ours, int *theirs)
{
    for (unsigned i = 0; i < n; i++) {
        int pair[2];
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) {
            while (i--) {
                close(ours[i]);
                close(theirs[i]);
            }
            return false;
        }
        ours[i] = pair[0];
        if (n > 1)
            vmsg_stamp_want(pair[0]); /* from the first message on */
        theirs[i] = pair[1];
    }
    return true;
}

static bool start_process(struct exec *x, const struct vmsg_adapter_params *params,
                          const int *theirs, char *err, size_t err_size)
{
    struct vmsg_spawn program = {.argv = x->argv, .shortcut = x->shortcut};
    int mem = -1;
    while (program.n_fds < x->n_sockets) {
        program.fds[program.n_fds] = theirs[program.n_fds];
        program.n_fds++;
    }
    if (x->memory.fd >= 0) {
        mem = VMSG_SPAWN_FIRST_FD + (int)program.n_fds;
        program.fds[program.n_fds++] = x->memory.fd;
    }
    char **envp = vmsg_environment_new(params, VMSG_SPAWN_FIRST_FD, mem);
    if (!envp) {
        snprintf(err, err_size, "out of memory");
        return false;
    }
    program.envp = envp;
    bool ok = vmsg_process_start(&x->process, &program, params->upper, on_reply, x, err, err_size);
    vmsg_environment_free(envp);
    return ok;
}

static bool open_link(struct exec *x, const int *ours)
{
    if (!vmsg_link_open(&x->link, ours, x->n_sockets, 0))
        return false;
    x->link.hang_ms = x->hang_ms;
    vmsg_link_watch(&x->link, x->process.out[0], on_stdout, x);
    vmsg_link_watch(&x->link, x->process.out[1], on_stderr, x);
    vmsg_link_watch(&x->link, x->process.pidfd, on_exited, x);
    return true;
}

static void exec_stop(struct vmsg_adapter *a, struct vmsg_adapter_end *end)
{
    struct exec *x = self(a);
    *end = (struct vmsg_adapter_end){.status = -1, .text = "not running", .output = ""};
    if (!x->is_running)
        return;
    x->is_running = false;
    bool by_itself = vmsg_link_is_ended(&x->link) || vmsg_process_has_exited(&x->process);
    vmsg_link_close(&x->link);
    vmsg_process_end(&x->process, by_itself, x->grace_ms, end);
    if (x->link.failed)
        end->text = x->link.reason;
}

/* Let go of what the last connection left for its caller to read. */
static void forget(struct exec *x)
{
    vmsg_link_free(&x->link);
    vmsg_process_free(&x->process);
}

/* What tells_start promises. A SUT that dies here has started and crashed: wait() will say so. */
static bool hear_start(struct exec *x, char *err, size_t err_size)
{
    char text[400] = "";
    size_t len;
    unsigned endpoint;
    uint64_t deadline = vmsg_clock_ns() + START_MS * VMSG_NS_PER_MS;
    enum vmsg_arrival arrival =
        vmsg_link_wait(&x->link, deadline, text, sizeof text - 1, &len, &endpoint);
    if (arrival != VMSG_ARRIVED_NOTHING && (arrival != VMSG_ARRIVED_MESSAGE || text[0] == '+'))
        return true;
    struct vmsg_adapter_end end;
    snprintf(err, err_size, "%s",
             arrival == VMSG_ARRIVED_MESSAGE ? text : "the SUT did not start within 10 s");
    exec_stop(&x->base, &end);
    return false;
}

static bool exec_start(struct vmsg_adapter *a, const struct vmsg_adapter_params *params, char *err,
                       size_t err_size)
{
    struct exec *x = self(a);
    struct vmsg_adapter_end end;
    int ours[2], theirs[2];
    exec_stop(a, &end);
    forget(x);
    if (!vmsg_memory_shared(&x->memory, params->mem_size, err, err_size))
        return false;
    if (!open_sockets(x->n_sockets, ours, theirs)) {
        snprintf(err, err_size, "no socket for the SUT: %s", strerror(errno));
        return false;
    }
    x->is_running = start_process(x, params, theirs, err, err_size);
    for (unsigned i = 0; i < x->n_sockets; i++)
        close(theirs[i]);
    if (!x->is_running || !open_link(x, ours)) {
        for (unsigned i = 0; i < x->n_sockets; i++)
            close(ours[i]);
        if (x->is_running)
            snprintf(err, err_size, "out of memory");
        exec_stop(a, &end);
        return false;
    }
    x->replies_due = 0;
    return !x->tells_start || hear_start(x, err, err_size);
}

static bool exec_send(struct vmsg_adapter *a, unsigned endpoint, const void *msg, size_t len)
{
    return vmsg_link_send(&self(a)->link, endpoint, msg, len);
}

static ssize_t write_quietly(int fd, const char *bytes, size_t n)
{
    struct vmsg_quiet quiet;
    ssize_t written;

    vmsg_quiet_begin(&quiet);
    written = write(fd, bytes, n);
    vmsg_quiet_end(&quiet, written < 0 ? errno : 0);
    return written;
}

static bool write_line(struct exec *x, const char *text, size_t len)
{
    uint64_t deadline = vmsg_clock_ns() + x->hang_ms * VMSG_NS_PER_MS;
    while (len) {
        ssize_t n = write_quietly(x->process.input, text, len);
        if (n >= 0) {
            text += n;
            len -= (size_t)n;
        } else if (errno == EAGAIN) {
            if (!vmsg_link_writable(&x->link, x->process.input, deadline))
                return false;
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

static bool exec_command(struct vmsg_adapter *a, const char *line)
{
    struct exec *x = self(a);
    char *text;
    if (!x->is_running || x->process.input < 0)
        return false;
    int len = asprintf(&text, "%s\n", line);
    if (len < 0)
        return false;
    bool ok = write_line(x, text, (size_t)len);
    free(text);
    x->replies_due += ok;
    x->link.eager = x->replies_due > 0;
    return ok;
}

static enum vmsg_arrival exec_wait(struct vmsg_adapter *a, uint64_t deadline_ns, void *buf,
                                   size_t cap, size_t *len, unsigned *endpoint)
{
    struct exec *x = self(a);
    enum vmsg_arrival arrival = vmsg_link_wait(&x->link, deadline_ns, buf, cap, len, endpoint);
    if (arrival == VMSG_ARRIVED_LINE && x->replies_due)
        x->link.eager = --x->replies_due > 0;
    return arrival;
}

static uint64_t exec_now(struct vmsg_adapter *a)
{
    return vmsg_clock_ns();
}

static uint8_t *exec_memory(struct vmsg_adapter *a)
{
    return self(a)->memory.bytes;
}

static void exec_free(struct vmsg_adapter *a)
{
    struct exec *x = self(a);
    struct vmsg_adapter_end end;
    exec_stop(a, &end);
    forget(x);
    vmsg_memory_clear(&x->memory);
    vmsg_command_free(x->shortcut);
    for (unsigned i = 0; x->argv[i]; i++)
        free(x->argv[i]);
    free(x);
}

static const struct vmsg_adapter_ops ops = {
    .start = exec_start,
    .send = exec_send,
    .command = exec_command,
    .wait = exec_wait,
    .now_ns = exec_now,
    .memory = exec_memory,
    .stop = exec_stop,
    .free = exec_free,
};

struct vmsg_adapter *vmsg_exec_create_with(const struct vmsg_exec_options *options,
                                           const char *role, char *err, size_t err_size)
{
    struct exec *x = calloc(1, sizeof *x);
    bool ok = x;
    for (unsigned i = 0; ok && options->argv[i] && i < MAX_ARGS; i++)
        ok = (x->argv[i] = strdup(options->argv[i]));
    if (!ok) {
        snprintf(err, err_size, "out of memory");
        vmsg_command_free(options->shortcut);
        for (unsigned i = 0; x && x->argv[i]; i++)
            free(x->argv[i]);
        free(x);
        return NULL;
    }
    x->base = (struct vmsg_adapter){.ops = &ops, .caps = options->caps};
    x->shortcut = options->shortcut;
    x->n_sockets = strcmp(role, "bus") ? 1 : 2;
    x->grace_ms = options->grace_ms ? options->grace_ms : GRACE_MS;
    x->hang_ms = options->hang_ms ? options->hang_ms : VMSG_HANG_MS;
    x->tells_start = options->tells_start;
    x->memory = VMSG_NO_MEMORY;
    x->link.fds[0] = x->link.fds[1] = -1;
    x->process = (struct vmsg_process){.pidfd = -1, .input = -1, .out = {-1, -1}};
    return &x->base;
}

struct vmsg_adapter *vmsg_exec_create(const char *rest, const char *role, char *err,
                                      size_t err_size)
{
    const char *const argv[] = {"/bin/sh", "-c", rest, NULL};
    struct vmsg_exec_options options = {
        .argv = argv,
        .caps = VMSG_CAN_BOUNDARIES | VMSG_CAN_RESTART | VMSG_CAN_MEMORY | VMSG_CAN_UPPER,
    };
    if (!rest[strspn(rest, " \t\n")]) {
        snprintf(err, err_size, "exec: needs a command, such as exec:./my-device");
        return NULL;
    }
    options.shortcut = vmsg_command_words(rest);
    return vmsg_exec_create_with(&options, role, err, err_size);
}
