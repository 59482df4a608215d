/* Steps as messages; see known.h. */
#include "fuzz/known.h"

#include <string.h>

static const struct vmsg_def *def_of(uint8_t a)
{
    return vmsg_def_at(a % VMSG_DEFS);
}

static void see(struct vmsg_fuzz_known *k, uint64_t value)
{
    k->seen[k->at++ % VMSG_FUZZ_VALUES] = value;
}

static struct vmsg_fuzz_device *find(struct vmsg_fuzz_known *k, uint16_t number)
{
    for (size_t i = 0; i < k->n_devices; i++)
        if (k->devices[i].number == number)
            return &k->devices[i];
    return NULL;
}

static void learn_of(struct vmsg_fuzz_device *d, const struct vmsg *m)
{
    switch (m->msg_id) {
    case VMSG_ID_GET_DEVICE_INFO:
        d->config_size = (uint32_t)m->f[VMSG_GET_DEVICE_INFO_RESP_config_size];
        d->queues = (uint32_t)m->f[VMSG_GET_DEVICE_INFO_RESP_max_virtqueues];
        return;
    case VMSG_ID_GET_DEVICE_FEATURES:
        for (uint32_t i = 0; i < 2 && m->f[0] == 0; i++)
            d->offered[i] = vmsg_tail_u32(m, i);
        return;
    case VMSG_ID_GET_CONFIG:
    case VMSG_ID_SET_CONFIG:
        d->generation = (uint32_t)m->f[0];
        return;
    case VMSG_ID_EVENT_CONFIG:
        d->generation = (uint32_t)m->f[VMSG_EVENT_CONFIG_REQ_generation];
        d->status = (uint32_t)m->f[VMSG_EVENT_CONFIG_REQ_device_status];
        return;
    case VMSG_ID_GET_DEVICE_STATUS:
    case VMSG_ID_SET_DEVICE_STATUS:
        d->status = (uint32_t)m->f[0];
        return;
    case VMSG_ID_GET_VQUEUE: /* the right queue is the first */
        if (m->f[VMSG_GET_VQUEUE_RESP_index] == 0 && m->f[VMSG_GET_VQUEUE_RESP_max_size])
            d->max_queue_size = (uint32_t)m->f[VMSG_GET_VQUEUE_RESP_max_size];
        return;
    }
}

/* A device that goes or comes by itself. */
void vmsg_fuzz_told(struct vmsg_fuzz_known *k, const struct vmsg *m)
{
    struct vmsg_fuzz_device *d = find(k, (uint16_t)m->f[VMSG_EVENT_DEVICE_REQ_device_number]);

    if (d && vmsg_is_bus(m) && m->msg_id == VMSG_ID_EVENT_DEVICE && !m->defect)
        d->removed = m->f[VMSG_EVENT_DEVICE_REQ_device_bus_state] == VMSG_DEVICE_REMOVED;
}

void vmsg_fuzz_learn(struct vmsg_fuzz_known *k, const struct vmsg *m)
{
    struct vmsg_fuzz_device *d;

    if (!m->layout)
        return;
    for (unsigned i = 0; i < m->layout->n_fields; i++)
        if (m->f[i] > 1)
            see(k, m->f[i]);
    if (!vmsg_is_response(m) && !vmsg_is_event(m))
        k->heard = m->token;
    if (vmsg_is_bus(m) && !vmsg_is_response(m))
        vmsg_fuzz_told(k, m);
    d = vmsg_is_bus(m) ? NULL : find(k, m->dev_num);
    if (d)
        d->found = true;
    if (d && (vmsg_is_response(m) || vmsg_is_event(m)))
        learn_of(d, m);
}

void vmsg_fuzz_played(struct vmsg_fuzz_known *k, const void *bytes, size_t len)
{
    struct vmsg_fuzz_device *d;
    struct vmsg m;

    vmsg_decode(&m, bytes, len);
    d = m.layout && !vmsg_is_bus(&m) ? find(k, m.dev_num) : NULL;
    if (d && (vmsg_is_response(&m) || vmsg_is_event(&m)))
        learn_of(d, &m);
}

