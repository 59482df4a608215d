/*
 * The judge of drivers: what a driver was told of each device, what it asked, and whether what it
 * does next may follow from that. Private to harness/oracle.
 *
 * It stands apart from the judge of devices: a response or an event counts for what it told the
 * driver, right or wrong. What the driver sent while something was on its way to it is judged by
 * what it can have known.
 */
#ifndef VMSG_DRV_H
#define VMSG_DRV_H

#include "harness/oracle/internal.h"

/* Requests of one device followed, at most the bits of a word; beyond, the oldest is let go. */
#define DRV_OUTSTANDING 64u
#define DRV_BLOCKS      64u  /* feature blocks followed */
#define DRV_AFTER       2u   /* answers after which an event before them was certainly read */
#define DRV_OLDER       4u   /* generations followed that the driver may still hold */
#define DRV_VIEW_PAGE   256u /* device numbers a page; as many pages */
#define DRV_QUEUE_PAGE  64u  /* queues a page; most drivers touch one */
#define DRV_QUEUE_PAGES (65536u / DRV_QUEUE_PAGE)
#define DRV_UNDER_WAY   32u /* messages that may be under way when a device goes */

struct drv_request {
    uint8_t msg_id;
    uint16_t token;
    uint32_t index; /* the caller's message index */
    uint64_t serial;
    uint32_t life; /* of the view, when it was sent */
    uint64_t sent; /* the view's count of messages then, and for its first attempt */
    uint64_t first_sent;
    uint64_t f[VMSG_MAX_FIELDS];
};

/* A virtqueue as the driver knows it. Fresh after each reset, but for its maximum. */
struct drv_queue {
    uint32_t life; /* view life in which the rest was learned */
    bool queried;  /* GET_VQUEUE was answered, since the device appeared */
    uint32_t max_size;
    bool set;      /* SET_VQUEUE with all that is needed was answered */
    bool enabled;  /* and enabled it, as far as the driver can know */
    bool verified; /* GET_VQUEUE showed what was asked for */
    bool refused;  /* it showed something else */
    bool asking;   /* a SET_VQUEUE is not answered yet; its fields: */
    uint64_t want[VMSG_MAX_FIELDS];
    uint64_t want_serial;
    uint64_t told_serial; /* of the last one that is known to be answered; its fields: */
    uint64_t given[VMSG_MAX_FIELDS];
    bool muddled;      /* reset without the feature: the driver and the device differ about it */
    bool areas_blamed; /* its addresses were found wrong */
    bool resetting;    /* RESET_VQUEUE is not answered yet */
    uint64_t changed;  /* serial of the last SET_VQUEUE or RESET_VQUEUE */
    bool announced;    /* EVENT_AVAIL came after the last buffers */
    bool awaited;      /* or did not, and the device wants to be told of them */
    bool debtor;       /* in the view's list of queues with something to settle */
    bool reclaimed_by_odd_token;
    uint32_t index;
    uint32_t size;
    uint64_t addr[3];
    uint64_t available, used; /* buffers, in all since the queue was set up */
    uint64_t used_at_event;   /* of them, at the last EVENT_USED */
    uint32_t position;        /* of the ring, as the last note said */
    bool position_known;
    bool position_announced; /* an EVENT_AVAIL has to tell it */
    uint32_t last_offset;    /* next_offset of the last EVENT_AVAIL */
    uint32_t last_offset_index;
    uint32_t available_index; /* trace index of the last AVAILABLE note */
    uint16_t last_used_token;
    struct drv_queue *next_debtor;
};

enum drv_reset { DRV_NEVER_RESET, DRV_RESETTING, DRV_RESET_DONE };

/* The request that waits longest, for timeouts and retries. */
struct drv_waiting {
    bool active;
    uint8_t msg_id;
    uint64_t hash;
    uint64_t first_ns; /* when it was read; it was sent since `since_ns` */
    uint64_t since_ns;
    uint64_t last_ns;  /* the last of its retries that came after a timeout */
    uint32_t attempts; /* how often it was sent, and how often after a timeout */
    uint32_t retries;
    uint32_t index;
    bool went_on; /* something came that only its answer allows */
    bool anew;    /* it stands in place of another one that was never answered */
};

