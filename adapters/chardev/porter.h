/*
 * A porter: carries messages between a character device, whose reads and writes block and which has
 * no poll, and a packet socket, which a link can wait at. A thread for each direction.
 */
#ifndef VMSG_PORTER_H
#define VMSG_PORTER_H

#include <stdbool.h>
#include <stddef.h>

struct vmsg_porter;

/*
 * Begin to carry; `device` stays the caller's and must stay open until vmsg_porter_stop(). Reads
 * ask for read_size bytes. *socket is the link's end. NULL with a sentence in err.
 */
struct vmsg_porter *vmsg_porter_start(int device, size_t read_size, int *socket, char *err,
                                      size_t err_size);

/*
 * End it, also from the middle of a read or write. Why carrying ended by itself is in `reason`, ""
 * when it did not. False when a thread is stuck in the kernel: it is left behind.
 */
bool vmsg_porter_stop(struct vmsg_porter *porter, char *reason, size_t reason_size);

#endif
