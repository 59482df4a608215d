/*
 * One record of a tape (harness/engine/tape.h), and the pseudo-header in front of it when it is a
 * packet of a capture. docs/captures.md describes both for other tools.
 */
#ifndef VMSG_PCAP_RECORD_H
#define VMSG_PCAP_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The numbers are those of the pseudo-header. */
enum vmsg_tape_kind {
    VMSG_TAPE_MESSAGE, /* payload: the message's bytes */
    VMSG_TAPE_RUN,     /* payload of this and all that follow: a JSON object */
    VMSG_TAPE_SESSION, /* an attempt at a scenario, or another purpose, begins */
    VMSG_TAPE_CONNECT, /* what the oracle is made from */
    VMSG_TAPE_NOTE,    /* a fact for the oracle */
    VMSG_TAPE_REMARK,  /* a line of the trace: upper-tester lines, events of the connection */
    VMSG_TAPE_SETTLE,  /* nothing more came, though the harness waited */
    VMSG_TAPE_FINDING, /* a mark: what the live oracle found; playing finds it again */
    VMSG_TAPE_CLOSE,   /* the session's end, with its verdict */
    VMSG_TAPE_END,     /* the run's end */
    VMSG_TAPE_COMMAND, /* an upper-tester command, as it was sent; the oracle learns by notes */
    VMSG_TAPE_LAYOUT,  /* what was seen of the shared-memory layout, for the oracle */
    VMSG_TAPE_KIND_COUNT,
};

struct vmsg_tape_record {
    enum vmsg_tape_kind kind;
    uint32_t session;    /* from 1; 0: the run itself */
    uint32_t index;      /* in the session's trace, as findings name it */
    uint64_t t_ns;       /* since the connection began */
    uint8_t judged;      /* what the SUT is: 1 a device, 2 a driver, 4 a bus */
    bool from_sut;       /* messages: who sent it */
    bool to_driver;      /* messages: whom it is for */
    uint8_t endpoint;    /* messages: 1 at the device side of a bus */
    const void *payload; /* valid during the call */
    size_t len;
};

/* A link type for private use, <https://www.tcpdump.org/linktypes.html>: LINKTYPE_USER10. */
#define VMSG_LINKTYPE      157
#define VMSG_PSEUDO_MAGIC  "VMSG"
#define VMSG_PSEUDO_SIZE   32u
#define VMSG_PSEUDO_FORMAT 1u

void vmsg_pseudo_put(uint8_t out[VMSG_PSEUDO_SIZE], const struct vmsg_tape_record *record);

/* Does a packet begin like one of ours? */
bool vmsg_pseudo_begins(const uint8_t *packet, size_t len);

/* NULL, or why this is no packet of ours. */
const char *vmsg_pseudo_get(struct vmsg_tape_record *record, const uint8_t *packet, size_t len);

#endif
