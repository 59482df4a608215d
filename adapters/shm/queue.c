/*
 * The two queues: this side writes at its head, and reads the other's array at its tail.
 */
#include "adapters/shm/shared.h"
#include "adapters/shm/side.h"
#include "harness/wire/wire.h"

static uint16_t next(const struct vmsg_amp *a, uint16_t i)
{
    return (uint16_t)(i + 1 == a->layout.elements ? 0 : i + 1);
}

bool vmsg_amp_put(struct vmsg_amp *a, const void *msg, size_t len)
{
    uint16_t after = next(a, a->own.head);
    if (after == a->read || len > a->layout.element_size)
        return false;
    vmsg_shared_write(a->own_queue + (size_t)a->own.head * a->layout.element_size, msg, len);
    a->own.head = after;
    vmsg_amp_publish(a);
    return true;
}

/*
 * What was read is shown with the next message that is put, when nothing is left to read, or before
 * the other side could wait for room: of two stores close together, each takes from the other side
 * the line that it looks at.
 */
static void show_tail(struct vmsg_amp *a, uint16_t waiting)
{
    if (waiting >= a->layout.elements / 2)
        vmsg_amp_publish(a);
    else
        a->unshown = true;
}

bool vmsg_amp_take(struct vmsg_amp *a, void *buf, size_t cap, size_t *len)
{
    const uint8_t *element = a->peer_queue + (size_t)a->own.tail * a->layout.element_size;
    uint16_t waiting = vmsg_amp_distance(a->own.tail, a->peer.head, a->layout.elements);
    uint8_t header[VMSG_HEADER_SIZE];
    size_t size;
    if (!waiting) {
        if (a->unshown)
            vmsg_amp_publish(a);
        return false;
    }
    /* The size from the first copy is the size, whatever the second copy brings. */
    vmsg_shared_read(header, element, sizeof header);
    size = header[6] | (size_t)header[7] << 8;
    if (size < VMSG_HEADER_SIZE)
        size = VMSG_HEADER_SIZE;
    if (size > a->layout.element_size)
        size = a->layout.element_size;
    *len = size;
    vmsg_shared_read(buf, element, size < cap ? size : cap);
    memcpy(buf, header, sizeof header < cap ? sizeof header : cap);
    a->own.tail = next(a, a->own.tail);
    a->takes++;
    show_tail(a, waiting);
    if (a->layout.words)
        vmsg_amp_count_unsignalled(a);
    return true;
}
