/* What the engine knows of a suite beyond engine.h. Immutable once loaded; threads share it. */
#ifndef VMSG_SUITE_BUILD_H
#define VMSG_SUITE_BUILD_H

#include "harness/engine/engine.h"

struct vmsg_suite_file {
    char *chunk;      /* what errors call it: "@scenarios/device/set-vqueue.lua" */
    char *prefix;     /* of its ids: "device/set-vqueue" */
    const char *text; /* embedded, or `owned` */
    size_t length;
    char *owned;
};

enum vmsg_profile { VMSG_PROFILE_DECLARED, VMSG_PROFILE_STRICT, VMSG_PROFILE_BASELINE };

struct vmsg_suite_entry {
    struct vmsg_scenario scenario;
    size_t file;   /* index of its file */
    int position;  /* in the list that the file returns, from 1 */
    bool bus;      /* runs once, not once a device */
    bool writable; /* needs a writable configuration range */
    enum vmsg_profile profile;
    uint32_t max_msg_size; /* that the SUT is told, 0: what is declared */
};

struct vmsg_suite {
    enum vmsg_role role;
    struct vmsg_suite_file *files;
    size_t n_files;
    struct vmsg_suite_entry *entries; /* by id */
    size_t n_entries;
};

const char *vmsg_role_text(enum vmsg_role role); /* "device", "driver", "bus" */

#endif
