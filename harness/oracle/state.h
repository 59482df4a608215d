/*
 * What the oracle remembers: the stream's state per bus, device, queue and outstanding request.
 * Private to harness/oracle.
 */
#ifndef VMSG_ORACLE_STATE_H
#define VMSG_ORACLE_STATE_H

#include "harness/oracle/oracle.h"
#include "harness/wire/wire.h"

#define MAX_BLAME      3
#define TAIL_KEPT      64u   /* request tail bytes remembered: 16 feature blocks, short writes */
#define FEATURE_BLOCKS 64u   /* blocks followed; features beyond are only range-checked */
#define SELECT_BLOCKS  16u   /* driver-selected blocks followed */
#define CONFIG_KEPT    4096u /* configuration bytes followed */
#define GHOSTS         1024u /* requests remembered after a fence passed them */
#define RECENT         64u   /* answered requests remembered, to tell duplicates */
#define STEPS          64u   /* requests of one token, or of the bus, that a response is tried on */
#define MOST_REQUESTS                                                                              \
    (1u << 18) /* outstanding ones followed: traffic of one direction has no end */
#define NONE UINT32_MAX

/* What a request asks of its receiver. */
enum due {
    DUE_ANSWER,  /* exactly one response */
    DUE_EITHER,  /* the text allows an answer and silence */
    DUE_SILENCE, /* malformed or unsupported: nothing */
};

/* A message that was sent to the SUT and may be answered. */
struct request {
    uint32_t prev_hash, next_hash; /* chain of the token table, oldest first; next: free list */
    uint32_t prev, next;           /* the device's requests in sending order */
    uint32_t index;                /* the caller's message index */
    uint64_t serial;               /* order over the whole stream, from 1 */
    uint16_t dev_num, token;
    uint8_t msg_id;
    bool bus;
    bool used;      /* record in use */
    bool overtaken; /* a later request of the device was answered first */
    bool piped;     /* another request was outstanding when it was sent */
    bool readable;  /* its header could be read: token and ids mean something */
    bool malformed; /* a defect, as opposed to merely unsupported */
    bool has_tail;  /* tail within TAIL_KEPT and complete */
    bool doubtful;  /* one answer may be its own or that of another with the same token */
    enum due due;
    enum vmsg_clause_no blame[MAX_BLAME]; /* unanswered: blame[0]; wrongly answered: all */
    uint8_t n_blame;
    uint64_t hash;      /* of the payload */
    uint64_t tail_hash; /* SET_CONFIG: of the data */
    uint32_t tail_len;
    /* Written with every message, so not cleared. */
    uint64_t f[VMSG_MAX_FIELDS];
    uint8_t tail[TAIL_KEPT];
};

/* A chain of requests: indexes into the table, NONE when empty; `n` of them. */
struct chain {
    uint32_t first, last;
    uint32_t n;
};
#define NO_CHAIN ((struct chain){NONE, NONE, 0})

struct vq_params {
    uint32_t size;
    uint64_t addr[3]; /* descriptor, driver, device area */
    bool enabled;
};

/* What the last SET_VQUEUE or reset lets a following GET_VQUEUE show. */
enum vq_pending {
    VQ_UNKNOWN,   /* nothing is known: the next read tells */
    VQ_KNOWN,     /* `cur`, read and not changed since */
    VQ_UNCHANGED, /* a SET_VQUEUE that must do nothing: `cur`; else `blame` */
    VQ_APPLIED,   /* a valid SET_VQUEUE: `want` */
    VQ_EITHER,    /* the text leaves it open: `cur` or `want`, whole */
    VQ_RESET,     /* RESET_VQUEUE took effect: disabled */
    VQ_PROBE,     /* update of a queue that should be enabled but reads as disabled */
};

