/* The reference driver's split rings in DMA memory, and the I/O it makes of its own accord. */
#include "harness/peers/driver_state.h"

#include <endian.h>
#include <string.h>

/* One page a queue: the three areas, then the buffers. Ring sizes are at most 16. */
#define PAGE      4096u
#define AVAIL_AT  256u
#define USED_AT   320u
#define BUFFER_AT 512u

#define BLOCK_CHAIN  3u   /* header, data, status */
#define BLOCK_BUFFER 640u /* 16 + 512 + 1, rounded */
#define SECTOR       512u
#define PLAIN_BUFFER 128u
#define PLAIN_LENGTH 64u

/* Ring addresses without DMA memory: aligned, and never used for data. */
#define NO_MEMORY_BASE UINT64_C(0x10000000)

#define DESC_NEXT          1u
#define DESC_WRITE         2u
#define AVAIL_NO_INTERRUPT 1u

static void put_desc(struct driver_queue *q, unsigned at, uint32_t offset, uint32_t len,
                     unsigned flags)
{
    uint8_t *p = q->page + (size_t)16 * at;

    vmsg_put_le64(p, q->page_addr + offset);
    vmsg_put_le32(p + 8, len);
    vmsg_put_le16(p + 12, (uint16_t)flags);
    vmsg_put_le16(p + 14, flags & DESC_NEXT ? (uint16_t)(at + 1) : 0);
}

/* The index fields are shared with another processor: whole, and ordered after the data. */
static void store_avail_idx(struct driver_queue *q)
{
    __atomic_store_n((uint16_t *)(void *)(q->page + AVAIL_AT + 2), htole16(q->avail_idx),
                     __ATOMIC_RELEASE);
}

static uint16_t load_used_idx(const struct driver_queue *q)
{
    return le16toh(
        __atomic_load_n((const uint16_t *)(const void *)(q->page + USED_AT + 2), __ATOMIC_ACQUIRE));
}

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
    q->driver_addr = q->page_addr + AVAIL_AT;
    q->device_addr = q->page_addr + USED_AT;
}

bool driver_ring_setup(struct driver_device *d, uint32_t index, uint32_t max_size)
{
    struct vmsg_driver *drv = d->driver;
    struct driver_queue *q = &d->queues[index];
    size_t at = ((size_t)(d - drv->devices) * DRIVER_QUEUES + index) * PAGE;
    bool block = d->device_id == DRIVER_ID_BLOCK && index == 0;

    *q = (struct driver_queue){.size = queue_size(d, max_size), .chain = block ? BLOCK_CHAIN : 1};
    q->page_addr = (drv->host.mem ? drv->host.mem_base : NO_MEMORY_BASE) + at;
    set_addresses(d, q);
    q->slots = q->size / q->chain;
    if (!drv->host.mem)
        return true;
    if (at + PAGE > drv->host.mem_size)
        return false;
    q->page = drv->host.mem + at;
    memset(q->page, 0, PAGE);
    if (drv->polling)
        vmsg_put_le16(q->page + AVAIL_AT, AVAIL_NO_INTERRUPT);
    return true;
}

/* A buffer for the device to fill. */
static void put_plain(struct driver_queue *q, unsigned slot)
{
    put_desc(q, slot, BUFFER_AT + slot * PLAIN_BUFFER, PLAIN_LENGTH, DESC_WRITE);
}

/* A read of one sector inside the capacity that the configuration gives. */
static void put_block_read(const struct driver_device *d, struct driver_queue *q, unsigned slot)
{
    uint64_t capacity = vmsg_le64(d->config);
    uint32_t at = BUFFER_AT + slot * BLOCK_BUFFER;

    memset(q->page + at, 0, BLOCK_BUFFER);
    vmsg_put_le64(q->page + at + 8, q->avail_idx % capacity); /* type 0: read */
    put_desc(q, slot * BLOCK_CHAIN, at, 16, DESC_NEXT);
    put_desc(q, slot * BLOCK_CHAIN + 1, at + 16, SECTOR, DESC_NEXT | DESC_WRITE);
    put_desc(q, slot * BLOCK_CHAIN + 2, at + 16 + SECTOR, 1, DESC_WRITE);
}

