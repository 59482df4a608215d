/*
 * The process of a SUT: its standard files, its end, and whatever it left behind.
 */
#ifndef VMSG_PROCESS_H
#define VMSG_PROCESS_H

#include "adapters/adapter.h"
#include "adapters/exec/lines.h"
#include "adapters/exec/output.h"
#include "adapters/exec/spawn.h"

#include <sys/types.h>

struct vmsg_process {
    pid_t pid;  /* also its process group; 0: none */
    int pidfd;  /* readable when it has exited */
    int input;  /* to its standard input, -1: /dev/null */
    int out[2]; /* from its standard output and error; -1: ended */
    struct vmsg_output output;
    struct vmsg_lines lines;
    struct vmsg_lines_sink sink; /* reply NULL: its standard output is output only */
    char end_text[200];
};

/*
 * Start the program (its stdio is set here); `upper`: with a standard input for commands, and
 * replies on its standard output go to reply(ctx). False with a sentence in err.
 */
bool vmsg_process_start(struct vmsg_process *p, const struct vmsg_spawn *program, bool upper,
                        bool (*reply)(void *ctx, const char *line, size_t len), void *ctx,
                        char *err, size_t err_size);

/* Read what it has printed, without waiting. False: that file has ended. */
bool vmsg_process_read_stdout(struct vmsg_process *p);
bool vmsg_process_read_stderr(struct vmsg_process *p);

/* Has it exited? Does not wait. */
bool vmsg_process_has_exited(const struct vmsg_process *p);

/*
 * Its sockets are closed: wait grace_ms for it, then end it by SIGTERM and SIGKILL; kill what
 * is left of its process group; reap it and say in *end how it ended. `by_itself`: it had closed
 * its socket or exited before the harness did anything.
 */
void vmsg_process_end(struct vmsg_process *p, bool by_itself, unsigned grace_ms,
                      struct vmsg_adapter_end *end);

void vmsg_process_free(struct vmsg_process *p);

#endif