struct queue {
    bool max_known, ever_set, suspect_enable;
    bool set_unavailable;    /* SET_VQUEUE was answered while max_size was 0 */
    bool after_device_reset; /* disabled by a device reset and not read since */
    bool quiesced;           /* RESET_VQUEUE answered, not set up again */
    bool ring_reset;         /* the same, and also of a disabled queue */
    bool after_reset;        /* set up since */
    bool served;             /* it used buffers before its RESET_VQUEUE */
    bool misset;             /* it reads as something else than was set: no buffer can be used */
    bool early;              /* a read in a pipeline showed it as before its SET_VQUEUE */
    uint32_t early_index;
    bool no_interrupt, corrupted, polled_event;
    bool owes_event, owes_buffers;
    bool debtor; /* in the device's list of queues that owe, or owed */
    struct queue *next_debtor;
    uint32_t index;
    enum vq_pending pending;
    enum vmsg_clause_no blame;
    uint32_t max_size;
    uint32_t given;           /* flags of the last SET_VQUEUE, inverted: the fields it gives */
    uint32_t configured;      /* the same of all that were taken since the last reset */
    uint32_t epoch;           /* device epoch in which the rest was learned */
    uint32_t max_epoch, life; /* the same for max_size and ever_set */
    uint32_t excused;         /* buffers that may be used without EVENT_USED */
    uint64_t read_serial;     /* of the last GET_VQUEUE */
    uint64_t set_answered_at; /* serial when the last change was answered */
    struct vq_params cur, want;
    uint32_t available, used;
    uint32_t used_seen; /* where in the trace */
};

enum write_kind { WRITE_NONE, WRITE_NOOP, WRITE_REJECTED, WRITE_APPLIED };

struct config_state {
    bool gen_known;
    bool gen_read;       /* by GET_CONFIG, nothing happened since */
    bool moves_told;     /* a new count in a response or event was the one that was read then */
    bool applied_once;   /* a write was accepted, ever */
    bool bytes_unstable; /* seen to change at one generation */
    bool gen_unstable;   /* seen to change between two reads for no visible reason */
    uint32_t gen, read_gen;
    bool shadow_valid;
    uint32_t shadow_gen;
    uint8_t *shadow, *known; /* CONFIG_KEPT bytes each, allocated with the first read */
    uint32_t known_end;      /* nothing is known from here on */
    bool event_since_shadow;
    bool io_since_shadow; /* the driver may have caused a change through a virtqueue */
    uint32_t excuses;     /* events that own writes and noted changes may still cause */
    /* The driver's last write, until the next read of it. */
    enum write_kind write;
    bool event_since_write;
    uint32_t write_gen; /* of its response */
    uint32_t write_offset, write_length;
    uint8_t write_data[TAIL_KEPT];
    uint8_t write_old[TAIL_KEPT]; /* what was there, when known */
    bool write_old_known;
    uint32_t write_old_gen; /* at which it was read */
    /* A write that the device accepted before: the same must be "otherwise valid" again. */
    bool accepted;
    uint32_t accepted_offset, accepted_length;
    uint64_t accepted_hash;
    /* A generation claimed by a SET_CONFIG response or EVENT_CONFIG, to be compared with reads. */
    enum { CLAIM_NONE, CLAIM_SET, CLAIM_EVENT } claim;
    bool claim_rejected; /* the write was rejected: nothing changed */
    uint32_t claim_gen, claim_before, claim_read;
    bool claim_before_known, claim_suspect;
    uint32_t claim_index;
    bool get_trusted, get_distrusted; /* a third source sided with GET_CONFIG, or against it */
    bool odd_claim_known;             /* an earlier claim that stood alone */
    uint32_t odd_claim;
    /* A claim that reads contradict: proof only together with another one. */
    bool doubted, convicted;
    enum vmsg_clause_no doubt_clause;
    bool doubt_event;
    uint32_t doubt_index, doubt_claim, doubt_read;
    /* Own change, by upper tester. */
    uint8_t *change;
    uint32_t change_offset, change_length;
    bool change_big, change_announced;
    uint32_t change_gen; /* of its event */
    bool owes_event;
    bool owes_seen;                  /* a read has shown the change */
    enum vmsg_clause_no owes_clause; /* broken when the event does not come */
    uint32_t owes_index;
};

