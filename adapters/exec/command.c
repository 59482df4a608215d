/*
 * Tells which commands need no shell. Starting one costs as much as starting a small SUT.
 */
#include "adapters/exec/command.h"

#include <stdlib.h>
#include <string.h>

static const char blank[] = " \t";

/* Nothing that a shell expands, quotes, redirects or separates by. */
static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                            "_./:@%+,=- \t";

static size_t count(const char *command)
{
    size_t n = 0;
    for (command += strspn(command, blank); *command; n++) {
        command += strcspn(command, blank);
        command += strspn(command, blank);
    }
    return n;
}

/* A path, so that neither a search, a builtin, a keyword nor an assignment is meant. */
static int is_program(const char *word)
{
    return word && strchr(word, '/') && !strchr(word, '=') && word[0] != '-';
}

char **vmsg_command_words(const char *command)
{
    if (command[strspn(command, plain)])
        return NULL;
    char **words = calloc(count(command) + 1, sizeof *words);
    size_t n = 0;
    for (command += strspn(command, blank); words && *command;) {
        size_t len = strcspn(command, blank);
        char *word = strndup(command, len);
        command += len + strspn(command + len, blank);
        if (word && n == 0 && !strcmp(word, "exec") && *command) {
            free(word);
            continue;
        }
        words[n++] = word;
        if (!word)
            break;
    }
    if (words && n && words[n - 1] && is_program(words[0]))
        return words;
    vmsg_command_free(words);
    return NULL;
}

void vmsg_command_free(char **words)
{
    for (size_t i = 0; words && words[i]; i++)
        free(words[i]);
    free(words);
}
