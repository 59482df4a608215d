/*
 * Ends the process of a SUT: waits, kills, reaps and tells how it went.
 */
#include "adapters/exec/process.h"

#include "adapters/clock.h"
#include "adapters/exec/report.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    TERM_MS = 1000, /* for a SUT that tidies up on SIGTERM */
    KILL_MS = 5000, /* a process that outlives this hangs in the kernel */
};

/* Wait until it has exited, reading its output meanwhile; false when ms milliseconds passed. */
static bool wait_exit(struct vmsg_process *p, unsigned ms)
{
    uint64_t deadline = vmsg_clock_ns() + ms * VMSG_NS_PER_MS;
    while (!vmsg_process_has_exited(p)) {
        struct pollfd fds[3] = {
            {p->pidfd, POLLIN, 0}, {p->out[0], POLLIN, 0}, {p->out[1], POLLIN, 0}};
        struct timespec left = vmsg_clock_until(deadline);
        ppoll(fds, 3, &left, NULL);
        vmsg_process_read_stdout(p);
        vmsg_process_read_stderr(p);
        if (vmsg_clock_ns() >= deadline)
            return vmsg_process_has_exited(p);
    }
    return true;
}

static void tell_status(struct vmsg_process *p, int status, struct vmsg_adapter_end *end)
{
    int sig = vmsg_report_signal(status);
    const char *note = "";
    char told[80] = "";
    if (status == 127)
        note = ", which from a shell means that the command was not found";
    else if (status == 126)
        note = ", which from a shell means that the command cannot be executed";
    else if (sig)
        snprintf(told, sizeof told, ", which from a shell means signal %d (%s)", sig,
                 strsignal(sig));
    else if (status && vmsg_report_is_fatal(end->output))
        note = ", with the report of a sanitizer";
    end->crashed = sig || (status && vmsg_report_is_fatal(end->output));
    snprintf(p->end_text, sizeof p->end_text, "exit status %d%s%s", status, note, told);
}

/* Fill *end from what waitid() says of the process. */
static void tell(struct vmsg_process *p, const siginfo_t *si, bool by_itself, unsigned grace_ms,
                 struct vmsg_adapter_end *end)
{
    bool died = si->si_code == CLD_KILLED || si->si_code == CLD_DUMPED;
    bool ours = end->killed && (si->si_status == SIGTERM || si->si_status == SIGKILL);
    end->signalled = died && !ours;
    end->exited_itself = by_itself && !end->killed;
    end->status = si->si_status;
    if (end->killed)
        snprintf(p->end_text, sizeof p->end_text,
                 by_itself ? "closed its socket but did not exit within %u ms, so it was killed"
                           : "did not exit within %u ms after its socket was closed, so it was "
                             "killed",
                 grace_ms);
    else if (died)
        snprintf(p->end_text, sizeof p->end_text, "killed by signal %d (%s)", si->si_status,
                 strsignal(si->si_status));
    else
        tell_status(p, si->si_status, end);
}

void vmsg_process_end(struct vmsg_process *p, bool by_itself, unsigned grace_ms,
                      struct vmsg_adapter_end *end)
{
    siginfo_t si = {0};
    *end = (struct vmsg_adapter_end){.status = -1, .text = p->end_text, .output = ""};
    if (p->input >= 0)
        close(p->input);
    p->input = -1;
    if (!wait_exit(p, grace_ms)) {
        end->killed = true;
        kill(-p->pid, SIGTERM);
        if (!wait_exit(p, TERM_MS)) {
            kill(-p->pid, SIGKILL);
            wait_exit(p, KILL_MS);
        }
    }
    /* Not reaped yet, so the group is still ours to kill: whatever the SUT left running. */
    int known = waitid(P_PID, (id_t)p->pid, &si, WEXITED | WNOHANG | WNOWAIT);
    kill(-p->pid, SIGKILL);
    vmsg_process_read_stdout(p);
    vmsg_process_read_stderr(p);
    if (p->sink.reply)
        vmsg_lines_end(&p->lines, &p->sink);
    end->output = vmsg_output_text(&p->output);
    if (known == 0 && si.si_pid == p->pid) {
        tell(p, &si, by_itself, grace_ms, end);
        while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    } else {
        snprintf(p->end_text, sizeof p->end_text, "%s",
                 known == 0 ? "hangs in the kernel and could not be killed"
                            : "ended, but its exit status went to somebody else");
    }
    p->pid = 0;
}
