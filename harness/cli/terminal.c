/* Terminals: colour, progress. */
#include "harness/cli/terminal.h"

#include "reports/escape.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool vmsg_colour_wanted(enum vmsg_colour when, FILE *out)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

    if (when != VMSG_COLOUR_AUTO)
        return when == VMSG_COLOUR_ALWAYS;
    return isatty(fileno(out)) && !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
}

void vmsg_progress(FILE *err, size_t done, size_t total, const char *what)
{
    struct winsize size = {0};
    char count[48];
    size_t columns = 80, used;

    if (!isatty(fileno(err)))
        return;
    if (ioctl(fileno(err), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        columns = size.ws_col;
    used = (size_t)snprintf(count, sizeof count, "[%zu/%zu] ", done, total);
    if (columns < used + 8)
        return;
    fprintf(err, "\r\033[K%s", count);
    vmsg_put_cut(err, what, columns - used - 1);
    fflush(err);
}

void vmsg_progress_clear(FILE *err)
{
    if (!isatty(fileno(err)))
        return;
    fputs("\r\033[K", err);
    fflush(err);
}
