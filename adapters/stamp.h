/*
 * When a packet was sent, by the system's stamp: two sockets of one SUT have a common order by
 * that, where the system keeps it (Linux does for AF_UNIX).
 */
#ifndef VMSG_STAMP_H
#define VMSG_STAMP_H

#include <stdbool.h>
#include <stdint.h>

/* Ask for stamps of what comes from now on; false: there are none. */
bool vmsg_stamp_want(int fd);

/* Of the next packet, which stays where it is. False: none is there, or it has no stamp. */
bool vmsg_stamp_peek(int fd, uint64_t *ns);

#endif
