/*
 * The clause catalogue of one spec revision, loaded from its Lua data (embedded in the program).
 */
#ifndef VMSG_CATALOGUE_H
#define VMSG_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum vmsg_level { VMSG_MUST, VMSG_SHOULD, VMSG_MAY };

/* How a clause can be observed by a peer. */
enum vmsg_observe {
    VMSG_OBSERVE_WIRE,        /* in the message stream */
    VMSG_OBSERVE_MEMORY,      /* needs DMA memory */
    VMSG_OBSERVE_UPPER,       /* needs the upper tester */
    VMSG_OBSERVE_DECLARATION, /* the ICS alone answers it */
    VMSG_OBSERVE_NONE,        /* cannot be observed; `why` says why */
    VMSG_OBSERVE_RESTATED,    /* says again what clause `restates` says, judged there */
};

struct vmsg_clause {
    const char *id;   /* "dev.set-vqueue.2" */
    const char *role; /* "device", "driver", "bus" or "any" */
    enum vmsg_level level;
    const char *section; /* the spec's label path below the chapter, without the role */
    const char *title;   /* the block's title, "SET_VQUEUE"; prose: the field or table */
    const char *summary; /* in our own words */
    enum vmsg_observe observe;
    const char *why;             /* why it cannot be observed, or what it needs; NULL */
    const char *restates;        /* clause id, or NULL */
    const char *const *readings; /* legal readings of an ambiguous text; NULL-terminated, or NULL */
    uint64_t hash;               /* FNV-1a 64 of the normalised spec text, for `rules diff` */
    unsigned order;              /* position in the spec, for reports */
};

/*
 * One of the AMP layout, "amp.queue-head.2": specific to that bus, no clause of the specification,
 * and binding whoever is at the other side of the shared memory.
 */
static inline bool vmsg_clause_of_layout(const struct vmsg_clause *c)
{
    return c->id[0] == 'a' && c->id[1] == 'm' && c->id[2] == 'p' && c->id[3] == '.';
}

struct vmsg_catalogue;

/* Load "v2". NULL with a sentence in err. Immutable afterwards, shareable between threads. */
struct vmsg_catalogue *vmsg_catalogue_load(const char *revision, char *err, size_t err_size);
void vmsg_catalogue_free(struct vmsg_catalogue *c);

/* The name reports give the spec: "virtio-msg-v2". */
const char *vmsg_catalogue_spec(const struct vmsg_catalogue *c);

size_t vmsg_catalogue_size(const struct vmsg_catalogue *c);
const struct vmsg_clause *vmsg_catalogue_at(const struct vmsg_catalogue *c,
                                            size_t i); /* spec order */
const struct vmsg_clause *vmsg_catalogue_find(const struct vmsg_catalogue *c, const char *id);

const char *vmsg_level_text(enum vmsg_level level); /* "MUST", ... */
const char *
vmsg_observe_text(enum vmsg_observe observe); /* "wire", "memory", "upper tester", ... */

#endif
