/*
 * The reference bus and its judge under load: a million requests over a thousand devices with 256
 * under way to each, judged throughout. Prints one line.
 */
#include "tests/bus/soak.h"

#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(void)
{
    static const struct soak_config config = {
        .devices = 1000, .outstanding = 256, .requests = 1000000};
    struct soak_result r;
    struct rusage usage;
    double start = now_s(), seconds;

    if (soak_run(&config, &r) != 0)
        return 1;
    seconds = now_s() - start;
    if (*r.finding) {
        fprintf(stderr, "%s\n", r.finding);
        return 1; /* a good bus: the benchmark or the oracle is wrong */
    }
    getrusage(RUSAGE_SELF, &usage);
    printf("%llu requests, up to %llu under way: %.0f requests/s, %.0f ns a message judged, bus "
           "included; %zu KiB allocated after a quarter, %zu KiB at the end, %ld KiB resident\n",
           (unsigned long long)r.responses, (unsigned long long)r.most,
           (double)r.responses / seconds, seconds * 1e9 / (double)r.judged, r.early_bytes / 1024,
           r.late_bytes / 1024, usage.ru_maxrss);
    return 0;
}
