/* Reading a capture; see reader.h. */
#include "adapters/pcap/reader.h"

#include "adapters/pcap/library.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER (64u << 10) /* the C library's own has room for some fifty messages */

struct vmsg_reader {
    const struct vmsg_libpcap *lib;
    pcap_t *pcap;
    char *buffer;      /* the file's; standard input outlives the reader and keeps its own */
    bool ours, looked; /* the first packet was read, and is the next one */
    int looked_status;
    uint64_t packet, first_ns;
    struct pcap_pkthdr *header;
    const u_char *bytes;
};

struct vmsg_reader *vmsg_reader_of(FILE *file, const char *name, char *err, size_t err_size)
{
    char why[PCAP_ERRBUF_SIZE] = "not enough memory";
    const struct vmsg_libpcap *lib = vmsg_libpcap(err, err_size);
    struct vmsg_reader *r;

    if (!lib) {
        fclose(file);
        return NULL;
    }
    r = calloc(1, sizeof *r);
    if (r)
        r->lib = lib;
    if (r && file != stdin && (r->buffer = malloc(BUFFER)))
        setvbuf(file, r->buffer, _IOFBF, BUFFER);
    if (r)
        r->pcap =
            r->lib->pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, why);
    if (r && r->pcap)
        return r;
    snprintf(err, err_size, "%s is no capture that libpcap reads: %s", name, why);
    fclose(file);
    if (r)
        free(r->buffer);
    free(r);
    return NULL;
}

struct vmsg_reader *vmsg_reader_open(const char *path, char *err, size_t err_size)
{
    bool input = strcmp(path, "-") == 0;
    FILE *file = input ? stdin : fopen(path, "rbe");

    if (file)
        return vmsg_reader_of(file, input ? "standard input" : path, err, err_size);
    snprintf(err, err_size, "cannot read '%s': %s", path, strerror(errno));
    return NULL;
}

void vmsg_reader_close(struct vmsg_reader *r)
{
    if (!r)
        return;
    r->lib->pcap_close(r->pcap);
    free(r->buffer);
    free(r);
}

static int read_packet(struct vmsg_reader *r)
{
    int status = r->looked_status;

    if (!r->looked)
        status = r->lib->pcap_next_ex(r->pcap, &r->header, &r->bytes);
    r->looked = false;
    r->packet += status == 1;
    return status;
}

bool vmsg_reader_is_ours(struct vmsg_reader *r)
{
    if (r->packet == 0 && !r->looked) {
        r->looked_status = r->lib->pcap_next_ex(r->pcap, &r->header, &r->bytes);
        r->looked = true;
        r->ours = r->looked_status == 1 && vmsg_pseudo_begins(r->bytes, r->header->caplen);
    }
    return r->ours;
}

const char *vmsg_reader_protocol(const struct vmsg_reader *r)
{
    int type = r->lib->pcap_datalink(r->pcap);
    const char *name = r->lib->pcap_datalink_val_to_description(type);

    if (type >= DLT_USER0 && type <= DLT_USER15)
        return NULL;
    return name ? name : "an unknown protocol";
}

uint64_t vmsg_reader_packet(const struct vmsg_reader *r)
{
    return r->packet;
}

static enum vmsg_reading damaged(const struct vmsg_reader *r, const char *why, char *err,
                                 size_t err_size)
{
    snprintf(err, err_size, "the capture is damaged at packet %llu: %s",
             (unsigned long long)r->packet, why);
    return VMSG_READ_DAMAGED;
}

/* A broken time stamp is no reason to stop: it counts as the first one. */
static uint64_t bare_time(struct vmsg_reader *r, const struct pcap_pkthdr *header)
{
    uint64_t now = (uint64_t)header->ts.tv_sec * 1000000000u + (uint64_t)header->ts.tv_usec;

    if (r->packet == 1)
        r->first_ns = now;
    return now >= r->first_ns ? now - r->first_ns : 0;
}

/* The last packet as a record; NULL, or why it is damaged. */
static inline const char *record_of(struct vmsg_reader *r, const struct pcap_pkthdr *header,
                                    const u_char *bytes, struct vmsg_tape_record *record)
{
    if (header->caplen < header->len)
        return "it was cut short when it was captured (snap length)";
    if (r->ours)
        return vmsg_pseudo_get(record, bytes, header->caplen);
    *record = (struct vmsg_tape_record){.kind = VMSG_TAPE_MESSAGE,
                                        .index = (uint32_t)(r->packet - 1),
                                        .t_ns = bare_time(r, header),
                                        .payload = bytes,
                                        .len = header->caplen};
    return NULL;
}

bool vmsg_reader_begins(struct vmsg_reader *r, struct vmsg_tape_record *first, char *err,
                        size_t err_size)
{
    const char *why;

    vmsg_reader_is_ours(r);
    if (r->looked_status == 1) {
        why = record_of(r, r->header, r->bytes, first);
    } else if (r->looked_status == PCAP_ERROR_BREAK) {
        snprintf(err, err_size, "it holds no messages");
        return false;
    } else {
        why = r->lib->pcap_geterr(r->pcap);
    }
    if (why)
        snprintf(err, err_size, "the capture is damaged at packet 1: %s", why);
    return !why;
}

/* What libpcap says instead of giving a packet. */
static enum vmsg_reading no_packet(struct vmsg_reader *r, bool end, char *err, size_t err_size)
{
    if (end)
        return VMSG_READ_END;
    r->packet++;
    return damaged(r, r->lib->pcap_geterr(r->pcap), err, err_size);
}

enum vmsg_reading vmsg_reader_next(struct vmsg_reader *r, struct vmsg_tape_record *record,
                                   char *err, size_t err_size)
{
    const char *why;
    int status;

    vmsg_reader_is_ours(r); /* looks at the first packet */
    status = read_packet(r);
    if (status != 1)
        return no_packet(r, status == PCAP_ERROR_BREAK, err, err_size);
    why = record_of(r, r->header, r->bytes, record);
    return why ? damaged(r, why, err, err_size) : VMSG_READ_RECORD;
}

struct taking {
    struct vmsg_reader *reader;
    bool (*take)(void *ctx, const struct vmsg_tape_record *record);
    void *ctx;
    const char *why; /* NULL, or why the last packet is damaged */
};

static void take_packet(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes)
{
    struct taking *t = (struct taking *)(void *)user;
    struct vmsg_reader *r = t->reader;
    struct vmsg_tape_record record;

    r->packet++;
    t->why = record_of(r, header, bytes, &record);
    if (t->why || !t->take(t->ctx, &record))
        r->lib->pcap_breakloop(r->pcap);
}

enum vmsg_reading vmsg_reader_all(struct vmsg_reader *r,
                                  bool (*take)(void *ctx, const struct vmsg_tape_record *record),
                                  void *ctx, char *err, size_t err_size)
{
    struct taking t = {.reader = r, .take = take, .ctx = ctx};
    struct vmsg_tape_record first;
    enum vmsg_reading how = vmsg_reader_next(r, &first, err, err_size); /* looked at already */
    int status;

    if (how != VMSG_READ_RECORD || !take(ctx, &first))
        return how;
    status = r->lib->pcap_loop(r->pcap, -1, take_packet, (u_char *)&t);
    if (status != PCAP_ERROR_BREAK)
        return no_packet(r, status == 0, err, err_size);
    return t.why ? damaged(r, t.why, err, err_size) : VMSG_READ_RECORD;
}
