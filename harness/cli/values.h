/*
 * Values of options: numbers, sizes, times, words.
 */
#ifndef VMSG_CLI_VALUES_H
#define VMSG_CLI_VALUES_H

#include "harness/peers/peer.h"
#include "spec-rules/catalogue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All are false with a sentence in err that names the option. */

/* A whole number, decimal or 0x, within least..most. */
bool vmsg_value_number(const char *option, const char *text, uint64_t least, uint64_t most,
                       uint64_t *value, char *err, size_t err_size);

/* How many, at least one. */
bool vmsg_value_count(const char *option, const char *text, unsigned most, unsigned *value,
                      char *err, size_t err_size);

/* Bytes, with K, M or G for powers of 1024. */
bool vmsg_value_size(const char *option, const char *text, uint64_t most, size_t *value, char *err,
                     size_t err_size);

/* Seconds, fractions allowed, as milliseconds; least is 1 ms. */
bool vmsg_value_seconds(const char *option, const char *text, uint32_t most_s, uint32_t *ms,
                        char *err, size_t err_size);

bool vmsg_value_role(const char *text, enum vmsg_role *role, char *err, size_t err_size);
bool vmsg_value_level(const char *text, enum vmsg_level *level, char *err, size_t err_size);

/* A report that is asked for: FORMAT=PATH. */
struct vmsg_value_report {
    const char *format; /* "json" */
    const char *path;
};

/* Cuts `text` in two; the n reports before it must go elsewhere. */
bool vmsg_value_report(char *text, const struct vmsg_value_report *others, size_t n,
                       struct vmsg_value_report *report, char *err, size_t err_size);

const char *vmsg_value_role_text(enum vmsg_role role); /* "device", ... */

/* Largest seed: JSON readers know signed 64-bit integers at most. */
#define CLI_SEED_MOST ((uint64_t)INT64_MAX)

#endif
