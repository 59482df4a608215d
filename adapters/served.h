/*
 * A SUT behind the C interface of vmsgspec_sut.h, as those that drive one see it: the in-process
 * adapter in virtual time, the pump over a socket in real time.
 */
#ifndef VMSG_SERVED_H
#define VMSG_SERVED_H

#include "adapters/lib/vmsgspec_sut.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Contract section 3 bounds nothing; a reply line longer than this is cut. */
#define VMSG_REPLY_MAX 512

struct vmsg_served_ops {
    /*
     * Begin: a fresh SUT, or NULL with a sentence in err. `config` is what the ops' owner says it
     * is; `host` stays valid until close().
     */
    void *(*open)(const void *config, const struct vmsg_sut_host *host, char *err, size_t err_size);
    void (*receive)(void *sut, const void *msg, size_t len);
    /* A bus: its device end, given before the first tick, and what comes there; false, or NULL:
     * there is one end only. */
    void (*far)(void *sut, void *ctx, void (*send)(void *, const void *, size_t));
    bool (*receive_far)(void *sut, const void *msg, size_t len);
    void (*tick)(void *sut, uint64_t now_ns);
    uint64_t (*deadline)(const void *sut); /* when tick() is next due, UINT64_MAX: never */
    /* One upper-tester command; NULL when it takes none. */
    void (*command)(void *sut, const char *line, char *reply, size_t reply_size);
    void (*close)(void *sut);
};

#endif
