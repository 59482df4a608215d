/*
 * Writes and reads the environment by which a SUT is told what it needs.
 */
#include "adapters/exec/environment.h"

#include "adapters/uri.h"
#include "harness/wire/wire.h"

#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

enum { OUR_MAX = 16 };

struct list {
    char **envp;
    size_t n;
    bool failed;
};

static void put(struct list *l, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct list *l, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (vasprintf(&l->envp[l->n], format, args) < 0) {
        l->envp[l->n] = NULL;
        l->failed = true;
    } else {
        l->n++;
    }
    va_end(args);
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static void put_ours(struct list *l, const struct vmsg_adapter_params *p, int socket, int mem)
{
    bool bus = !strcmp(p->role, "bus");
    put(l, "VMSG_ROLE=%s", p->role);
    put(l, "%s=%d", bus ? "VMSG_DRIVER_FD" : "VMSG_FD", socket);
    if (bus)
        put(l, "VMSG_DEVICE_FD=%d", socket + 1);
    put(l, "VMSG_REVISION=%" PRIu32, p->revision);
    put(l, "VMSG_MAX_MSG_SIZE=%" PRIu32, p->max_msg_size);
    put(l, "VMSG_TRANSPORT_FEATURES=0x%" PRIx64, p->transport_features);
    put(l, "VMSG_NOTIFICATIONS=%s", or_empty(p->notifications));
    put(l, "VMSG_NOTIFICATION_PATH=%s", or_empty(p->notification_path));
    put(l, "VMSG_REQUEST_TIMEOUT_MS=%" PRIu32, p->request_timeout_ms);
    put(l, "VMSG_DEVICES=%s", or_empty(p->devices));
    if (mem >= 0) {
        put(l, "VMSG_MEM_FD=%d", mem);
        put(l, "VMSG_MEM_BASE=0x%" PRIx64, p->mem_base);
        put(l, "VMSG_MEM_SIZE=%zu", p->mem_size);
    }
    if (p->upper)
        put(l, "VMSG_UPPER=1");
}

char **vmsg_environment_new(const struct vmsg_adapter_params *params, int socket, int mem)
{
    size_t n = 0;
    while (environ && environ[n])
        n++;
    struct list l = {.envp = calloc(n + OUR_MAX + 1, sizeof *l.envp)};
    if (!l.envp)
        return NULL;
    for (size_t i = 0; i < n; i++)
        if (strncmp(environ[i], "VMSG_", 5))
            put(&l, "%s", environ[i]);
    put_ours(&l, params, socket, mem);
    if (l.failed) {
        vmsg_environment_free(l.envp);
        return NULL;
    }
    return l.envp;
}

void vmsg_environment_free(char **envp)
{
    for (size_t i = 0; envp && envp[i]; i++)
        free(envp[i]);
    free(envp);
}

/* A number of the environment, `missing` when the variable is not set. */
static bool number(const char *name, uint64_t most, uint64_t missing, uint64_t *value, char *err,
                   size_t err_size)
{
    const char *text = getenv(name);
    *value = missing;
    if (!text || (vmsg_uri_number(text, value) && *value <= most))
        return true;
    snprintf(err, err_size, "%s=%s is no number that can be meant", name, text);
    return false;
}

bool vmsg_environment_read(struct vmsg_environment *e, char *err, size_t err_size)
{
    uint64_t fd, far_fd, mem_fd, size, revision, max_size, timeout;
    const char *notifications = getenv("VMSG_NOTIFICATIONS");
    const char *upper = getenv("VMSG_UPPER");
    const char *path = getenv("VMSG_NOTIFICATION_PATH");
    bool bus = getenv("VMSG_DRIVER_FD") && getenv("VMSG_DEVICE_FD");
    if (!bus && !getenv("VMSG_FD")) {
        snprintf(err, err_size,
                 "VMSG_FD is not set: start this program by exec:, or give it "
                 "something to listen on");
        return false;
    }
    if (!number(bus ? "VMSG_DRIVER_FD" : "VMSG_FD", INT_MAX, 0, &fd, err, err_size) ||
        !number("VMSG_DEVICE_FD", INT_MAX, UINT64_MAX, &far_fd, err, err_size) ||
        !number("VMSG_MEM_FD", INT_MAX, UINT64_MAX, &mem_fd, err, err_size) ||
        !number("VMSG_MEM_BASE", UINT64_MAX, 0, &e->mem_base, err, err_size) ||
        !number("VMSG_MEM_SIZE", SIZE_MAX / 2, 0, &size, err, err_size) ||
        !number("VMSG_REVISION", UINT32_MAX, 1, &revision, err, err_size) ||
        !number("VMSG_MAX_MSG_SIZE", UINT32_MAX, VMSG_MAX_SIZE_DEFAULT, &max_size, err, err_size) ||
        !number("VMSG_REQUEST_TIMEOUT_MS", UINT32_MAX, 0, &timeout, err, err_size) ||
        !number("VMSG_TRANSPORT_FEATURES", UINT64_MAX, 0, &e->transport_features, err, err_size))
        return false;
    e->fd = (int)fd;
    e->far_fd = bus ? (int)far_fd : -1;
    e->synthesis = path && !strcmp(path, "synthesis");
    e->mem_fd = mem_fd == UINT64_MAX ? -1 : (int)mem_fd;
    e->mem_size = e->mem_fd < 0 ? 0 : (size_t)size;
    e->revision = (uint32_t)revision;
    e->max_msg_size = (uint32_t)max_size;
    e->request_timeout_ms = (uint32_t)timeout;
    e->devices = or_empty(getenv("VMSG_DEVICES"));
    e->polling = notifications && !strcmp(notifications, "polling");
    e->upper = upper && !strcmp(upper, "1");
    return true;
}
