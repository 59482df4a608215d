/*
 * The options of shm: and ivshmem:.
 */
#include "adapters/shm/options.h"

#include "adapters/shm/ivshmem_client.h"
#include "adapters/shm/layout.h"
#include "harness/wire/wire.h"

#include <stdio.h>
#include <string.h>

enum {
    ELEMENTS = 32,
    ELEMENT_LEAST = 64, /* "Elements are 64 bytes" in every example of the notes */
    DMA_OFFSET = 1 << 17,
};

static const char *const shm_keys[] = {
    "layout",     "side", "create", "size",       "elements", "element-size",
    "words",      "mask", "area",   "dma-offset", "magic",    "queue-magic",
    "per-device", "map",  "wake",   "ring",       "patience", NULL,
};
static const char *const ivshmem_keys[] = {
    "layout",     "side",  "create",      "elements",   "element-size", "words",    "mask", "area",
    "dma-offset", "magic", "queue-magic", "per-device", "vector",       "patience", NULL,
};
static const char *const layouts[] = {"simple", NULL};
static const char *const sides[] = {"driver", "device", NULL};
static const char *const no_yes[] = {"no", "yes", NULL};

/* A number from `least` to `most`; *value stays what it is when the key is not given. */
static bool number(const struct vmsg_uri *uri, const char *key, uint64_t least, uint64_t most,
                   uint64_t *value, char *err, size_t err_size)
{
    const char *text = vmsg_uri_get(uri, key);
    uint64_t n;
    if (!text)
        return true;
    if (vmsg_uri_number(text, &n) && n >= least && n <= most) {
        *value = n;
        return true;
    }
    snprintf(err, err_size, "%s must be a number from %llu to %llu, not '%s'", key,
             (unsigned long long)least, (unsigned long long)most, text);
    return false;
}

static bool choice(const struct vmsg_uri *uri, const char *key, const char *const *words,
                   int *chosen, char *err, size_t err_size)
{
    int i = vmsg_uri_get(uri, key) ? vmsg_uri_choice(uri, key, words, err, err_size) : *chosen;
    if (i < 0)
        return false;
    *chosen = i;
    return true;
}

static bool read_words(struct vmsg_shm_options *o, enum vmsg_amp_side side, char *err,
                       size_t err_size)
{
    int layout = 0, own = side, mask = 0, create;
    if (!choice(&o->uri, "layout", layouts, &layout, err, err_size) ||
        !choice(&o->uri, "side", sides, &own, err, err_size) ||
        !choice(&o->uri, "mask", no_yes, &mask, err, err_size))
        return false;
    if (own != (int)side) {
        snprintf(err, err_size, "side=%s is the SUT's: the side that this program takes here is %s",
                 sides[own], sides[side]);
        return false;
    }
    create = side == VMSG_AMP_DEVICE; /* as OpenAMP's amp_static_queue_dev_init() */
    if (!choice(&o->uri, "create", no_yes, &create, err, err_size))
        return false;
    o->side = side;
    o->mask = mask;
    o->create = create;
    return true;
}

static bool read_numbers(struct vmsg_shm_options *o, char *err, size_t err_size)
{
    uint64_t size = 0, elements = ELEMENTS, element = 0, words = 1, per_device = 1, area = 1;
    uint64_t magic = VMSG_AMP_LAYOUT_MAGIC, queue = VMSG_AMP_QUEUE_MAGIC, map = 0, vector = 0;
    uint64_t dma = DMA_OFFSET, patience = 0;
    const struct vmsg_uri *u = &o->uri;
    if (!number(u, "size", 4096, UINT64_C(1) << 40, &size, err, err_size) ||
        !number(u, "elements", VMSG_AMP_ELEMENTS_LEAST, UINT16_MAX, &elements, err, err_size) ||
        !number(u, "element-size", VMSG_MAX_SIZE_LEAST, UINT16_MAX - 7, &element, err, err_size) ||
        !number(u, "words", 0, VMSG_AMP_WORDS_MOST, &words, err, err_size) ||
        !number(u, "per-device", 1, 16, &per_device, err, err_size) ||
        !number(u, "area", 0, VMSG_AMP_AREA_MOST, &area, err, err_size) ||
        !number(u, "magic", 1, UINT16_MAX, &magic, err, err_size) ||
        !number(u, "queue-magic", 1, UINT16_MAX, &queue, err, err_size) ||
        !number(u, "map", 0, 4, &map, err, err_size) ||
        !number(u, "vector", 0, VMSG_IVSHMEM_VECTORS - 1, &vector, err, err_size) ||
        !number(u, "dma-offset", VMSG_AMP_HEADER_SIZE, UINT64_C(1) << 40, &dma, err, err_size) ||
        !number(u, "patience", 1, 3600000, &patience, err, err_size))
        return false;
    o->size = size;
    o->elements = (uint16_t)elements;
    o->element_size = (uint16_t)(element + 7) & (uint16_t)~7u;
    o->words = (uint8_t)words;
    o->per_device = (uint8_t)per_device;
    o->area = (uint16_t)area;
    o->magic = (uint16_t)magic;
    o->queue_magic = (uint16_t)queue;
    o->map = (unsigned)map;
    o->vector = (unsigned)vector;
    o->dma_offset = dma;
    o->patience_ms = (uint32_t)patience;
    return true;
}

bool vmsg_shm_options_parse(struct vmsg_shm_options *o, const char *scheme, const char *rest,
                            enum vmsg_amp_side side, char *err, size_t err_size)
{
    bool ivshmem = !strcmp(scheme, "ivshmem");
    *o = (struct vmsg_shm_options){0};
    if (!vmsg_uri_parse(&o->uri, rest, ivshmem ? ivshmem_keys : shm_keys, err, err_size))
        return false;
    o->path = o->uri.path;
    o->wake = vmsg_uri_get(&o->uri, "wake");
    o->ring = vmsg_uri_get(&o->uri, "ring");
    if (!*o->path)
        snprintf(err, err_size,
                 ivshmem ? "ivshmem: needs the path of a server's socket, e.g. ivshmem:/tmp/ivshmem"
                         : "shm: needs the path of an area, e.g. shm:/dev/shm/virtio-msg");
    else if (read_words(o, side, err, err_size) && read_numbers(o, err, err_size))
        return true;
    vmsg_shm_options_clear(o);
    return false;
}

void vmsg_shm_options_clear(struct vmsg_shm_options *o)
{
    vmsg_uri_clear(&o->uri);
    *o = (struct vmsg_shm_options){0};
}

struct vmsg_amp_layout vmsg_shm_options_layout(const struct vmsg_shm_options *o,
                                               uint32_t max_msg_size)
{
    /* Room for messages that are too long, too, so that they can be seen. */
    uint32_t element = o->element_size ? o->element_size : (max_msg_size + 127) & ~63u;
    struct vmsg_amp_layout l = {
        .magic = o->magic,
        .version = VMSG_AMP_VERSION,
        .length = VMSG_AMP_HEADER_SIZE,
        .options = o->mask ? VMSG_AMP_OPTION_MASK : 0,
        .words = o->words,
        .per_device = o->per_device,
        .elements = o->elements,
        .element_size = (uint16_t)(element < ELEMENT_LEAST     ? ELEMENT_LEAST
                                   : element > UINT16_MAX - 7u ? UINT16_MAX - 7u
                                                               : element),
    };
    vmsg_amp_place(&l, o->area);
    return l;
}
