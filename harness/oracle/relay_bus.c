/*
 * What a bus says itself: at the driver end judged by the rules of bus.c, at the device end here;
 * which devices there are; framing and limits. Spec: "Bus Messages", "Device Discovery",
 * "Advertising Transport Parameters", "Common Message Format".
 */
#include "harness/oracle/relay.h"

/* ---- which devices there are ---- */

static void set_present(struct relay *r, uint32_t dev, bool present)
{
    struct relay_device *d = relay_device(r, (uint16_t)dev);

    d->present = present;
    d->named |= present;
    if (present)
        d->removed = false;
}

/* An answer may come late, from before the device went. */
static void found_by_the_bus(struct relay *r, uint32_t dev)
{
    struct relay_device *d = relay_device(r, (uint16_t)dev);

    d->doubtful |= d->removed;
    set_present(r, dev, true);
}

/* What the bus will tell of, or told of already: where the ends are apart nobody knows when it
 * takes that in, until it tells. */
static void comes_or_goes(struct vmsg_oracle *o, uint16_t dev, bool added)
{
    struct relay_device *d = relay_device(o->relay, dev);
    bool news = d->present != added;

    set_present(o->relay, dev, added);
    d->maybe_back = added && d->doubtful; /* it may have gone: then it is back */
    if (o->config.ends_apart) {
        d->doubtful = true;
        relay_forgive_under_way(o, dev);
    }
    d->back = added && d->gone_untold;
    d->gone_untold = !added;
    d->come_untold |= added && news;
}

/* A bus that uses EVENT_DEVICE passes on what its peer reports; duplicates need no echo. */
static void announced_to_the_bus(struct vmsg_oracle *o, const struct vmsg *m)
{
    uint16_t dev = (uint16_t)m->f[VMSG_EVENT_DEVICE_REQ_device_number];
    uint64_t state = m->f[VMSG_EVENT_DEVICE_REQ_device_bus_state];
    struct relay_device *d = relay_device(o->relay, dev);
    bool added = state == VMSG_DEVICE_ADDED;
    bool news = d->present != added;
    bool exposed = d->exposed;                          /* else nobody misses it */
    bool sure = !(o->config.ends_apart && d->doubtful); /* that it says anything new */

    if (!added && state != VMSG_DEVICE_REMOVED)
        return; /* reserved, or a bus's own */
    if (m->dev_num || m->extra || m->trailing || m->delivered > o->config.max_msg_size) {
        d->maybe_back |= added && (news || d->doubtful);
        d->doubtful |= news;
        return;
    }
    comes_or_goes(o, dev, added);
    if (news && sure && (added || exposed))
        hotplug_owed(o, dev);
}

/* The device side of the harness shows its devices to the bus. */
static void shown_to_the_bus(struct vmsg_oracle *o, const struct vmsg *m)
{
    if (m->msg_id == VMSG_ID_GET_DEVICES && vmsg_is_response(m)) {
        for (uint32_t i = 0; i < m->tail_len * 8; i++)
            if (m->tail[i / 8] >> i % 8 & 1)
                found_by_the_bus(o->relay, (uint32_t)m->f[VMSG_GET_DEVICES_RESP_offset] + i);
    } else if (m->msg_id == VMSG_ID_EVENT_DEVICE && !vmsg_is_response(m)) {
        announced_to_the_bus(o, m);
    } else if (m->msg_id == VMSG_ID_PING && !vmsg_is_response(m)) {
        o->relay->pinged = true;
        o->relay->pinged_token = m->token;
        o->relay->pinged_data = (uint32_t)m->f[VMSG_PING_REQ_data];
    }
}

/* Slot i of a window is set, but there is no such device: is it the order of the bits? */
static void judge_unknown_device(struct vmsg_oracle *o, uint32_t first, uint32_t i)
{
    uint32_t mirrored = first + (i & ~7u) + (7 - i % 8);

    if (mirrored < 65536 && relay_device(o->relay, (uint16_t)mirrored)->present)
        blame(o, VMSG_BUS_GET_DEVICES_1, (uint16_t)(first + i),
              "slot %u of the bitmap is set, where device %u is not; device %u is packed from the "
              "wrong side of its byte",
              i, first + i, mirrored);
    else
        blame(o, VMSG_BUS_DEVICE_DISCOVERY_1, (uint16_t)(first + i),
              "GET_DEVICES shows device %u, which neither platform data nor the peer named",
              first + i);
}