struct drv_view {
    uint16_t num;
    bool info_asked, info_told;
    uint64_t info[VMSG_MAX_FIELDS];
    bool began; /* something else than information and status was sent */
    struct drv_request requests[DRV_OUTSTANDING];
    uint64_t outstanding; /* a bit for each of them that has no answer yet */
    uint32_t next_request;
    struct drv_waiting waiting;
    bool owes_recovery;        /* a request failed, and GET_DEVICE_INFO followed */
    uint32_t unanswered_index; /* that request */
    uint64_t told_ns;          /* when something was sent to the driver last */
    uint64_t answers;          /* responses told, in all */
    uint64_t sent;             /* messages from the driver */
    /* status */
    enum drv_reset reset;
    bool reset_asked_unanswered;
    bool polled; /* GET_DEVICE_STATUS since a reset that was not complete at once */
    uint64_t polls_while_resetting;
    uint64_t last_poll_ns;
    uint32_t asked;     /* status last written */
    uint32_t withdrawn; /* what the device did not show of it */
    uint32_t shown;     /* what the device showed last; 0: since a reset, nothing */
    bool features_ok_asked, features_ok_told, features_refused, refusal_told;
    bool driver_ok_asked, driver_ok_told;
    bool owes_reset; /* DEVICE_NEEDS_RESET was told */
    uint32_t owes_reset_index;
    uint64_t needs_reset_answers; /* v->answers when it was */
    /* features */
    uint64_t offered_known;
    uint32_t offered[DRV_BLOCKS];
    uint32_t selected[DRV_BLOCKS];
    unsigned features_written; /* SET_DRIVER_FEATURES since the reset */
    bool features_read;
    /* queues */
    uint32_t life; /* counts resets */
    struct drv_queue **pages;
    unsigned n_pages; /* those behind were never touched */
    struct drv_queue *debtors;
    unsigned queues_enabled, enabled_before_ok;
    bool met_absent,
        met_refused; /* since the reset, by GET_VQUEUE: no such queue; other parameters */
    /* No queue was set up when DRIVER_OK was written, though none that it looked at was missing. */
    bool late_first_queue;
    /* configuration */
    uint64_t config_read[4]; /* which of the first 256 bytes, ever */
    bool gen_known;
    uint32_t gen;       /* most recent one told by GET_CONFIG or EVENT_CONFIG */
    uint32_t write_gen; /* by SET_CONFIG, since then */
    bool write_gen_known;
    uint32_t older[DRV_OLDER]; /* the ones before, that the driver may still hold */
    unsigned n_older;
    bool older_lost;           /* and others */
    uint64_t gen_answers;      /* v->answers when the last one was told */
    uint64_t gen_ns;           /* and the time */
    uint32_t gen_before_reset; /* the last one before the last reset */
    bool gen_before_reset_known;
    bool gen_since_reset;  /* told anew since */
    uint32_t doubtful_gen; /* told by an event that may be discarded */
    bool doubtful_gen_known;
    uint32_t pass_gen, pass_offset; /* of a read in several requests */
    bool passing, pass_broken;
    uint32_t pass_index;
    bool rejected; /* the last SET_CONFIG, for its generation */
    bool owes_refresh, refresh_generic;
    uint32_t owes_refresh_index;
    /* what the harness provoked */
    bool provoked, provoked_unknown, wrong_request;
    uint32_t provoked_index;
    unsigned early_repeats;
    bool repeats_unprovoked; /* it sends requests again without any occasion */
    uint64_t provoked_sent;  /* v->sent when it was */
    bool doubtful;           /* what the driver was told is open, see drv.c */
    uint32_t strays;         /* ids of the last responses to nothing */
    uint64_t stray_answers;  /* v->answers when they came */
    bool removed;            /* by EVENT_DEVICE */
    bool was_removed;        /* and may be here again */
    bool restarted;          /* the driver reset it although it was gone */
    bool queues_set;         /* a SET_VQUEUE was sent since */
    unsigned under_way;      /* messages that may be from before it came back */
};

struct drv_judge {
    struct drv_view **views[256]; /* pages of 256 device numbers, allocated when touched */
    uint8_t known[65536 / 8];     /* device numbers that the driver was told of */
    bool enumerated;              /* GET_DEVICES told of some, or of none */
    bool swapped;                 /* its byte order is wrong: one finding, not many */
    bool bus_provoked;
    uint64_t heard_ns;             /* when the last message from the driver was read */
    uint64_t quiet_ns, quiet_till; /* the last time that nothing came for long */
    uint16_t pinged_token;         /* of the harness's PING that waits for its answer */
    uint32_t pinged_data;
    bool pinged;
    struct drv_queue lost; /* where a queue has no place */
};

