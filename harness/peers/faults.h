/*
 * Names for the entries of the fault and quirk registries, generated from the .def files. The
 * public tables are in peer.h.
 */
#ifndef VMSG_FAULTS_H
#define VMSG_FAULTS_H

#include "harness/peers/bus_faults.def"
#include "harness/peers/bus_quirks.def"
#include "harness/peers/device_faults.def"
#include "harness/peers/device_quirks.def"
#include "harness/peers/driver_faults.def"
#include "harness/peers/driver_quirks.def"
#include "harness/peers/peer.h"

enum vmsg_fault_no {
#define X(NAME, ...) VMSG_FAULT_##NAME,
    VMSG_DEVICE_FAULTS(X)
#undef X
#define X(NAME, ...) VMSG_DRIVER_FAULT_##NAME,
        VMSG_DRIVER_FAULTS(X)
#undef X
#define X(NAME, ...) VMSG_BUS_FAULT_##NAME,
            VMSG_BUS_FAULTS(X)
#undef X
                VMSG_FAULT_NONE,
};

enum vmsg_quirk_no {
#define X(NAME, ...) VMSG_QUIRK_##NAME,
    VMSG_DEVICE_QUIRKS(X)
#undef X
        VMSG_QUIRK_NONE,
};

enum vmsg_driver_quirk_no {
#define X(NAME, ...) VMSG_DRIVER_QUIRK_##NAME,
    VMSG_DRIVER_QUIRKS(X)
#undef X
        VMSG_DRIVER_QUIRK_NONE,
};

enum vmsg_bus_quirk_no {
#define X(NAME, ...) VMSG_BUS_QUIRK_##NAME,
    VMSG_BUS_QUIRKS(X)
#undef X
        VMSG_BUS_QUIRK_NONE,
};

_Static_assert(VMSG_QUIRK_NONE <= 64 && VMSG_DRIVER_QUIRK_NONE <= 64,
               "the quirks of a role are kept as the bits of one uint64_t");

/*
 * Look up what a configuration asks for: false with one sentence in err when an id is unknown or
 * belongs to another role. `fault` NULL gives VMSG_FAULT_NONE; the quirks become a set of bits,
 * numbered as the role's enum above.
 */
bool vmsg_faults_select(const struct vmsg_peer_config *config, enum vmsg_fault_no *fault,
                        uint64_t *quirks, char *err, size_t err_size);

#endif
