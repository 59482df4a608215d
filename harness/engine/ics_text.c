/* Conformance statement fields given as text, as command-line flags are. */
#include "harness/engine/ics_keys.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A decimal or 0x number that is the whole of the text. */
static bool parse_number(const char *text, uint64_t *out)
{
    char *end;

    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    *out = strtoull(text, &end, strncmp(text, "0x", 2) == 0 ? 16 : 10);
    return errno == 0 && *end == '\0' && end != text;
}

static bool parse_int64(const char *text, int64_t *out)
{
    uint64_t u;

    if (!parse_number(text, &u) || u > INT64_MAX)
        return false;
    *out = (int64_t)u;
    return true;
}

static bool parse_flag(const char *text, bool *out)
{
    *out = strcmp(text, "true") == 0;
    return *out || strcmp(text, "false") == 0;
}

static bool set_device(struct vmsg_ics *ics, char *word, char *err, size_t err_size)
{
    int64_t n;

    if (!parse_int64(word, &n)) {
        snprintf(err, err_size, "must be device numbers with commas between, like 0,5");
        return false;
    }
    return vmsg_ics_add_device(ics, n, err, err_size);
}

static bool set_bus_message(struct vmsg_ics *ics, char *word, char *err, size_t err_size)
{
    return vmsg_ics_add_bus_message(ics, word, err, err_size);
}

static bool set_option(struct vmsg_ics *ics, char *word, char *err, size_t err_size)
{
    char *equals = strchr(word, '=');
    bool present;

    if (!equals || equals == word || !parse_flag(equals + 1, &present)) {
        snprintf(err, err_size, "must be NAME=true or NAME=false, like ring_reset=false");
        return false;
    }
    *equals = '\0';
    return vmsg_ics_put_option(ics, word, present, err, err_size);
}

/* DEV:writable=OFFSET+LENGTH or DEV:shm=ID */
static bool set_config(struct vmsg_ics *ics, char *word, char *err, size_t err_size)
{
    char *colon = strchr(word, ':');
    char *equals = colon ? strchr(colon, '=') : NULL;
    char *plus = equals ? strchr(equals, '+') : NULL;
    struct vmsg_device_facts *facts;
    int64_t dev, first, length;

    if (!equals)
        goto bad;
    *colon = *equals = '\0';
    if (plus)
        *plus = '\0';
    if (!parse_int64(word, &dev) || !parse_int64(equals + 1, &first))
        goto bad;
    facts = vmsg_ics_facts(ics, dev, err, err_size);
    if (!facts)
        return false;
    if (strcmp(colon + 1, "shm") == 0 && !plus)
        return vmsg_ics_add_shm(facts, first, err, err_size);
    if (strcmp(colon + 1, "writable") == 0 && plus && parse_int64(plus + 1, &length))
        return vmsg_ics_add_writable(facts, first, length, err, err_size);
bad:
    snprintf(err, err_size,
             "must be DEV:writable=OFFSET+LENGTH or DEV:shm=ID, with commas between");
    return false;
}

typedef bool (*word_fn)(struct vmsg_ics *ics, char *word, char *err, size_t err_size);

/* Each word of a list with commas. An empty text is an empty list. */
static bool each_word(struct vmsg_ics *ics, const char *value, word_fn fn, char *err,
                      size_t err_size)
{
    char *copy = strdup(value);
    char *rest = copy, *word;
    bool ok = true;

    if (!copy) {
        snprintf(err, err_size, "does not fit into memory");
        return false;
    }
    while (*value && ok && (word = strsep(&rest, ",")) != NULL)
        ok = fn(ics, word, err, err_size);
    free(copy);
    return ok;
}

static bool set_scalar(struct vmsg_ics *ics, const struct vmsg_ics_key *key, const char *value,
                       char *err, size_t err_size)
{
    uint64_t u;
    bool flag;

    switch (key->kind) {
    case VMSG_ICS_NUMBER:
        return vmsg_ics_put_number(
            ics, key, parse_number(value, &u) && u <= INT64_MAX ? (int64_t)u : -1, err, err_size);
    case VMSG_ICS_MASK:
        if (!parse_number(value, &u)) {
            snprintf(err, err_size, "must be a mask like 0x1");
            return false;
        }
        vmsg_ics_put_mask(ics, key, u);
        return true;
    case VMSG_ICS_FLAG:
        if (!parse_flag(value, &flag)) {
            snprintf(err, err_size, "must be true or false");
            return false;
        }
        vmsg_ics_put_flag(ics, key, flag);
        return true;
    default:
        return vmsg_ics_put_text(ics, key, value, err, err_size);
    }
}

static bool set_value(struct vmsg_ics *ics, const struct vmsg_ics_key *key, const char *value,
                      char *err, size_t err_size)
{
    switch (key->kind) {
    case VMSG_ICS_DEVICES:
        vmsg_ics_clear_devices(ics);
        return each_word(ics, value, set_device, err, err_size);
    case VMSG_ICS_BUS_MESSAGES:
        ics->bus_messages = 0;
        ics->bus_messages_given = true;
        return each_word(ics, value, set_bus_message, err, err_size);
    case VMSG_ICS_CONFIG:
        return each_word(ics, value, set_config, err, err_size);
    case VMSG_ICS_OPTIONAL:
        return each_word(ics, value, set_option, err, err_size);
    default:
        return set_scalar(ics, key, value, err, err_size);
    }
}

bool vmsg_ics_set(struct vmsg_ics *ics, const char *key, const char *value, char *err,
                  size_t err_size)
{
    const struct vmsg_ics_key *k = vmsg_ics_key_find(key);
    char why[256], names[256];

    if (!k) {
        vmsg_ics_key_names(names, sizeof names);
        snprintf(err, err_size, "no field '%s' in a conformance statement: there are %s", key,
                 names);
        return false;
    }
    if (set_value(ics, k, value, why, sizeof why))
        return true;
    snprintf(err, err_size, "%s '%s' %s", key, value, why);
    return false;
}
