/*
 * JSON form of a message: {"name", "kind", "dev_num", "token", "msg_size", "fields": {...},
 * "defect", "hex"}; unknown ids have "name": null. Allocates (jansson); not for the hot path.
 */
#ifndef VMSG_WIRE_JSON_H
#define VMSG_WIRE_JSON_H

#include <jansson.h>
#include <stddef.h>

/* New reference, NULL when out of memory. */
json_t *vmsg_to_json(const void *bytes, size_t len);

#endif
