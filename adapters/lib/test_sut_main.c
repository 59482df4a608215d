/*
 * A SUT behind the C interface, loaded by the lib: adapter's test: the first byte of a message
 * says what it does.
 */
#include "adapters/lib/vmsgspec_sut.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sut {
    struct vmsg_sut_host host;
    uint64_t first_tick;
    bool alarm; /* answer the first tick 5 ms from now */
    uint64_t now;
};

static int sut_open(const struct vmsg_sut_host *host, void **sut)
{
    struct sut *s = calloc(1, sizeof *s);
    if (!s)
        return 12;
    s->host = *host;
    *sut = s;
    return 0;
}

static void sut_receive(void *sut, const void *msg, size_t len)
{
    struct sut *s = sut;
    switch (*(const char *)msg) {
    case 'c': /* crash; by default disposition also under a sanitizer */
        signal(SIGSEGV, SIG_DFL);
        raise(SIGSEGV);
        break;
    case 'p':
        printf("printed\n");
        fflush(stdout);
        break;
    case 'm':
        s->host.mem[1] = (uint8_t)(s->host.mem[0] + 1);
        break;
    case 't':
        s->alarm = true;
        s->first_tick = s->now;
        return;
    default:
        break;
    }
    s->host.send(s->host.ctx, msg, len);
}

static void sut_tick(void *sut, uint64_t now_ns)
{
    struct sut *s = sut;
    s->now = now_ns;
    if (s->alarm && now_ns >= s->first_tick + 5000000) {
        s->alarm = false;
        s->host.send(s->host.ctx, "late", 4);
    }
}

static void sut_close(void *sut)
{
    free(sut);
}

const struct vmsg_sut *vmsg_sut_entry(void)
{
    static const struct vmsg_sut sut = {sut_open, sut_receive, sut_tick, sut_close};
    return &sut;
}
