/*
 * The other end of a socket adapter: drives a served SUT over one socket in real time.
 */
#ifndef VMSG_PUMP_H
#define VMSG_PUMP_H

#include "adapters/served.h"

struct vmsg_pump {
    const struct vmsg_served_ops *ops;
    const void *config;        /* for ops->open */
    int fd;                    /* connected and blocking; stays the caller's */
    int far_fd;                /* of a bus: its device end; -1: one end */
    bool is_stream;            /* msg_size delimits messages */
    bool takes_commands;       /* upper-tester lines on standard input, replies on output */
    struct vmsg_sut_host host; /* without ctx and send, which the pump fills */
};

/*
 * Open the SUT and serve until the socket is closed. True then; false with a sentence in err
 * when the SUT would not open or the socket failed.
 */
bool vmsg_pump_run(const struct vmsg_pump *pump, char *err, size_t err_size);

#endif
