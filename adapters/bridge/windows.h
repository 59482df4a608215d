/*
 * DMA memory by a bridge's map events: one range of addresses of this process in which windows come
 * and go. Where there is none, zeroed private memory stands in, so that no access can fail.
 */
#ifndef VMSG_BRIDGE_WINDOWS_H
#define VMSG_BRIDGE_WINDOWS_H

#include "adapters/bridge/uapi.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { VMSG_WINDOWS_MOST = 256 };

struct vmsg_windows {
    uint8_t *bytes; /* NULL: none */
    size_t size;
    uint64_t base; /* bus address of the first byte */
    struct {
        uint64_t id; /* 0: free */
        size_t offset, length;
    } window[VMSG_WINDOWS_MOST];
};

/* False with a sentence in err. */
bool vmsg_windows_open(struct vmsg_windows *w, uint64_t base, size_t size, char *err,
                       size_t err_size);
void vmsg_windows_close(struct vmsg_windows *w);

/*
 * Do what the event asks for; fd is the bridge. The status to acknowledge it with: REJECT when the
 * window cannot be had, with a sentence in err.
 */
uint16_t vmsg_windows_follow(struct vmsg_windows *w, int fd,
                             const struct vmsg_bridge_map_event *event, char *err, size_t err_size);

/* The endpoint went offline: no window is valid any more. */
void vmsg_windows_forget(struct vmsg_windows *w);

#endif