uint16_t vmsg_fuzz_dev(struct vmsg_fuzz_known *k, uint8_t b, struct vmsg_fuzz_device **device)
{
    unsigned which = VMSG_FUZZ_DEV(b);
    uint16_t number = 0xFFFF;

    if (which < 4 && k->n_devices) {
        *device = &k->devices[which % k->n_devices];
        return (*device)->number;
    }
    if (which == 4 && k->n_devices)
        number = (uint16_t)(k->devices[0].number + 1);
    else if (which == 6)
        number = (uint16_t)k->seen[k->at % VMSG_FUZZ_VALUES];
    else if (which == 7) /* more devices than selectors: each in its turn */
        number = k->n_devices > 4 ? k->devices[4 + k->at % (k->n_devices - 4)].number : 256;
    *device = find(k, number);
    return number;
}

static uint64_t boundary(const struct vmsg_fuzz_known *k, unsigned i)
{
    uint64_t max = k->max_msg_size, end = k->mem_base + k->mem_size;
    const struct vmsg_fuzz_device none = {0}, *d = k->about ? k->about : &none;
    uint32_t config = d->config_size;
    const uint64_t of_device[] = {
        d->queues,         d->queues - UINT64_C(1),         d->queues + UINT64_C(1),
        d->max_queue_size, UINT64_C(2) * d->max_queue_size, d->generation,
        d->status};
    const uint64_t special[] = {max,
                                max - VMSG_HEADER_SIZE,
                                (max - 16) / 4,
                                (max - 16) / 4 + 1,
                                max - 20,
                                max - 19,
                                config,
                                (uint64_t)config - 1,
                                (uint64_t)config + 1,
                                (uint64_t)config - 4,
                                end,
                                end - 1,
                                end - 4096,
                                k->mem_base - 1,
                                0x7FFFFFFF,
                                0xFFFFFFFC,
                                0xFFFFFFF8,
                                0xFFFFFFFE,
                                0x3FFFFFFF,
                                0x40000001,
                                0x1FFFFFFF,
                                UINT64_MAX,
                                UINT64_MAX - 4095,
                                (uint64_t)INT64_MAX,
                                65535,
                                65537,
                                0x80000001,
                                0xFFFF0000,
                                32767,
                                1000,
                                4097,
                                0xAAAAAAAA};

    if (i < sizeof of_device / sizeof *of_device) /* small powers of two are values themselves */
        return of_device[i];
    if (i < 32)
        return UINT64_C(1) << i;
    return special[i - 32];
}

uint64_t vmsg_fuzz_value(const struct vmsg_fuzz_known *k, const struct vmsg_fuzz_value *v,
                         uint64_t right)
{
    uint8_t c = v->class;

    if (c < VMSG_FUZZ_BOUNDARY)
        return c;
    if (c < VMSG_FUZZ_SEEN)
        return boundary(k, c - VMSG_FUZZ_BOUNDARY);
    if (c < VMSG_FUZZ_PAGE)
        return k->seen[(k->at - 1u - (c - VMSG_FUZZ_SEEN)) % VMSG_FUZZ_VALUES];
    if (c < VMSG_FUZZ_RIGHT)
        return k->mem_base + UINT64_C(0x1000) * (c - VMSG_FUZZ_PAGE);
    if (c < VMSG_FUZZ_LITERAL)
        return right + c - VMSG_FUZZ_RIGHT - 4;
    return v->literal;
}

/* The status that comes after this one in an initialisation. */
static uint32_t next_status(uint32_t status)
{
    static const uint32_t steps[] = {0, 1, 3, 11, 15};

    for (unsigned i = 0; i + 1 < sizeof steps / sizeof *steps; i++)
        if (steps[i] == status)
            return steps[i + 1];
    return status;
}

static uint64_t mask32(unsigned bit, unsigned block)
{
    return bit / 32 == block ? UINT64_C(1) << bit % 32 : 0;
}

