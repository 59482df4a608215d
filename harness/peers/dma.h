/* DMA memory: bounds-checked access by bus address. */
#ifndef VMSG_DMA_H
#define VMSG_DMA_H

#include <stddef.h>
#include <stdint.h>

struct vmsg_dma {
    uint8_t *bytes; /* NULL: no memory is shared */
    uint64_t base, size;
};

/* The `len` bytes at bus address `addr`, or NULL when any of them lies outside the memory. */
static inline uint8_t *vmsg_dma_at(const struct vmsg_dma *dma, uint64_t addr, uint64_t len)
{
    uint64_t offset = addr - dma->base;

    if (!dma->bytes || addr < dma->base || offset > dma->size || len > dma->size - offset)
        return NULL;
    return dma->bytes + offset;
}

#endif
