/* The fault and quirk registries: tables from the .def files, and look-up by id. */
#include "harness/peers/faults.h"

#include <stdio.h>
#include <string.h>

static const struct vmsg_fault faults[] = {
#define X(NAME, ID, CLAUSE, ALSO, NEEDS, MODEL, SUMMARY)                                           \
    {ID, VMSG_ROLE_DEVICE, CLAUSE, ALSO, NEEDS, MODEL, SUMMARY},
    VMSG_DEVICE_FAULTS(X)
#undef X
#define X(NAME, ID, CLAUSE, ALSO, NEEDS, MODEL, SUMMARY)                                           \
    {ID, VMSG_ROLE_DRIVER, CLAUSE, ALSO, NEEDS, MODEL, SUMMARY},
        VMSG_DRIVER_FAULTS(X)
#undef X
#define X(NAME, ID, CLAUSE, ALSO, NEEDS, MODEL, SUMMARY)                                           \
    {ID, VMSG_ROLE_BUS, CLAUSE, ALSO, NEEDS, MODEL, SUMMARY},
            VMSG_BUS_FAULTS(X)
#undef X
};

static const struct vmsg_quirk quirks_table[] = {
#define X(NAME, ID, CLAUSE, NEEDS, MODEL, SUMMARY)                                                 \
    {ID, VMSG_ROLE_DEVICE, CLAUSE, NEEDS, MODEL, SUMMARY},
    VMSG_DEVICE_QUIRKS(X)
#undef X
#define X(NAME, ID, CLAUSE, NEEDS, MODEL, SUMMARY)                                                 \
    {ID, VMSG_ROLE_DRIVER, CLAUSE, NEEDS, MODEL, SUMMARY},
        VMSG_DRIVER_QUIRKS(X)
#undef X
#define X(NAME, ID, CLAUSE, NEEDS, MODEL, SUMMARY)                                                 \
    {ID, VMSG_ROLE_BUS, CLAUSE, NEEDS, MODEL, SUMMARY},
            VMSG_BUS_QUIRKS(X)
#undef X
};

#define N_QUIRKS (sizeof quirks_table / sizeof quirks_table[0])

const struct vmsg_fault *vmsg_fault_at(size_t i)
{
    return i < VMSG_FAULT_NONE ? &faults[i] : NULL;
}

const struct vmsg_quirk *vmsg_quirk_at(size_t i)
{
    return i < N_QUIRKS ? &quirks_table[i] : NULL;
}

const struct vmsg_fault *vmsg_fault_by_id(const char *id)
{
    for (size_t i = 0; i < VMSG_FAULT_NONE; i++)
        if (strcmp(faults[i].id, id) == 0)
            return &faults[i];
    return NULL;
}

const struct vmsg_quirk *vmsg_quirk_by_id(const char *id)
{
    for (size_t i = 0; i < N_QUIRKS; i++)
        if (strcmp(quirks_table[i].id, id) == 0)
            return &quirks_table[i];
    return NULL;
}

/* Where the quirks of a role begin. */
static const struct vmsg_quirk *first_quirk(enum vmsg_role role)
{
    const struct vmsg_quirk *q = quirks_table;

    while (q->role != role)
        q++;
    return q;
}

bool vmsg_faults_select(const struct vmsg_peer_config *config, enum vmsg_fault_no *fault,
                        uint64_t *quirks, char *err, size_t err_size)
{
    *fault = VMSG_FAULT_NONE;
    *quirks = 0;
    if (config->fault) {
        const struct vmsg_fault *f = vmsg_fault_by_id(config->fault);

        if (!f || f->role != config->role) {
            snprintf(err, err_size, "no fault '%s' for this role; see the list of faults",
                     config->fault);
            return false;
        }
        *fault = (enum vmsg_fault_no)(f - faults);
    }
    for (unsigned i = 0; i < VMSG_PEER_MAX_QUIRKS && config->quirks[i]; i++) {
        const struct vmsg_quirk *q = vmsg_quirk_by_id(config->quirks[i]);

        if (!q || q->role != config->role) {
            snprintf(err, err_size, "no quirk '%s' for this role; see the list of quirks",
                     config->quirks[i]);
            return false;
        }
        *quirks |= UINT64_C(1) << (q - first_quirk(config->role));
    }
    return true;
}
