/* The reference driver's virtqueues and buffers in DMA memory, and the I/O of its own accord. */
#include "harness/peers/driver_ring.h"

#include <string.h>

#define BLOCK_BUFFER 640u /* 16 + 512 + 1, rounded */
#define SECTOR       512u
#define PLAIN_BUFFER 128u
#define PLAIN_LENGTH 64u
#define BLOCK_SLOTS  ((DRIVER_INDIRECT_AT - DRIVER_BUFFER_AT) / BLOCK_BUFFER)

/* Ring addresses without DMA memory: aligned, and never used for data. */
#define NO_MEMORY_BASE UINT64_C(0x10000000)

_Static_assert(DRIVER_INDIRECT_AT + BLOCK_SLOTS * DRIVER_TABLE <= DRIVER_PAGE,
               "buffers and their tables fit into a page");

static uint16_t queue_size(const struct driver_device *d, uint32_t max_size)
{
    uint16_t size = 1, most = DRIVER_RING_SIZE;

    if (driver_faulty(d, VMSG_DRIVER_FAULT_FIXED_SIZE))
        return DRIVER_RING_SIZE;
    if (driver_quirky(d, VMSG_DRIVER_QUIRK_SMALL_QUEUES))
        most = 4;
    while (size * 2u <= max_size && size < most)
        size *= 2;
    if (driver_faulty(d, VMSG_DRIVER_FAULT_DOUBLE_SIZE) && size < DRIVER_RING_SIZE)
        size *= 2;
    return size;
}

static void set_addresses(const struct driver_device *d, struct driver_queue *q)
{
    uint64_t from = q->page_addr;

    if (driver_faulty(d, VMSG_DRIVER_FAULT_MISALIGNED))
        from += 8;
    if (driver_faulty(d, VMSG_DRIVER_FAULT_OUTSIDE_MEMORY))
        from -= d->driver->host.mem_base;
    q->desc_addr = from;
    q->driver_addr = q->page_addr + DRIVER_AVAIL_AT;
    q->device_addr = q->page_addr + DRIVER_USED_AT;
}

static bool is_block_queue(const struct driver_device *d, uint32_t index)
{
    return d->device_id == DRIVER_ID_BLOCK && index == 0;
}

/* What was negotiated, and how many buffers fit then. */
static void set_kind(const struct driver_device *d, struct driver_queue *q, bool block)
{
    bool packed = driver_has_feature(d, VIRTIO_F_RING_PACKED);

    q->ops = packed ? &driver_packed : &driver_split;
    q->event_idx = driver_has_feature(d, VIRTIO_F_EVENT_IDX);
    q->indirect = block && driver_has_feature(d, VIRTIO_F_INDIRECT_DESC);
    q->block = block;
    q->chain = block && !q->indirect ? DRIVER_PIECES : 1;
    q->slots = q->size / q->chain;
    if (block && q->slots > BLOCK_SLOTS)
        q->slots = BLOCK_SLOTS;
    if (block && q->size < DRIVER_PIECES)
        q->slots = 0; /* no chain is longer than its queue, indirect or not */
}

bool driver_ring_setup(struct driver_device *d, uint32_t index, uint32_t max_size)
{
    struct vmsg_driver *drv = d->driver;
    struct driver_queue *q = &d->queues[index];
    size_t at = ((size_t)(d - drv->devices) * DRIVER_QUEUES + index) * DRIVER_PAGE;

    *q = (struct driver_queue){.size = queue_size(d, max_size)};
    set_kind(d, q, is_block_queue(d, index));
    q->page_addr = (drv->host.mem ? drv->host.mem_base : NO_MEMORY_BASE) + at;
    set_addresses(d, q);
    if (!drv->host.mem)
        return true;
    if (at + DRIVER_PAGE > drv->host.mem_size)
        return false;
    q->page = drv->host.mem + at;
    memset(q->page, 0, DRIVER_PAGE);
    q->ops->arm(q, drv->polling);
    return true;
}

/* A buffer for the device to fill. */
static unsigned plain(unsigned slot, struct driver_piece *pieces)
{
    pieces[0] = (struct driver_piece){DRIVER_BUFFER_AT + slot * PLAIN_BUFFER, PLAIN_LENGTH, true};
    return 1;
}

/* A read of one sector inside the capacity that the configuration gives: header, data, status. */
static unsigned block_read(struct driver_device *d, struct driver_queue *q, unsigned slot,
                           struct driver_piece *pieces)
{
    uint64_t capacity = vmsg_le64(d->config);
    uint32_t at = DRIVER_BUFFER_AT + slot * BLOCK_BUFFER;

    memset(q->page + at, 0, BLOCK_BUFFER);
    vmsg_put_le64(q->page + at + 8, d->reads++ % capacity); /* type 0: read */
    pieces[0] = (struct driver_piece){at, 16, false};
    pieces[1] = (struct driver_piece){at + 16, SECTOR, true};
    pieces[2] = (struct driver_piece){at + 16 + SECTOR, 1, true};
    return 3;
}

static uint32_t place_of(const struct driver_device *d, uint32_t index)
{
    const struct driver_queue *q = index < DRIVER_QUEUES ? &d->queues[index] : NULL;

    return q && q->ops ? q->ops->place(q) : 0;
}

/* EVENT_AVAIL's next_offset: the ring's place, when that was negotiated. */
static uint32_t next_offset(const struct driver_device *d, uint32_t index)
{
    uint32_t next = place_of(d, index);

    if (!driver_has_feature(d, VIRTIO_F_NOTIFICATION_DATA))
        return driver_faulty(d, VMSG_DRIVER_FAULT_OFFSET_UNNEGOTIATED) ? next : 0;
    if (driver_faulty(d, VMSG_DRIVER_FAULT_OFFSET_NO_WRAP))
        next &= ~(UINT32_C(1) << 31);
    return driver_faulty(d, VMSG_DRIVER_FAULT_OFFSET_OLD) && next ? next - 1u : next;
}

