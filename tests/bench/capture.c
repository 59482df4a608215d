/*
 * What judging a capture costs, next to a bare read of the same file by libpcap in the same run:
 * bench_capture FILE MESSAGES writes a capture of a block device at work, then reads it both ways.
 */
#include "adapters/pcap/reader.h"
#include "adapters/pcap/writer.h"
#include "harness/engine/player.h"
#include "harness/engine/tape_run.h"
#include "tests/bench/session.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { PASSES = 5 };

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void give_up(const char *why)
{
    fprintf(stderr, "bench_capture: %s\n", why);
    exit(1);
}

/* Rounds of the usual traffic: status, configuration, queue state, notifications. */
static void record_usual(struct bench_session *s)
{
    uint64_t read[] = {0, 60}, write[] = {0, 44, 16}, queue[] = {0}, avail[] = {0, 0};

    bench_session_begin(s, "block");
    bench_initialise(s);
    for (unsigned i = 0; i < 4096; i++) {
        bench_request(s, "GET_CONFIG", (uint16_t)i, read, NULL, 0);
        bench_request(s, "GET_DEVICE_STATUS", (uint16_t)i, NULL, NULL, 0);
        bench_request(s, "EVENT_AVAIL", 0, avail, NULL, 0);
        if (i % 16 == 0)
            bench_request(s, "SET_CONFIG", (uint16_t)i, write, "0123456789abcdef", 16);
        bench_request(s, "GET_VQUEUE", (uint16_t)i, queue, NULL, 0);
    }
}

static uint64_t write_capture(const char *path, uint64_t messages)
{
    static const uint16_t devices[] = {0};
    const struct vmsg_oracle_config config = {.judged = VMSG_JUDGE_DEVICE,
                                              .revision = 1,
                                              .max_msg_size = VMSG_MAX_SIZE_DEFAULT,
                                              .devices = devices,
                                              .n_devices = 1};
    struct vmsg_tape_place at = {.judged = VMSG_JUDGE_DEVICE};
    struct bench_session s;
    char err[300];
    struct vmsg_capture *capture = vmsg_capture_create(path, false, err, sizeof err);
    struct vmsg_tape tape = {.put = vmsg_capture_put, .ctx = capture};

    if (!capture)
        give_up(err);
    record_usual(&s);
    at.session = vmsg_tape_session(&tape, at.judged, vmsg_session_for("benchmark"));
    vmsg_tape_connect(&tape, at.session, &config, NULL);
    for (uint64_t i = 0; i < messages; i++) {
        const struct bench_message *m = &s.messages[i % s.n];

        at.index = (uint32_t)i;
        at.t_ns = i * 1000;
        vmsg_tape_message(&tape, &at, m->direction == VMSG_TO_DRIVER, 0, m->bytes, m->len);
    }
    vmsg_tape_close(&tape, &at, NULL);
    if (!vmsg_capture_finish(capture, err, sizeof err))
        give_up(err);
    return messages;
}

static volatile uint8_t sink;

static double read_bare(const char *path)
{
    char err[PCAP_ERRBUF_SIZE];
    pcap_t *p = pcap_open_offline(path, err);
    struct pcap_pkthdr *header;
    const u_char *bytes;
    double start = now_ns();

    if (!p)
        give_up(err);
    while (pcap_next_ex(p, &header, &bytes) == 1)
        sink = bytes[header->caplen - 1];
    pcap_close(p);
    return now_ns() - start;
}

static bool play(void *player, const struct vmsg_tape_record *record)
{
    vmsg_player_put(player, record);
    return !vmsg_player_error(player);
}

static double judge(const char *path, const struct vmsg_catalogue *catalogue)
{
    struct vmsg_player *player = vmsg_player_new(catalogue);
    struct vmsg_run_result result;
    struct vmsg_suite *suite;
    char err[300];
    double start = now_ns(), end;
    struct vmsg_reader *reader = vmsg_reader_open(path, err, sizeof err);

    if (!player || !reader)
        give_up(err);
    vmsg_reader_all(reader, play, player, err, sizeof err);
    end = now_ns();
    if (vmsg_player_error(player))
        give_up(vmsg_player_error(player));
    suite = vmsg_suite_load(VMSG_ROLE_DEVICE, NULL, catalogue, err, sizeof err);
    if (!suite)
        give_up(err);
    vmsg_player_result(player, suite, &result);
    vmsg_suite_free(suite);
    if (vmsg_run_clause_count(&result, VMSG_CLAUSE_FAIL))
        give_up("a finding in the traffic of a good device");
    vmsg_run_result_clear(&result);
    vmsg_player_free(player);
    vmsg_reader_close(reader);
    return end - start;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    uint64_t n = argc == 3 ? strtoull(argv[2], NULL, 10) : 0;
    double bare[PASSES], judged[PASSES];
    struct vmsg_catalogue *catalogue;
    struct rusage usage;
    char err[300];

    if (n == 0)
        give_up("usage: bench_capture FILE MESSAGES");
    catalogue = vmsg_catalogue_load("v2", err, sizeof err);
    if (!catalogue)
        give_up(err);
    write_capture(argv[1], n);
    for (unsigned i = 0; i < PASSES; i++) { /* alternating, so that both see the same machine */
        bare[i] = read_bare(argv[1]);
        judged[i] = judge(argv[1], catalogue);
    }
    qsort(bare, PASSES, sizeof *bare, ascending);
    qsort(judged, PASSES, sizeof *judged, ascending);
    getrusage(RUSAGE_SELF, &usage);
    printf("%llu messages, ns each: bare libpcap read %.1f, read and judged %.1f (%.2f of the bare "
           "read); peak resident memory %ld KiB\n",
           (unsigned long long)n, bare[PASSES / 2] / (double)n, judged[PASSES / 2] / (double)n,
           judged[PASSES / 2] / bare[PASSES / 2], usage.ru_maxrss);
    vmsg_catalogue_free(catalogue);
    return 0;
}
