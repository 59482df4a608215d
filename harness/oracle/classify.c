/*
 * What a message that was sent to the SUT asks of it: an answer, silence, or either; and which
 * clauses are broken when it gets the other.
 *
 * "Malformed" is not defined by the text. What is certain is listed first (see AMBIGUITIES in the
 * catalogue: dev.error-signaling.1); everything doubtful is DUE_EITHER.
 */
#include "harness/oracle/internal.h"

static void set_due(struct request *r, enum due due)
{
    r->due = due;
    r->n_blame = 0;
}

static void add_blame(struct request *r, enum vmsg_clause_no clause)
{
    if (r->n_blame < MAX_BLAME)
        r->blame[r->n_blame++] = clause;
}

/* Malformed and unsupported transport messages: Error Signaling and Message Ordering. */
static void discard_transport(struct request *r, bool is_request)
{
    set_due(r, DUE_SILENCE);
    add_blame(r, VMSG_DEV_ERROR_SIGNALING_1);
    if (is_request)
        add_blame(r, VMSG_DEV_ORDERING_3);
}

static void discard_bus(struct request *r)
{
    set_due(r, DUE_SILENCE);
    add_blame(r, VMSG_BUS_ERROR_SIGNALING_4);
}

/* Discarding and serving are both legal. */
static bool doubtful(const struct vmsg_oracle *o, const struct vmsg *m)
{
    return m->extra || m->trailing || m->delivered > o->config.max_msg_size ||
           m->defect == VMSG_SHORT_TAIL || (m->msg_id & VMSG_ID_IMPLEMENTATION);
}

static void classify_bus(struct vmsg_oracle *o, const struct vmsg *m, struct request *r)
{
    unsigned supported = m->msg_id == VMSG_ID_GET_DEVICES ? VMSG_BUS_GET_DEVICES : VMSG_BUS_PING;

    if (m->msg_id & VMSG_ID_IMPLEMENTATION) {
        set_due(r, DUE_EITHER);
    } else if (m->defect == VMSG_UNKNOWN_ID || m->defect == VMSG_SHORT_PAYLOAD ||
               vmsg_is_event(m)) {
        discard_bus(r);
        r->malformed |= m->defect == VMSG_SHORT_PAYLOAD;
    } else if (vmsg_is_response(m) || m->dev_num || doubtful(o, m) ||
               !(o->config.bus_messages & supported)) {
        set_due(r, DUE_EITHER);
    } else {
        set_due(r, DUE_ANSWER);
        add_blame(r, VMSG_BUS_BUS_MESSAGES_2);
    }
}

/* Requests whose answer must fit the maximum message size, or whose service the text leaves open.
 */
static bool answer_open(const struct vmsg_oracle *o, const struct device *d, const struct vmsg *m)
{
    uint64_t config = d->info[VMSG_GET_DEVICE_INFO_RESP_config_size];
    uint64_t max = o->config.max_msg_size;

    switch (m->msg_id) {
    case VMSG_ID_GET_DEVICE_FEATURES: {
        uint64_t n = m->f[VMSG_GET_DEVICE_FEATURES_REQ_num_blocks];

        return n == 0 || VMSG_HEADER_SIZE + 8 + 4 * n > max ||
               m->f[VMSG_GET_DEVICE_FEATURES_REQ_block_index] + n > UINT32_MAX;
    }
    case VMSG_ID_SET_DRIVER_FEATURES:
        return m->f[VMSG_SET_DRIVER_FEATURES_REQ_num_blocks] == 0 ||
               m->f[VMSG_SET_DRIVER_FEATURES_REQ_block_index] +
                       m->f[VMSG_SET_DRIVER_FEATURES_REQ_num_blocks] >
                   UINT32_MAX;
    case VMSG_ID_GET_CONFIG: {
        uint64_t length = m->f[VMSG_GET_CONFIG_REQ_length];

        return !d->info_known || length == 0 || VMSG_HEADER_SIZE + 12 + length > max ||
               m->f[VMSG_GET_CONFIG_REQ_offset] + length > config;
    }
    case VMSG_ID_SET_CONFIG: {
        uint64_t length = m->f[VMSG_SET_CONFIG_REQ_length];

        return !d->info_known || length == 0 || m->f[VMSG_SET_CONFIG_REQ_offset] + length > config;
    }
    default:
        return false;
    }
}

