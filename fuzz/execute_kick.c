/* Buffers that the user of a driver makes available; see execute_build.h. */
#include "fuzz/execute_build.h"

#include <stdio.h>

#define NOTIFIED_NS (20 * VMSG_NS_PER_MS) /* a notification follows at once */

/* Has the device that is played done what a device does, and nothing besides? */
static bool is_undisturbed(const struct vmsg_fuzz_executor *e)
{
    return !e->far.perturbed;
}

static bool was_taken(const struct vmsg_fuzz_executor *e, const struct vmsg_note *where)
{
    return e->kicked && e->kicked_dev == where->dev_num && e->kicked_vq == where->vq;
}

/* One more buffer; when it is refused, again until the driver has had the time to make room. */
static bool kick(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_upper *u)
{
    struct vmsg_connection *c = &e->connection;
    uint64_t deadline = vmsg_connection_now(c) + e->target->timeout_ms * VMSG_NS_PER_MS;

    vmsg_fuzz_command(e, u->line);
    while (!e->accepted && was_taken(e, &u->note) && is_undisturbed(e) && vmsg_fuzz_goes_on(e) &&
           !e->line_due && vmsg_connection_now(c) < deadline) {
        vmsg_fuzz_serve(e, 1, NOTIFIED_NS);
        vmsg_fuzz_command(e, u->line);
    }
    return e->accepted;
}

/* Where a driver has no room though all is used, the oracle has to know. */
static void refused(struct vmsg_fuzz_executor *e, const struct vmsg_note *where)
{
    struct vmsg_note note = *where;
    char text[100];

    note.kind = VMSG_NOTE_REFUSED;
    snprintf(text, sizeof text, "the driver makes no further buffer available on queue %u",
             note.vq);
    vmsg_connection_note(&e->connection, &note, text);
    vmsg_fuzz_log_told(e->log, VMSG_FUZZ_TOLD_REFUSED, note.dev_num, note.vq, 0);
}

void vmsg_fuzz_kick(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_upper *u)
{
    struct vmsg_connection *c = &e->connection;
    uint64_t enough = vmsg_connection_now(c) + e->target->timeout_ms * VMSG_NS_PER_MS;

    for (unsigned i = 0; i < u->kicks && vmsg_fuzz_goes_on(e) && vmsg_connection_now(c) < enough;
         i++) {
        if (!kick(e, u)) {
            if (was_taken(e, &u->note) && is_undisturbed(e) && vmsg_fuzz_goes_on(e) && !e->line_due)
                refused(e, &u->note);
            return;
        }
        e->kicked = true;
        e->kicked_dev = u->note.dev_num;
        e->kicked_vq = u->note.vq;
        vmsg_fuzz_serve(e, 1, NOTIFIED_NS);
    }
}