/* The features that a plain driver takes of what is offered: the tail of SET_DRIVER_FEATURES. */
static void take_features(struct vmsg_fuzz_known *k, const struct vmsg_fuzz_device *d)
{
    for (unsigned i = 0; i < 2; i++)
        vmsg_put_le32(k->scratch + 4 * i,
                      d->offered[i] & (uint32_t)(mask32(VIRTIO_F_VERSION_1, i) |
                                                 mask32(VIRTIO_F_RING_RESET, i)));
}

uint32_t vmsg_fuzz_ring_size(const struct vmsg_fuzz_device *d)
{
    uint32_t size = VMSG_FUZZ_RING; /* a power of two, as split rings are */

    while (d->max_queue_size && size > d->max_queue_size)
        size /= 2;
    return size;
}

/* Queues lie one after the other in DMA memory, each in three pages. */
static void right_queue(const struct vmsg_fuzz_known *k, const struct vmsg_fuzz_device *d,
                        uint64_t *f)
{
    uint64_t base = k->mem_base + VMSG_FUZZ_QUEUE((size_t)(d - k->devices));

    f[VMSG_SET_VQUEUE_REQ_flags] = VMSG_VQ_ENABLE;
    f[VMSG_SET_VQUEUE_REQ_size] = vmsg_fuzz_ring_size(d);
    f[VMSG_SET_VQUEUE_REQ_desc_addr] = base;
    f[VMSG_SET_VQUEUE_REQ_driver_addr] = base + VMSG_FUZZ_QUEUE_DRIVER;
    f[VMSG_SET_VQUEUE_REQ_device_addr] = base + VMSG_FUZZ_QUEUE_DEVICE;
}

/* Right fields of a message of any side; returns the right tail's length, its bytes in scratch. */
static size_t right_fields(struct vmsg_fuzz_known *k, const struct vmsg_def *def, bool response,
                           const struct vmsg_fuzz_device *d, uint64_t *f)
{
    uint32_t some = d->config_size < 8 ? d->config_size : 8;

    memset(k->scratch, 0, sizeof k->scratch);
    if (response || def->ns == VMSG_NS_BUS) {
        if (def->ns == VMSG_NS_BUS && def->msg_id == VMSG_ID_GET_DEVICES)
            f[response ? 2 : 1] = 64;
        if (def->msg_id == VMSG_ID_EVENT_DEVICE && def->ns == VMSG_NS_BUS) {
            f[0] = d->number;
            f[1] = VMSG_DEVICE_ADDED;
        }
        return response && def->response.tail && def->ns == VMSG_NS_BUS ? 8 : 0;
    }
    switch (def->msg_id) {
    case VMSG_ID_GET_DEVICE_FEATURES:
        f[1] = 2;
        return 0;
    case VMSG_ID_SET_DRIVER_FEATURES:
        f[1] = 2;
        take_features(k, d);
        return 8;
    case VMSG_ID_GET_CONFIG:
        f[1] = some;
        return 0;
    case VMSG_ID_SET_CONFIG:
        f[0] = k->strict ? d->generation : 0;
        f[1] = d->writable           ? d->writable->offset
               : d->config_size >= 4 ? d->config_size / 2 & ~3u
                                     : 0;
        f[2] = d->writable && d->writable->length < 4 ? d->writable->length : some < 4 ? some : 4;
        vmsg_put_le32(k->scratch, k->token); /* something else each time, so that it shows */
        return (size_t)f[2];
    case VMSG_ID_SET_DEVICE_STATUS:
        f[0] = next_status(d->status);
        return 0;
    case VMSG_ID_SET_VQUEUE:
        right_queue(k, d, f);
        return 0;
    case VMSG_ID_EVENT_CONFIG:
        f[VMSG_EVENT_CONFIG_REQ_device_status] = d->status;
        f[VMSG_EVENT_CONFIG_REQ_generation] = d->generation;
        return 0;
    }
    return 0;
}

static uint16_t token_of(struct vmsg_fuzz_known *k, uint8_t b)
{
    switch (VMSG_FUZZ_TOKEN(b)) {
    case VMSG_FUZZ_TOKEN_LAST:
        return k->token;
    case VMSG_FUZZ_TOKEN_ZERO:
        return 0;
    case VMSG_FUZZ_TOKEN_HEARD:
        return k->heard;
    case VMSG_FUZZ_TOKEN_ONES:
        return 0xFFFF;
    default: /* neighbours are nobody's, so that a token that is off by a little shows */
        k->token = (uint16_t)(k->token + 0x9E37);
        return k->token;
    }
}

