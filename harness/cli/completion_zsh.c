/* Completion for zsh: a function for _arguments, a list of specifications for each command. */
#include "harness/cli/completion.h"

#include <string.h>

/* Inside [...] of a specification, inside single quotes. */
static void text(FILE *out, const char *s)
{
    for (; *s; s++) {
        if (*s == '\'')
            fputs("'\\''", out);
        else if (strchr("[]:\\", *s))
            fprintf(out, "\\%c", *s);
        else
            fputc(*s, out);
    }
}

static void value(FILE *out, const struct vmsg_cli_options *command, const char *placeholder)
{
    char words[512];

    fputc(':', out);
    text(out, placeholder);
    fputc(':', out);
    switch (vmsg_completion_of(command, placeholder, words, sizeof words)) {
    case VMSG_COMPLETE_WORDS:
        if (!strcmp(placeholder, "FORMAT=PATH") || !strcmp(placeholder, "URI"))
            fprintf(out, "{ if compset -P 1 \"*=\"; then _files; else compadd -S \"\" -- %s; fi }",
                    words);
        else
            fprintf(out, "(%s)", words);
        break;
    case VMSG_COMPLETE_FILES:
        fputs("_files", out);
        break;
    case VMSG_COMPLETE_NOTHING:
        fputc(' ', out);
        break;
    }
}

static void options(FILE *out, const struct vmsg_cli_options *command, const struct argp_option *o)
{
    for (; !vmsg_completion_ends(o); o++) {
        if (!vmsg_completion_shows(o))
            continue;
        fprintf(out, " \\\n                '%s--%s%s[",
                o->doc && strstr(o->doc, "repeated") ? "*" : "", o->name,
                !o->arg                          ? ""
                : o->flags & OPTION_ARG_OPTIONAL ? "=-"
                                                 : "=");
        text(out, o->doc ? o->doc : "");
        fputc(']', out);
        if (o->arg)
            value(out, command, o->arg);
        fputc('\'', out);
    }
}

static void command(FILE *out, const struct vmsg_cli_command *c)
{
    const char *operands = c->options->operands;

    fprintf(out, "            %s)\n                _arguments", c->name);
    options(out, c->options, c->options->options);
    options(out, c->options, vmsg_cli_common_options);
    if (operands && !strcmp(operands, "FILE"))
        fputs(" \\\n                '*:file:_files'", out);
    else if (operands)
        fprintf(out, " \\\n                '1:what:(%s)'", operands);
    fputs(" ;;\n", out);
}

void vmsg_completion_zsh(FILE *out)
{
    const struct vmsg_cli_command *c;

    fputs("#compdef vmsgspec\n# zsh completion for vmsgspec, made by 'vmsgspec completion zsh'\n"
          "_vmsgspec() {\n    local context state state_descr line\n    typeset -A opt_args\n"
          "    _arguments -C '(- *)--help[show this text]' '(- *)--version[show the version]' \\\n"
          "        '1:command:->command' '*::argument:->argument' && return\n"
          "    case $state in\n    command)\n        local -a commands\n        commands=(\n",
          out);
    for (size_t i = 0; (c = vmsg_cli_command_at(i)); i++) {
        fprintf(out, "            '%s:", c->name);
        text(out, c->summary);
        fputs("'\n", out);
    }
    fputs("        )\n        _describe command commands ;;\n    argument)\n        case $line[1] "
          "in\n",
          out);
    for (size_t i = 0; (c = vmsg_cli_command_at(i)); i++)
        command(out, c);
    fputs("        esac ;;\n    esac\n}\n"
          "if [[ $funcstack[1] == _vmsgspec ]]; then\n    _vmsgspec \"$@\"\nelse\n"
          "    compdef _vmsgspec vmsgspec\nfi\n",
          out);
}
