/*
 * Reading a capture: ours, or one whose packets are bare messages; pcap and pcapng, from a file or
 * standard input, as libpcap reads them. Constant memory.
 */
#ifndef VMSG_PCAP_READER_H
#define VMSG_PCAP_READER_H

#include "adapters/pcap/record.h"

#include <stdio.h>

struct vmsg_reader;

/* "-" is standard input. NULL with a sentence in err. */
struct vmsg_reader *vmsg_reader_open(const char *path, char *err, size_t err_size);

/* The same of an open file, which becomes the reader's, or is closed; `name` is for sentences. */
struct vmsg_reader *vmsg_reader_of(FILE *file, const char *name, char *err, size_t err_size);
void vmsg_reader_close(struct vmsg_reader *r);

/*
 * Is there a first packet, and a whole one? It is shown, to be looked at before it is read; else
 * false with a sentence in err.
 */
bool vmsg_reader_begins(struct vmsg_reader *r, struct vmsg_tape_record *first, char *err,
                        size_t err_size);

/* Begins the first packet with our pseudo-header? It is looked at without being consumed. */
bool vmsg_reader_is_ours(struct vmsg_reader *r);

/*
 * What the packets are by their link type, "Ethernet", if that is a protocol of its own and none
 * that users define: whoever takes them for bare messages may be wrong. Else NULL.
 */
const char *vmsg_reader_protocol(const struct vmsg_reader *r);

enum vmsg_reading {
    VMSG_READ_RECORD, /* valid until the next call */
    VMSG_READ_END,
    VMSG_READ_DAMAGED, /* a sentence in err; nothing follows */
};

/*
 * The next record. Of a bare capture each packet is a message whose t_ns counts from the first
 * packet; its direction is not known.
 */
enum vmsg_reading vmsg_reader_next(struct vmsg_reader *r, struct vmsg_tape_record *record,
                                   char *err, size_t err_size);

/*
 * All records that are left, handed over one by one until `take` wants no more (VMSG_READ_RECORD):
 * libpcap has less to do for each packet than when it is asked for them singly.
 */
enum vmsg_reading vmsg_reader_all(struct vmsg_reader *r,
                                  bool (*take)(void *ctx, const struct vmsg_tape_record *record),
                                  void *ctx, char *err, size_t err_size);

/* Number of the last packet, from 1, as Wireshark counts. */
uint64_t vmsg_reader_packet(const struct vmsg_reader *r);

#endif
