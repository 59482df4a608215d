/* Messages and JSON for all commands. */
#include "harness/cli/cli.h"

#include "reports/escape.h"

#include <stdarg.h>
#include <stdio.h>

int vmsg_cli_error(const char *command, const char *format, ...)
{
    char text[CLI_ERR_SIZE];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fprintf(stderr, "vmsgspec%s%s: ", command ? " " : "", command ? command : "");
    vmsg_put_safe(stderr, text);
    fputc('\n', stderr);
    return CLI_USAGE;
}

int vmsg_cli_print_json(const char *command, json_t *json)
{
    if (!json)
        return vmsg_cli_error(command, "out of memory");
    json_dumpf(json, stdout, JSON_INDENT(1) | JSON_ENSURE_ASCII); /* main() sees what failed */
    putchar('\n');
    json_decref(json);
    return CLI_OK;
}

json_t *vmsg_cli_text(const char *s)
{
    return s ? json_string(s) : json_null();
}