/* The clause that asks for the answer to this very request; else the general ones apply. */
static void blame_for_silence(struct device *d, const struct vmsg *m, struct request *r)
{
    uint32_t index = (uint32_t)m->f[0]; /* of the queue messages */
    bool queue = m->msg_id >= VMSG_ID_GET_VQUEUE && m->msg_id <= VMSG_ID_RESET_VQUEUE;
    const struct queue *q = queue ? find_queue(d, index) : NULL;
    bool absent =
        (d->info_known && index >= max_virtqueues(d)) || (q && q->max_known && !q->max_size);

    if (m->type & VMSG_TYPE_RESERVED) {
        add_blame(r, VMSG_DEV_HEADER_1);
        return;
    }
    switch (m->msg_id) {
    case VMSG_ID_GET_DEVICE_INFO:
        if (d->added)
            add_blame(r, VMSG_BUS_EVENT_DEVICE_2);
        else if (!d->status_known || d->status == 0)
            add_blame(r, VMSG_DEV_GET_DEVICE_INFO_1);
        break;
    case VMSG_ID_GET_VQUEUE:
        if (absent)
            add_blame(r, VMSG_DEV_GET_VQUEUE_2);
        break;
    case VMSG_ID_SET_VQUEUE: {
        uint32_t flags = (uint32_t)m->f[VMSG_SET_VQUEUE_REQ_flags];

        if (absent)
            add_blame(r, VMSG_DEV_SET_VQUEUE_1);
        else if (m->f[VMSG_SET_VQUEUE_REQ_reserved] || (flags & VMSG_VQ_RESERVED) ||
                 (flags & VMSG_VQ_STATE_MASK) == VMSG_VQ_STATE_BAD)
            add_blame(r, VMSG_DEV_SET_VQUEUE_2);
        else if (q && q->cur.enabled && (flags & VMSG_VQ_STATE_MASK) == VMSG_VQ_KEEP_DISABLED)
            add_blame(r, VMSG_DEV_SET_VQUEUE_3);
        else if (q && q->cur.enabled && (~flags & VMSG_VQ_IGNORE_ALL))
            add_blame(r, VMSG_DEV_SET_VQUEUE_6);
        break;
    }
    case VMSG_ID_RESET_VQUEUE: {
        bool known;

        if (absent)
            add_blame(r, VMSG_DEV_RESET_VQUEUE_1);
        else if (!feature_negotiated(d, VIRTIO_F_RING_RESET, &known) && known)
            add_blame(r, VMSG_DEV_RESET_VQUEUE_2);
        break;
    }
    default:
        break;
    }
}

static void classify_transport(struct vmsg_oracle *o, struct device *d, const struct vmsg *m,
                               struct request *r)
{
    bool exchange = m->def && m->def->kind == VMSG_KIND_EXCHANGE;

    if (d->gone || (m->msg_id & VMSG_ID_IMPLEMENTATION)) {
        set_due(r, DUE_EITHER); /* coming or going without an event: nobody knows when */
    } else if (!device_exists(o, d) || d->removed) {
        set_due(r, DUE_SILENCE);
        add_blame(r, d->removed ? VMSG_BUS_EVENT_DEVICE_3 : VMSG_DEV_HEADER_3);
    } else if (m->defect == VMSG_UNKNOWN_ID) {
        discard_transport(r, !vmsg_is_event(m) && !vmsg_is_response(m));
        if (m->msg_id > VMSG_ID_GET_SHM && !vmsg_is_event(m) && !vmsg_is_response(m))
            add_blame(r, VMSG_DEV_VERSIONING_2);
    } else if (vmsg_is_response(m) || vmsg_is_event(m)) {
        discard_transport(r, false);
        r->malformed |= m->defect == VMSG_SHORT_PAYLOAD;
    } else if (m->defect == VMSG_SHORT_PAYLOAD) {
        discard_transport(r, true);
        r->malformed = true;
    } else if (!exchange || doubtful(o, m) || answer_open(o, d, m)) {
        set_due(r, DUE_EITHER);
    } else {
        set_due(r, DUE_ANSWER);
        blame_for_silence(d, m, r);
    }
}

void classify(struct vmsg_oracle *o, struct device *d, const struct vmsg *m, struct request *r)
{
    switch (m->defect) {
    case VMSG_SHORT_HEADER:
    case VMSG_SIZE_BELOW_HEADER:
    case VMSG_SIZE_BEYOND:
        r->malformed = true;
        if (r->bus)
            discard_bus(r);
        else
            discard_transport(r, !vmsg_is_event(m) && !vmsg_is_response(m));
        return;
    case VMSG_EVENT_RESPONSE:
        r->malformed = true;
        break;
    default:
        break;
    }
    if (r->bus)
        classify_bus(o, m, r);
    else
        classify_transport(o, d, m, r);
}
