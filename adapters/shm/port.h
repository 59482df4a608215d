/*
 * One process's place at a shared area: the area, the layout in it, this side of it, and the
 * doorbells. Both the adapter and a served peer stand at one.
 */
#ifndef VMSG_SHM_PORT_H
#define VMSG_SHM_PORT_H

#include "adapters/shm/area.h"
#include "adapters/shm/doorbell.h"
#include "adapters/shm/ivshmem_client.h"
#include "adapters/shm/side.h"

enum vmsg_shm_found {
    VMSG_SHM_FOUND,    /* there is a usable layout: amp can begin */
    VMSG_SHM_NOT_YET,  /* the other side may still make it; why says what is missing */
    VMSG_SHM_UNUSABLE, /* the other side made a layout that cannot be used; why says so */
    VMSG_SHM_FAILED,   /* it cannot work; why says what to do */
};

struct vmsg_shm_port {
    struct vmsg_shm_options options;
    bool is_ivshmem;
    uint32_t max_msg_size; /* that messages may have */
    uint64_t mem_size;     /* bytes of buffers behind the layout */
    bool is_open;
    struct vmsg_area area;
    struct vmsg_doorbell doorbell;
    struct vmsg_ivshmem ivshmem;
    struct vmsg_amp amp;
    char why[300];
};

/* False with a sentence in err. `scheme`: "shm" or "ivshmem"; `rest`: the URI after it. */
bool vmsg_shm_port_init(struct vmsg_shm_port *p, const char *scheme, const char *rest,
                        enum vmsg_amp_side side, char *err, size_t err_size);
void vmsg_shm_port_free(struct vmsg_shm_port *p);

/*
 * Open what is not open yet, and write or find the layout; does not wait. Again after NOT_YET. The
 * header that was found is told to amp.seen.
 */
enum vmsg_shm_found vmsg_shm_port_open(struct vmsg_shm_port *p);

/* Forget the area, so that the next open() looks for it anew. */
void vmsg_shm_port_close(struct vmsg_shm_port *p);

/* Buffers that both sides share, mem_size bytes; their address on the bus. */
static inline uint8_t *vmsg_shm_port_memory(const struct vmsg_shm_port *p)
{
    return p->mem_size && p->area.bytes ? p->area.bytes + p->options.dma_offset : NULL;
}

static inline uint64_t vmsg_shm_port_memory_base(const struct vmsg_shm_options *o)
{
    return (uint64_t)o->area << VMSG_AMP_AREA_SHIFT | o->dma_offset;
}

/* ---- while both sides run ---- */

/* Put one message and tell the other side; false when the queue is full. */
bool vmsg_shm_port_put(struct vmsg_shm_port *p, const void *msg, size_t len);

/* One look. What is pending is acknowledged before it is acted on. */
enum vmsg_amp_phase vmsg_shm_port_look(struct vmsg_shm_port *p, bool follow);

/* The same while both sides run; quick where every message comes by. */
static inline bool vmsg_shm_port_is_up(struct vmsg_shm_port *p)
{
    struct vmsg_amp *a = &p->amp;
    if (!a->up || a->layout.words || p->is_ivshmem)
        return vmsg_shm_port_look(p, false) == VMSG_AMP_UP;
    return vmsg_amp_step(a, false) == VMSG_AMP_UP;
}

/* Take the next message; the other side is told that there is room again. */
bool vmsg_shm_port_take(struct vmsg_shm_port *p, void *buf, size_t cap, size_t *len);

/* Leave: SHUTDOWN, and tell. */
void vmsg_shm_port_end(struct vmsg_shm_port *p);

/* Wait for a change; false when the deadline has passed. */
bool vmsg_shm_port_pause(struct vmsg_shm_port *p, uint64_t deadline_ns);

#endif
