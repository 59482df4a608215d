/*
 * Maps windows into their place of one reserved range.
 *
 * A window outside of that range is memory that no scenario uses: it is acknowledged and left
 * alone.
 */
#include "adapters/bridge/windows.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void *place(void *at, size_t size, int flags, int fd, off_t offset)
{
    return mmap(at, size, PROT_READ | PROT_WRITE, flags, fd, offset);
}

static void stand_in(struct vmsg_windows *w, size_t offset, size_t length)
{
    place(w->bytes + offset, length, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1,
          0);
}

bool vmsg_windows_open(struct vmsg_windows *w, uint64_t base, size_t size, char *err,
                       size_t err_size)
{
    *w = (struct vmsg_windows){.base = base, .size = size};
    if (!size)
        return true;
    void *bytes = place(NULL, size, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (bytes == MAP_FAILED) {
        snprintf(err, err_size, "reserving %zu bytes of DMA memory failed: %s; try a smaller --mem",
                 size, strerror(errno));
        return false;
    }
    w->bytes = bytes;
    return true;
}

void vmsg_windows_close(struct vmsg_windows *w)
{
    if (w->bytes)
        munmap(w->bytes, w->size);
    *w = (struct vmsg_windows){0};
}

/* The part of the event's range that lies in ours, in whole pages; length 0: none. */
static size_t clip(const struct vmsg_windows *w, const struct vmsg_bridge_map_event *e,
                   size_t *offset)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), length = e->mmap_length;
    if (!w->bytes || e->bus_addr < w->base || e->bus_addr - w->base >= w->size ||
        (e->bus_addr - w->base) % page)
        return 0;
    *offset = (size_t)(e->bus_addr - w->base);
    length = length < e->length ? length : e->length;
    length = length < w->size - *offset ? length : w->size - *offset;
    return (size_t)((length + page - 1) / page * page);
}

static bool overlaps(const struct vmsg_windows *w, size_t offset, size_t length)
{
    for (unsigned i = 0; i < VMSG_WINDOWS_MOST; i++)
        if (w->window[i].id && offset < w->window[i].offset + w->window[i].length &&
            w->window[i].offset < offset + length)
            return true;
    return false;
}

static uint16_t add(struct vmsg_windows *w, int fd, const struct vmsg_bridge_map_event *e,
                    char *err, size_t err_size)
{
    size_t offset, length = clip(w, e, &offset);
    unsigned i = 0;
    if (!length)
        return VMSG_BRIDGE_ACK_OK;
    while (i < VMSG_WINDOWS_MOST && w->window[i].id)
        i++;
    if (i == VMSG_WINDOWS_MOST || !e->map_id || overlaps(w, offset, length)) {
        snprintf(err, err_size, "the bridge shows a window at 0x%llx that %s",
                 (unsigned long long)e->bus_addr,
                 i == VMSG_WINDOWS_MOST ? "is one too many"
                 : e->map_id            ? "overlaps another"
                                        : "has no id");
        return VMSG_BRIDGE_ACK_REJECT;
    }
    if (place(w->bytes + offset, length, MAP_SHARED | MAP_FIXED, fd, (off_t)e->mmap_offset) ==
        MAP_FAILED) {
        snprintf(err, err_size, "the bridge's window at 0x%llx cannot be mapped: %s",
                 (unsigned long long)e->bus_addr, strerror(errno));
        stand_in(w, offset, length);
        return VMSG_BRIDGE_ACK_REJECT;
    }
    w->window[i].id = e->map_id;
    w->window[i].offset = offset;
    w->window[i].length = length;
    return VMSG_BRIDGE_ACK_OK;
}

uint16_t vmsg_windows_follow(struct vmsg_windows *w, int fd,
                             const struct vmsg_bridge_map_event *event, char *err, size_t err_size)
{
    if (event->type == VMSG_BRIDGE_MAP_ADD)
        return add(w, fd, event, err, err_size);
    if (event->type != VMSG_BRIDGE_MAP_DEL_REQ) {
        snprintf(err, err_size, "the bridge has a map event of unknown type %u", event->type);
        return VMSG_BRIDGE_ACK_REJECT;
    }
    for (unsigned i = 0; i < VMSG_WINDOWS_MOST; i++)
        if (w->window[i].id && w->window[i].id == event->map_id) {
            stand_in(w, w->window[i].offset, w->window[i].length);
            w->window[i].id = 0;
        }
    return VMSG_BRIDGE_ACK_OK;
}

void vmsg_windows_forget(struct vmsg_windows *w)
{
    for (unsigned i = 0; i < VMSG_WINDOWS_MOST; i++) {
        if (w->window[i].id)
            stand_in(w, w->window[i].offset, w->window[i].length);
        w->window[i].id = 0;
    }
}
