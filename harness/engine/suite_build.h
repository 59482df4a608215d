/* What the engine knows of a suite beyond engine.h. Immutable once loaded; threads share it. */
#ifndef VMSG_SUITE_BUILD_H
#define VMSG_SUITE_BUILD_H

#include "harness/engine/engine.h"
#include "harness/engine/script.h"

struct vmsg_suite_file {
    char *chunk;       /* what errors call it: "@scenarios/device/set-vqueue.lua" */
    char *prefix;      /* of its ids: "device/set-vqueue" */
    const char *bytes; /* embedded and compiled, or `owned` text */
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

/* A Lua state, and the scenario files that it has loaded. */
struct vmsg_repertoire {
    struct vmsg_script script;
    int *lists; /* registry references by file, LUA_NOREF: not loaded */
};

struct vmsg_suite {
    enum vmsg_role role;
    struct vmsg_suite_file *files;
    size_t n_files;
    struct vmsg_suite_entry *entries; /* by id */
    size_t n_entries;
    /* In which everything was checked; the first worker's. Apart, because it may be taken away. */
    struct vmsg_spare {
        _Atomic(struct vmsg_repertoire *) repertoire;
    } * spare;
};

struct vmsg_repertoire *vmsg_repertoire_new(const struct vmsg_suite *suite,
                                            const struct vmsg_catalogue *catalogue, char *err,
                                            size_t err_size);
void vmsg_repertoire_free(struct vmsg_repertoire *r); /* NULL too */

/* Push the list of scenarios that a file returns. False with a sentence in err. */
bool vmsg_repertoire_push(struct vmsg_repertoire *r, const struct vmsg_suite *suite, size_t file,
                          char *err, size_t err_size);

/* The suite's own, which becomes the caller's; NULL when it is gone already. */
struct vmsg_repertoire *vmsg_suite_take(const struct vmsg_suite *suite);

const char *vmsg_role_text(enum vmsg_role role); /* "device", "driver", "bus" */

#endif
