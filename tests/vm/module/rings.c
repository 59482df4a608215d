// SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
/*
 * Pins and maps a bridge's rings, and moves frames through them.
 */
#include "rings.h"

#include <linux/mm.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

int vm_ring_map(struct vm_ring *ring, struct file *file, const struct vmsg_bridge_ring_info *info)
{
    u64 first = info->offset >> PAGE_SHIFT, last, end = info->offset + info->bytes;
    int result = -ENOMEM;

    if (!shmem_file(file) || !info->bytes || end < info->offset ||
        end > (u64)i_size_read(file_inode(file)))
        return -EINVAL;
    last = (end - 1) >> PAGE_SHIFT;
    *ring = (struct vm_ring){.entry_size = info->entry_size};
    ring->pages = kvcalloc(last - first + 1, sizeof(*ring->pages), GFP_KERNEL);
    if (!ring->pages)
        return -ENOMEM;
    for (; first <= last; first++) {
        struct page *page = shmem_read_mapping_page(file->f_mapping, first);

        if (IS_ERR(page)) {
            result = PTR_ERR(page);
            goto failed;
        }
        ring->pages[ring->n_pages++] = page;
    }
    ring->map = vmap(ring->pages, ring->n_pages, VM_MAP, PAGE_KERNEL);
    if (!ring->map)
        goto failed;
    ring->header = ring->map + offset_in_page(info->offset);
    if (READ_ONCE(ring->header->prod) || READ_ONCE(ring->header->cons) ||
        READ_ONCE(ring->header->entries) != VMSG_BRIDGE_ENTRIES ||
        READ_ONCE(ring->header->entry_size) != info->entry_size) {
        result = -EINVAL;
        goto failed;
    }
    return 0;
failed:
    vm_ring_unmap(ring);
    return result;
}

void vm_ring_unmap(struct vm_ring *ring)
{
    if (ring->map)
        vunmap(ring->map);
    for (unsigned int i = 0; i < ring->n_pages; i++)
        put_page(ring->pages[i]);
    kvfree(ring->pages);
    *ring = (struct vm_ring){0};
}

static void *slot_at(const struct vm_ring *ring, u32 cursor)
{
    return (u8 *)(ring->header + 1) + (size_t)(cursor % VMSG_BRIDGE_ENTRIES) * ring->entry_size;
}

int vm_ring_take(struct vm_ring *ring, void *slot)
{
    u32 used = smp_load_acquire(&ring->header->prod) - ring->own;

    if (used > VMSG_BRIDGE_ENTRIES)
        return -EPROTO;
    if (!used)
        return 0;
    memcpy(slot, slot_at(ring, ring->own), ring->entry_size);
    smp_store_release(&ring->header->cons, ++ring->own);
    return 1;
}

int vm_ring_put(struct vm_ring *ring, const void *frame, size_t len)
{
    u32 used = ring->own - smp_load_acquire(&ring->header->cons);

    if (used > VMSG_BRIDGE_ENTRIES || len > ring->entry_size)
        return -EPROTO;
    if (used == VMSG_BRIDGE_ENTRIES)
        return 0;
    memcpy(slot_at(ring, ring->own), frame, len);
    smp_store_release(&ring->header->prod, ++ring->own);
    return 1;
}

int vm_ring_unread(const struct vm_ring *ring)
{
    u32 used = ring->own - READ_ONCE(ring->header->cons);

    return used > VMSG_BRIDGE_ENTRIES ? -EPROTO : (int)used;
}
