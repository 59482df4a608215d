/* Writing a capture; see writer.h. */
#include "adapters/pcap/writer.h"

#include "adapters/pcap/library.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PACKET_MOST 262144u /* libpcap reads no more of a packet */
#define BUFFER      (2u * PACKET_MOST)

struct vmsg_capture {
    const struct vmsg_libpcap *lib;
    char *path;
    FILE *file;
    pcap_t *format;
    pcap_dumper_t *dumper;
    pthread_mutex_t lock;
    bool eager;
    off_t whole; /* bytes of the file that are whole records */
    off_t given; /* bytes handed to stdio */
    int failed;  /* errno of the first failure, 0: none */
    char *buffer;
    uint8_t packet[PACKET_MOST];
};

static void release(struct vmsg_capture *c)
{
    if (c->dumper)
        c->lib->pcap_dump_close(c->dumper); /* closes the file */
    else if (c->file)
        fclose(c->file);
    if (c->format)
        c->lib->pcap_close(c->format);
    pthread_mutex_destroy(&c->lock);
    free(c->buffer);
    free(c->path);
    free(c);
}

/* What stdio holds goes to the file; a record that does not fit takes none with it. */
static void flush(struct vmsg_capture *c)
{
    if (c->failed)
        return;
    errno = 0;
    if (fflush(c->file) == 0 && !ferror(c->file)) {
        c->whole = c->given;
        return;
    }
    c->failed = errno ? errno : EIO;
    (void)!ftruncate(fileno(c->file), c->whole); /* a pipe keeps what it has */
}

struct vmsg_capture *vmsg_capture_create(const char *path, bool eager, char *err, size_t err_size)
{
    const struct vmsg_libpcap *lib = vmsg_libpcap(err, err_size);
    struct vmsg_capture *c;

    if (!lib)
        return NULL;
    snprintf(err, err_size, "not enough memory for a capture");
    c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->lib = lib;
    pthread_mutex_init(&c->lock, NULL);
    c->eager = eager;
    c->path = strdup(path);
    c->buffer = malloc(BUFFER);
    c->format = c->lib->pcap_open_dead_with_tstamp_precision(VMSG_LINKTYPE, PACKET_MOST,
                                                             PCAP_TSTAMP_PRECISION_NANO);
    if (c->path && c->buffer && c->format) {
        c->file = fopen(path, "we");
        if (!c->file)
            snprintf(err, err_size, "the capture '%s' cannot be written: %s", path,
                     strerror(errno));
    }
    if (c->file && setvbuf(c->file, c->buffer, _IOFBF, BUFFER) == 0)
        c->dumper = c->lib->pcap_dump_fopen(c->format, c->file);
    if (!c->dumper) {
        release(c);
        return NULL;
    }
    c->given = sizeof(struct pcap_file_header);
    flush(c);
    if (!c->failed)
        return c;
    snprintf(err, err_size, "the capture '%s' cannot be written: %s", path, strerror(c->failed));
    release(c);
    return NULL;
}

static void write_packet(struct vmsg_capture *c, const struct vmsg_tape_record *r)
{
    struct pcap_pkthdr header = {.caplen = (bpf_u_int32)(VMSG_PSEUDO_SIZE + r->len)};
    off_t size = 16 + (off_t)header.caplen;
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    header.len = header.caplen;
    header.ts.tv_sec = now.tv_sec;
    header.ts.tv_usec = now.tv_nsec; /* the file's precision is nanoseconds */
    if (c->given - c->whole + size > (off_t)BUFFER)
        flush(c); /* stdio itself must never write a part */
    vmsg_pseudo_put(c->packet, r);
    memcpy(c->packet + VMSG_PSEUDO_SIZE, r->payload, r->len);
    if (c->failed)
        return;
    c->lib->pcap_dump((u_char *)c->dumper, &header, c->packet);
    c->given += size;
    if (c->eager || r->kind == VMSG_TAPE_CLOSE || r->kind == VMSG_TAPE_END)
        flush(c);
}

void vmsg_capture_put(void *capture, const struct vmsg_tape_record *r)
{
    struct vmsg_capture *c = capture;

    pthread_mutex_lock(&c->lock);
    if (!c->failed && r->len > PACKET_MOST - VMSG_PSEUDO_SIZE)
        c->failed = EMSGSIZE;
    else if (!c->failed)
        write_packet(c, r);
    pthread_mutex_unlock(&c->lock);
}

bool vmsg_capture_finish(struct vmsg_capture *c, char *err, size_t err_size)
{
    bool ok;

    if (!c)
        return true;
    flush(c);
    ok = !c->failed;
    if (!ok)
        snprintf(err, err_size,
                 "the capture '%s' is not complete: %s; what was captured before is valid", c->path,
                 strerror(c->failed));
    release(c);
    return ok;
}