struct device {
    uint16_t num;
    bool present, removed, added;
    bool gone;            /* by upper tester, not announced (yet) */
    bool comes;           /* and the last was that it is added */
    uint32_t first, last; /* requests in sending order, NONE when empty */
    uint32_t n_outstanding;
    uint32_t epoch;        /* of what is known of the queues' state */
    bool epoch_is_reset;   /* it began with a completed reset: all queues are disabled */
    uint32_t max_epoch;    /* of their maxima: features decide which queues there are */
    uint32_t life;         /* counts additions of this device number */
    uint32_t answered_ids; /* bit per transport msg_id that was ever answered */
    struct queue *debtors; /* queues that owe, or owed since the last look */
    uint8_t uuid[16];
    /* GET_DEVICE_INFO */
    bool info_known;
    uint64_t info[VMSG_MAX_FIELDS];
    /* status */
    bool status_known, reset_pending, reset_reported, needs_reset_noted, corrupted;
    bool needs_reset_told;   /* an EVENT_CONFIG said so in this life of the device */
    bool needs_reset_missed; /* a read after the note did not show it (yet) */
    uint32_t needs_reset_index;
    bool status_suspect; /* a read that differs from the last response shows that one to be wrong */
    bool reset_muddled;  /* written before its reset was complete: no status can be expected */
    bool queues_set;     /* since the reset */
    bool set_up_in_reset; /* features or queues were written since a reset began */
    bool idle;            /* it was reset, and DRIVER_OK was not set since */
    bool status_fresh;    /* it comes from a response, no read has shown it yet */
    uint32_t shown;       /* bits that reads showed, ever */
    uint32_t
        status_wrote;  /* bits that the driver wrote, ever: a device may keep what is undefined */
    bool status_early; /* a read in a pipeline showed the status before */
    uint32_t early_status, early_index;
    bool status_odd; /* the last response changed bits that a device may not change */
    uint32_t status, status_before, status_asked;
    uint64_t status_answered_at;
    bool owes_status_event;
    uint32_t owes_status_index;
    uint32_t status_sets_outstanding, config_sets_outstanding, vqueue_sets_outstanding;
    /* what the last answered request makes an EVENT_CONFIG that follows mean; see events.c */
    bool watch_status, watch_mismatch;
    bool held_event;     /* one that came while a write was outstanding */
    bool held_kicked;    /* an EVENT_AVAIL was sent since an answer, so it may have caused it */
    bool event_by_write; /* a write has caused one for sure */
    uint32_t held_status, held_gen, held_index;
    /* features */
    uint64_t offered_known; /* bit per block */
    uint32_t offered[FEATURE_BLOCKS];
    uint32_t selected_known; /* bit per block, written since the reset */
    uint32_t selected[SELECT_BLOCKS];
    bool selected_far;        /* bits in blocks beyond SELECT_BLOCKS were written since the reset */
    bool selection_unknown;   /* a write whose effect the text leaves open */
    uint32_t features_writes; /* SET_DRIVER_FEATURES since the reset */
    bool split;               /* block 1 written, then another message that left it alone */
    bool selected_since_read;
    uint64_t accepted_set; /* hash of a set accepted from one message; 0 none */
    bool refuses_without_v1, ring_reset_proved, ring_reset_refused;
    bool state_hidden;     /* GET_VQUEUE was proved not to show what is enabled */
    bool sizes_odd;        /* cur_size is not 0 before configuration: no size proves anything */
    bool ring_reset_given; /* RING_RESET was selected since the reset, if only for a while */
    /* queue-wide events */
    uint64_t oob_set_at, oob_reset_at, malformed_at; /* serials */
    uint64_t discarded_at;     /* of the last message that must be discarded */
    uint32_t discarded_status; /* status asked for by the last SET_DEVICE_STATUS among them */
    uint64_t answered_at;      /* of the last request that was answered */
    uint64_t kicked_at;        /* of the last EVENT_AVAIL */
    uint64_t last_answer; /* hash of the last response to one of several outstanding requests */
    /* Events without cause: while only messages to be discarded could have caused them, or not. */
    bool event_discarding, event_otherwise;
    uint32_t event_discarding_index;
    struct queue **pages; /* of QUEUE_PAGE queues, allocated when touched */
    unsigned n_pages;     /* those behind were never touched */
    struct config_state config;
    /* shared memory: the last few regions that were asked for */
    struct {
        bool known;
        uint32_t id;
        uint64_t length, address;
    } shm[8];
    /* token transparency: one request as it was answered and not answered */
    struct {
        uint64_t hash;
        uint32_t answered, unanswered;
        uint16_t token;     /* of the unanswered ones */
        uint64_t seen_hash; /* the last answered one */
        uint16_t seen_token;
    } opaque;
};