/* The bus shows devices to the driver side: those that there are. */
static void shown_to_the_driver(struct vmsg_oracle *o, const struct vmsg *m)
{
    uint32_t first = (uint32_t)m->f[VMSG_GET_DEVICES_RESP_offset];
    uint32_t count = (uint32_t)m->f[VMSG_GET_DEVICES_RESP_count];

    for (uint32_t i = 0; i < m->tail_len * 8 && i < count && first + i < 65536; i++) {
        struct relay_device *d = relay_device(o->relay, (uint16_t)(first + i));

        d->hidden = !(m->tail[i / 8] >> i % 8 & 1) && d->present && d->reached && !d->doubtful;
        d->hidden_index = o->index;
        if (!(m->tail[i / 8] >> i % 8 & 1))
            continue;
        if (!d->present && !d->removed && !d->given_again && !d->doubtful)
            judge_unknown_device(o, first, i);
        d->exposed = true;
        exercise(o, VMSG_BUS_DEVICE_DISCOVERY_1);
        exercise(o, VMSG_BUS_ASSIGNMENT_3);
    }
}

/* May it be told now that this device is there? Where the ends are apart, by what it was before. */
static bool may_be_added(const struct vmsg_oracle *o, const struct relay_device *d)
{
    return d->present || d->given_again || d->doubtful || d->come_untold || d->revalidate ||
           (o->config.ends_apart && d->named);
}

static void announced(struct vmsg_oracle *o, const struct vmsg *m)
{
    uint16_t dev = (uint16_t)m->f[VMSG_EVENT_DEVICE_REQ_device_number];
    uint64_t state = m->f[VMSG_EVENT_DEVICE_REQ_device_bus_state];
    struct relay_device *d = relay_device(o->relay, dev);

    if (state == VMSG_DEVICE_ADDED) {
        if (!may_be_added(o, d))
            blame(o, VMSG_BUS_DEVICE_DISCOVERY_1, dev,
                  "EVENT_DEVICE reports device %u as added, which neither platform data nor the "
                  "peer named",
                  dev);
        d->removed = d->given_again = d->back = false;
        /* It went meanwhile: that is told next. */
        d->doubtful = d->gone_untold && (d->come_untold || o->config.ends_apart);
        d->present |= !d->doubtful;
        d->announced = d->exposed = true;
        d->come_untold = d->maybe_back = false;
        exercise(o, VMSG_BUS_ASSIGNMENT_3);
        if (d->revalidate)
            exercise(o, VMSG_BUS_PARAMETERS_6);
    } else if (state == VMSG_DEVICE_REMOVED) {
        bool for_the_limit = d->limits || (d->revalidate && !d->told_removed);

        /* It may be back, which is told next; once more after a change of the limit: it went. And
         * where it may have gone before, the limit need not be the reason. */
        d->doubtful = d->maybe_back || (d->revalidate && d->told_removed) || d->limits ||
                      (for_the_limit && (d->gone_untold || d->doubtful));
        d->limits -= d->limits > 0;
        d->removed = d->told_removed = true;
        settle_debt(o, &d->owes);
        if (!d->revalidate &&
            !d->back) /* it may have come again before the bus told that it went */
            d->present = false;
        d->back = false;
        d->gone_untold &= for_the_limit;
        d->announced = d->exposed = false;
        exercise(o, VMSG_BUS_HOTPLUG_AND_REMOVAL_2);
    }
}

/* ---- the bus's own messages at the device end ---- */

/* Those of which it is certain, see classify.c. */
static bool must_be_discarded(const struct vmsg *m)
{
    switch (m->defect) {
    case VMSG_SIZE_BELOW_HEADER:
    case VMSG_SIZE_BEYOND:
    case VMSG_SHORT_PAYLOAD:
        return true;
    case VMSG_UNKNOWN_ID:
        return !(m->msg_id & VMSG_ID_IMPLEMENTATION);
    default:
        return false;
    }
}

static void bad_at_device_end(struct vmsg_oracle *o, const struct vmsg *m)
{
    struct relay *r = o->relay;
    unsigned at = r->bad_at++ % (sizeof r->bad / sizeof *r->bad);

    r->bad[at].serial = o->serial;
    r->bad[at].token = m->token;
    r->bad[at].msg_id = m->msg_id;
}