/* EVENT_AVAIL's next_offset of a split ring: the available index, when it was negotiated. */
static uint32_t next_offset(const struct driver_device *d, uint32_t index)
{
    uint16_t next = index < DRIVER_QUEUES ? d->queues[index].avail_idx : 0;

    if (!driver_has_feature(d, VIRTIO_F_NOTIFICATION_DATA))
        return driver_faulty(d, VMSG_DRIVER_FAULT_OFFSET_UNNEGOTIATED) ? next : 0;
    return driver_faulty(d, VMSG_DRIVER_FAULT_OFFSET_OLD) && next ? next - 1u : next;
}

void driver_notify(struct driver_device *d, uint32_t index)
{
    const struct vmsg_def *def = vmsg_def_by_id(VMSG_NS_TRANSPORT, VMSG_ID_EVENT_AVAIL);
    bool other = driver_faulty(d, VMSG_DRIVER_FAULT_WRONG_QUEUE);
    uint64_t f[] = {[VMSG_EVENT_AVAIL_REQ_vq_index] = index + other,
                    [VMSG_EVENT_AVAIL_REQ_next_offset] = next_offset(d, index)};

    if (d->driver->polling || driver_faulty(d, VMSG_DRIVER_FAULT_NEVER_NOTIFIES))
        return;
    driver_post(d->driver, def, false, d->dev_num, 0, f);
    if (driver_quirky(d, VMSG_DRIVER_QUIRK_NOTIFIES_TWICE))
        driver_post(d->driver, def, false, d->dev_num, 0, f);
}

bool driver_ring_can_submit(const struct driver_device *d, uint32_t index)
{
    const struct driver_queue *q = &d->queues[index];

    if (!q->ready)
        return false;
    if (!q->page)
        return true;
    if (q->chain == BLOCK_CHAIN && vmsg_le64(d->config) == 0)
        return false;
    return q->busy != (1u << q->slots) - 1;
}

void driver_ring_submit(struct driver_device *d, uint32_t index)
{
    struct driver_queue *q = &d->queues[index];
    unsigned slot = 0;

    if (q->page) {
        while (q->busy >> slot & 1)
            slot++;
        if (q->chain == BLOCK_CHAIN)
            put_block_read(d, q, slot);
        else
            put_plain(q, slot);
        q->busy |= 1u << slot;
        vmsg_put_le16(q->page + AVAIL_AT + 4 + (size_t)2 * (q->avail_idx % q->size),
                      (uint16_t)(slot * q->chain));
    }
    q->avail_idx++;
    if (q->page)
        store_avail_idx(q);
    driver_notify(d, index);
}

/* Take back used buffers; false: the used ring makes no sense. */
static bool reclaim(struct driver_queue *q)
{
    uint16_t end;

    if (!q->ready || !q->page)
        return true;
    for (end = load_used_idx(q); q->used_idx != end; q->used_idx++) {
        uint32_t id = vmsg_le32(q->page + USED_AT + 4 + (size_t)8 * (q->used_idx % q->size));

        if (id % q->chain || id / q->chain >= q->slots || !(q->busy >> (id / q->chain) & 1))
            return false;
        q->busy &= (uint16_t) ~(1u << (id / q->chain));
    }
    return true;
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
        driver_ring_submit(d, 0);
    }
}

void driver_used(struct driver_device *d, uint32_t index)
{
    if (index >= DRIVER_QUEUES || driver_faulty(d, VMSG_DRIVER_FAULT_USED_IGNORED))
        return;
    if (!reclaim(&d->queues[index]))
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
        if (!reclaim(&d->queues[i])) {
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