struct vmsg_oracle {
    struct vmsg_oracle_config config;
    struct drv_judge *drv; /* NULL: drivers are not judged */
    struct relay *relay;   /* of a bus */
    enum vmsg_judged side; /* whose behaviour is being looked at: findings are this side's */
    vmsg_finding_fn found;
    void *ctx;
    bool muted; /* what is looked at now is no evidence, see drv.c */
    bool failed, pads;
    bool lost_track;     /* more was outstanding than is followed */
    unsigned bus_let_go; /* the same of bus messages, for as many answers as this */
    bool bus_echoes;     /* tokens of bus responses were the requests' */
    bool bus_rewrites;   /* or were not */
    uint64_t serial;
    uint64_t now_ns;
    bool timed;           /* by a clock: else now_ns says nothing */
    uint64_t answered_at; /* serial of the last sent request that was answered, of any device */
    uint32_t index;       /* of the message or note being judged */
    struct device **devices[256]; /* pages of 256 device numbers, allocated when touched */
    struct device bus;            /* the bus itself, as the receiver of bus messages */
    bool devices_known;
    uint8_t *present, *present_known; /* 65,536 bits each: what GET_DEVICES said */
    /* outstanding requests */
    struct request *requests;
    uint32_t n_requests, free_request;
    struct chain *buckets;
    uint32_t n_buckets; /* power of two */
    uint32_t n_used;
    struct chain ghost_buckets[GHOSTS];
    uint32_t ghosts[GHOSTS];
    uint64_t ghost_serials[GHOSTS];
    uint32_t ghost_at;
    uint64_t recent[RECENT]; /* keys of answered requests */
    uint32_t recent_at;
    uint16_t recent_devs[8]; /* device numbers addressed last */
    uint32_t recent_devs_at;
    uint32_t short_messages; /* unreadable messages sent, not answered so far */
    bool size_swapped;       /* msg_size of the message being judged came big-endian */
    /* Wrong tokens of responses: all so far the request's in the other byte order? */
    bool token_unlike, token_swapped, token_doubted;
    uint16_t doubt_dev, doubt_token, doubt_asked;
    uint32_t doubt_index;
    uint64_t due;  /* answers owed */
    uint64_t owed; /* events and buffers owed */
    uint32_t hotplug_dev;
    bool owes_hotplug;
    bool hotplug_other_named; /* an event named another device while this one was due */
    uint32_t hotplug_other, hotplug_other_index;
    /* A bitmap that contradicts what is known, unless an EVENT_DEVICE follows. */
    struct contradiction {
        bool owed;
        enum vmsg_clause_no clause;
        uint32_t dev, offset, count, index;
        bool now;
    } contradictions[2]; /* by full and by reduced windows */
    uint8_t *scratch;    /* a message with its size corrected, 64 KiB, when first needed */
    uint64_t exercised[VMSG_CLAUSE_COUNT];
    uint64_t findings[VMSG_CLAUSE_COUNT];
};

/* clauses.c: whom each clause binds. */
extern const uint8_t vmsg_clause_bound[VMSG_CLAUSE_COUNT];

/* Is the side whose behaviour is being looked at the one under test, and bound by the clause? */
static inline bool judging(const struct vmsg_oracle *o, enum vmsg_clause_no clause)
{
    return (o->config.judged & o->side & vmsg_clause_bound[clause]) && !o->muted;
}

/* Count a situation. Several are counted for every message, so this is no call. */
static inline void exercise(struct vmsg_oracle *o, enum vmsg_clause_no clause)
{
    o->exercised[clause] += judging(o, clause);
}

#endif
