/* Completion for fish: a line for each option. */
#include "harness/cli/completion.h"

#include <string.h>

static void quoted(FILE *out, const char *s)
{
    fputc('\'', out);
    for (; s && *s; s++) {
        if (*s == '\'' || *s == '\\')
            fputc('\\', out);
        fputc(*s, out);
    }
    fputc('\'', out);
}

static void option(FILE *out, const struct vmsg_cli_command *c, const struct argp_option *o)
{
    char words[512];

    fprintf(out, "complete -c vmsgspec -n '__fish_seen_subcommand_from %s' -l %s", c->name,
            o->name);
    switch (vmsg_completion_of(c->options, o->arg, words, sizeof words)) {
    case VMSG_COMPLETE_WORDS:
        fputs(" -x -a ", out);
        quoted(out, words);
        break;
    case VMSG_COMPLETE_FILES:
        fputs(" -r -F", out);
        break;
    case VMSG_COMPLETE_NOTHING:
        fputs(o->arg && !(o->flags & OPTION_ARG_OPTIONAL) ? " -x" : "", out);
        break;
    }
    fputs(" -d ", out);
    quoted(out, o->doc);
    fputc('\n', out);
}

static void command(FILE *out, const struct vmsg_cli_command *c)
{
    const char *operands = c->options->operands;

    fprintf(out, "complete -c vmsgspec -f -n __fish_use_subcommand -a %s -d ", c->name);
    quoted(out, c->summary);
    fputc('\n', out);
    if (operands && !strcmp(operands, "FILE"))
        fprintf(out, "complete -c vmsgspec -n '__fish_seen_subcommand_from %s' -F\n", c->name);
    else
        fprintf(out, "complete -c vmsgspec -n '__fish_seen_subcommand_from %s' -f -a '%s'\n",
                c->name, operands ? operands : "");
    for (const struct argp_option *o = c->options->options; !vmsg_completion_ends(o); o++)
        if (vmsg_completion_shows(o))
            option(out, c, o);
    for (const struct argp_option *o = vmsg_cli_common_options; !vmsg_completion_ends(o); o++)
        option(out, c, o);
}

void vmsg_completion_fish(FILE *out)
{
    fputs("# fish completion for vmsgspec, made by 'vmsgspec completion fish'\n", out);
    for (size_t i = 0; vmsg_cli_command_at(i); i++)
        command(out, vmsg_cli_command_at(i));
}