/* drv_views.c */
struct drv_view *drv_view(struct vmsg_oracle *o, uint16_t dev_num);
struct drv_queue *drv_queue(struct vmsg_oracle *o, struct drv_view *v, uint32_t index);
bool drv_new(struct vmsg_oracle *o);
void drv_free(struct vmsg_oracle *o);

/* drv.c */
/* Since then, did the driver once send nothing for so long that all it had sent was read? */
bool drv_was_quiet(const struct vmsg_oracle *o, uint64_t since_ns);
/* Every message, in both directions; every note; when nothing more comes. */
void drv_message(struct vmsg_oracle *o, enum vmsg_direction direction, const struct vmsg *m);
void drv_note(struct vmsg_oracle *o, const struct vmsg_note *note);
void drv_settle(struct vmsg_oracle *o);
void drv_bus_from_driver(struct vmsg_oracle *o, const struct vmsg *m);
void drv_bus_to_driver(struct vmsg_oracle *o, const struct vmsg *m); /* well-formed */
bool drv_negotiated(const struct drv_view *v, unsigned bit);
/* Is a request of that kind sent while a response to nothing is under way, which may count for it?
 */
bool drv_crosses_stray(const struct drv_view *v, uint8_t msg_id);
static inline bool drv_strict(const struct vmsg_oracle *o)
{
    return strict_profile(o);
}

/* drv_header.c: false when the payload is not to be judged. */
bool drv_judge_header(struct vmsg_oracle *o, const struct vmsg *m);
/* Does v look like a byte-swapped number below `most`? Then that is the finding. */
bool drv_swapped(struct vmsg_oracle *o, const struct drv_view *v, uint64_t value, uint32_t most,
                 const char *what);

/* One file per part of the chapter. `_asks`: the driver sent it; `_told`: it got the answer. */
void drv_status_asks(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg *m);
void drv_status_told(struct vmsg_oracle *o, struct drv_view *v, const struct drv_request *r,
                     uint32_t status);
/* A status that came with an event. */
void drv_status_seen(struct vmsg_oracle *o, struct drv_view *v, uint32_t status);
/* Are the features agreed, so that a queue may be enabled? False, and blamed, when not. */
bool drv_features_agreed(struct vmsg_oracle *o, struct drv_view *v, const char *what);
/* Before each message is looked at for itself: is it its turn? */
void drv_in_turn(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg *m);
void drv_status_settle(struct vmsg_oracle *o, struct drv_view *v);
void drv_features_asks(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg *m);
void drv_features_told(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg *m);
void drv_features_reset(struct drv_view *v);
/* Was the driver told of any feature, or did it not ask? */
bool drv_features_offered(const struct drv_view *v);
void drv_queue_asks(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg *m);
void drv_queue_told(struct vmsg_oracle *o, struct drv_view *v, const struct drv_request *r,
                    const struct vmsg *m);
void drv_queues_reset(struct drv_view *v);
/* A life ends, or nothing more comes: queues that were left alone, as they had to be. */
void drv_queues_end(struct vmsg_oracle *o, struct drv_view *v);
void drv_config_asks(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg *m);
void drv_config_told(struct vmsg_oracle *o, struct drv_view *v, const struct drv_request *r,
                     const struct vmsg *m);
void drv_config_event(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg *m);
void drv_config_reset(struct vmsg_oracle *o, struct drv_view *v);
/* The driver goes on with what it reads the configuration for. */
void drv_config_used(struct vmsg_oracle *o, struct drv_view *v);
void drv_config_settle(struct vmsg_oracle *o, struct drv_view *v);
void drv_avail(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg *m);
void drv_used(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg *m);
void drv_queue_note(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg_note *note);
bool drv_owes_notification(const struct vmsg_oracle *o);
void drv_avail_settle(struct vmsg_oracle *o, struct drv_view *v);
/* Timeouts, retries, and what must be discarded. */
void drv_error_asks(struct vmsg_oracle *o, struct drv_view *v, const struct vmsg *m);
void drv_error_told(struct vmsg_oracle *o, struct drv_view *v, const struct drv_request *r);
void drv_error_received(struct vmsg_oracle *o, const struct vmsg *m);
void drv_patience_over(struct vmsg_oracle *o, struct drv_view *v);

#endif
