/* MEMORY steps: bytes anywhere, and parts of rings that may be wrong in one value. */
#include "fuzz/execute_build.h"

#include <stdio.h>
#include <string.h>

/* The rings of one split queue, as offsets into DMA memory. */
struct rings {
    uint64_t desc, driver, device;
    uint32_t size;
};

static void write_at(struct vmsg_fuzz_executor *e, uint64_t at, const uint8_t *bytes, size_t n)
{
    struct vmsg_connection *c = &e->connection;
    char text[80];

    if (!c->memory || n == 0 || at > c->mem_size || n > c->mem_size - at)
        return;
    memcpy(c->memory + at, bytes, n);
    vmsg_fuzz_log_memory(e->log, at, bytes, n);
    snprintf(text, sizeof text, "memory: %zu bytes written at 0x%llx", n,
             (unsigned long long)(e->known.mem_base + at));
    vmsg_connection_remark(c, text);
}

static uint16_t word_at(const struct vmsg_fuzz_executor *e, uint64_t at)
{
    const struct vmsg_connection *c = &e->connection;

    return c->memory && at + 2 <= c->mem_size ? vmsg_le16(c->memory + at) : 0;
}

static uint64_t value(const struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_step *s,
                      unsigned i, uint64_t right)
{
    return s->mask >> i & 1 ? vmsg_fuzz_value(&e->known, &s->f[i], right) : right;
}

static void describe(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_step *s,
                     const struct rings *r)
{
    uint64_t which = value(e, s, 0, 0) % r->size;
    uint8_t bytes[16];

    vmsg_put_le64(bytes, value(e, s, 1, e->known.mem_base + r->desc + 0x800));
    vmsg_put_le32(bytes + 8, (uint32_t)value(e, s, 2, 64));
    vmsg_put_le16(bytes + 12, (uint16_t)value(e, s, 3, 2)); /* the device writes */
    vmsg_put_le16(bytes + 14, (uint16_t)value(e, s, 4, which + 1));
    write_at(e, r->desc + 16 * which, bytes, sizeof bytes);
}

/* An entry that is there, after it was made and before the SUT looks at it. */
static void tamper(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_step *s,
                   const struct rings *r, bool used)
{
    uint64_t ring = used ? r->device : r->driver, n = used ? 8 : 2;
    uint64_t slot = (word_at(e, ring + 2) - UINT64_C(1) - value(e, s, 0, 0)) % r->size;
    uint16_t id = word_at(e, ring + 4 + n * slot);
    uint8_t entry[8];

    vmsg_put_le32(entry, (uint32_t)value(e, s, 1, id));
    vmsg_put_le32(entry + 4, (uint32_t)value(e, s, 2, used ? word_at(e, ring + 8 + n * slot) : 0));
    write_at(e, ring + 4 + n * slot, entry, (size_t)n);
}

/* The next entry of the available or used ring, then its index. */
static void put_entry(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_step *s,
                      const struct rings *r, bool used)
{
    uint64_t ring = used ? r->device : r->driver, n = used ? 8 : 2;
    uint16_t next = word_at(e, ring + 2);
    uint64_t slot = value(e, s, 2, next % r->size) % r->size;
    uint8_t entry[8], head[4];

    vmsg_put_le32(entry, (uint32_t)value(e, s, 3, 0));
    vmsg_put_le32(entry + 4, (uint32_t)value(e, s, 4, 64));
    write_at(e, ring + 4 + n * slot, entry, (size_t)n);
    vmsg_put_le16(head, (uint16_t)value(e, s, 0, 0));
    vmsg_put_le16(head + 2, (uint16_t)value(e, s, 1, next + 1u));
    write_at(e, ring, head, sizeof head);
}

/* Where the harness builds the rings itself; false: they do not fit. */
static bool own_rings(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_device *d,
                      struct rings *r)
{
    uint64_t base = VMSG_FUZZ_QUEUE((size_t)(d - e->known.devices));

