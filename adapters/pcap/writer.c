/* Writing a capture; see writer.h. */
#include "adapters/pcap/writer.h"

#include "adapters/pcap/library.h"
#include "adapters/quiet.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PACKET_MOST 262144u /* libpcap reads no more of a packet */
#define BUFFER      (2u * PACKET_MOST)

/* What the processes that write to the file have in common. */
struct shared {
    pthread_mutex_t lock; /* robust: its holder may be killed */
    off_t whole;          /* bytes of the file that are whole records */
    int failed;           /* errno of the first failure, 0: none */
};

struct vmsg_capture {
    const struct vmsg_libpcap *lib;
    struct shared *shared;
    char *path;
    FILE *file;
    pcap_t *format;
    pcap_dumper_t *dumper;
    bool eager;
    bool pipe;     /* no regular file: who reads along may leave */
    off_t pending; /* bytes that stdio holds */
    char *buffer;
    uint8_t packet[PACKET_MOST];
};

static struct shared *share(void)
{
    struct shared *s =
        mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_t how;

    if (s == MAP_FAILED)
        return NULL;
    pthread_mutexattr_init(&how);
    pthread_mutexattr_setpshared(&how, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&how, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&s->lock, &how);
    pthread_mutexattr_destroy(&how);
    return s;
}

/* What its last holder began to write, and did not come to the end of, is taken back. */
static void lock(struct vmsg_capture *c)
{
    if (pthread_mutex_lock(&c->shared->lock) != EOWNERDEAD)
        return;
    if (!c->shared->failed && ftruncate(fileno(c->file), c->shared->whole) != 0)
        c->shared->failed = errno;
    pthread_mutex_consistent(&c->shared->lock);
}

static void unlock(struct vmsg_capture *c)
{
    pthread_mutex_unlock(&c->shared->lock);
}

static void close_file(struct vmsg_capture *c)
{
    struct vmsg_quiet quiet;

    vmsg_quiet_begin(&quiet);
    if (c->dumper)
        c->lib->pcap_dump_close(c->dumper); /* closes the file, and writes what is left */
    else if (c->file)
        fclose(c->file);
    vmsg_quiet_end(&quiet, c->shared ? c->shared->failed : 0);
}

static void release(struct vmsg_capture *c)
{
    close_file(c);
    if (c->format)
        c->lib->pcap_close(c->format);
    if (c->shared)
        munmap(c->shared, sizeof *c->shared);
    free(c->buffer);
    free(c->path);
    free(c);
}

/* 0, or why what stdio holds did not go to the file. */
static int write_out(struct vmsg_capture *c)
{
    struct vmsg_quiet quiet;
    int error;

    if (c->pipe)
        vmsg_quiet_begin(&quiet);
    errno = 0;
    error = fflush(c->file) == 0 && !ferror(c->file) ? 0 : errno ? errno : EIO;
    if (c->pipe)
        vmsg_quiet_end(&quiet, error);
    return error;
}

/* What stdio holds goes to the file; a record that does not fit takes none with it. */
static void flush(struct vmsg_capture *c)
{
    int error;

    if (c->shared->failed)
        return;
    error = write_out(c);
    if (!error) {
        c->shared->whole += c->pending;
        c->pending = 0;
        return;
    }
    c->shared->failed = error;
    (void)!ftruncate(fileno(c->file), c->shared->whole); /* a pipe keeps what it has */
}

/* Appended to, so that what is taken back leaves no hole. */
static FILE *open_file(const char *path)
{
    FILE *file = fopen(path, "we");

    if (file)
        fcntl(fileno(file), F_SETFL, O_APPEND);
    return file;
}

struct vmsg_capture *vmsg_capture_create(const char *path, bool eager, char *err, size_t err_size)
{
    const struct vmsg_libpcap *lib = vmsg_libpcap(err, err_size);
    struct vmsg_capture *c;
    struct stat st;

    if (!lib)
        return NULL;
    snprintf(err, err_size, "not enough memory for a capture");
    c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->lib = lib;
    c->shared = share();
    c->eager = eager;
    c->path = strdup(path);
    c->buffer = malloc(BUFFER);
    c->format = c->lib->pcap_open_dead_with_tstamp_precision(VMSG_LINKTYPE, PACKET_MOST,
                                                             PCAP_TSTAMP_PRECISION_NANO);
    if (c->shared && c->path && c->buffer && c->format) {
        c->file = open_file(path);
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
    c->pending = sizeof(struct pcap_file_header);
    c->pipe = fstat(fileno(c->file), &st) == 0 && !S_ISREG(st.st_mode);
    flush(c);
    if (!c->shared->failed)
        return c;
    snprintf(err, err_size, "the capture '%s' cannot be written: %s", path,
             strerror(c->shared->failed));
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
    if (c->pending + size > (off_t)BUFFER)
        flush(c); /* stdio itself must never write a part */
    vmsg_pseudo_put(c->packet, r);
    memcpy(c->packet + VMSG_PSEUDO_SIZE, r->payload, r->len);
    if (c->shared->failed)
        return;
    c->lib->pcap_dump((u_char *)c->dumper, &header, c->packet);
    c->pending += size;
    if (c->eager || r->kind == VMSG_TAPE_CLOSE || r->kind == VMSG_TAPE_END)
        flush(c);
}

void vmsg_capture_put(void *capture, const struct vmsg_tape_record *r)
{
    struct vmsg_capture *c = capture;

    lock(c);
    if (!c->shared->failed && r->len > PACKET_MOST - VMSG_PSEUDO_SIZE)
        c->shared->failed = EMSGSIZE;
    else if (!c->shared->failed)
        write_packet(c, r);
    unlock(c);
}

bool vmsg_capture_finish(struct vmsg_capture *c, char *err, size_t err_size)
{
    bool ok;

    if (!c)
        return true;
    lock(c);
    flush(c);
    unlock(c);
    ok = !c->shared->failed;
    if (!ok)
        snprintf(err, err_size,
                 "the capture '%s' is not complete: %s; what was captured before is valid", c->path,
                 strerror(c->shared->failed));
    release(c);
    return ok;
}
