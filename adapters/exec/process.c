/*
 * Starts the process of a SUT and reads what it prints.
 */
#include "adapters/exec/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* At most this much per call, so that a SUT that prints without end does not hold us up. */
enum { READ_SIZE = 16384, READS_PER_CALL = 8 };

static void other_output(void *ctx, const char *bytes, size_t len)
{
    struct vmsg_process *p = ctx;
    vmsg_output_add(&p->output, bytes, len);
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* Our ends of the standard files into *p, the program's into stdio. */
static bool open_stdio(struct vmsg_process *p, int stdio[3], bool upper)
{
    int pair[2];
    for (int i = 0; i < 2; i++) {
        if (pipe2(pair, O_CLOEXEC))
            return false;
        p->out[i] = pair[0];
        stdio[1 + i] = pair[1];
        if (fcntl(pair[0], F_SETFL, O_NONBLOCK))
            return false;
    }
    if (!upper) {
        stdio[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
        return stdio[0] >= 0;
    }
    if (pipe2(pair, O_CLOEXEC))
        return false;
    stdio[0] = pair[0];
    p->input = pair[1];
    return !fcntl(pair[1], F_SETFL, O_NONBLOCK);
}

bool vmsg_process_start(struct vmsg_process *p, const struct vmsg_spawn *program, bool upper,
                        bool (*reply)(void *ctx, const char *line, size_t len), void *ctx,
                        char *err, size_t err_size)
{
    struct vmsg_spawn plan = *program;
    plan.stdio[0] = plan.stdio[1] = plan.stdio[2] = -1;
    *p = (struct vmsg_process){.pidfd = -1, .input = -1, .out = {-1, -1}};
    p->sink = (struct vmsg_lines_sink){upper ? reply : NULL, ctx, other_output, p};
    pid_t pid = -1;
    if (open_stdio(p, plan.stdio, upper))
        pid = vmsg_spawn(&plan);
    if (pid > 0) {
        p->pid = pid;
        /* It is our child and not reaped, so the number cannot have changed hands. */
        p->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    }
    int error = errno;
    for (int i = 0; i < 3; i++)
        close_fd(&plan.stdio[i]);
    if (p->pidfd >= 0)
        return true;
    snprintf(err, err_size, "%s could not be started: %s", plan.argv[0], strerror(error));
    if (p->pid)
        vmsg_process_end(p, false, 0, &(struct vmsg_adapter_end){0});
    vmsg_process_free(p);
    return false;
}

static bool read_output(struct vmsg_process *p, int *fd, bool is_stdout)
{
    char bytes[READ_SIZE];
    for (int i = 0; i < READS_PER_CALL && *fd >= 0; i++) {
        ssize_t n = read(*fd, bytes, sizeof bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return true;
        if (n <= 0)
            close_fd(fd);
        else if (is_stdout && p->sink.reply)
            vmsg_lines_feed(&p->lines, bytes, (size_t)n, &p->sink);
        else
            vmsg_output_add(&p->output, bytes, (size_t)n);
    }
    return *fd >= 0;
}

bool vmsg_process_read_stdout(struct vmsg_process *p)
{
    return read_output(p, &p->out[0], true);
}

bool vmsg_process_read_stderr(struct vmsg_process *p)
{
    return read_output(p, &p->out[1], false);
}

bool vmsg_process_has_exited(const struct vmsg_process *p)
{
    struct pollfd poll_pid = {.fd = p->pidfd, .events = POLLIN};
    return poll(&poll_pid, 1, 0) > 0;
}

void vmsg_process_free(struct vmsg_process *p)
{
    close_fd(&p->pidfd);
    close_fd(&p->input);
    close_fd(&p->out[0]);
    close_fd(&p->out[1]);
    vmsg_output_clear(&p->output);
    p->pid = 0;
}
