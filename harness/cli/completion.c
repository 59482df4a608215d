/* What completion knows of the values of options, for all shells. */
#include "harness/cli/completion.h"

#include "adapters/adapter.h"
#include "reports/compare.h"
#include "reports/report.h"

#include <string.h>

static const struct {
    const char *placeholder, *words;
} fixed[] = {
    {"ROLE", "device driver bus"},
    {"LEVEL", "MUST SHOULD MAY"},
    {"WHEN", "auto always never"},
    {"HOW", "events polling"},
    {"NAME,...", "GET_DEVICES PING EVENT_DEVICE"},
    {"MODEL[@NUM]", "block entropy max"},
};

static void add(char *words, size_t size, const char *word, const char *end)
{
    size_t n = strlen(words);

    snprintf(words + n, size - n, "%s%s%s", n ? " " : "", word, end);
}

static void schemes(char *words, size_t size)
{
    const struct vmsg_adapter_kind *k;

    for (size_t i = 0; (k = vmsg_adapter_kind_at(i)); i++)
        add(words, size, k->scheme, ":");
}

/* A comparison has formats of its own. */
static void formats(const struct vmsg_cli_options *command, char *words, size_t size)
{
    if (command == &vmsg_cmd_compare_options)
        for (size_t i = 0; vmsg_compare_format_at(i); i++)
            add(words, size, vmsg_compare_format_at(i)->name, "=");
    else
        for (size_t i = 0; vmsg_report_format_at(i); i++)
            add(words, size, vmsg_report_format_at(i)->name, "=");
}

enum vmsg_completion_kind vmsg_completion_of(const struct vmsg_cli_options *command,
                                             const char *placeholder, char *words,
                                             size_t words_size)
{
    words[0] = '\0';
    if (!placeholder)
        return VMSG_COMPLETE_NOTHING;
    if (!strncmp(placeholder, "FILE", 4) || !strcmp(placeholder, "DIR"))
        return VMSG_COMPLETE_FILES;
    if (!strcmp(placeholder, "URI"))
        schemes(words, words_size);
    else if (!strcmp(placeholder, "FORMAT=PATH"))
        formats(command, words, words_size);
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        if (!strcmp(placeholder, fixed[i].placeholder))
            add(words, words_size, fixed[i].words, "");
    return words[0] ? VMSG_COMPLETE_WORDS : VMSG_COMPLETE_NOTHING;
}

const struct vmsg_completion_shell *vmsg_completion_shell_at(size_t i)
{
    static const struct vmsg_completion_shell shells[] = {
        {"bash", vmsg_completion_bash},
        {"zsh", vmsg_completion_zsh},
        {"fish", vmsg_completion_fish},
    };

    return i < sizeof shells / sizeof *shells ? &shells[i] : NULL;
}
