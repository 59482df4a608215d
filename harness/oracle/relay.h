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

#define RELAY_MOST  (1u << 19) /* parcels under way; beyond, new ones are not followed */
#define RELAY_DONE  4096u      /* parcels that ended, kept to tell second endings */
#define RELAY_OPEN  4096u      /* parcels that need not come to an end and have not */
#define RELAY_LANES 4u
#define RELAY_PAGE  256u /* devices of a page of memory */
#define RELAY_PAGES (65536u / RELAY_PAGE)
#define RELAY_STEPS 1024u /* parcels that a search for what went wrong looks at */

enum parcel_state {
    PARCEL_IN,       /* went in */
    PARCEL_OUT,      /* came out at the other end */
    PARCEL_ANSWERED, /* a request: its response went in at the device end */
    PARCEL_DONE,
};

/* Where a parcel is found in constant time, oldest first. A parcel is in one table of a pair. */
enum parcel_table {
    BY_SENDER,         /* a request under way, by device, the driver's token and id */
    BY_SENDER_ENDED,   /* the same when it ended, as long as it is kept */
    BY_BUS,            /* a request that came out and is not answered, by the bus's token */
    BY_BUS_ENDED,      /* the same when it is answered */
    BY_CONTENT,        /* what has not come out, by device, direction, id and payload */
    PARCEL_TABLES = 6, /* of events and requests that came out there is no second table */
};

struct parcel_link {
    uint64_t key;
    uint32_t next, prev;
    bool linked, ended; /* ended: in the second table of the pair */
};

struct parcel {
    enum parcel_state state;
    enum vmsg_direction direction; /* of the request or event */
    bool is_event;
    bool firm;    /* the text says what has to become of it */
    bool unclear; /* it cannot be told from others, see relay_unclear.c */
    bool absent;  /* for a device number that does not exist */
    bool unknown; /* its message id is not defined */
    bool failed;  /* ended by a failure */
    bool late;    /* and then its device answered */
    bool lost;    /* by the upper tester's wish: it need not come out */
    bool queued;  /* it is in its lane */
    bool passed;  /* a later one of its device came out before it */
    bool pending; /* to be looked at when nothing more comes */
    bool owed;    /* pending, and the caller should wait for it */
    uint8_t msg_id;
    uint16_t dev, token, token_out;
    uint32_t len;         /* payload bytes */
    uint64_t hash;        /* of the payload */
    uint32_t answer_len;  /* of the response, once it went in */
    uint64_t answer_hash; /* ... */
    uint32_t named, rest; /* EVENT_AVAIL: vq_index, next_offset */
    uint32_t index;       /* the caller's message index */
    uint64_t serial;      /* when it went in; 0: nobody's place */
    uint64_t answered;    /* when its response went in */
    uint64_t in_ns;
    /* An event: the request that it could be held back for. */
    uint32_t behind;        /* NONE: no request of its device was outstanding */
    uint64_t behind_serial; /* of that request, in case its place was given away */
    uint32_t passer;        /* that one: its message index, and its id */
    uint8_t passer_id;
    uint32_t prev, next; /* its device's lane, oldest first; `next` also on the free list */
    struct parcel_link links[PARCEL_TABLES / 2];
};

/* What has not come out, of one device in one direction: events, requests that must come out in
 * this order, or that were failed. Parcels are numbered from 1 here and in the tables, so that
 * zeroed memory is empty.
 */
struct lane {
    uint32_t first, last;
};

/* A message that came out: what went in before it and is still under way was passed by it. */
struct passer {
    uint64_t serial; /* when it went in */
    uint16_t dev;
};

