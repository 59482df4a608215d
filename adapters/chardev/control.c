/*
 * Adds and removes devices by ioctl, and maps the control node's memory.
 */
#include "adapters/chardev/control.h"

#include "adapters/chardev/uapi.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

bool vmsg_control_open(struct vmsg_control *c, const char *path, char *err, size_t err_size)
{
    *c = (struct vmsg_control){.fd = open(path, O_RDWR | O_CLOEXEC), .to_shut = -1};
    if (c->fd < 0)
        snprintf(err, err_size, "cannot open the control node %s: %s", path, strerror(errno));
    return c->fd >= 0;
}

bool vmsg_control_map(struct vmsg_control *c, const char *path, size_t mem_size, char *err,
                      size_t err_size)
{
    if (!mem_size)
        return true;
    off_t there = lseek(c->fd, 0, SEEK_END);
    if (there >= 0 && (uint64_t)there < mem_size) {
        snprintf(err, err_size, "%s has %lld bytes of memory, not %zu; use --mem %lld", path,
                 (long long)there, mem_size, (long long)there);
        return false;
    }
    void *bytes = mmap(NULL, mem_size, PROT_READ | PROT_WRITE, MAP_SHARED, c->fd, 0);
    if (bytes == MAP_FAILED) {
        snprintf(err, err_size, "mapping %zu bytes of %s failed: %s; try a smaller --mem", mem_size,
                 path, strerror(errno));
        return false;
    }
    c->memory = bytes;
    c->mem_size = mem_size;
    memset(bytes, 0, mem_size);
    return true;
}

bool vmsg_control_devices(struct vmsg_control *c, const char *list, char *err, size_t err_size)
{
    while (list && *list) {
        char *end;
        unsigned long number = strtoul(list, &end, 10);
        uint16_t *more = realloc(c->devices, (c->n_devices + 1) * sizeof *more);
        if (!more) {
            snprintf(err, err_size, "out of memory");
            return false;
        }
        c->devices = more;
        c->devices[c->n_devices++] = (uint16_t)number;
        list = *end == ',' ? end + 1 : "";
    }
    return true;
}

static int tell(const struct vmsg_control *c, uint16_t device)
{
    unsigned number = device;
    int result;
    do
        result = ioctl(c->fd, c->is_removing ? VMSG_LB_REMOVE : VMSG_LB_ADD, &number);
    while (result < 0 && errno == EINTR);
    return result < 0 ? errno : 0;
}

static void *tell_all(void *arg)
{
    struct vmsg_control *c = arg;
    for (size_t i = 0; i < c->n_devices; i++) {
        int error = tell(c, c->devices[i]);
        if (!error || c->is_removing)
            continue;
        atomic_store(&c->refused, error);
        if (c->to_shut >= 0)
            shutdown(c->to_shut, SHUT_RDWR);
        break;
    }
    atomic_store(&c->done, true);
    return NULL;
}

bool vmsg_control_begin(struct vmsg_control *c, bool remove, int to_shut)
{
    sigset_t all, before;
    vmsg_control_end(c);
    c->is_removing = remove;
    c->to_shut = to_shut;
    atomic_store(&c->done, false);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    c->is_running = !pthread_create(&c->thread, NULL, tell_all, c);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return c->is_running;
}

void vmsg_control_end(struct vmsg_control *c)
{
    if (c->is_running)
        pthread_join(c->thread, NULL);
    c->is_running = false;
}

void vmsg_control_close(struct vmsg_control *c)
{
    vmsg_control_end(c);
    if (c->memory)
        munmap(c->memory, c->mem_size);
    if (c->fd >= 0)
        close(c->fd);
    free(c->devices);
    *c = (struct vmsg_control){.fd = -1, .to_shut = -1};
}
