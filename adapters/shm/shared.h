/*
 * Access to memory that the other side may change at any time: whole words by atomics, bytes by one
 * copy. Nothing that was read is read again.
 */
#ifndef VMSG_SHARED_H
#define VMSG_SHARED_H

#include "harness/wire/amp.h"

#include <endian.h>
#include <string.h>

/* The compiler must neither repeat nor merge such a copy with a later one. */
static inline void vmsg_shared_read(void *to, const uint8_t *from, size_t len)
{
    memcpy(to, from, len);
    __asm__ volatile("" ::: "memory");
}

static inline void vmsg_shared_write(uint8_t *to, const void *from, size_t len)
{
    __asm__ volatile("" ::: "memory");
    memcpy(to, from, len);
}

static inline uint16_t vmsg_shared_load16(const uint8_t *at)
{
    return le16toh(__atomic_load_n((const uint16_t *)(const void *)at, __ATOMIC_ACQUIRE));
}

static inline void vmsg_shared_store16(uint8_t *at, uint16_t v)
{
    __atomic_store_n((uint16_t *)(void *)at, htole16(v), __ATOMIC_RELEASE);
}

static inline uint64_t vmsg_shared_load64(const uint8_t *at)
{
    return le64toh(__atomic_load_n((const uint64_t *)(const void *)at, __ATOMIC_ACQUIRE));
}

static inline void vmsg_shared_store64(uint8_t *at, uint64_t v)
{
    __atomic_store_n((uint64_t *)(void *)at, htole64(v), __ATOMIC_RELEASE);
}

/* A queue head is one word, so its fields belong together. */
static inline struct vmsg_amp_head vmsg_shared_head(uint64_t v)
{
    return (struct vmsg_amp_head){(uint16_t)v, (uint16_t)(v >> 16), (uint16_t)(v >> 32),
                                  (uint16_t)(v >> 48)};
}

static inline void vmsg_shared_store_head(uint8_t *at, const struct vmsg_amp_head *h)
{
    vmsg_shared_store64(at, (uint64_t)h->tail << 48 | (uint64_t)h->head << 32 |
                                (uint64_t)h->status << 16 | h->magic);
}

#endif