struct relay_device {
    struct lane lanes[RELAY_LANES]; /* events by direction, then requests, by how they ended */
    bool present, announced, removed, given_again;
    bool gone_untold, back; /* its end said that it went, and came; the bus told neither */
    bool come_untold;       /* its end said that it came, which the bus did not tell yet */
    uint32_t outstanding;   /* requests that came out and are not answered */
    uint32_t latest;        /* the one that came out last, numbered from 1; 0: none */
    uint64_t latest_serial; /* ... */
    /* The bus knows it: it showed it, reported it, or delivered a response of it. A bus that starts
     * may have to find its devices first. */
    bool exposed;
    bool reached; /* a response of it was delivered */
    bool hidden;  /* and yet the last window of GET_DEVICES did not show it */
    uint32_t hidden_index;
    bool revalidate, told_removed; /* the limit changed; and that was told */
    bool tell;                     /* and that has to be told: the bus knew the device then */
    bool owes;                     /* the caller should wait for that */
    unsigned limits; /* where the ends are apart: changes of the limit that may be told yet */
    bool named;      /* it was there once */
    bool doubtful;   /* its end said something of it that the bus may discard, or may not */
    bool maybe_back; /* namely that it came, which the bus did not tell so far */
    uint32_t revalidate_index;
};

struct relay {
    struct parcel *parcels;
    uint32_t n, room, free, alive;
    uint32_t done[RELAY_DONE], done_at; /* ring of parcels that ended */
    uint32_t open[RELAY_OPEN], open_at; /* ring of parcels that need not end */
    uint64_t open_serials[RELAY_OPEN];
    struct lane *buckets[PARCEL_TABLES];
    uint32_t n_buckets;          /* a power of two, grows with the parcels */
    struct passer passers[2][2]; /* by direction: the latest of two devices, latest first */
    struct relay_device *pages[RELAY_PAGES]; /* of devices that were met */
    struct relay_device nobody;              /* when memory ran out */
    bool out_of_memory;
    uint32_t outstanding; /* over all devices */
    bool drop_next;       /* the upper tester was told to lose the next request */
    bool overflown;       /* parcels were let go: nothing is called an invention */
    uint16_t pinged_token;
    uint32_t pinged_data;
    bool pinged;
    uint16_t asked_token; /* the harness's own PING at the driver end */
    uint32_t asked_data;
    bool asked;
    /* Malformed and unsupported bus messages that went in at the device end. */
    struct {
        uint64_t serial;
        uint16_t token;
        uint8_t msg_id;
    } bad[16];
    unsigned bad_at;
    uint64_t answered; /* the latest response that came out went in then */
};

#define RELAY_REQUESTS 2u /* their lane */
#define RELAY_FAILED   3u /* of those that were failed and may come out yet */

/* relay.c: memory, tables. False when it ran out. */
bool relay_new(struct vmsg_oracle *o);
void relay_free(struct vmsg_oracle *o);
void relay_message(struct vmsg_oracle *o, enum vmsg_end end, enum vmsg_direction direction,
                   struct vmsg *m);
void relay_note(struct vmsg_oracle *o, const struct vmsg_note *note);
void relay_settle(struct vmsg_oracle *o);
/* Of a transport message, for findings. */
const char *relay_name(uint8_t msg_id);
/* Never NULL; when memory ran out, relay->out_of_memory. */
struct relay_device *relay_device(struct relay *r, uint16_t dev);
/* Those that were met, and their neighbours. */
void relay_each_device(struct relay *r,
                       void (*look)(void *ctx, uint16_t dev, struct relay_device *d), void *ctx);
/* A message of dev that went in at `serial` came out. Has one of another device passed p? */
void relay_passes(struct relay *r, enum vmsg_direction direction, uint16_t dev, uint64_t serial);
bool relay_was_passed(const struct relay *r, const struct parcel *p);

/* relay_parcels.c: false when memory ran out. */
bool parcels_begin(struct relay *r);
void parcels_end(struct relay *r);

/* parcel_new() may return NULL: too many. It stands in no table or lane. */
struct parcel *parcel_new(struct vmsg_oracle *o, enum vmsg_direction direction,
                          const struct vmsg *m);
/* Into a table; out of the other one of the pair. */
void parcel_chain(struct relay *r, struct parcel *p, enum parcel_table table);
void parcel_unchain(struct relay *r, struct parcel *p, enum parcel_table table);
/* The oldest in a table by token, or by content; NULL: none. `after` the one found before. */
struct parcel *parcel_find(struct relay *r, enum parcel_table table, uint16_t dev, uint16_t token,
                           uint8_t msg_id, const struct parcel *after);
