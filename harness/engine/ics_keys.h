/*
 * The fields of a conformance statement, written once: name, kind and range. The Lua reader and
 * the flag reader both go by this table.
 */
#ifndef VMSG_ICS_KEYS_H
#define VMSG_ICS_KEYS_H

#include "harness/engine/ics.h"

enum vmsg_ics_kind {
    VMSG_ICS_ROLE,
    VMSG_ICS_TEXT,
    VMSG_ICS_NUMBER, /* uint32_t, least..most */
    VMSG_ICS_MASK,   /* uint64_t */
    VMSG_ICS_FLAG,   /* true, false */
    VMSG_ICS_CHOICE, /* one of two words; the second one sets the bool */
    VMSG_ICS_DEVICES,
    VMSG_ICS_BUS_MESSAGES,
    VMSG_ICS_CONFIG,
    VMSG_ICS_OPTIONAL,
};

struct vmsg_ics_key {
    const char *name;
    enum vmsg_ics_kind kind;
    size_t offset; /* of the field in struct vmsg_ics, where the kind has just one */
    uint32_t least, most;
    const char *words[2];
};

const struct vmsg_ics_key *vmsg_ics_key_find(const char *name); /* NULL: no such field */

/* "role, name, version, ...", for error messages. */
void vmsg_ics_key_names(char *out, size_t size);

/* Setters. False with the end of a sentence in err: "must be ...". */
bool vmsg_ics_put_number(struct vmsg_ics *ics, const struct vmsg_ics_key *key, int64_t value,
                         char *err, size_t err_size);
bool vmsg_ics_put_text(struct vmsg_ics *ics, const struct vmsg_ics_key *key, const char *value,
                       char *err, size_t err_size);
void vmsg_ics_put_flag(struct vmsg_ics *ics, const struct vmsg_ics_key *key, bool value);
void vmsg_ics_put_mask(struct vmsg_ics *ics, const struct vmsg_ics_key *key, uint64_t value);

/* Lists begin empty with a clear, then grow. Adding a device twice is an error. */
void vmsg_ics_clear_devices(struct vmsg_ics *ics);
bool vmsg_ics_add_device(struct vmsg_ics *ics, int64_t number, char *err, size_t err_size);
bool vmsg_ics_add_bus_message(struct vmsg_ics *ics, const char *name, char *err, size_t err_size);
bool vmsg_ics_put_option(struct vmsg_ics *ics, const char *name, bool present, char *err,
                         size_t err_size);

/* What is declared of one device; made when it is new. NULL with err. */
struct vmsg_device_facts *vmsg_ics_facts(struct vmsg_ics *ics, int64_t dev_num, char *err,
                                         size_t err_size);
bool vmsg_ics_add_writable(struct vmsg_device_facts *f, int64_t offset, int64_t length, char *err,
                           size_t err_size);
bool vmsg_ics_add_shm(struct vmsg_device_facts *f, int64_t shmid, char *err, size_t err_size);

#endif
