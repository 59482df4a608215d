/* Clauses about what a SUT need not have: one row for each block or clause. */
#include "harness/engine/clause_verdicts.h"

#include <string.h>

enum absence { NO_STRICT, NO_EVENTS, NO_POLLING, NO_GET_DEVICES, NO_PING, NO_EVENT_DEVICE };

static const struct {
    const char *id; /* a clause, or with a final dot all of a block */
    enum absence when;
    const char *reason;
} rows[] = {
    {"dev.configuration-semantics-profiles.12", NO_STRICT,
     "the SUT does not offer the strict profile"},
    {"dev.device-notifications.1", NO_EVENTS, "the SUT declares polling"},
    {"dev.device-notifications.2", NO_POLLING, "the SUT does not declare polling"},
    {"bus.get-devices.", NO_GET_DEVICES, "the SUT does not implement GET_DEVICES"},
    {"bus.ping.", NO_PING, "the SUT does not implement PING"},
    {"bus.event-device.", NO_EVENT_DEVICE, "the SUT does not implement EVENT_DEVICE"},
    {"bus.hotplug-and-removal.1", NO_EVENT_DEVICE, "the SUT does not implement EVENT_DEVICE"},
    {"bus.prose.device-state-values", NO_EVENT_DEVICE, "the SUT does not implement EVENT_DEVICE"},
};

static bool holds(const struct vmsg_clause_input *in, enum absence when)
{
    switch (when) {
    case NO_STRICT:
        return !in->strict;
    case NO_EVENTS:
        return in->polling;
    case NO_POLLING:
        return !in->polling;
    case NO_GET_DEVICES:
        return !(in->bus_messages & VMSG_BUS_GET_DEVICES);
    case NO_PING:
        return !(in->bus_messages & VMSG_BUS_PING);
    case NO_EVENT_DEVICE:
        return !(in->bus_messages & VMSG_BUS_EVENT_DEVICE);
    }
    return false;
}

const char *vmsg_clause_absent(const struct vmsg_clause_input *in, const char *id)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t n = strlen(rows[i].id);
        bool block = rows[i].id[n - 1] == '.';

        if ((block ? strncmp(rows[i].id, id, n) : strcmp(rows[i].id, id)) == 0 &&
            holds(in, rows[i].when))
            return rows[i].reason;
    }
    return NULL;
}
