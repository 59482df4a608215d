/*
 * A place at a shared area.
 */
#include "adapters/shm/port.h"

#include "adapters/shm/shared.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

bool vmsg_shm_port_init(struct vmsg_shm_port *p, const char *scheme, const char *rest,
                        enum vmsg_amp_side side, char *err, size_t err_size)
{
    *p = (struct vmsg_shm_port){.area = VMSG_NO_AREA,
                                .doorbell = VMSG_NO_DOORBELL,
                                .ivshmem = VMSG_NO_IVSHMEM,
                                .is_ivshmem = !strcmp(scheme, "ivshmem")};
    if (!vmsg_shm_options_parse(&p->options, scheme, rest, side, err, err_size))
        return false;
    p->amp.side = side;
    p->amp.number = p->options.area;
    p->amp.magic = p->options.queue_magic;
    return true;
}

void vmsg_shm_port_close(struct vmsg_shm_port *p)
{
    vmsg_area_close(&p->area);
    vmsg_doorbell_close(&p->doorbell);
    vmsg_ivshmem_close(&p->ivshmem);
    p->amp.area = p->amp.own_head_at = NULL;
    p->amp.peer_seen = false;
    p->is_open = false;
}

void vmsg_shm_port_free(struct vmsg_shm_port *p)
{
    vmsg_shm_port_close(p);
    vmsg_shm_options_clear(&p->options);
}

static enum vmsg_shm_found failed(struct vmsg_shm_port *p)
{
    vmsg_shm_port_close(p);
    return VMSG_SHM_FAILED;
}

static enum vmsg_shm_found open_ivshmem(struct vmsg_shm_port *p)
{
    int fd;
    uint64_t size;
    bool absent = false;
    if (!vmsg_ivshmem_connect(&p->ivshmem, p->options.path, p->options.vector, &fd, &size, &absent,
                              p->why, sizeof p->why))
        return absent ? VMSG_SHM_NOT_YET : failed(p);
    if (vmsg_area_map(&p->area, fd, size, 0, p->why, sizeof p->why))
        return VMSG_SHM_FOUND;
    p->area.fd = fd;
    return failed(p);
}

static enum vmsg_shm_found open_area(struct vmsg_shm_port *p, uint64_t need, uint64_t wish)
{
    bool absent = false;
    if (!p->doorbell.owns_wake && !p->doorbell.owns_ring &&
        !vmsg_doorbell_open(&p->doorbell, p->options.wake, p->options.ring, p->why, sizeof p->why))
        return failed(p);
    if (p->is_ivshmem)
        return open_ivshmem(p);
    if (vmsg_area_open(&p->area, &p->options, need, wish, &absent, p->why, sizeof p->why))
        return VMSG_SHM_FOUND;
    return absent ? VMSG_SHM_NOT_YET : failed(p);
}

/* Does the path still name what is mapped? A SUT that starts over may have made it anew; the memory
 * of a server that ended is nobody's. */
static bool is_current(const struct vmsg_shm_port *p)
{
    struct stat now, then;
    if (p->is_ivshmem)
        return !p->ivshmem.ended;
    return !stat(p->options.path, &now) && !fstat(p->area.fd, &then) && now.st_ino == then.st_ino &&
           now.st_dev == then.st_dev &&
           (!S_ISREG(then.st_mode) || (uint64_t)then.st_size >= p->area.size);
}

static enum vmsg_shm_found room(struct vmsg_shm_port *p, const struct vmsg_amp_layout *l)
{
    const struct vmsg_shm_options *o = &p->options;
    uint64_t end = vmsg_amp_layout_end(l);
    if (l->element_size < p->max_msg_size)
        snprintf(p->why, sizeof p->why,
                 "the elements hold %u bytes, messages may have %u: give --max-msg-size %u",
                 l->element_size, p->max_msg_size, l->element_size);
    else if (p->mem_size && end > o->dma_offset)
        snprintf(p->why, sizeof p->why,
                 "the layout ends at %llu, behind the start of the buffers: give dma-offset=%llu "
                 "or --mem 0",
                 (unsigned long long)end, (unsigned long long)((end + 4095) & ~4095ull));
    else if (p->mem_size &&
             (o->dma_offset > p->area.size || p->mem_size > p->area.size - o->dma_offset))
        snprintf(
            p->why, sizeof p->why,
            "an area of %llu bytes has no room for %llu bytes of buffers at %llu: give "
            "--mem %llu",
            (unsigned long long)p->area.size, (unsigned long long)p->mem_size,
            (unsigned long long)o->dma_offset,
            (unsigned long long)(o->dma_offset < p->area.size ? p->area.size - o->dma_offset : 0));
    else
        return VMSG_SHM_FOUND;
    return VMSG_SHM_FAILED;
}

static enum vmsg_shm_found make(struct vmsg_shm_port *p, struct vmsg_amp_layout *l)
{
    struct vmsg_amp_layout shown;
    enum vmsg_shm_found found = room(p, l);
    if (found != VMSG_SHM_FOUND)
        return found;
    if (!vmsg_amp_usable(l, p->options.area, p->area.size, p->why, sizeof p->why))
        return VMSG_SHM_FAILED;
    shown = *l;
    vmsg_amp_fault_header(p->amp.fault, p->area.size, &shown);
    vmsg_amp_write_layout(p->area.bytes, &shown);
    return VMSG_SHM_FOUND;
}