    *r = (struct rings){base, base + VMSG_FUZZ_QUEUE_DRIVER, base + VMSG_FUZZ_QUEUE_DEVICE,
                        vmsg_fuzz_ring_size(d)};
    return base + VMSG_FUZZ_QUEUE_BYTES <= e->connection.mem_size;
}

/* The rings that a driver built, one of the queues that it set up. */
static bool rings_of_driver(struct vmsg_fuzz_executor *e, unsigned which, struct rings *r)
{
    const struct vmsg_fuzz_far *f = &e->far;
    uint64_t base = e->known.mem_base;
    struct vmsg_peer_queue q;

    if (!f->n_rings)
        return false;
    which %= f->n_rings;
    if (!vmsg_peer_queue(f->device, f->rings[which].dev, f->rings[which].vq, &q) || !q.enabled ||
        q.packed || !q.size || q.device < base)
        return false;
    *r = (struct rings){.device = q.device - base, .size = q.size};
    return true;
}

static void of_driver(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_step *s,
                      enum vmsg_fuzz_memory what)
{
    struct rings r;

    if ((what != VMSG_FUZZ_USED && what != VMSG_FUZZ_TAMPER) ||
        !rings_of_driver(e, VMSG_FUZZ_DEV(s->b), &r))
        return;
    vmsg_fuzz_muddle(e);
    if (what == VMSG_FUZZ_USED)
        put_entry(e, s, &r, true);
    else
        tamper(e, s, &r, true);
}

/* The next entry of the available ring, as a driver that works has it? */
static bool is_right(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_step *s,
                     enum vmsg_fuzz_memory what, const struct vmsg_fuzz_device *d,
                     const struct rings *r)
{
    return what == VMSG_FUZZ_AVAILABLE && !(s->mask & ~VMSG_FUZZ_HAS_RAW) &&
           vmsg_fuzz_publishes(e, d, word_at(e, r->device + 2));
}

/*
 * Of a driver only the used ring changes, which belongs to the device that is played: what is
 * written into the rest of its rings would count as the driver's own word.
 */
void vmsg_fuzz_memory(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_step *s)
{
    enum vmsg_fuzz_memory what = (enum vmsg_fuzz_memory)(s->a % VMSG_FUZZ_MEMORIES);
    struct vmsg_fuzz_device *d;
    struct rings r;

    if (!e->connection.memory)
        return;
    if (e->target->role == VMSG_ROLE_DRIVER) {
        of_driver(e, s, what);
        return;
    }
    if (what == VMSG_FUZZ_BYTES) {
        vmsg_fuzz_muddle(e);
        write_at(e, vmsg_fuzz_value(&e->known, &s->f[0], e->known.mem_base) - e->known.mem_base,
                 s->raw, s->n_raw);
        return;
    }
    vmsg_fuzz_dev(&e->known, s->b, &d);
    if (!d || !own_rings(e, d, &r))
        return;
    if (!is_right(e, s, what, d, &r))
        vmsg_fuzz_muddle(e);
    if (what == VMSG_FUZZ_DESCRIPTOR)
        describe(e, s, &r);
    else if (what == VMSG_FUZZ_TAMPER)
        tamper(e, s, &r, false);
    else
        put_entry(e, s, &r, what == VMSG_FUZZ_USED);
}

static const struct vmsg_fuzz_step right;

bool vmsg_fuzz_clear_rings(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_device *d)
{
    static const uint8_t empty[4];
    struct rings r;

    if (!e->connection.memory || !own_rings(e, d, &r))
        return false;
    describe(e, &right, &r);
    write_at(e, r.driver, empty, sizeof empty);
    write_at(e, r.device, empty, sizeof empty);
    return true;
}

void vmsg_fuzz_make_available(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_device *d)
{
    struct rings r;

    if (!own_rings(e, d, &r))
        return;
    if (!vmsg_fuzz_publishes(e, d, word_at(e, r.device + 2)))
        vmsg_fuzz_muddle(e);
    put_entry(e, &right, &r, false);
}
