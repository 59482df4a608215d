/*
 * The control node beside a character device: devices come and go by ioctl, and the memory in which
 * their buffers are is mapped from it.
 */
#ifndef VMSG_CHARDEV_CONTROL_H
#define VMSG_CHARDEV_CONTROL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { VMSG_CONTROL_DEVICES = 65536 };

struct vmsg_control_order {
    uint16_t device;
    bool remove; /* else add */
};

struct vmsg_control {
    int fd; /* -1: there is none */
    uint8_t *memory;
    size_t mem_size;
    uint16_t *devices; /* of the start */
    size_t n_devices;
    struct vmsg_control_order *orders; /* in turn */
    size_t n_orders, n_done;
    uint8_t there[VMSG_CONTROL_DEVICES / 8]; /* after all orders */
    pthread_t thread;
    bool has_thread, ends; /* the thread; it is to end */
    pthread_mutex_t lock;  /* of the orders */
    pthread_cond_t more;
    atomic_int refused; /* errno of the first device that was not taken */
    int to_shut;        /* a socket to shut down then, so that its reader learns of it; -1: none */
};

#define VMSG_NO_CONTROL                                                                            \
    ((struct vmsg_control){.fd = -1,                                                               \
                           .to_shut = -1,                                                          \
                           .lock = PTHREAD_MUTEX_INITIALIZER,                                      \
                           .more = PTHREAD_COND_INITIALIZER})

/* Open the node. False with a sentence in err. */
bool vmsg_control_open(struct vmsg_control *c, const char *path, char *err, size_t err_size);

/* Map and zero mem_size bytes (0: none). False with a sentence in err. */
bool vmsg_control_map(struct vmsg_control *c, const char *path, size_t mem_size, char *err,
                      size_t err_size);

/* "0,5": the devices that come at the start. False with a sentence in err. */
bool vmsg_control_devices(struct vmsg_control *c, const char *list, char *err, size_t err_size);

/*
 * Have a device added or removed, in the background and in turn: the kernel probes and resets a
 * device within the call, by messages that somebody must answer. False: it cannot be.
 */
bool vmsg_control_order(struct vmsg_control *c, uint16_t device, bool remove);

/* Have all removed that were ordered to be there. */
void vmsg_control_remove_all(struct vmsg_control *c);

/* Is that device there when all orders are done? */
static inline bool vmsg_control_has(const struct vmsg_control *c, uint16_t device)
{
    return c->there[device / 8] >> device % 8 & 1;
}

/* Is everything done that was ordered? Is a removal of the device not done yet? */
bool vmsg_control_is_idle(struct vmsg_control *c);
bool vmsg_control_is_removing(struct vmsg_control *c, uint16_t device);

/* Waits for what was ordered. */
void vmsg_control_close(struct vmsg_control *c);

#endif
