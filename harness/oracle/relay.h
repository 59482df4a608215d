/*
 * The judge of buses: what goes in at one end and what comes out at the other. Private to
 * harness/oracle.
 *
 * A parcel is a request or an event from when it goes into the bus until it is known how it ended.
 * Bus messages at the driver end are judged by the rules of bus.c, as those of a device that
 * answers them are; here are the transport messages, and what the bus says at the device end.
 */
#ifndef VMSG_RELAY_H
#define VMSG_RELAY_H

#include "harness/oracle/internal.h"

#define RELAY_MOST    (1u << 19) /* parcels under way; beyond, new ones are not followed */
#define RELAY_DONE    4096u      /* parcels that ended, kept to tell second endings */
#define RELAY_BUCKETS 65536u
#define RELAY_LANES   3u
#define RELAY_STEPS   1024u /* parcels of one lane, or of one bucket, that are compared */

enum parcel_state {
    PARCEL_IN,       /* went in */
    PARCEL_OUT,      /* came out at the other end */
    PARCEL_ANSWERED, /* a request: its response went in at the device end */
    PARCEL_DONE,
};

struct parcel {
    enum parcel_state state;
    enum vmsg_direction direction; /* of the request or event */
    bool is_event;
    bool firm;     /* the text says what has to become of it */
    bool absent;   /* for a device number that does not exist */
    bool unknown;  /* its message id is not defined */
    bool failed;   /* ended by a failure */
    bool overtook; /* an older one of its device was still under way when it was answered */
    bool was_owed;
    uint8_t msg_id;
    uint16_t dev, token, token_out;
    uint32_t len;         /* payload bytes */
    uint64_t hash;        /* of the payload; of the response's once answered */
    uint32_t named, rest; /* EVENT_AVAIL: vq_index, next_offset */
    uint32_t index;       /* the caller's message index */
    uint64_t serial;      /* when it went in; a request: when its response did */
    uint64_t in_ns;
    uint64_t completions;       /* of its device when it went in */
    uint32_t prev, next;        /* its device's lane, oldest first */
    uint32_t chain[2], back[2]; /* table 0: as the sender names it; 1: as the bus names it */
    bool chained[2];
};

/* What is under way for one device in one direction. */
struct lane {
    uint32_t first, last; /* parcels that have not come out */
};

struct relay_device {
    bool present, announced, removed, given_again;
    uint32_t outstanding; /* requests that came out and are not answered */
    uint64_t completions; /* requests that ended at the driver end */
    bool reached;         /* a response of it was delivered */
    bool hidden;          /* and yet the last window of GET_DEVICES did not show it */
    uint32_t hidden_index;
    bool revalidate, told_removed; /* the limit changed; and that was told */
    uint32_t revalidate_index;
};

struct relay {
    struct parcel *parcels;
    uint32_t n, room, free, alive;
    uint32_t done[RELAY_DONE], done_at; /* ring of parcels that ended */
    uint32_t *buckets[2];
    struct lane *lanes[RELAY_LANES]; /* events by direction, then requests */
    struct relay_device *devices;    /* 65,536 */
    uint32_t outstanding;            /* over all devices */
    bool drop_next;                  /* the upper tester was told to lose the next request */
    bool overflown;                  /* parcels were let go: nothing is called an invention */
    uint16_t pinged_token;
    uint32_t pinged_data;
    bool pinged;
    uint16_t asked_token; /* the harness's own PING at the driver end */
    uint32_t asked_data;
    bool asked;
};

#define RELAY_REQUESTS 2u /* their lane */

/* relay.c: memory, tables. False when it ran out. */
bool relay_new(struct vmsg_oracle *o);
void relay_free(struct vmsg_oracle *o);
void relay_message(struct vmsg_oracle *o, enum vmsg_end end, enum vmsg_direction direction,
                   struct vmsg *m);
void relay_note(struct vmsg_oracle *o, const struct vmsg_note *note);
void relay_settle(struct vmsg_oracle *o);

/* relay_parcels.c. parcel_new() may return NULL: too many. */
struct parcel *parcel_new(struct vmsg_oracle *o, enum vmsg_direction direction,
                          const struct vmsg *m);
void parcel_chain(struct relay *r, struct parcel *p, unsigned table);
void parcel_unchain(struct relay *r, struct parcel *p, unsigned table);
/* Take it off its lane: it came out, or ended. */
void parcel_leave_lane(struct relay *r, struct parcel *p);
void parcel_done(struct vmsg_oracle *o, struct parcel *p);
/* The oldest one with this device, token and id; NULL: none. `after` the one found before. */
struct parcel *parcel_find(struct relay *r, unsigned table, uint16_t dev, uint16_t token,
                           uint8_t msg_id, const struct parcel *after);
struct parcel *parcel_at(struct relay *r, uint32_t i);
uint64_t parcel_hash(const struct vmsg *m);
struct lane *parcel_lane(struct relay *r, const struct parcel *p);

/* relay_requests.c: requests, responses and failures. */
void relay_request_in(struct vmsg_oracle *o, const struct vmsg *m);
void relay_request_out(struct vmsg_oracle *o, const struct vmsg *m);
void relay_response_in(struct vmsg_oracle *o, const struct vmsg *m);
void relay_response_out(struct vmsg_oracle *o, const struct vmsg *m);
void relay_failed(struct vmsg_oracle *o, const struct vmsg *m);
void relay_request_settle(struct vmsg_oracle *o, struct parcel *p);

/* relay_events.c */
void relay_event_in(struct vmsg_oracle *o, enum vmsg_direction direction, const struct vmsg *m);
void relay_event_out(struct vmsg_oracle *o, enum vmsg_direction direction, const struct vmsg *m);
void relay_event_settle(struct vmsg_oracle *o, struct parcel *p);

/* relay_bus.c: the bus's own messages, which devices there are, what the upper tester did. */
void relay_bus_message(struct vmsg_oracle *o, enum vmsg_end end, enum vmsg_direction direction,
                       struct vmsg *m);
/* Size and padding of a transport message that the bus delivers. */
void relay_judge_frame(struct vmsg_oracle *o, const struct vmsg *m);
/* After a change of the limit: is this device being looked at anew? */
void relay_revalidated(struct vmsg_oracle *o, struct parcel *p);

#endif