static enum vmsg_shm_found find(struct vmsg_shm_port *p, struct vmsg_amp_layout *l)
{
    const struct vmsg_shm_options *o = &p->options;
    vmsg_amp_read_layout(p->area.bytes, l);
    if (l->magic != o->magic) {
        snprintf(p->why, sizeof p->why,
                 "no layout is in the area: it begins with 0x%04x, not 0x%04x; start the SUT that "
                 "writes it, add create=yes, or give its magic=",
                 l->magic, o->magic);
        return VMSG_SHM_NOT_YET;
    }
    if (p->amp.seen)
        p->amp.seen(p->amp.seen_ctx, &(struct vmsg_amp_seen){.look = VMSG_AMP_SAW_HEADER,
                                                             .layout = *l,
                                                             .size = p->area.size,
                                                             .area = o->area});
    if (!vmsg_amp_usable(l, o->area, p->area.size, p->why, sizeof p->why))
        return VMSG_SHM_UNUSABLE;
    return room(p, l);
}

enum vmsg_shm_found vmsg_shm_port_open(struct vmsg_shm_port *p)
{
    struct vmsg_amp_layout l = vmsg_shm_options_layout(&p->options, p->max_msg_size);
    uint64_t need = p->mem_size ? p->options.dma_offset + p->mem_size : vmsg_amp_layout_end(&l);
    enum vmsg_shm_found found = VMSG_SHM_FOUND;
    bool made = p->is_open && p->options.create;
    if (need < vmsg_amp_layout_end(&l))
        need = vmsg_amp_layout_end(&l);
    if (p->is_open && !is_current(p))
        vmsg_shm_port_close(p);
    if (!p->is_open)
        found = open_area(p, need, p->options.size > need ? p->options.size : need);
    if (found != VMSG_SHM_FOUND)
        return found;
    made &= p->is_open;
    if (made)
        l = p->amp.layout; /* it stays, however long messages may be this time */
    p->is_open = true;
    p->amp.area = p->area.bytes;
    p->amp.size = p->area.size;
    found = p->options.create && !made ? make(p, &l)
            : p->options.create        ? room(p, &l)
                                       : find(p, &l);
    if (found == VMSG_SHM_FOUND) {
        vmsg_amp_attach(&p->amp, &l);
        vmsg_amp_mask(&p->amp, p->doorbell.wake < 0 && !p->is_ivshmem);
    } else if (found == VMSG_SHM_FAILED) {
        vmsg_shm_port_close(p);
    }
    return found;
}

static void tell(struct vmsg_shm_port *p)
{
    if (!p->amp.layout.words && !p->is_ivshmem && p->doorbell.ring < 0)
        return; /* it polls */
    bool ring = vmsg_amp_raise(&p->amp, 0);
    if (ring && p->is_ivshmem)
        vmsg_ivshmem_ring(&p->ivshmem, p->options.vector);
    else if (ring)
        vmsg_doorbell_ring(&p->doorbell);
}

bool vmsg_shm_port_put(struct vmsg_shm_port *p, const void *msg, size_t len)
{
    if (!vmsg_amp_put(&p->amp, msg, len))
        return false;
    tell(p);
    return true;
}

enum vmsg_amp_phase vmsg_shm_port_look(struct vmsg_shm_port *p, bool follow)
{
    uint16_t before = p->amp.own.status;
    enum vmsg_amp_phase phase;
    vmsg_amp_acknowledge(&p->amp);
    phase = vmsg_amp_step(&p->amp, follow);
    if (p->amp.own.status != before)
        tell(p);
    if (phase != VMSG_AMP_BROKEN && p->is_ivshmem &&
        vmsg_ivshmem_is_over(&p->ivshmem, p->amp.why, sizeof p->amp.why))
        phase = VMSG_AMP_OVER;
    return phase;
}

bool vmsg_shm_port_take(struct vmsg_shm_port *p, void *buf, size_t cap, size_t *len)
{
    unsigned after = p->amp.peer.head + 1u;
    bool full = p->amp.own.tail == (after == p->amp.layout.elements ? 0 : after);
    if (!vmsg_amp_take(&p->amp, buf, cap, len))
        return false;
    vmsg_doorbell_busy(&p->doorbell);
    if (full) /* a sender that waits for room need not poll */
        tell(p);
    return true;
}

void vmsg_shm_port_end(struct vmsg_shm_port *p)
{
    if (!p->amp.own_head_at)
        return;
    vmsg_amp_end(&p->amp);
    tell(p);
}

/* A short stare at the other side's queue head alone: true when it changed. */
static bool spin(struct vmsg_shm_port *p)
{
    enum { STARES = 32 };
    if (!p->amp.peer_head_at)
        return false;
    for (unsigned i = 0; i < STARES; i++) {
        if (vmsg_shared_load64(p->amp.peer_head_at) != p->amp.raw)
            return true;
        vmsg_doorbell_relax();
    }
    p->doorbell.idle += STARES;
    return false;
}

bool vmsg_shm_port_pause(struct vmsg_shm_port *p, uint64_t deadline_ns)
{
    if (!p->is_ivshmem) {
        if (vmsg_doorbell_spins(&p->doorbell) && spin(p))
            return true;
        return vmsg_doorbell_pause(&p->doorbell, -1, deadline_ns);
    }
    p->doorbell.wake = p->ivshmem.wake;
    bool more = vmsg_doorbell_pause(&p->doorbell, p->ivshmem.socket, deadline_ns);
    vmsg_ivshmem_serve(&p->ivshmem);
    return more;
}
