/*
 * How values are written, shared by the text and JSON forms. Internal to this folder.
 */
#ifndef VMSG_WIRE_NOTATION_H
#define VMSG_WIRE_NOTATION_H

#include "harness/wire/wire.h"

#define VMSG_UUID_TEXT_SIZE 37u

/* "req", "resp" or "event". An event id stays an event when it has the response bit. */
const char *vmsg_kind_text(const struct vmsg *m);

/* Bytes of a fixed field; 0 for a tail. */
uint32_t vmsg_field_size(enum vmsg_field_type type);

/* 8-4-4-4-12 hexadecimal digits of 16 bytes in wire order, terminated. */
void vmsg_uuid_text(char out[VMSG_UUID_TEXT_SIZE], const uint8_t *uuid);

#endif
