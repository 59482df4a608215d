/*
 * Starts a program by vfork(), so that the size of the harness costs nothing.
 *
 * Between vfork() and execve() the child borrows the caller's memory and stack: it makes system
 * calls only, and signals are blocked until none of the harness's handlers can run in it.
 */
#include "adapters/exec/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Above every fd that is given to the program, so that moving one never runs over another. */
enum { PARKED_FD = VMSG_SPAWN_FIRST_FD + VMSG_SPAWN_MAX_FDS };

static bool place_fds(const struct vmsg_spawn *plan)
{
    int parked[3 + VMSG_SPAWN_MAX_FDS];
    int n = 3 + (int)plan->n_fds;
    for (int i = 0; i < n; i++) {
        parked[i] = fcntl(i < 3 ? plan->stdio[i] : plan->fds[i - 3], F_DUPFD_CLOEXEC, PARKED_FD);
        if (parked[i] < 0)
            return false;
    }
    for (int i = 0; i < n; i++)
        if (dup2(parked[i], i) < 0)
            return false;
    /* The harness's own fds close by themselves; this is for those it inherited open. */
    syscall(SYS_close_range, (unsigned)n, ~0u, 0);
    return true;
}

static void default_signals(void)
{
    struct sigaction act = {.sa_handler = SIG_DFL};
    for (int sig = 1; sig < NSIG; sig++)
        sigaction(sig, &act, NULL);
}

static void become(const struct vmsg_spawn *plan, pid_t harness)
{
    sigset_t none;
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != harness) /* it died before the line above */
        return;
    default_signals();
    sigemptyset(&none);
    if (!place_fds(plan) || sigprocmask(SIG_SETMASK, &none, NULL))
        return;
    if (plan->shortcut)
        execve(plan->shortcut[0], plan->shortcut, plan->envp);
    execve(plan->argv[0], plan->argv, plan->envp);
}

pid_t vmsg_spawn(const struct vmsg_spawn *plan)
{
    sigset_t all, before;
    pid_t harness = getpid();
    volatile int error = 0;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t pid = vfork();
    if (pid == 0) {
        become(plan, harness);
        error = errno ? errno : EINVAL;
        _exit(127);
    }
    if (pid < 0)
        error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (pid > 0 && error) {
        waitpid(pid, NULL, 0);
        pid = -1;
    }
    errno = error;
    return pid;
}
