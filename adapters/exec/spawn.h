/*
 * Starting a program with exactly the files it is meant to have.
 */
#ifndef VMSG_SPAWN_H
#define VMSG_SPAWN_H

#include <sys/types.h>

#define VMSG_SPAWN_MAX_FDS 4

/* The first of the inherited fds; the others follow it. */
#define VMSG_SPAWN_FIRST_FD 3

struct vmsg_spawn {
    char *const *argv; /* argv[0] is a path: no search in PATH */
    /* The same program, to be tried first: it may fail where argv cannot. NULL: none. */
    char *const *shortcut;
    char *const *envp;
    int stdio[3]; /* its standard files */
    int fds[VMSG_SPAWN_MAX_FDS];
    unsigned n_fds; /* become 3, 4, ... in the program */
};

/*
 * Start the program in a process group of its own, with default signal dispositions; it is
 * killed when the calling thread ends. All fds of the harness should be close-on-exec: other
 * threads may be starting other programs. Returns its pid, or -1 with errno.
 */
pid_t vmsg_spawn(const struct vmsg_spawn *plan);

#endif
