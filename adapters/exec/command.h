/*
 * Commands that need no shell.
 */
#ifndef VMSG_COMMAND_H
#define VMSG_COMMAND_H

/*
 * The words of a command that /bin/sh would run as a program and nothing more: a path, as it
 * stands or after `exec`, and plain arguments. NULL when a shell could see more in it (or memory
 * is out): then only a shell knows what it means. NULL-terminated; to free with
 * vmsg_command_free().
 */
char **vmsg_command_words(const char *command);
void vmsg_command_free(char **words);

#endif
