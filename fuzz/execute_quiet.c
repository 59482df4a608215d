/* Waiting for what a driver does by itself; see execute_build.h. */
#include "fuzz/execute_build.h"

#include <string.h>

/* A pause after which one is taken for idle; less of one that was seen to be much faster. */
#define QUIET_NS       (20 * VMSG_NS_PER_MS)
#define QUIET_LEAST_NS (5 * VMSG_NS_PER_MS)
#define MUCH           8u /* times as long as its slowest message */
#define SEEN           8u /* messages, before it is known how fast one is */
/* For what a driver does beside the attempts of one request. */
#define MARGIN_NS (VMSG_RESET_POLLING_MS * VMSG_NS_PER_MS)

/* Messages that passed, so that none since then can be told. */
static uint64_t passed(const struct vmsg_fuzz_executor *e)
{
    return UINT64_C(1) + e->connection.sent + e->connection.received;
}

/* Where time is real, a driver that was just idle and has got nothing since still is. */
static bool is_idle(const struct vmsg_fuzz_executor *e)
{
    return !(e->adapter->caps & VMSG_VIRTUAL_TIME) && e->idle_at == passed(e);
}

/* What reaches a driver in other ways than by messages: its user, and memory if it looks there
 * without being told. */
void vmsg_fuzz_may_wake(struct vmsg_fuzz_executor *e, const struct vmsg_fuzz_step *s)
{
    const char *mode = e->target->params.notifications;
    bool polls = mode && !strcmp(mode, "polling");

    if (s->kind == VMSG_FUZZ_UPPER || (s->kind == VMSG_FUZZ_MEMORY && polls))
        e->idle_at = 0;
}

void vmsg_fuzz_reacted(struct vmsg_fuzz_executor *e)
{
    uint64_t took = vmsg_connection_now(&e->connection) - e->last_at;

    if (e->connection.received > 1 && took > e->slowest_ns)
        e->slowest_ns = took;
}

/* A driver starts by itself, and a program takes its time for that: what a script does meanwhile
 * would meet nobody. */
static uint64_t pause_ns(const struct vmsg_fuzz_executor *e)
{
    bool known = e->connection.received >= SEEN;
    uint64_t much = known ? MUCH * e->slowest_ns : QUIET_NS;

    if (e->adapter->caps & VMSG_VIRTUAL_TIME)
        return QUIET_NS;
    if (!e->connection.received)
        return e->target->timeout_ms * VMSG_NS_PER_MS;
    return much < QUIET_LEAST_NS ? QUIET_LEAST_NS : much < QUIET_NS ? much : QUIET_NS;
}

void vmsg_fuzz_serve(struct vmsg_fuzz_executor *e, unsigned messages, uint64_t silence_ns)
{
    uint32_t first = e->heard;

    e->last_at = vmsg_connection_now(&e->connection);
    while (vmsg_fuzz_pump(e, e->last_at + silence_ns))
        if (messages && e->heard - first >= messages)
            return;
}

void vmsg_fuzz_quiet(struct vmsg_fuzz_executor *e, unsigned messages)
{
    uint32_t first = e->heard;

    if (is_idle(e))
        return;
    e->last_at = vmsg_connection_now(&e->connection);
    while (vmsg_fuzz_pump(e, e->last_at + pause_ns(e)))
        if (messages && e->heard - first >= messages)
            return;
    if (vmsg_fuzz_goes_on(e))
        e->idle_at = passed(e);
}

void vmsg_fuzz_quiet_unless_met(struct vmsg_fuzz_executor *e)
{
    if (is_idle(e))
        return;
    e->last_at = vmsg_connection_now(&e->connection);
    while (e->far.armed && vmsg_fuzz_pump(e, e->last_at + pause_ns(e)))
        ;
    if (e->far.armed && vmsg_fuzz_goes_on(e))
        e->idle_at = passed(e);
}

void vmsg_fuzz_recovered(struct vmsg_fuzz_executor *e, const struct vmsg *m)
{
    if (vmsg_is_bus(m) || m->defect || m->msg_id != VMSG_ID_SET_DEVICE_STATUS ||
        (m->f[0] != 0 && !(m->f[0] & VIRTIO_S_FAILED)))
        return;
    for (size_t i = 0; i < e->known.n_devices; i++)
        if (e->known.devices[i].number == m->dev_num)
            e->recovered |= 1u << i;
}

/* Until it is silent for that long: true. Or until it has had that and the margin since the last
 * answer was lost: one that never gives up is never silent. */
static bool wait_out(struct vmsg_fuzz_executor *e, uint64_t silence)
{
    struct vmsg_connection *c = &e->connection;
    uint64_t began = vmsg_connection_now(c), since, over, idle;

    e->last_at = began;
    e->recovered = 0;
    do {
        since = e->far.lost_at > began ? e->far.lost_at : began;
        over = since + silence + MARGIN_NS;
        idle = e->last_at + silence;
    } while (vmsg_connection_now(c) < over && vmsg_fuzz_pump(e, idle < over ? idle : over));
    return vmsg_connection_now(c) < over;
}

void vmsg_fuzz_outlast(struct vmsg_fuzz_executor *e)
{
    const struct vmsg_oracle_config *o = &e->target->oracle;
    uint64_t silence = 2 * (o->attempts + UINT64_C(1)) * o->request_timeout_ms * VMSG_NS_PER_MS;
    bool silent;

    if (!e->far.lost || !o->attempts || !silence || !(e->adapter->caps & VMSG_VIRTUAL_TIME))
        return;
    silent = wait_out(e, silence);
    for (size_t i = 0; i < e->known.n_devices && vmsg_fuzz_goes_on(e); i++) {
        struct vmsg_note note = {.kind = VMSG_NOTE_PATIENCE_OVER,
                                 .dev_num = e->known.devices[i].number};

        if (e->known.devices[i].removed || (!silent && e->recovered >> i & 1))
            continue; /* one that recovers and meets the same again is at it once more */
        vmsg_connection_note(&e->connection, &note,
                             "the driver has had longer than all its attempts take");
        vmsg_fuzz_log_told(e->log, VMSG_FUZZ_TOLD_OUTLASTED, note.dev_num, 0, 0);
    }
}
