/* The fields of a conformance statement and their setters; see ics_keys.h. */
#include "harness/engine/ics_keys.h"

#include "harness/wire/wire.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AT(FIELD) offsetof(struct vmsg_ics, FIELD)

static const struct vmsg_ics_key keys[] = {
    {"role", VMSG_ICS_ROLE, AT(role), 0, 0, {0}},
    {"name", VMSG_ICS_TEXT, AT(name), 0, 0, {0}},
    {"version", VMSG_ICS_TEXT, AT(version), 0, 0, {0}},
    {"devices", VMSG_ICS_DEVICES, 0, 0, 0, {0}},
    {"bus_messages", VMSG_ICS_BUS_MESSAGES, 0, 0, 0, {0}},
    {"revision", VMSG_ICS_NUMBER, AT(revision), 1, 1, {0}},
    {"max_msg_size",
     VMSG_ICS_NUMBER,
     AT(max_msg_size),
     VMSG_MAX_SIZE_LEAST,
     VMSG_MAX_SIZE_MOST,
     {0}},
    {"transport_features", VMSG_ICS_MASK, AT(transport_features), 0, 0, {0}},
    {"notifications", VMSG_ICS_CHOICE, AT(polling), 0, 0, {"events", "polling"}},
    {"notification_path", VMSG_ICS_CHOICE, AT(synthesis), 0, 0, {"forward", "synthesis"}},
    {"request_timeout_ms", VMSG_ICS_NUMBER, AT(request_timeout_ms), 1, 600000, {0}},
    {"attempts", VMSG_ICS_NUMBER, AT(attempts), 1, 100, {0}},
    {"config", VMSG_ICS_CONFIG, 0, 0, 0, {0}},
    {"upper_tester", VMSG_ICS_FLAG, AT(upper_tester), 0, 0, {0}},
    {"optional", VMSG_ICS_OPTIONAL, 0, 0, 0, {0}},
};

static const char *const role_names[] = {"device", "driver", "bus"};
static const char *const bus_names[] = {"GET_DEVICES", "PING", "EVENT_DEVICE"};

const struct vmsg_ics_key *vmsg_ics_key_find(const char *name)
{
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(keys[i].name, name) == 0)
            return &keys[i];
    return NULL;
}

void vmsg_ics_key_names(char *out, size_t size)
{
    size_t n = 0;

    for (size_t i = 0; i < sizeof keys / sizeof *keys && n < size; i++)
        n += (size_t)snprintf(out + n, size - n, "%s%s", i ? ", " : "", keys[i].name);
}

static bool bad(char *err, size_t err_size, const char *text)
{
    snprintf(err, err_size, "%s", text);
    return false;
}

static void *field_of(struct vmsg_ics *ics, const struct vmsg_ics_key *key)
{
    return (char *)ics + key->offset;
}

bool vmsg_ics_put_number(struct vmsg_ics *ics, const struct vmsg_ics_key *key, int64_t value,
                         char *err, size_t err_size)
{
    if (value < key->least || value > key->most) {
        if (key->least == key->most)
            snprintf(err, err_size, "must be %" PRIu32, key->least);
        else
            snprintf(err, err_size, "must be a number from %" PRIu32 " to %" PRIu32, key->least,
                     key->most);
        return false;
    }
    *(uint32_t *)field_of(ics, key) = (uint32_t)value;
    ics->timeout_given |= key->offset == AT(request_timeout_ms);
    return true;
}

static bool put_role(struct vmsg_ics *ics, const char *value, char *err, size_t err_size)
{
    for (size_t i = 0; i < 3; i++)
        if (strcmp(role_names[i], value) == 0) {
            ics->role = (enum vmsg_role)i;
            ics->role_given = true;
            return true;
        }
    return bad(err, err_size, "must be \"device\", \"driver\" or \"bus\"");
}

static bool put_string(char **field, const char *value, char *err, size_t err_size)
{
    char *copy;

    for (const unsigned char *p = (const unsigned char *)value; *p; p++)
        if (*p < ' ' || *p == 0x7F)
            return bad(err, err_size, "must be one line of text without control characters");
    copy = strdup(value);
    if (!copy)
        return bad(err, err_size, "does not fit into memory");
    free(*field);
    *field = copy;
    return true;
}

bool vmsg_ics_put_text(struct vmsg_ics *ics, const struct vmsg_ics_key *key, const char *value,
                       char *err, size_t err_size)
{
    if (key->kind == VMSG_ICS_ROLE)
        return put_role(ics, value, err, err_size);
    if (key->kind == VMSG_ICS_TEXT)
        return put_string(field_of(ics, key), value, err, err_size);
    for (size_t i = 0; i < 2; i++)
        if (strcmp(key->words[i], value) == 0) {
            *(bool *)field_of(ics, key) = i == 1;
            return true;
        }
    snprintf(err, err_size, "must be \"%s\" or \"%s\"", key->words[0], key->words[1]);
    return false;
}

