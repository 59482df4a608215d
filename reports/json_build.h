/*
 * Building JSON whose parts come from outside: JSON, SARIF and comparisons.
 *
 * Built whole, then dumped in ASCII, so that bytes of the SUT reach no terminal. jansson's
 * functions pass NULL on, so any allocation that fails makes the whole fail.
 */
#ifndef VMSG_JSON_BUILD_H
#define VMSG_JSON_BUILD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Text from outside: whatever is not UTF-8 is replaced. NULL becomes null. */
json_t *vmsg_json_text(const char *s);

json_t *vmsg_json_number(uint64_t n); /* at most INT64_MAX, which is what readers know */
json_t *vmsg_json_hex(const uint8_t *bytes, size_t len);

/* Both consume what they are given; *ok becomes false when any of it is missing. */
void vmsg_json_add(bool *ok, json_t *object, const char *key, json_t *value);
void vmsg_json_append(bool *ok, json_t *array, json_t *value);

/* j, or NULL (and j let go) when something of it is missing. */
json_t *vmsg_json_done(bool ok, json_t *j);

/* Write and let go; false, with errno, when j is NULL or writing failed. */
bool vmsg_json_dump(FILE *out, json_t *j);

#endif
