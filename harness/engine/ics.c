/* Defaults, release and contradictions of a conformance statement. */
#include "harness/engine/ics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void vmsg_ics_init(struct vmsg_ics *ics)
{
    *ics = (struct vmsg_ics){
        .name = strdup("unnamed"),
        .version = strdup(""),
        .revision = 1,
        .max_msg_size = 264,
        .request_timeout_ms = 1000,
        .attempts = 3,
    };
    if (!ics->name || !ics->version)
        abort(); /* a dozen bytes at the start of the program */
}

void vmsg_ics_clear(struct vmsg_ics *ics)
{
    free(ics->name);
    free(ics->version);
    free(ics->devices);
    for (size_t i = 0; i < ics->n_facts; i++) {
        free((void *)ics->facts[i].writable);
        free((void *)ics->facts[i].shm);
    }
    free(ics->facts);
    for (size_t i = 0; i < ics->n_options; i++)
        free(ics->options[i].name);
    free(ics->options);
    *ics = (struct vmsg_ics){0};
}

static bool declared_device(const struct vmsg_ics *ics, uint16_t dev_num)
{
    for (size_t i = 0; i < ics->n_devices; i++)
        if (ics->devices[i] == dev_num)
            return true;
    return false;
}

bool vmsg_ics_check(const struct vmsg_ics *ics, char *err, size_t err_size)
{
    if (!ics->devices_given && ics->bus_messages_given &&
        !(ics->bus_messages & VMSG_BUS_GET_DEVICES)) {
        snprintf(err, err_size,
                 "the conformance statement has no devices and no GET_DEVICES to find them: give "
                 "devices, or add GET_DEVICES to bus_messages");
        return false;
    }
    if (ics->devices_given && ics->n_devices == 0) {
        snprintf(err, err_size,
                 "the conformance statement has an empty list of devices: name them, or leave "
                 "devices out to enumerate them");
        return false;
    }
    for (size_t i = 0; i < ics->n_facts && ics->devices_given; i++)
        if (!declared_device(ics, ics->facts[i].dev_num)) {
            snprintf(err, err_size,
                     "the conformance statement has config for device %u, which is not in devices",
                     ics->facts[i].dev_num);
            return false;
        }
    return true;
}