static void judge_answer_to_bad(struct vmsg_oracle *o, const struct vmsg *m)
{
    struct relay *r = o->relay;

    for (unsigned i = 0; i < sizeof r->bad / sizeof *r->bad; i++) {
        if (!r->bad[i].serial || r->bad[i].msg_id != m->msg_id || r->bad[i].token != m->token)
            continue;
        blame(o, VMSG_BUS_ERROR_SIGNALING_4, 0,
              "a malformed or unsupported bus message with id 0x%02x and token %u was answered at "
              "the device end; such messages are discarded",
              m->msg_id, m->token);
        r->bad[i].serial = 0;
        return;
    }
}

/* What went through the bus after them shows that they were discarded. */
void relay_settle_bad(struct vmsg_oracle *o)
{
    struct relay *r = o->relay;

    for (unsigned i = 0; i < sizeof r->bad / sizeof *r->bad; i++) {
        if (r->bad[i].serial && r->answered > r->bad[i].serial)
            exercise(o, VMSG_BUS_ERROR_SIGNALING_4);
        r->bad[i].serial = 0;
    }
}

static void judge_own_size(struct vmsg_oracle *o, const struct vmsg *m)
{
    if (m->delivered > o->config.max_msg_size)
        blame(o, VMSG_BUS_PARAMETERS_4, 0, "a bus message of %u bytes was sent; the limit is %u",
              m->delivered, o->config.max_msg_size);
    else if (m->delivered == o->config.max_msg_size)
        exercise(o, VMSG_BUS_PARAMETERS_4);
}

static void judge_at_device_end(struct vmsg_oracle *o, const struct vmsg *m)
{
    struct relay *r = o->relay;

    judge_own_size(o, m);

    if (m->type & VMSG_TYPE_RESERVED)
        blame(o, VMSG_BUS_COMMON_MESSAGE_FORMAT_2, 0,
              "type is 0x%02x at the device end; bits 2 to 7 must be sent as zero", m->type);
    else
        exercise(o, VMSG_BUS_COMMON_MESSAGE_FORMAT_2);
    if (m->dev_num)
        blame(o, VMSG_BUS_COMMON_MESSAGE_FORMAT_1, 0,
              "a bus message was sent with dev_num %u; bus messages carry 0", m->dev_num);
    else
        exercise(o, VMSG_BUS_COMMON_MESSAGE_FORMAT_1);
    if (m->msg_id == VMSG_ID_PING && vmsg_is_response(m) && r->pinged &&
        m->token == r->pinged_token && m->defect == VMSG_WELL_FORMED) {
        r->pinged = false;
        exercise(o, VMSG_BUS_PING_1);
        if (m->f[VMSG_PING_RESP_data] != r->pinged_data)
            blame(o, VMSG_BUS_PING_1, 0,
                  "PING 0x%08x was answered with 0x%08x at the device end; the value is repeated",
                  r->pinged_data, (unsigned)m->f[VMSG_PING_RESP_data]);
    } else if (vmsg_is_response(m)) {
        judge_answer_to_bad(o, m);
    }
}

static void note_ping(struct relay *r, const struct vmsg *m)
{
    if (m->defect != VMSG_WELL_FORMED || m->msg_id != VMSG_ID_PING || vmsg_is_response(m))
        return;
    r->asked = true;
    r->asked_token = m->token;
    r->asked_data = (uint32_t)m->f[VMSG_PING_REQ_data];
}

/* The answer without the response bit looks like a PING of the bus's own. */
static void judge_ping_type(struct vmsg_oracle *o, const struct vmsg *m)
{
    struct relay *r = o->relay;

    if (m->defect != VMSG_WELL_FORMED || m->msg_id != VMSG_ID_PING || vmsg_is_response(m))
        return;
    if (r->asked && m->token == r->asked_token && m->f[VMSG_PING_REQ_data] == r->asked_data)
        blame(o, VMSG_ANY_PROSE_RESPONSE_TYPE, 0,
              "PING 0x%08x came back as it was sent; a response has the response bit set",
              r->asked_data);
}

