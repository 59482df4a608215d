/* Looks at a shared-memory layout as JSON; see tape_json.h. */
#include "harness/engine/tape_json.h"
#include "harness/wire/amp.h"

#include <stddef.h>
#include <string.h>

static const char *const looks[] = {
    [VMSG_AMP_SAW_HEADER] = "header",
    [VMSG_AMP_SAW_HEAD] = "head",
    [VMSG_AMP_SAW_WORD] = "word",
    [VMSG_AMP_SAW_UNMOVED] = "unmoved",
    [VMSG_AMP_SAW_UNSIGNALLED] = "unsignalled",
};

#define N_LOOKS (sizeof looks / sizeof *looks)

#define NUMBER(MEMBER)                                                                             \
    {                                                                                              \
#MEMBER, offsetof(struct vmsg_amp_seen, MEMBER),                                           \
            sizeof(((struct vmsg_amp_seen *)0)->MEMBER)                                            \
    }
#define HEAD(NAME) NUMBER(NAME.magic), NUMBER(NAME.status), NUMBER(NAME.head), NUMBER(NAME.tail)

/* Every number of a look but which look it is; those that a look does not use are 0. */
static const struct number {
    const char *name;
    size_t offset, size;
} numbers[] = {
    NUMBER(layout.magic),
    NUMBER(layout.version),
    NUMBER(layout.length),
    NUMBER(layout.options),
    NUMBER(layout.words),
    NUMBER(layout.per_device),
    NUMBER(layout.elements),
    NUMBER(layout.element_size),
    NUMBER(layout.pad),
    NUMBER(layout.notify[0]),
    NUMBER(layout.notify[1]),
    NUMBER(layout.head[0]),
    NUMBER(layout.head[1]),
    NUMBER(layout.queue[0]),
    NUMBER(layout.queue[1]),
    NUMBER(size),
    NUMBER(area),
    NUMBER(magic),
    NUMBER(elements),
    HEAD(own),
    HEAD(was),
    HEAD(now),
    NUMBER(first),
    NUMBER(word),
    NUMBER(own_tx),
    NUMBER(tx_was),
    NUMBER(tx_now),
    NUMBER(rx_was),
    NUMBER(rx_now),
};

#define N_NUMBERS (sizeof numbers / sizeof *numbers)

static uint64_t load(const struct vmsg_amp_seen *seen, const struct number *n)
{
    const uint8_t *at = (const uint8_t *)seen + n->offset;
    uint64_t v64;
    uint32_t v32;
    uint16_t v16;

    switch (n->size) {
    case 8:
        memcpy(&v64, at, sizeof v64);
        return v64;
    case 4:
        memcpy(&v32, at, sizeof v32);
        return v32;
    case 2:
        memcpy(&v16, at, sizeof v16);
        return v16;
    default:
        return *at;
    }
}

static void store(struct vmsg_amp_seen *seen, const struct number *n, uint64_t v)
{
    uint8_t *at = (uint8_t *)seen + n->offset;
    uint32_t v32 = (uint32_t)v;
    uint16_t v16 = (uint16_t)v;

    switch (n->size) {
    case 8:
        memcpy(at, &v, sizeof v);
        break;
    case 4:
        memcpy(at, &v32, sizeof v32);
        break;
    case 2:
        memcpy(at, &v16, sizeof v16);
        break;
    default:
        *at = (uint8_t)v;
        break;
    }
}

json_t *vmsg_layout_to_json(const struct vmsg_amp_seen *seen)
{
    json_t *json = json_pack("{ss}", "look", looks[seen->look]);

    for (size_t i = 0; json && i < N_NUMBERS; i++) {
        uint64_t v = load(seen, &numbers[i]);

        if (v) /* JSON has signed numbers: those of 64 bits wrap around */
            json_object_set_new(json, numbers[i].name, json_integer((json_int_t)v));
    }
    return json;
}

/* The largest value that its member holds: a bool only 0 and 1. */
static uint64_t most(const struct number *n)
{
    if (n->offset == offsetof(struct vmsg_amp_seen, first))
        return 1;
    return n->size == 8 ? UINT64_MAX : (UINT64_C(1) << 8 * n->size) - 1;
}

bool vmsg_layout_from_json(struct vmsg_amp_seen *seen, const json_t *json)
{
    const char *look = json_string_value(json_object_get(json, "look"));
    size_t kind = 0;

    while (look && kind < N_LOOKS && strcmp(looks[kind], look) != 0)
        kind++;
    if (!look || kind == N_LOOKS)
        return false;
    *seen = (struct vmsg_amp_seen){.look = (enum vmsg_amp_look)kind};
    for (size_t i = 0; i < N_NUMBERS; i++) {
        uint64_t v = (uint64_t)json_integer_value(json_object_get(json, numbers[i].name));

        if (v > most(&numbers[i]))
            return false;
        store(seen, &numbers[i], v);
    }
    return true;
}