void vmsg_ics_put_flag(struct vmsg_ics *ics, const struct vmsg_ics_key *key, bool value)
{
    *(bool *)field_of(ics, key) = value;
}

void vmsg_ics_put_mask(struct vmsg_ics *ics, const struct vmsg_ics_key *key, uint64_t value)
{
    *(uint64_t *)field_of(ics, key) = value;
}

void vmsg_ics_clear_devices(struct vmsg_ics *ics)
{
    free(ics->devices);
    ics->devices = NULL;
    ics->n_devices = 0;
    ics->devices_given = true;
}

/* Room for one more element of an array that grows by one; sizes are small. */
static bool grow(void **array, size_t n, size_t element, char *err, size_t err_size)
{
    void *p = realloc(*array, (n + 1) * element);

    if (!p)
        return bad(err, err_size, "does not fit into memory");
    *array = p;
    return true;
}

bool vmsg_ics_add_device(struct vmsg_ics *ics, int64_t number, char *err, size_t err_size)
{
    if (number < 0 || number > 65535)
        return bad(err, err_size, "must hold device numbers from 0 to 65535");
    for (size_t i = 0; i < ics->n_devices; i++)
        if (ics->devices[i] == number) {
            snprintf(err, err_size, "names device %" PRId64 " twice", number);
            return false;
        }
    if (!grow((void **)&ics->devices, ics->n_devices, sizeof *ics->devices, err, err_size))
        return false;
    ics->devices[ics->n_devices++] = (uint16_t)number;
    return true;
}

bool vmsg_ics_add_bus_message(struct vmsg_ics *ics, const char *name, char *err, size_t err_size)
{
    for (unsigned i = 0; i < 3; i++)
        if (strcmp(bus_names[i], name) == 0) {
            ics->bus_messages |= 1u << i;
            return true;
        }
    return bad(err, err_size, "must name GET_DEVICES, PING or EVENT_DEVICE");
}

bool vmsg_ics_put_option(struct vmsg_ics *ics, const char *name, bool present, char *err,
                         size_t err_size)
{
    char *copy;

    for (size_t i = 0; i < ics->n_options; i++)
        if (strcmp(ics->options[i].name, name) == 0) {
            ics->options[i].present = present;
            return true;
        }
    if (ics->n_options >= 256)
        return bad(err, err_size, "must hold at most 256 options");
    copy = strdup(name);
    if (!copy ||
        !grow((void **)&ics->options, ics->n_options, sizeof *ics->options, err, err_size)) {
        free(copy);
        return bad(err, err_size, "does not fit into memory");
    }
    ics->options[ics->n_options].name = copy;
    ics->options[ics->n_options++].present = present;
    return true;
}

struct vmsg_device_facts *vmsg_ics_facts(struct vmsg_ics *ics, int64_t dev_num, char *err,
                                         size_t err_size)
{
    if (dev_num < 0 || dev_num > 65535) {
        bad(err, err_size, "must be keyed by device numbers from 0 to 65535");
        return NULL;
    }
    for (size_t i = 0; i < ics->n_facts; i++)
        if (ics->facts[i].dev_num == dev_num)
            return &ics->facts[i];
    if (!grow((void **)&ics->facts, ics->n_facts, sizeof *ics->facts, err, err_size))
        return NULL;
    ics->facts[ics->n_facts] = (struct vmsg_device_facts){.dev_num = (uint16_t)dev_num};
    return &ics->facts[ics->n_facts++];
}

bool vmsg_ics_add_writable(struct vmsg_device_facts *f, int64_t offset, int64_t length, char *err,
                           size_t err_size)
{
    struct vmsg_range *ranges = (struct vmsg_range *)f->writable;

    f->writable_declared = true;
    if (offset < 0 || offset > UINT32_MAX || length < 1 || length > UINT32_MAX - offset)
        return bad(err, err_size, "must hold ranges {offset, length} of at least one byte");
    if (f->n_writable >= 4096)
        return bad(err, err_size, "must hold at most 4096 ranges");
    if (!grow((void **)&ranges, f->n_writable, sizeof *ranges, err, err_size))
        return false;
    ranges[f->n_writable++] =
        (struct vmsg_range){.offset = (uint32_t)offset, .length = (uint32_t)length};
    f->writable = ranges;
    return true;
}

bool vmsg_ics_add_shm(struct vmsg_device_facts *f, int64_t shmid, char *err, size_t err_size)
{
    uint32_t *shm = (uint32_t *)f->shm;

    f->shm_declared = true;
    if (shmid < 0 || shmid > UINT32_MAX)
        return bad(err, err_size, "must hold region ids from 0 to 4294967295");
    if (f->n_shm >= 256)
        return bad(err, err_size, "must hold at most 256 regions");
    if (!grow((void **)&shm, f->n_shm, sizeof *shm, err, err_size))
        return false;
    shm[f->n_shm++] = (uint32_t)shmid;
    f->shm = shm;
    return true;
}
