/*
 * The implementation conformance statement (ICS), contract section 3: a Lua table of data, or
 * flags, or defaults.
 */
#ifndef VMSG_ICS_H
#define VMSG_ICS_H

#include "harness/oracle/oracle.h"
#include "harness/peers/peer.h"

struct vmsg_ics {
    enum vmsg_role role;
    bool role_given;
    char *name, *version; /* never NULL */
    uint16_t *devices;
    size_t n_devices;
    bool devices_given; /* else: enumerate, or assume device 0 when GET_DEVICES is not answered */
    unsigned bus_messages;           /* enum vmsg_bus_messages */
    bool bus_messages_given;         /* else: probed */
    uint32_t revision, max_msg_size; /* 1; 52..65,535, default 264 */
    uint64_t transport_features;
    bool polling;                /* notifications = "polling" */
    bool synthesis;              /* notification_path = "synthesis" */
    uint32_t request_timeout_ms; /* 1..600,000, default 1000 */
    uint32_t attempts;           /* 1..100, default 3 */
    bool timeout_given;          /* request_timeout_ms is declared, not the default */
    bool upper_tester;
    struct vmsg_device_facts *facts; /* from `config` and `optional`, by device */
    size_t n_facts;
    /* `optional`: what is declared absent (false) or present (true); unmentioned is unknown. */
    struct vmsg_ics_option {
        char *name;
        bool present;
    } * options;
    size_t n_options;
};

/* Defaults of the contract. */
void vmsg_ics_init(struct vmsg_ics *ics);
void vmsg_ics_clear(struct vmsg_ics *ics);

/*
 * Read a file over the defaults. False with one sentence naming the file, the line or the field,
 * and the mend. Sandboxed: no libraries beyond tables and strings, bounded instructions and memory.
 */
bool vmsg_ics_load(struct vmsg_ics *ics, const char *path, char *err, size_t err_size);

/* The same of a text; `path` is what errors call it. */
bool vmsg_ics_parse(struct vmsg_ics *ics, const char *path, const char *text, size_t length,
                    char *err, size_t err_size);

/*
 * Set one field from text, as a command-line flag does: key "devices" value "0,5"; "bus_messages"
 * "GET_DEVICES,PING"; "notifications" "polling"; "upper_tester" "true"; "transport_features"
 * "0x1"; "optional" "ring_reset=true". False with one sentence in err.
 */
bool vmsg_ics_set(struct vmsg_ics *ics, const char *key, const char *value, char *err,
                  size_t err_size);

/* Contradictions, e.g. no devices and bus messages that do not include GET_DEVICES. */
bool vmsg_ics_check(const struct vmsg_ics *ics, char *err, size_t err_size);

#endif
