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
    *c = VMSG_NO_CONTROL;
    c->fd = open(path, O_RDWR | O_CLOEXEC);
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

static int carry_out(const struct vmsg_control *c, struct vmsg_control_order order)
{
    unsigned number = order.device;
    int result;
    do
        result = ioctl(c->fd, order.remove ? VMSG_LB_REMOVE : VMSG_LB_ADD, &number);
    while (result < 0 && errno == EINTR);
    return result < 0 ? errno : 0;
}

static void refuse(struct vmsg_control *c, int error)
{
    int none = 0;
    if (atomic_compare_exchange_strong(&c->refused, &none, error) && c->to_shut >= 0)
        shutdown(c->to_shut, SHUT_RDWR);
}

static void *carry_all_out(void *arg)
{
    struct vmsg_control *c = arg;
    pthread_mutex_lock(&c->lock);
    for (;;) {
        while (c->n_done == c->n_orders && !c->ends)
            pthread_cond_wait(&c->more, &c->lock);
        if (c->n_done == c->n_orders)
            break;
        struct vmsg_control_order order = c->orders[c->n_done];
        pthread_mutex_unlock(&c->lock);
        int error = carry_out(c, order);
        if (error && !order.remove) /* one that is gone already is well removed */
            refuse(c, error);
        pthread_mutex_lock(&c->lock);
        c->n_done++;
    }
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

static bool start_thread(struct vmsg_control *c)
{
    sigset_t all, before;
    if (c->has_thread)
        return true;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    c->has_thread = !pthread_create(&c->thread, NULL, carry_all_out, c);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return c->has_thread;
}

bool vmsg_control_order(struct vmsg_control *c, uint16_t device, bool remove)
{
    bool ok = start_thread(c);
    if (!ok)
        return false;
    pthread_mutex_lock(&c->lock);
    struct vmsg_control_order *more = realloc(c->orders, (c->n_orders + 1) * sizeof *more);
    ok = more;
    if (ok) {
        c->orders = more;
        c->orders[c->n_orders++] = (struct vmsg_control_order){device, remove};
        c->there[device / 8] &= (uint8_t) ~(1 << device % 8);
        c->there[device / 8] |= (uint8_t)(!remove << device % 8);
        pthread_cond_signal(&c->more);
    }
    pthread_mutex_unlock(&c->lock);
    return ok;
}

void vmsg_control_remove_all(struct vmsg_control *c)
{
    for (uint32_t i = 0; i < VMSG_CONTROL_DEVICES; i++)
        if (vmsg_control_has(c, (uint16_t)i))
            vmsg_control_order(c, (uint16_t)i, true);
}

bool vmsg_control_is_idle(struct vmsg_control *c)
{
    pthread_mutex_lock(&c->lock);
    bool idle = c->n_done == c->n_orders;
    pthread_mutex_unlock(&c->lock);
    return idle;
}

bool vmsg_control_is_removing(struct vmsg_control *c, uint16_t device)
{
    bool removing = false;
    pthread_mutex_lock(&c->lock);
    for (size_t i = c->n_done; i < c->n_orders; i++)
        removing |= c->orders[i].remove && c->orders[i].device == device;
    pthread_mutex_unlock(&c->lock);
    return removing;
}

static void end_thread(struct vmsg_control *c)
{
    if (!c->has_thread)
        return;
    pthread_mutex_lock(&c->lock);
    c->ends = true;
    pthread_cond_signal(&c->more);
    pthread_mutex_unlock(&c->lock);
    pthread_join(c->thread, NULL);
}

void vmsg_control_close(struct vmsg_control *c)
{
    end_thread(c);
    if (c->memory)
        munmap(c->memory, c->mem_size);
    if (c->fd >= 0)
        close(c->fd);
    free(c->devices);
    free(c->orders);
    *c = VMSG_NO_CONTROL;
}
