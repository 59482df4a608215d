/* Crashes that an exit status or an output tells of; see report.h. */
#include "adapters/exec/report.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>

int vmsg_report_signal(int status)
{
    static const int crashes[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSYS, SIGTRAP, 0};
    for (const int *sig = crashes; *sig; sig++)
        if (status == 128 + *sig)
            return *sig;
    return 0;
}

bool vmsg_report_is_fatal(const char *output)
{
    static const char *const fatal[] = {
        "ERROR: AddressSanitizer: ",
        "ERROR: HWAddressSanitizer: ",
        "ERROR: MemorySanitizer: ",
        "WARNING: MemorySanitizer: ",
        "ERROR: ThreadSanitizer: ",
        "ERROR: UndefinedBehaviorSanitizer: ",
        "SUMMARY: UndefinedBehaviorSanitizer: ",
    };
    for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++)
        if (strstr(output, fatal[i]))
            return true;
    return false;
}