/* The youngest other one of the same key; NULL: there is none. */
struct parcel *parcel_neighbour(struct relay *r, enum parcel_table table, const struct parcel *p);
/* The next one of the same key as p, from the oldest on; `after` the one found before. */
struct parcel *parcel_next_like(struct relay *r, enum parcel_table table, const struct parcel *p,
                                const struct parcel *after);
/* The most likely one of the equal ones. */
struct parcel *parcel_like(struct relay *r, uint16_t dev, enum vmsg_direction direction,
                           const struct vmsg *m);
void parcel_enter_lane(struct relay *r, struct parcel *p);
void parcel_leave_lane(struct relay *r, struct parcel *p);
/* It came out: off its lane, and no longer found by its content. */
void parcel_came_out(struct relay *r, struct parcel *p);
void parcel_done(struct vmsg_oracle *o, struct parcel *p);
/* It may stay as it is for good: forgotten when there are too many like it. */
void parcel_need_not_end(struct vmsg_oracle *o, struct parcel *p);
/* Has it ended whose place and serial these are? */
bool parcel_is_over(const struct relay *r, uint32_t place, uint64_t serial);
struct parcel *parcel_at(struct relay *r, uint32_t i);
uint32_t parcel_number(const struct relay *r, const struct parcel *p);
uint64_t parcel_hash(const struct vmsg *m);
struct lane *parcel_lane(struct relay *r, const struct parcel *p);
/* Forget it at once, as if it had never been. */
void parcel_forget(struct vmsg_oracle *o, struct parcel *p);

/* relay_requests.c */
void relay_request_in(struct vmsg_oracle *o, const struct vmsg *m);
void relay_request_out(struct vmsg_oracle *o, const struct vmsg *m);
/* Those that were failed and went in before do not come out any more. */
void relay_end_failed(struct vmsg_oracle *o, struct relay_device *d, uint64_t before);
void relay_request_settle(struct vmsg_oracle *o, struct parcel *p);
void relay_request_leaves_device(struct relay *r, const struct parcel *p);

/* relay_failures.c */
void relay_failed(struct vmsg_oracle *o, const struct vmsg *m);

/* relay_unclear.c: p went in, or changed in what it needs: are others like it under way? */
void relay_mix(struct vmsg_oracle *o, struct parcel *p);
/* All that have the driver's token and id of p. */
void relay_mix_token(struct vmsg_oracle *o, struct parcel *p);
/* What becomes of it, or of all that is to reach that device, is left open from now on. */
void relay_forgive(struct vmsg_oracle *o, struct parcel *p);
void relay_forgive_under_way(struct vmsg_oracle *o, uint16_t dev);
/* Its request is over, by a failure or a response that names it. */
void relay_request_ends(struct vmsg_oracle *o, struct parcel *p, bool failed);

/* relay_responses.c */
void relay_response_in(struct vmsg_oracle *o, const struct vmsg *m);
void relay_response_out(struct vmsg_oracle *o, const struct vmsg *m);
/* Is this, but for the response bit, a response that has to come out? */
bool relay_is_due(struct relay *r, const struct vmsg *m);
/* A request was completed; it was already, and is once more. */
void relay_completed(struct vmsg_oracle *o);
void relay_completed_already(struct vmsg_oracle *o, const struct parcel *p);

/* relay_events.c */
void relay_event_in(struct vmsg_oracle *o, enum vmsg_direction direction, const struct vmsg *m);
void relay_event_out(struct vmsg_oracle *o, enum vmsg_direction direction, const struct vmsg *m);
void relay_event_settle(struct vmsg_oracle *o, struct parcel *p);

/* relay_bus.c: the bus's own messages, which devices there are, what the upper tester did. */
void relay_bus_message(struct vmsg_oracle *o, enum vmsg_end end, enum vmsg_direction direction,
                       struct vmsg *m);
/* Size and padding of a transport message that the bus delivers. */
void relay_judge_frame(struct vmsg_oracle *o, const struct vmsg *m);
void relay_settle_bad(struct vmsg_oracle *o);
/* After a change of the limit: is this device being looked at anew? */
void relay_revalidated(struct vmsg_oracle *o, struct parcel *p);

#endif
