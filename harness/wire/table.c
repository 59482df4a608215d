/* The message definitions, generated from messages.def, and their lookup by id, name, position. */
#include "harness/wire/wire.h"

#include <string.h>

#define SIZE_U8   1
#define SIZE_LE16 2
#define SIZE_LE32 4
#define SIZE_LE64 8
#define SIZE_UUID 16

#define HALF_BEFORE(SIZE) (SIZE <= 8 ? 32 - 4 * SIZE : 32)
#define F_ENTRY(M, TYPE, NAME, OFFSET)                                                             \
    {#NAME, VMSG_##TYPE, OFFSET, OFFSET + SIZE_##TYPE - 8, HALF_BEFORE(SIZE_##TYPE)},
#define F_SIZE(M, TYPE, NAME, OFFSET) +SIZE_##TYPE
#define F_NOTHING(M, TYPE, NAME, OFFSET)
#define T_ENTRY(M, TYPE, NAME, OFFSET, COUNT) {#NAME, VMSG_##TYPE, OFFSET, 0, 32},
#define T_COUNT(M, TYPE, NAME, OFFSET, COUNT) +M##_##COUNT
#define T_NOTHING(M, TYPE, NAME, OFFSET, COUNT)

/* The arrays end in an empty entry, so that a layout without fields is still valid C. */
#define LAYOUT_ARRAYS(L)                                                                           \
    static const struct vmsg_field L##_fields[] = {L(L, F_ENTRY, T_NOTHING){0}};                   \
    static const struct vmsg_field L##_tail[] = {L(L, F_NOTHING, T_ENTRY){0}};                     \
    _Static_assert(L##_N_FIELDS <= VMSG_MAX_FIELDS, #L ": raise VMSG_MAX_FIELDS");

#define LAYOUT(L)                                                                                  \
    {                                                                                              \
        .fields = L##_fields, .n_fields = L##_N_FIELDS, .fixed_size = 0 L(L, F_SIZE, T_NOTHING),   \
        .tail = sizeof(L##_tail) > sizeof(struct vmsg_field) ? L##_tail : NULL,                    \
        .count_field = 0 L(L, F_NOTHING, T_COUNT)                                                  \
    }

#define ARRAYS_EXCHANGE(NAME)                                                                      \
    LAYOUT_ARRAYS(VMSG_##NAME##_REQ)                                                               \
    LAYOUT_ARRAYS(VMSG_##NAME##_RESP)
#define ARRAYS_EVENT(NAME)          LAYOUT_ARRAYS(VMSG_##NAME##_REQ)
#define X(NAME, NS, ID, KIND, SIDE) ARRAYS_##KIND(NAME)
VMSG_MESSAGES(X)
#undef X

#define RESPONSE_EXCHANGE(NAME) LAYOUT(VMSG_##NAME##_RESP)
#define RESPONSE_EVENT(NAME)                                                                       \
    {                                                                                              \
        0                                                                                          \
    }

static const struct vmsg_def defs[] = {
#define X(NAME, NS, ID, KIND, SIDE)                                                                \
    {                                                                                              \
        .name = #NAME,                                                                             \
        .ns = VMSG_NS_##NS,                                                                        \
        .msg_id = ID,                                                                              \
        .kind = VMSG_KIND_##KIND,                                                                  \
        .initiator = VMSG_SIDE_##SIDE,                                                             \
        .request = LAYOUT(VMSG_##NAME##_REQ),                                                      \
        .response = RESPONSE_##KIND(NAME),                                                         \
    },
    VMSG_MESSAGES(X)
#undef X
};

enum position {
#define X(NAME, NS, ID, KIND, SIDE) AT_##NAME,
    VMSG_MESSAGES(X)
#undef X
};

/* Position in defs plus one; 0: not defined. */
static const uint8_t index_by_id[2][256] = {
#define X(NAME, NS, ID, KIND, SIDE) [VMSG_NS_##NS][ID] = AT_##NAME + 1,
    VMSG_MESSAGES(X)
#undef X
};

const struct vmsg_def *vmsg_def_by_id(enum vmsg_namespace ns, uint8_t msg_id)
{
    uint8_t at = index_by_id[ns == VMSG_NS_BUS][msg_id];

    return at ? &defs[at - 1] : NULL;
}

const struct vmsg_def *vmsg_def_by_name(const char *name)
{
    for (size_t i = 0; i < VMSG_DEFS; i++) {
        if (strcmp(defs[i].name, name) == 0)
            return &defs[i];
    }
    return NULL;
}

const struct vmsg_def *vmsg_def_at(size_t i)
{
    return i < VMSG_DEFS ? &defs[i] : NULL;
}