static size_t spoil(const struct vmsg_fuzz_step *s, uint8_t *m, size_t len)
{
    uint16_t amount = s->amount;
    size_t more = 1u + amount % 64u;

    switch (s->corruption) {
    case VMSG_FUZZ_SIZE:
        if (len >= VMSG_HEADER_SIZE)
            vmsg_put_le16(m + 6, amount & 0x8000 ? amount : (uint16_t)(len + amount - 0x20));
        return len;
    case VMSG_FUZZ_CUT:
        return 1 + amount % len;
    case VMSG_FUZZ_EXTRA:
    case VMSG_FUZZ_TRAILING:
        memset(m + len, amount >> 8, more);
        if (s->corruption == VMSG_FUZZ_EXTRA && len + more <= 65535 && len >= VMSG_HEADER_SIZE)
            vmsg_put_le16(m + 6, (uint16_t)(len + more));
        return len + more;
    case VMSG_FUZZ_TYPE:
        m[0] ^= (uint8_t)amount;
        return len;
    case VMSG_FUZZ_ID:
        if (len > 1)
            m[1] = (uint8_t)amount;
        return len;
    case VMSG_FUZZ_FLIP:
        m[amount / 8 % len] ^= (uint8_t)(1u << amount % 8);
        return len;
    case VMSG_FUZZ_SHORT:
        if (len <= VMSG_HEADER_SIZE)
            return len;
        len = VMSG_HEADER_SIZE + amount % (len - VMSG_HEADER_SIZE);
        vmsg_put_le16(m + 6, (uint16_t)len);
        return len;
    }
    return len;
}

/* The bytes of the tail: the raw ones, then zeros up to what `length` says while that fits. */
static size_t make_tail(const struct vmsg_fuzz_step *s, size_t wanted, size_t room,
                        const uint8_t *right, size_t n_right, uint8_t *tail)
{
    size_t n = s->mask & VMSG_FUZZ_HAS_RAW ? s->n_raw : n_right;

    if (n)
        memcpy(tail, s->mask & VMSG_FUZZ_HAS_RAW ? s->raw : right, n);
    if (!(s->mask & VMSG_FUZZ_HAS_RAW) && wanted > n && wanted <= room) {
        memset(tail + n, 0x5A, wanted - n);
        n = wanted;
    }
    return n;
}

static size_t bytes_of(const struct vmsg_field *tail, uint64_t count)
{
    if (count > 65535)
        return 65536;
    return (size_t)(tail->type == VMSG_LE32S    ? 4 * count
                    : tail->type == VMSG_BITMAP ? (count + 7) / 8
                                                : count);
}

static size_t encode(struct vmsg_fuzz_known *k, const struct vmsg_def *def,
                     const struct vmsg_fuzz_step *s, uint16_t dev, const struct vmsg_fuzz_device *d,
                     uint8_t *out)
{
    bool response = s->b & VMSG_FUZZ_RESPONSE && def->kind == VMSG_KIND_EXCHANGE;
    const struct vmsg_layout *layout = response ? &def->response : &def->request;
    uint64_t f[VMSG_MAX_FIELDS] = {0};
    static const uint8_t none[1];
    uint8_t tail[1024];
    size_t n = right_fields(k, def, response, d, f);
    bool counted = false, lies = false;

    for (unsigned i = 0; i < layout->n_fields && i < VMSG_FUZZ_FIELDS; i++)
        if (s->mask >> i & 1) {
            f[i] = vmsg_fuzz_value(k, &s->f[i], f[i]);
            counted |= layout->tail && i == layout->count_field;
            lies |= counted && s->f[i].class >= VMSG_FUZZ_BOUNDARY; /* the tail is as it was */
        }
    if (!layout->tail && !(s->mask & VMSG_FUZZ_HAS_RAW))
        n = 0;
    else
        n = make_tail(s, layout->tail && !lies ? bytes_of(layout->tail, f[layout->count_field]) : 0,
                      k->max_msg_size < sizeof tail ? k->max_msg_size : sizeof tail, k->scratch, n,
                      tail);
    if (layout->tail && !counted && s->mask & VMSG_FUZZ_HAS_RAW)
        f[layout->count_field] = layout->tail->type == VMSG_LE32S    ? n / 4
                                 : layout->tail->type == VMSG_BITMAP ? 8 * n
                                                                     : n;
    n = vmsg_encode(out, VMSG_FUZZ_MESSAGE_MOST, def, response,
                    def->ns == VMSG_NS_BUS && VMSG_FUZZ_DEV(s->b) < 6 ? 0 : dev, 0, f, NULL,
                    n ? tail : none, n);
    if (s->b & VMSG_FUZZ_RESPONSE)
        out[0] |= VMSG_TYPE_RESPONSE;
    return n;
}