void driver_notify(struct driver_device *d, uint32_t index)
{
    const struct vmsg_def *def = vmsg_def_by_id(VMSG_NS_TRANSPORT, VMSG_ID_EVENT_AVAIL);
    bool other = driver_faulty(d, VMSG_DRIVER_FAULT_WRONG_QUEUE);
    uint64_t f[] = {[VMSG_EVENT_AVAIL_REQ_vq_index] = index + other,
                    [VMSG_EVENT_AVAIL_REQ_next_offset] = next_offset(d, index)};

    if ((d->driver->polling && !driver_quirky(d, VMSG_DRIVER_QUIRK_NOTIFIES_POLLED)) ||
        driver_faulty(d, VMSG_DRIVER_FAULT_NEVER_NOTIFIES))
        return;
    driver_post(d->driver, def, false, d->dev_num, 0, f);
    if (driver_quirky(d, VMSG_DRIVER_QUIRK_NOTIFIES_TWICE))
        driver_post(d->driver, def, false, d->dev_num, 0, f);
}

bool driver_ring_can_submit(const struct driver_device *d, uint32_t index)
{
    const struct driver_queue *q = &d->queues[index];

    if (!q->ready || q->slots == 0)
        return false;
    if (!q->page)
        return true;
    if (q->block && vmsg_le64(d->config) == 0)
        return false;
    return q->busy != (1u << q->slots) - 1;
}

/* Faults of the buffers. */
static void break_pieces(const struct driver_device *d, struct driver_piece *pieces, unsigned n)
{
    struct driver_piece first = pieces[0];

    if (driver_faulty(d, VMSG_DRIVER_FAULT_BUFFER_OUTSIDE))
        pieces[0].offset = UINT32_C(0x7FFFFFFF);
    if (driver_faulty(d, VMSG_DRIVER_FAULT_CHAIN_BACKWARDS)) {
        pieces[0] = pieces[n - 1];
        pieces[n - 1] = first;
    }
}

/* Make a buffer available; true: the device wants to be notified. */
static bool submit(struct driver_device *d, uint32_t index)
{
    struct driver_queue *q = &d->queues[index];
    struct driver_piece pieces[DRIVER_PIECES];
    uint32_t before = q->ops->place(q);
    unsigned slot = 0, n = 0;

    if (q->page) {
        while (q->busy >> slot & 1)
            slot++;
        n = q->block ? block_read(d, q, slot, pieces) : plain(slot, pieces);
        break_pieces(d, pieces, n);
        q->busy |= 1u << slot;
    }
    q->ops->put(q, slot, pieces, n);
    return q->ops->wants_notice(q, before);
}

/* The user's buffers are notified whatever the device wants, which it has to bear. */
void driver_ring_submit(struct driver_device *d, uint32_t index)
{
    submit(d, index);
    driver_notify(d, index);
}

/* Take back used buffers; false: the used ring makes no sense. */
static bool take_back(struct driver_queue *q)
{
    unsigned slot = 0;
    int got;

    while ((got = q->ops->take(q, &slot)) > 0) {
        if (slot >= q->slots || !(q->busy >> slot & 1))
            return false;
        q->busy &= (uint16_t) ~(1u << slot);
    }
    return got == 0;
}

/* A device in another process may use buffers while we look: once more after asking to be told. */
static bool reclaim(struct driver_device *d, uint32_t index)
{
    struct driver_queue *q = &d->queues[index];
    uint16_t busy = q->busy;

    if (!q->ready || !q->page)
        return true;
    if (!take_back(q))
        return false;
    d->io_fruitful |= q->busy != busy;
    q->ops->arm(q, d->driver->polling);
    return take_back(q);
}

/* One request at a time, on the first queue of the devices that the driver knows how to use. */
static void submit_own(struct driver_device *d)
{
    struct driver_queue *q = &d->queues[0];

    if (d->device_id != DRIVER_ID_BLOCK && d->device_id != DRIVER_ID_ENTROPY)
        return;
    if (d->step != DRIVER_RUNNING || d->config_stale || !d->io_left || !q->page || q->busy)
        return;
    if (driver_ring_can_submit(d, 0)) {
        d->io_left--;
        d->polls = 0;
        if (submit(d, 0))
            driver_notify(d, 0);
    }
}

void driver_used(struct driver_device *d, uint32_t index)
{
    if (index >= DRIVER_QUEUES || driver_faulty(d, VMSG_DRIVER_FAULT_USED_IGNORED))
        return;
    if (!reclaim(d, index))
        driver_recover(d);
    else
        submit_own(d);
}

/* Look at every used ring; look again ever later while the device holds buffers. */
static void poll_rings(struct driver_device *d)
{
    bool busy = false;

    if (driver_faulty(d, VMSG_DRIVER_FAULT_POLLING_NEEDS_EVENTS)) {
        submit_own(d);
        return;
    }

    for (uint32_t i = 0; i < DRIVER_QUEUES; i++) {
        if (!reclaim(d, i)) {
            driver_recover(d);
            return;
        }
    }
    submit_own(d);
    for (uint32_t i = 0; i < DRIVER_QUEUES; i++)
        busy |= d->queues[i].busy != 0;
    if (busy && d->step == DRIVER_RUNNING) {
        driver_timer_set(&d->poll, DRIVER_IO_POLL_NS << d->polls);
        if (d->polls < DRIVER_IO_POLL_SHIFT)
            d->polls++;
    }
}

void driver_io(struct driver_device *d)
{
    if (d->driver->polling)
        poll_rings(d);
    else
        submit_own(d);
}
