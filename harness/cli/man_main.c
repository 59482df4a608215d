/*
 * Makes the manual page: copies a template and puts the commands, from their option tables, where
 * its line @COMMANDS@ stands. A build tool; users get the page.
 */
#include "harness/cli/completion.h"

#include <errno.h>
#include <string.h>

/* Text of a paragraph: no request, no escape. */
static void text(const char *s)
{
    if (*s == '.' || *s == '\'')
        fputs("\\&", stdout);
    for (; *s && *s != '\v'; s++) {
        if (*s == '\\')
            fputs("\\e", stdout);
        else if (*s == '-')
            fputs("\\-", stdout);
        else if (*s == '\n')
            fputs("\n.br\n", stdout);
        else
            putchar(*s);
    }
}

static void option(const struct argp_option *o)
{
    fputs(".TP\n.B \\-\\-", stdout);
    text(o->name);
    if (o->arg) {
        fputs(o->flags & OPTION_ARG_OPTIONAL ? "\\fR[\\fB=\\fI" : "\\fR \\fI", stdout);
        text(o->arg);
        fputs(o->flags & OPTION_ARG_OPTIONAL ? "\\fR]" : "\\fR", stdout);
    }
    putchar('\n');
    text(o->doc);
    putchar('\n');
}

static void command(const struct vmsg_cli_command *c)
{
    const struct vmsg_cli_options *options = c->options;
    const char *behind = strchr(options->doc, '\v');

    printf(".SS vmsgspec %s\n", c->name);
    fputs(".P\n.B vmsgspec ", stdout);
    text(options->command);
    fputs("\\fR [\\fIOPTION\\fR...]", stdout);
    if (*options->args == '\n') /* another usage, on its own line in the help */
        fputs("\n.br\n.B vmsgspec ", stdout), text(options->command);
    if (*options->args) {
        fputs("\\fR ", stdout);
        text(options->args + (*options->args == '\n'));
    }
    fputs("\n.P\n", stdout);
    text(options->doc);
    putchar('\n');
    for (const struct argp_option *o = options->options; !vmsg_completion_ends(o); o++)
        if (vmsg_completion_shows(o)) {
            option(o);
        } else if (o->doc && !o->name) {
            fputs(".P\n", stdout);
            text(o->doc);
            putchar('\n');
        }
    if (behind) {
        fputs(".P\n", stdout);
        text(behind + 1);
        putchar('\n');
    }
}

int main(int argc, char **argv)
{
    FILE *in = argc == 2 ? fopen(argv[1], "r") : NULL;
    char line[1024];

    if (!in) {
        fprintf(stderr, "man: cannot read the template: %s\n",
                argc == 2 ? strerror(errno) : "none");
        return 1;
    }
    while (fgets(line, sizeof line, in)) {
        if (strcmp(line, "@COMMANDS@\n") != 0) {
            fputs(line, stdout);
            continue;
        }
        for (size_t i = 0; vmsg_cli_command_at(i); i++)
            command(vmsg_cli_command_at(i));
    }
    fclose(in);
    return fflush(stdout) == 0 ? 0 : 1;
}
