/* Ctrl-C and SIGTERM; a signal handler has nowhere else to leave its mark than a static. */
#include "harness/cli/interrupt.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
    static const char text[] = "\nvmsgspec: ending after what is running; again to kill\n";
    struct sigaction plain = {.sa_handler = SIG_DFL};

    interrupted = 1;
    sigaction(SIGINT, &plain, NULL);
    sigaction(SIGTERM, &plain, NULL);
    (void)!write(STDERR_FILENO, text, sizeof text - 1);
}

static void catch_one(int number)
{
    struct sigaction old, action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

    sigemptyset(&action.sa_mask);
    /* A parent that ignores it for us (nohup, a background job) is obeyed. */
    if (sigaction(number, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
        sigaction(number, &action, NULL);
}

void vmsg_interrupt_catch(void)
{
    catch_one(SIGINT);
    catch_one(SIGTERM);
}

bool vmsg_interrupted(void)
{
    return interrupted;
}