static void at_driver_end(struct vmsg_oracle *o, enum vmsg_direction direction, struct vmsg *m)
{
    bool readable = m->delivered >= VMSG_HEADER_SIZE, well_formed = m->defect == VMSG_WELL_FORMED;

    if (direction == VMSG_TO_DEVICE) {
        note_ping(o->relay, m);
        sent_to_device(o, m);
        return;
    }
    judge_ping_type(o, m);
    judge_own_size(o, m);
    if (readable && well_formed && m->msg_id == VMSG_ID_REQUEST_FAILED && !vmsg_is_response(m))
        relay_failed(o, m);
    else if (readable && well_formed && m->msg_id == VMSG_ID_EVENT_DEVICE)
        announced(o, m);
    else if (readable && well_formed && m->msg_id == VMSG_ID_GET_DEVICES && vmsg_is_response(m))
        shown_to_the_driver(o, m);
    came_from_device(o, m);
}

void relay_bus_message(struct vmsg_oracle *o, enum vmsg_end end, enum vmsg_direction direction,
                       struct vmsg *m)
{
    if (end == VMSG_DRIVER_END)
        at_driver_end(o, direction, m);
    else if (m->delivered < VMSG_HEADER_SIZE)
        return;
    else if (direction == VMSG_TO_DEVICE)
        judge_at_device_end(o, m);
    else if (m->defect == VMSG_WELL_FORMED)
        shown_to_the_bus(o, m);
    else if (must_be_discarded(m))
        bad_at_device_end(o, m);
}

/* ---- frames ---- */

void relay_judge_frame(struct vmsg_oracle *o, const struct vmsg *m)
{
    const uint8_t *behind = m->bytes + m->msg_size;

    if (m->trailing && m->msg_size >= VMSG_HEADER_SIZE) {
        if (all_zero(behind, m->trailing))
            exercise(o, VMSG_BUS_COMMON_MESSAGE_FORMAT_3);
        else
            blame(o, VMSG_BUS_COMMON_MESSAGE_FORMAT_3, m->dev_num,
                  "%u bytes follow the message and are not all zero; padding must be", m->trailing);
    }
    if (m->delivered == o->config.max_msg_size)
        exercise(o, VMSG_BUS_PARAMETERS_4);
}

/* ---- the upper tester ---- */

static void ask_for_revalidation(void *ctx, uint16_t dev, struct relay_device *d)
{
    struct vmsg_oracle *o = ctx;

    (void)dev;
    if (!d->present && !d->doubtful)
        return;
    d->revalidate = true;
    d->tell = d->exposed;
    d->told_removed = false;
    d->revalidate_index = o->index;
    if (d->tell && o->config.bus_messages & VMSG_BUS_EVENT_DEVICE)
        owe(o, &d->owes);
}

/* Each change is told on its own, and what was told before may be read yet. */
static void limit_is_told_later(void *ctx, uint16_t dev, struct relay_device *d)
{
    (void)ctx;
    (void)dev;
    d->limits += d->present || d->doubtful;
}

/* Any that is under way may be the next. */
static void may_be_dropped(void *ctx, uint16_t dev, struct relay_device *d)
{
    (void)d;
    relay_forgive_under_way(ctx, dev);
}

void relay_note(struct vmsg_oracle *o, const struct vmsg_note *note)
{
    struct relay_device *d = relay_device(o->relay, note->dev_num);

    switch (note->kind) {
    case VMSG_NOTE_ADD:
        d->given_again = true;
        if (o->config.ends_apart)
            comes_or_goes(o, note->dev_num, true);
        break;
    case VMSG_NOTE_REMOVE:
        if (o->config.ends_apart) {
            comes_or_goes(o, note->dev_num, false);
            break;
        }
        d->removed = true;
        d->present = d->announced = d->exposed = false;
        break;
    case VMSG_NOTE_DROP_NEXT:
        o->relay->drop_next = true;
        if (o->config.ends_apart)
            relay_each_device(o->relay, may_be_dropped, o);
        break;
    case VMSG_NOTE_MAX_SIZE:
        o->index = note->index;
        relay_each_device(o->relay, ask_for_revalidation, o);
        if (o->config.ends_apart)
            relay_each_device(o->relay, limit_is_told_later, NULL);
        o->config.max_msg_size = note->value;
        break;
    default:
        break;
    }
}

void relay_revalidated(struct vmsg_oracle *o, struct parcel *p)
{
    struct relay_device *d = relay_device(o->relay, p->dev);

    if (!d->revalidate || p->msg_id != VMSG_ID_GET_DEVICE_INFO || (d->tell && !d->told_removed) ||
        d->removed)
        return;
    d->revalidate = false;
    exercise(o, VMSG_BUS_PARAMETERS_6);
}
