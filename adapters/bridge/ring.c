/*
 * Moves frames through shared rings, by acquire and release of the cursors.
 */
#include "adapters/bridge/ring.h"

#include "harness/wire/wire.h"

#include <string.h>

uint32_t vmsg_ring_entry_size(uint32_t max_msg_size)
{
    const uint32_t align = VMSG_BRIDGE_ENTRY_ALIGN;
    return (max_msg_size + align - 1) / align * align;
}

size_t vmsg_ring_bytes(uint32_t entry_size)
{
    return sizeof(struct vmsg_bridge_ring_header) + (size_t)VMSG_BRIDGE_ENTRIES * entry_size;
}

void vmsg_ring_init(struct vmsg_ring *ring, void *at, uint32_t entry_size)
{
    *ring = (struct vmsg_ring){.header = at, .entry_size = entry_size};
    *ring->header =
        (struct vmsg_bridge_ring_header){.entries = VMSG_BRIDGE_ENTRIES, .entry_size = entry_size};
}

static uint8_t *slot_at(const struct vmsg_ring *ring, uint32_t cursor)
{
    return (uint8_t *)(ring->header + 1) +
           (size_t)(cursor % VMSG_BRIDGE_ENTRIES) * ring->entry_size;
}

bool vmsg_ring_has(const struct vmsg_ring *ring)
{
    return __atomic_load_n(&ring->header->prod, __ATOMIC_ACQUIRE) != ring->own;
}

enum vmsg_ring_result vmsg_ring_take(struct vmsg_ring *ring, void *buf, size_t cap, size_t *len)
{
    uint32_t prod = __atomic_load_n(&ring->header->prod, __ATOMIC_ACQUIRE);
    uint8_t head[VMSG_HEADER_SIZE];
    const uint8_t *slot = slot_at(ring, ring->own);
    if (prod - ring->own > VMSG_BRIDGE_ENTRIES)
        return VMSG_RING_CORRUPT;
    if (prod == ring->own)
        return VMSG_RING_WAIT;
    memcpy(head, slot, sizeof head);
    size_t size = vmsg_le16(head + 6);
    size = size < sizeof head ? sizeof head : size > ring->entry_size ? ring->entry_size : size;
    memcpy(buf, slot, size < cap ? size : cap);
    memcpy(buf, head, sizeof head < cap ? sizeof head : cap); /* what the length came from */
    *len = size;
    __atomic_store_n(&ring->header->cons, ++ring->own, __ATOMIC_RELEASE);
    return VMSG_RING_DONE;
}

enum vmsg_ring_result vmsg_ring_put(struct vmsg_ring *ring, const void *frame, size_t len)
{
    uint32_t cons = __atomic_load_n(&ring->header->cons, __ATOMIC_ACQUIRE);
    if (ring->own - cons > VMSG_BRIDGE_ENTRIES)
        return VMSG_RING_CORRUPT;
    if (ring->own - cons == VMSG_BRIDGE_ENTRIES)
        return VMSG_RING_WAIT;
    memcpy(slot_at(ring, ring->own), frame, len);
    __atomic_store_n(&ring->header->prod, ++ring->own, __ATOMIC_RELEASE);
    return VMSG_RING_DONE;
}
