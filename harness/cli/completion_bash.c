/* Completion for bash: one function that knows each command's options and their values. */
#include "harness/cli/completion.h"

#include <string.h>

/* What stands around the tables. Bash splits words at '=' and ':', so the line is read anew. */
static const char begin[] =
    "# bash completion for vmsgspec, made by 'vmsgspec completion bash'\n"
    "_vmsgspec() {\n"
    "    local line=${COMP_LINE:0:COMP_POINT} candidates= files= prev= cur word\n"
    "    local -a words\n"
    "    read -ra words <<<\"$line\"\n"
    "    [[ $line == *[[:space:]] ]] && words+=(\"\")\n"
    "    cur=${words[-1]}\n"
    "    if [[ $cur == --*=* ]]; then\n"
    "        prev=${cur%%=*} cur=${cur#*=}\n"
    "    elif ((${#words[@]} > 2)); then\n"
    "        prev=${words[-2]}\n"
    "    fi\n"
    "    if ((${#words[@]} <= 2)); then\n"
    "        prev=\n"
    "    fi\n"
    "    case \"$((${#words[@]} > 2)) ${words[1]} $prev\" in\n";

static const char end[] = "    esac\n"
                          "    COMPREPLY=()\n"
                          "    for word in $(compgen -W \"$candidates\" -- \"$cur\"); do\n"
                          "        [[ $word == *[=:] ]] && compopt -o nospace\n"
                          "        COMPREPLY+=(\"${word#\"${cur%\"${cur##*[=:]}\"}\"}\")\n"
                          "    done\n"
                          "    if [[ $files || ( $candidates == *=* && $cur == *=* ) ]]; then\n"
                          "        compopt -o filenames\n"
                          "        while read -r word; do\n"
                          "            COMPREPLY+=(\"$word\")\n"
                          "        done < <(compgen -f -- \"${cur##*=}\")\n"
                          "    fi\n"
                          "}\n"
                          "complete -F _vmsgspec vmsgspec\n";

static void names(FILE *out, const struct argp_option *o)
{
    for (; !vmsg_completion_ends(o); o++)
        if (vmsg_completion_shows(o))
            fprintf(out, "--%s ", o->name);
}

static void values(FILE *out, const struct vmsg_cli_command *c)
{
    char words[512];

    for (const struct argp_option *o = c->options->options; !vmsg_completion_ends(o); o++) {
        if (!vmsg_completion_shows(o) || !o->arg || o->flags & OPTION_ARG_OPTIONAL)
            continue;
        fprintf(out, "    \"1 %s --%s\") ", c->name, o->name);
        switch (vmsg_completion_of(c->options, o->arg, words, sizeof words)) {
        case VMSG_COMPLETE_WORDS:
            fprintf(out, "candidates='%s' ;;\n", words);
            break;
        case VMSG_COMPLETE_FILES:
            fputs("files=1 ;;\n", out);
            break;
        case VMSG_COMPLETE_NOTHING:
            fputs(";;\n", out);
            break;
        }
    }
}

static void command(FILE *out, const struct vmsg_cli_command *c)
{
    const char *operands = c->options->operands;
    bool files = operands && !strcmp(operands, "FILE");

    values(out, c);
    fprintf(out, "    \"1 %s \"*) candidates='", c->name);
    names(out, c->options->options);
    names(out, vmsg_cli_common_options);
    fprintf(out, "%s'%s ;;\n", operands && !files ? operands : "", files ? " files=1" : "");
}

void vmsg_completion_bash(FILE *out)
{
    fputs(begin, out);
    for (size_t i = 0; vmsg_cli_command_at(i); i++)
        command(out, vmsg_cli_command_at(i));
    fputs("    0*) candidates='", out);
    for (size_t i = 0; vmsg_cli_command_at(i); i++)
        fprintf(out, "%s ", vmsg_cli_command_at(i)->name);
    fputs("--help --version' ;;\n", out);
    fputs(end, out);
}
