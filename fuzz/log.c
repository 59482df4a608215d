/* A log in shared memory, and the adapter that fills it; see log.h. */
#include "fuzz/log.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct vmsg_fuzz_log {
    size_t n; /* bytes used */
    uint8_t bytes[VMSG_FUZZ_LOG_MOST];
};

struct head {
    uint32_t len;
    uint8_t what, endpoint;
};

struct vmsg_fuzz_log *vmsg_fuzz_log_new(void)
{
    void *p = mmap(NULL, sizeof(struct vmsg_fuzz_log), PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    return p == MAP_FAILED ? NULL : p;
}

void vmsg_fuzz_log_free(struct vmsg_fuzz_log *log)
{
    if (log)
        munmap(log, sizeof *log);
}

void vmsg_fuzz_log_clear(struct vmsg_fuzz_log *log)
{
    log->n = 0;
}

void vmsg_fuzz_log_add(struct vmsg_fuzz_log *log, enum vmsg_fuzz_logged what, unsigned endpoint,
                       const void *bytes, size_t len)
{
    struct head h = {.len = (uint32_t)len, .what = (uint8_t)what, .endpoint = (uint8_t)endpoint};

    if (!log || log->n + sizeof h + len > sizeof log->bytes)
        return;
    memcpy(log->bytes + log->n, &h, sizeof h);
    if (len)
        memcpy(log->bytes + log->n + sizeof h, bytes, len);
    log->n += sizeof h + len;
}

void vmsg_fuzz_log_memory(struct vmsg_fuzz_log *log, uint64_t offset, const void *bytes, size_t len)
{
    uint8_t record[8 + 64];

    memcpy(record, &offset, 8);
    memcpy(record + 8, bytes, len);
    vmsg_fuzz_log_add(log, VMSG_FUZZ_WROTE, 0, record, 8 + len);
}

void vmsg_fuzz_log_told(struct vmsg_fuzz_log *log, enum vmsg_fuzz_tale what, uint16_t dev_num,
                        uint32_t vq, uint64_t address)
{
    struct vmsg_fuzz_told told = {what, dev_num, vq, address};

    vmsg_fuzz_log_add(log, VMSG_FUZZ_TOLD, 0, &told, sizeof told);
}

struct vmsg_fuzz_told vmsg_fuzz_told_of(const struct vmsg_fuzz_log_entry *entry)
{
    struct vmsg_fuzz_told told;

    memcpy(&told, entry->bytes, sizeof told);
    return told;
}

bool vmsg_fuzz_log_next(const struct vmsg_fuzz_log *log, size_t *at,
                        struct vmsg_fuzz_log_entry *entry)
{
    struct head h;

    if (*at + sizeof h > log->n)
        return false;
    memcpy(&h, log->bytes + *at, sizeof h);
    *entry = (struct vmsg_fuzz_log_entry){.what = (enum vmsg_fuzz_logged)h.what,
                                          .endpoint = h.endpoint,
                                          .bytes = log->bytes + *at + sizeof h,
                                          .len = h.len};
    *at += sizeof h + h.len;
    return true;
}

/* ---- the adapter ---- */

struct logger {
    struct vmsg_adapter base;
    struct vmsg_adapter *inner;
    struct vmsg_fuzz_log *log;
};

static struct logger *self(struct vmsg_adapter *a)
{
    return (struct logger *)a;
}

static bool log_start(struct vmsg_adapter *a, const struct vmsg_adapter_params *params, char *err,
                      size_t err_size)
{
    struct logger *l = self(a);
    const struct vmsg_adapter_ops *ops = a->ops;
    bool ok = l->inner->ops->start(l->inner, params, err, err_size);

    l->base = *l->inner; /* what an adapter tells of itself may come with the start */
    l->base.ops = ops;
    return ok;
}

static bool log_send(struct vmsg_adapter *a, unsigned endpoint, const void *msg, size_t len)
{
    vmsg_fuzz_log_add(self(a)->log, VMSG_FUZZ_SENT, endpoint, msg, len);
    return self(a)->inner->ops->send(self(a)->inner, endpoint, msg, len);
}

static bool log_command(struct vmsg_adapter *a, const char *line)
{
    vmsg_fuzz_log_add(self(a)->log, VMSG_FUZZ_COMMANDED, 0, line, strlen(line));
    return self(a)->inner->ops->command(self(a)->inner, line);
}

static enum vmsg_arrival log_wait(struct vmsg_adapter *a, uint64_t deadline_ns, void *buf,
                                  size_t cap, size_t *len, unsigned *endpoint)
{
    enum vmsg_arrival what =
        self(a)->inner->ops->wait(self(a)->inner, deadline_ns, buf, cap, len, endpoint);

    if (what == VMSG_ARRIVED_MESSAGE || what == VMSG_ARRIVED_LINE)
        vmsg_fuzz_log_add(self(a)->log,
                          what == VMSG_ARRIVED_LINE ? VMSG_FUZZ_REPLIED : VMSG_FUZZ_CAME,
                          what == VMSG_ARRIVED_LINE ? 0 : *endpoint, buf, *len < cap ? *len : cap);
    return what;
}

static uint64_t log_now(struct vmsg_adapter *a)
{
    return self(a)->inner->ops->now_ns(self(a)->inner);
}

static uint8_t *log_memory(struct vmsg_adapter *a)
{
    return self(a)->inner->ops->memory(self(a)->inner);
}

static void log_stop(struct vmsg_adapter *a, struct vmsg_adapter_end *end)
{
    self(a)->inner->ops->stop(self(a)->inner, end);
}

static void log_free(struct vmsg_adapter *a)
{
    free(a);
}

struct vmsg_adapter *vmsg_fuzz_log_adapter(struct vmsg_adapter *inner, struct vmsg_fuzz_log *log)
{
    static const struct vmsg_adapter_ops ops = {
        .start = log_start,
        .send = log_send,
        .command = log_command,
        .wait = log_wait,
        .now_ns = log_now,
        .memory = log_memory,
        .stop = log_stop,
        .free = log_free,
    };
    struct logger *l = calloc(1, sizeof *l);

    if (!l)
        return NULL;
    *l = (struct logger){*inner, inner, log};
    l->base.ops = &ops;
    return &l->base;
}
