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

struct vmsg_control {
    int fd; /* -1: there is none */
    uint8_t *memory;
    size_t mem_size;
    uint16_t *devices;
    size_t n_devices;
    pthread_t thread;
    bool is_running;    /* a thread that is not joined */
    bool is_removing;   /* what it does; else adding */
    atomic_bool done;   /* it does nothing more */
    atomic_int refused; /* errno of the first device that was not taken */
    int to_shut;        /* a socket to shut down then, so that its reader learns of it; -1: none */
};

/* Open the node. False with a sentence in err. */
bool vmsg_control_open(struct vmsg_control *c, const char *path, char *err, size_t err_size);

/* Map and zero mem_size bytes (0: none). False with a sentence in err. */
bool vmsg_control_map(struct vmsg_control *c, const char *path, size_t mem_size, char *err,
                      size_t err_size);

/* "0,5": the devices that come and go. False with a sentence in err. */
bool vmsg_control_devices(struct vmsg_control *c, const char *list, char *err, size_t err_size);

/*
 * Add or remove the devices, in the background: the kernel probes and resets a device within the
 * call, by messages that somebody must answer. One of the two at a time.
 */
bool vmsg_control_begin(struct vmsg_control *c, bool remove, int to_shut);

/* Wait for the end of what was begun; at once when it is done. */
void vmsg_control_end(struct vmsg_control *c);

void vmsg_control_close(struct vmsg_control *c);

#endif
