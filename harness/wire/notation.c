/* How values are written, shared by the text and JSON forms. */
#include "harness/wire/notation.h"

#include <string.h>

const char *vmsg_kind_text(const struct vmsg *m)
{
    if (vmsg_is_event(m))
        return "event";
    return vmsg_is_response(m) ? "resp" : "req";
}

bool vmsg_field_is_hex(const struct vmsg_field *field)
{
    static const char *const hex[] = {"flags",       "status",      "device_status", "desc_addr",
                                      "driver_addr", "device_addr", "address",       "msg_id"};

    for (size_t i = 0; i < sizeof(hex) / sizeof(hex[0]); i++) {
        if (strcmp(field->name, hex[i]) == 0)
            return true;
    }
    return false;
}

uint32_t vmsg_field_size(enum vmsg_field_type type)
{
    switch (type) {
    case VMSG_U8:
        return 1;
    case VMSG_LE16:
        return 2;
    case VMSG_LE32:
        return 4;
    case VMSG_LE64:
        return 8;
    case VMSG_UUID:
        return 16;
    case VMSG_BYTES:
    case VMSG_LE32S:
    case VMSG_BITMAP:
        return 0;
    }
    return 0;
}

void vmsg_uuid_text(char out[VMSG_UUID_TEXT_SIZE], const uint8_t *uuid)
{
    static const char digits[] = "0123456789abcdef";
    char *p = out;

    for (unsigned i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *p++ = '-';
        *p++ = digits[uuid[i] >> 4];
        *p++ = digits[uuid[i] & 15];
    }
    *p = '\0';
}
