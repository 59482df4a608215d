/*
 * The layout header of a shared area.
 */
#include "adapters/shm/layout.h"

#include "adapters/shm/shared.h"
#include "harness/wire/wire.h"

#include <stdio.h>
#include <string.h>

static uint16_t get16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static uint64_t get64(const uint8_t *p)
{
    uint64_t v = 0;
    for (unsigned i = 8; i--;)
        v = v << 8 | p[i];
    return v;
}

static void put16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

static void put64(uint8_t *p, uint64_t v)
{
    for (unsigned i = 0; i < 8; i++)
        p[i] = (uint8_t)(v >> 8 * i);
}

void vmsg_amp_read_layout(const uint8_t *area, struct vmsg_amp_layout *layout)
{
    uint8_t h[VMSG_AMP_HEADER_SIZE];
    vmsg_shared_read(h, area, sizeof h);
    *layout = (struct vmsg_amp_layout){
        .magic = get16(h + VMSG_AMP_AT_MAGIC),
        .version = get16(h + VMSG_AMP_AT_VERSION),
        .length = get16(h + VMSG_AMP_AT_LENGTH),
        .options = get16(h + VMSG_AMP_AT_OPTIONS),
        .words = h[VMSG_AMP_AT_WORDS],
        .per_device = h[VMSG_AMP_AT_PER_DEVICE],
        .elements = get16(h + VMSG_AMP_AT_ELEMENTS),
        .element_size = get16(h + VMSG_AMP_AT_ELEMENT_SIZE),
        .pad = get16(h + VMSG_AMP_AT_PAD),
        .notify = {get64(h + VMSG_AMP_AT_DRV_NOTIFY), get64(h + VMSG_AMP_AT_DEV_NOTIFY)},
        .head = {get64(h + VMSG_AMP_AT_DRV_HEAD), get64(h + VMSG_AMP_AT_DEV_HEAD)},
        .queue = {get64(h + VMSG_AMP_AT_DRV_QUEUE), get64(h + VMSG_AMP_AT_DEV_QUEUE)},
    };
}

void vmsg_amp_write_layout(uint8_t *area, const struct vmsg_amp_layout *l)
{
    uint8_t h[VMSG_AMP_HEADER_SIZE] = {0};
    put16(h + VMSG_AMP_AT_VERSION, l->version);
    put16(h + VMSG_AMP_AT_LENGTH, l->length);
    put16(h + VMSG_AMP_AT_OPTIONS, l->options);
    h[VMSG_AMP_AT_WORDS] = l->words;
    h[VMSG_AMP_AT_PER_DEVICE] = l->per_device;
    put16(h + VMSG_AMP_AT_ELEMENTS, l->elements);
    put16(h + VMSG_AMP_AT_ELEMENT_SIZE, l->element_size);
    put16(h + VMSG_AMP_AT_PAD, l->pad);
    put64(h + VMSG_AMP_AT_DRV_NOTIFY, l->notify[VMSG_AMP_DRIVER]);
    put64(h + VMSG_AMP_AT_DEV_NOTIFY, l->notify[VMSG_AMP_DEVICE]);
    put64(h + VMSG_AMP_AT_DRV_HEAD, l->head[VMSG_AMP_DRIVER]);
    put64(h + VMSG_AMP_AT_DEV_HEAD, l->head[VMSG_AMP_DEVICE]);
    put64(h + VMSG_AMP_AT_DRV_QUEUE, l->queue[VMSG_AMP_DRIVER]);
    put64(h + VMSG_AMP_AT_DEV_QUEUE, l->queue[VMSG_AMP_DEVICE]);
    vmsg_shared_store16(area + VMSG_AMP_AT_MAGIC, 0);
    vmsg_shared_write(area + VMSG_AMP_AT_VERSION, h + VMSG_AMP_AT_VERSION,
                      sizeof h - VMSG_AMP_AT_VERSION);
    vmsg_shared_store16(area + VMSG_AMP_AT_MAGIC, l->magic);
}

enum { LINE = 64 };

static uint64_t to_line(uint64_t at)
{
    return (at + LINE - 1) / LINE * LINE;
}

void vmsg_amp_place(struct vmsg_amp_layout *l, uint16_t area)
{
    const uint64_t in_area = (uint64_t)area << VMSG_AMP_AREA_SHIFT;
    uint64_t at = VMSG_AMP_HEADER_SIZE;
    /* A side's words follow its queue head, so that one line tells a poller everything. */
    for (unsigned side = 0; side < 2; side++) {
        l->head[side] = in_area | at;
        l->notify[side] = in_area | (at + VMSG_AMP_HEAD_SIZE);
        at = to_line(at + VMSG_AMP_HEAD_SIZE + vmsg_amp_words_size(l));
    }
    for (unsigned side = 0; side < 2; side++) {
        l->queue[side] = in_area | at;
        at = to_line(at + (uint64_t)l->elements * l->element_size);
    }
}

uint64_t vmsg_amp_layout_end(const struct vmsg_amp_layout *l)
{
    uint64_t end = VMSG_AMP_HEADER_SIZE;
    for (unsigned i = 0; i < VMSG_AMP_PARTS; i++) {
        struct vmsg_amp_part p = vmsg_amp_part(l, i);
        uint64_t last = (p.ref & VMSG_AMP_OFFSET_MASK) + p.size;
        if (p.size && last > end)
            end = last;
    }
    return end;
}

bool vmsg_amp_usable(const struct vmsg_amp_layout *l, uint16_t area, uint64_t size, char *err,
                     size_t err_size)
{
    unsigned bad;
    if (l->version != VMSG_AMP_VERSION)
        snprintf(err, err_size, "the layout's version is %u, not 1", l->version);
    else if (l->length != VMSG_AMP_HEADER_SIZE)
        snprintf(err, err_size, "the layout says that its header has %u bytes, not 64", l->length);
    else if (l->words > VMSG_AMP_WORDS_MOST)
        snprintf(err, err_size, "the layout has %u words of notifications, at most 64 are allowed",
                 l->words);
    else if (l->elements < VMSG_AMP_ELEMENTS_LEAST || l->element_size < VMSG_HEADER_SIZE)
        snprintf(err, err_size, "the layout has %u elements of %u bytes, which carries no message",
                 l->elements, l->element_size);
    else if ((bad = vmsg_amp_bad_part(l, area, size)) < VMSG_AMP_PARTS)
        snprintf(err, err_size,
                 "the layout's reference to the %s (0x%llx) cannot be followed in area %u of %llu "
                 "bytes",
                 vmsg_amp_part(l, bad).name, (unsigned long long)vmsg_amp_part(l, bad).ref, area,
                 (unsigned long long)size);
    else
        return true;
    return false;
}