static const struct vmsg_fuzz_device nobody = {.config_size = 16, .max_queue_size = 16};

size_t vmsg_fuzz_build(struct vmsg_fuzz_known *k, const struct vmsg_fuzz_step *s, uint8_t *out)
{
    const struct vmsg_def *def = def_of(s->a);
    struct vmsg_fuzz_device *d;
    uint16_t dev = vmsg_fuzz_dev(k, s->b, &d);
    const struct vmsg_fuzz_device *like = d ? d : k->n_devices ? &k->devices[0] : &nobody;
    size_t len;

    k->about = like;
    len = encode(k, def, s, dev, like, out);
    if (def->kind == VMSG_KIND_EXCHANGE || VMSG_FUZZ_TOKEN(s->b) > VMSG_FUZZ_TOKEN_LAST)
        vmsg_put_le16(out + 4, token_of(k, s->b));
    return spoil(s, out, len);
}

size_t vmsg_fuzz_right(struct vmsg_fuzz_known *k, enum vmsg_namespace ns, uint8_t id,
                       struct vmsg_fuzz_device *d, uint8_t *out)
{
    const struct vmsg_fuzz_step s = {.kind = VMSG_FUZZ_MESSAGE};
    size_t len = encode(k, vmsg_def_by_id(ns, id), &s, d->number, d, out);

    vmsg_put_le16(out + 4, token_of(k, 0));
    return len;
}

/* Where the i-th field of a message lies; NULL when it is not there. */
static uint8_t *field_at(const struct vmsg *m, uint8_t *bytes, unsigned i, unsigned *size)
{
    static const unsigned sizes[] = {
        [VMSG_U8] = 1, [VMSG_LE16] = 2, [VMSG_LE32] = 4, [VMSG_LE64] = 8, [VMSG_UUID] = 8};

    if (!m->layout || i >= m->layout->n_fields)
        return NULL;
    *size = sizes[m->layout->fields[i].type];
    if (VMSG_HEADER_SIZE + m->layout->fields[i].offset + *size > m->delivered)
        return NULL;
    return bytes + VMSG_HEADER_SIZE + m->layout->fields[i].offset;
}

bool vmsg_fuzz_means(const struct vmsg_fuzz_step *s, const void *bytes, size_t len)
{
    struct vmsg m;

    if (s->b == 0)
        return true;
    vmsg_decode(&m, bytes, len);
    return m.def == def_of((uint8_t)(s->b - 1));
}

size_t vmsg_fuzz_change(struct vmsg_fuzz_known *k, const struct vmsg_fuzz_step *s, uint8_t *bytes,
                        size_t len)
{
    struct vmsg m;

    vmsg_decode(&m, bytes, len);
    for (unsigned i = 0; i < VMSG_FUZZ_FIELDS; i++) {
        unsigned size = 0;
        uint8_t *at = s->mask >> i & 1 ? field_at(&m, bytes, i, &size) : NULL;
        uint64_t v = at ? vmsg_fuzz_value(k, &s->f[i], m.f[i]) : 0;

        for (; at && size; size--, v >>= 8)
            *at++ = (uint8_t)v;
    }
    return spoil(s, bytes, len);
}
