/*
 * Messages of the ivshmem server protocol: a little-endian number, perhaps with a file.
 */
#ifndef VMSG_IVSHMEM_WIRE_H
#define VMSG_IVSHMEM_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum vmsg_ivshmem_got { VMSG_IVSHMEM_GOT, VMSG_IVSHMEM_NOTHING, VMSG_IVSHMEM_ENDED };

/*
 * Receive without waiting. What came of a message that is not whole is kept in partial, *n_partial
 * and *partial_fd (-1: no file yet). *fd -1: the message has no file; else it is the caller's.
 */
enum vmsg_ivshmem_got vmsg_ivshmem_receive(int socket, uint8_t partial[8], size_t *n_partial,
                                           int *partial_fd, int64_t *value, int *fd);

/* Send; fd -1: no file. False when the other end is gone or takes nothing. */
bool vmsg_ivshmem_send(int socket, int64_t value, int fd);

#endif
